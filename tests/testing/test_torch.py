"""`zenverify.testing.torch.gradcheck`: torch's own signature, and what each keyword does."""

import inspect
from typing import Any

import pytest

from zenverify.errors import UsageError
from zenverify.verification.verdict import Verdict

torch = pytest.importorskip("torch")
checker: Any = pytest.importorskip("zenverify.testing.torch")
own: Any = pytest.importorskip("torch.autograd.gradcheck")

Function: Any = torch.autograd.Function

# torch's forward mode scripts what it decomposes.
FORWARD = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")


def leaf() -> Any:
    return torch.linspace(-1.0, 2.0, 3, dtype=torch.float64).requires_grad_()


class Slope(Function):
    """x^2, with a rule that can go wrong in several ways."""

    @staticmethod
    def forward(ctx: Any, x: Any, fault: str) -> Any:
        ctx.save_for_backward(x)
        ctx.fault = fault
        ctx.set_materialize_grads(fault != "undefined")
        return x * x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        if ctx.fault == "undefined":
            return (torch.ones_like(x) if g is None else 2 * x * g), None
        if ctx.fault == "batched":
            return 2 * x * torch.from_numpy(g.numpy()), None
        return 2 * x * g * (1.0000003 if ctx.fault == "slope" else 1), None


def test_the_signature_is_torchs() -> None:
    ours, theirs = (inspect.signature(one).parameters for one in (checker.gradcheck, own.gradcheck))
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]


@FORWARD
def test_a_right_gradient_passes_and_is_noted_about() -> None:
    assert checker.gradcheck(torch.tanh, leaf()).notes == ()
    result = checker.gradcheck(torch.tanh, leaf(), eps=1e-4, check_forward_ad=True)
    assert result
    assert "not needed" in str(result)
    assert "forward mode: checked by torch.autograd.gradcheck" in str(result)


def test_a_wrong_gradient_raises_torchs_own_error() -> None:
    with pytest.raises(own.GradcheckError, match="Slope, argument 0"):
        checker.gradcheck(Slope.apply, (leaf(), "slope"))
    result = checker.gradcheck(Slope.apply, (leaf(), "slope"), raise_exception=False)
    assert result.verdict is Verdict.INACCURATE


def test_undefined_cotangents_are_looked_at() -> None:
    inputs = (leaf(), "undefined")
    with pytest.raises(own.GradcheckError, match="not zero where no cotangent arrives"):
        checker.gradcheck(Slope.apply, inputs)
    assert checker.gradcheck(Slope.apply, inputs, check_undefined_grad=False)


def test_batches_of_cotangents_are_looked_at() -> None:
    assert checker.gradcheck(torch.tanh, leaf(), check_batched_grad=True, check_grad_dtypes=True)
    with pytest.raises(own.GradcheckError, match="batched cotangents"):
        checker.gradcheck(Slope.apply, (leaf(), "batched"), check_batched_grad=True)


@FORWARD
def test_forward_mode_fails_where_torchs_own_checker_says_so() -> None:
    class Tangent(Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x * 2

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None: ...

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t * 3

    assert checker.gradcheck(Tangent.apply, leaf())
    for backward in (True, False):
        with pytest.raises(own.GradcheckError, match="forward mode"):
            checker.gradcheck(
                Tangent.apply,
                leaf(),
                check_forward_ad=True,
                check_backward_ad=backward,
                check_undefined_grad=False,
            )


def test_nondet_tol_bounds_what_a_second_call_may_give() -> None:
    calls: list[int] = []

    def drifting(x: Any) -> Any:
        calls.append(1)
        return x * (2 + 1e-9 * len(calls))

    result = checker.gradcheck(drifting, leaf(), raise_exception=False)
    assert result.verdict is Verdict.NON_DETERMINISTIC
    result = checker.gradcheck(drifting, leaf(), raise_exception=False, nondet_tol=1e-6)
    assert result.verdict is not Verdict.NON_DETERMINISTIC


@pytest.mark.parametrize(
    "keywords, message",
    [
        ({"masked": True}, "masked=True"),
        ({"check_backward_ad": False}, "must be true"),
    ],
)
def test_what_cannot_be_is_said(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        checker.gradcheck(torch.tanh, leaf(), **keywords)
