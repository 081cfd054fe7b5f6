"""`gradcheck` of torch functions that compute in 16 bits on their way."""

from collections.abc import Callable
from typing import Any

import pytest

from zenverify import gradcheck
from zenverify.verification.verdict import Verdict

torch = pytest.importorskip("torch")

Function: Any = torch.autograd.Function

Tensor = Any


class Wave(Function):
    """sin(x), whose rule is off by a factor."""

    @staticmethod
    def forward(ctx: Any, x: Any, factor: float) -> Any:
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x.sin()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * ctx.saved_tensors[0].cos() * ctx.factor, None


def leaf(*shape: int, dtype: Any) -> Any:
    draw = torch.Generator().manual_seed(3)
    return torch.randn(shape, generator=draw, dtype=dtype).requires_grad_()


def in_autocast(x: Tensor, w: Tensor) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return (x @ w).float().tanh()


RIGHT: list[Callable[[Any, Any], Any]] = [
    lambda x, w: (x.bfloat16() @ w.bfloat16()).to(x.dtype),
    lambda x, w: (x.half() @ w.half()).softmax(-1).to(x.dtype) * x.sum(),
    lambda x, w: (x @ w).to(torch.bfloat16).exp(),
    lambda x, w: Wave.apply(x.bfloat16(), 1.0).double() @ w.double(),
    lambda x, w: (x.bfloat16().to(x.dtype) @ w).logsumexp(-1),
    in_autocast,
]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("number", range(len(RIGHT)))
def test_rounding_to_16_bits_is_no_fault(dtype: Any, number: int) -> None:
    result = gradcheck(RIGHT[number], (leaf(2, 3, dtype=dtype), leaf(3, 2, dtype=dtype)))
    assert result, result
    assert not any("could not" in note for note in result.notes), result


WRONG: list[Callable[[Any], Any]] = [
    lambda x: Wave.apply(x.bfloat16(), 1.1).to(x.dtype),
    lambda x: Wave.apply(x.half(), 1.02).to(x.dtype),
    lambda x: Wave.apply(x.bfloat16(), -1.0).float().sum(),
    lambda x: (x.bfloat16() * x.bfloat16().detach()).to(x.dtype),
    lambda x: x * float(x.half().norm()),
]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_off_by_more_than_rounding_is_found(dtype: Any, number: int) -> None:
    verdict = gradcheck(WRONG[number], leaf(4, dtype=dtype)).verdict
    assert verdict in (Verdict.ENGINE_WRONG, Verdict.INACCURATE)


def test_what_overflows_in_16_bits_has_no_answer() -> None:
    x = torch.tensor([5.0, 200.0], dtype=torch.float32, requires_grad=True)
    assert gradcheck(lambda x: (x.half() * 1000.0).float() * 1e-3, x).verdict is not None
    assert not any(
        finding.blame.operation == "mul"
        for finding in gradcheck(lambda x: (x.half() * 1000.0).float() * 1e-3, x).findings
    )


def test_a_rule_that_rounds_to_16_bits_is_inaccurate() -> None:
    class Rounding(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return (g * ctx.saved_tensors[0].cos()).bfloat16().to(g.dtype)

    assert gradcheck(Rounding.apply, leaf(4, dtype=torch.float32)).verdict is not Verdict.AGREE
