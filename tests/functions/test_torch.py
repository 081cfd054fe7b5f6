"""`gradcheck` of torch: custom Functions, modules, and what torch's own checker cannot tell."""

from typing import Any

import numpy as np
import pytest
import sympy

from zenverify import gradcheck
from zenverify.errors import UsageError
from zenverify.verification.verdict import ACCUMULATION, Verdict

torch = pytest.importorskip("torch")
functional = pytest.importorskip("torch.nn.functional")

Function: Any = torch.autograd.Function
Module: Any = torch.nn.Module

DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32])


def leaf(*shape: int, dtype: Any = torch.float64) -> Any:
    draw = torch.Generator().manual_seed(3)
    return torch.randn(shape, generator=draw, dtype=dtype).requires_grad_()


class Scaled(Function):
    """exp(x) y, whose second derivative rule is off by a factor."""

    @staticmethod
    def forward(ctx: Any, x: Any, y: Any, factor: float) -> Any:
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return x.exp() * y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, y = ctx.saved_tensors
        return g * x.exp() * y, (g * x.exp()).sum(0) * ctx.factor, None


class Opaque(Function):
    """sin(x), by NumPy: nothing is known about its forward pass."""

    @staticmethod
    def forward(ctx: Any, x: Any, factor: float) -> Any:
        ctx.save_for_backward(x)
        ctx.factor = factor
        return torch.from_numpy(np.sin(x.detach().numpy()))

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * ctx.saved_tensors[0].cos() * ctx.factor, None


class WithSetup(Function):
    """x^3 in the newer style."""

    @staticmethod
    def forward(x: Any) -> Any:
        return x**3

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 3 * ctx.saved_tensors[0] ** 2


scaled = Scaled.apply


@DTYPES
def test_a_right_custom_function_passes(dtype: Any) -> None:
    inputs = (leaf(3, 4, dtype=dtype), leaf(4, dtype=dtype), 1.0)
    result = gradcheck(scaled, inputs)
    assert result, result
    assert [(row.operation, row.method) for row in result.operations] == [
        ("Scaled", "its forward pass")
    ]


def test_a_relative_error_of_1e_7_is_found_blamed_and_shown() -> None:
    result = gradcheck(Scaled, (leaf(3, 4), leaf(4), 1 + 1e-7))
    assert result.verdict is Verdict.INACCURATE
    (finding,) = result.findings
    assert (finding.blame.operation, finding.blame.argument) == ("Scaled", 1)
    (witness,) = finding.witnesses
    assert witness.symbolic is not None
    assert witness.difference is not None
    assert witness.difference.low <= witness.symbolic.low <= witness.difference.high
    assert "gradient of input 1 at [" in str(result)


def test_it_is_found_behind_other_operations() -> None:
    def function(x: Any, y: Any) -> Any:
        return (torch.tanh(scaled(x, y, 1 + 1e-7)) * 1e-6 + x).sum()

    result = gradcheck(function, (leaf(3, 4), leaf(4)))
    assert result.findings[0].blame.operation == "Scaled"
    assert {"tanh", "mul", "add", "sum"} <= {row.operation for row in result.operations}


def test_in_float32_an_error_of_many_units_is_found() -> None:
    inputs = (leaf(3, 4, dtype=torch.float32), leaf(4, dtype=torch.float32))
    assert gradcheck(scaled, (*inputs, 1.0))
    assert not gradcheck(scaled, (*inputs, 1 + 1e-5))


def test_with_an_expression_it_is_the_truth() -> None:
    inputs = (leaf(3, 4), leaf(4))

    def function(x: Any, y: Any) -> Any:
        return scaled(x, y, 1.0)

    assert gradcheck(function, inputs, expression=lambda x, y: sympy.exp(x) * y)
    wrong = gradcheck(function, inputs, expression=lambda x, y: sympy.exp(x) * y**2)
    assert wrong.findings[0].check == "forward"


def test_an_input_without_requires_grad_is_held_fixed() -> None:
    inputs = (leaf(3, 4).detach(), leaf(4))

    def function(x: Any, y: Any) -> Any:
        return scaled(x, y, 1.0)

    assert gradcheck(function, inputs)
    assert gradcheck(function, inputs, expression="exp(x) * y")


def test_both_styles_of_custom_functions() -> None:
    result = gradcheck(WithSetup.apply, leaf(3))
    assert result
    assert result.operations[0].method == "its forward pass"


def test_a_forward_pass_that_cannot_be_read_is_differenced() -> None:
    right = gradcheck(Opaque.apply, (leaf(5), 1.0))
    assert right
    assert right.operations[0].method == "differences"
    assert "Opaque: checked by differences, 5 of 5 numbers" in str(right)
    assert gradcheck(Opaque.apply, (leaf(5), 1 + 1e-7)).verdict is Verdict.INACCURATE
    assert gradcheck(Opaque.apply, (leaf(5), 1 + 1e-6)).verdict is Verdict.ENGINE_WRONG


class Shifted(Function):
    """x^2 m, m the largest element, which is taken out of the recording as a number."""

    @staticmethod
    def forward(ctx: Any, x: Any, whole: bool) -> Any:
        ctx.save_for_backward(x)
        ctx.whole = whole
        return x**2 * x.max().item()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        gradient = g * 2 * x * x.max()
        if ctx.whole:
            gradient[x.argmax()] += (g * x**2).sum()
        return gradient, None


@pytest.mark.parametrize("whole", [True, False])
def test_numbers_taken_out_of_a_forward_pass_do_not_deceive(whole: bool) -> None:
    result = gradcheck(Shifted.apply, (leaf(4), whole))
    assert bool(result) is whole, result
    assert result.operations[0].method == "differences"


@DTYPES
def test_a_module_with_a_loss(dtype: Any) -> None:
    class Model(Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(4, 5)
            self.second = torch.nn.Linear(5, 3)

        def forward(self, x: Any, target: Any) -> Any:
            return functional.cross_entropy(self.second(self.first(x).tanh()), target)

    model = Model().to(dtype)
    result = gradcheck(model, (leaf(3, 4, dtype=dtype), torch.tensor([0, 2, 1])))
    assert result, result
    assert {row.method for row in result.operations} == {"enclosure"}
    assert all(parameter.grad is None for parameter in model.parameters())

    def meddle(module: Any, inputs: Any, result: Any) -> None:
        result.register_hook(lambda g: g * 1.001)

    model.second.register_forward_hook(meddle)
    wrong = gradcheck(model, (leaf(3, 4, dtype=dtype), torch.tensor([0, 2, 1])))
    assert wrong.findings[0].blame.operation == ACCUMULATION


def test_a_parameters_gradient_is_named() -> None:
    class Doubled(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 3

    class Model(Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(3, dtype=torch.float64))

        def forward(self, x: Any) -> Any:
            return x * Doubled.apply(self.scale)

    assert "the gradient of parameter scale at [0]" in str(gradcheck(Model(), leaf(3)))


def test_a_transformer_block() -> None:
    block = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    result = gradcheck(block, leaf(2, 3, 8, dtype=torch.float32))
    assert result, result
    assert {row.method for row in result.operations} == {"enclosure"}


def test_running_statistics_are_put_back() -> None:
    norm = torch.nn.BatchNorm1d(3).double()
    assert gradcheck(norm, leaf(4, 3))
    assert norm.num_batches_tracked == 0
    assert (norm.running_mean == 0).all()


def test_what_writes_into_its_own_results() -> None:
    def function(x: Any) -> Any:
        y = x * 2
        y += x
        z = torch.zeros(2, 3, dtype=torch.float64)
        z[0] = y
        return (z.exp() * z).sum()

    assert gradcheck(function, leaf(3))


def test_what_writes_through_a_view_is_checked_as_a_whole() -> None:
    def function(x: Any) -> Any:
        y = x * 2
        y[0].add_(1)
        return (y * y).sum()

    result = gradcheck(function, leaf(2, 3))
    assert result
    assert "not followed to the end" in str(result)


def test_a_function_that_writes_to_its_input_is_said_to() -> None:
    def function(x: Any) -> Any:
        x.data.add_(1)
        return x * 2

    result = gradcheck(function, leaf(3))
    assert result.verdict is Verdict.STRUCTURE
    assert "writes to input 0" in str(result)


def test_random_numbers_are_held_fixed() -> None:
    before = torch.get_rng_state()
    result = gradcheck(lambda x: functional.dropout(x, 0.5) * torch.randn_like(x), leaf(20))
    assert result
    assert "random numbers were held fixed: each call drew the same" in result.notes
    assert torch.equal(torch.get_rng_state(), before)


def written_detached(x: Any) -> Any:
    y = x * 2
    y.detach().mul_(3)
    return y


def written_under_no_grad(x: Any) -> Any:
    y = x * 2
    with torch.no_grad():
        y.mul_(3)
    return y


def by_item(x: Any) -> Any:
    return x / x.abs().max().item()


def by_numpy(x: Any) -> Any:
    return x * torch.from_numpy(np.exp(x.detach().numpy()))


def straight_through(x: Any) -> Any:
    return x + (x.sign() - x).detach()


@pytest.mark.parametrize(
    "function", [written_detached, written_under_no_grad, by_item, by_numpy, straight_through]
)
def test_values_that_leave_the_graph_are_found(function: Any) -> None:
    result = gradcheck(function, leaf(3))
    assert result.verdict is Verdict.ENGINE_WRONG
    assert result.findings[0].blame.operation == function.__name__


@pytest.mark.parametrize(
    "function, through",
    [
        (by_item, "result of max leaves the graph through item"),
        (straight_through, "result of sub leaves the graph through detach"),
    ],
)
def test_how_a_value_leaves_is_said(function: Any, through: str) -> None:
    assert through in gradcheck(function, leaf(3)).findings[0].message


class TwoResults(torch.autograd.Function):  # type: ignore[name-defined]
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.sin(), x.cos()

    @staticmethod
    def backward(ctx: Any, a: Any, b: Any) -> Any:
        (x,) = ctx.saved_tensors
        return a * x.cos() + b * x.sin()


class TwoRightResults(TwoResults):
    @staticmethod
    def backward(ctx: Any, a: Any, b: Any) -> Any:
        (x,) = ctx.saved_tensors
        return a * x.cos() - b * x.sin()


def test_each_of_several_results_is_judged_by_itself() -> None:
    (finding,) = gradcheck(TwoResults.apply, leaf(1)).findings
    (witness,) = finding.witnesses
    assert witness.symbolic is not None
    assert witness.difference is not None
    assert witness.difference.low <= float(witness.symbolic.decimal) <= witness.difference.high
    assert gradcheck(TwoRightResults.apply, leaf(1))


class Held(torch.autograd.Function):  # type: ignore[name-defined]
    """A rule that differentiates by what a module holds, as an adjoint method does."""

    @staticmethod
    def forward(ctx: Any, module: Any, x: Any, *weights: Any) -> Any:
        ctx.module = module
        ctx.save_for_backward(x)
        with torch.no_grad():
            return module(x)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            copy = x.detach().requires_grad_()
            wanted = (copy, *ctx.module.parameters())
            found = torch.autograd.grad(ctx.module(copy), wanted, g)
        return None, *found


def test_a_rule_that_differentiates_by_a_module_is_not_called_with_copies() -> None:
    module = torch.nn.Linear(3, 2).double()
    assert gradcheck(lambda x: Held.apply(module, x, *module.parameters()), leaf(3))

    class Whole(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, x: Any) -> Any:
            return Held.apply(self.inner, x, *self.inner.parameters())

    assert gradcheck(Whole(), leaf(3))


SQUARE = torch.tensor([[1.0, 0.5], [0.2, 2.0]], dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize(
    "function",
    [
        lambda a: torch.linalg.cholesky(a @ a.mT + torch.eye(2)),
        lambda a: torch.nn.functional.ctc_loss(
            a[:, None].log_softmax(-1), torch.tensor([[1]]), (2,), (1,)
        ),
        lambda a: torch.autograd.grad((a**3).sum(), a, create_graph=True)[0].pow(2).sum(),
        lambda a: torch.func.grad(lambda v: (v**3).sum())(a),
        lambda a: torch.utils.checkpoint.checkpoint(lambda v: v.sin(), a, use_reentrant=True),
        lambda a: torch.utils.checkpoint.checkpoint(lambda v: v.sin(), a, use_reentrant=False),
        lambda a: torch.meshgrid(a[0], a[1], indexing="ij")[0].sum(),
        lambda a: torch.broadcast_tensors(torch.outer(a[0], a[1]), a[1])[1] * 2,
        lambda a: torch.stack([torch.empty(2).fill_(3.0), a[0]]).sum() * 0 + a.sum(),
        lambda a: torch.maximum(a, torch.full_like(a, 5.0)).sum() + a.sum(),
        lambda a: torch.round(a) * 0 + a,
    ],
)
def test_right_functions_of_the_wild_pass(function: Any) -> None:
    assert gradcheck(function, SQUARE)


def test_a_rule_that_is_right_in_its_context_is_noted() -> None:
    def loss(a: Any) -> Any:
        log_probabilities = a[:, None].log_softmax(-1)
        return functional.ctc_loss(log_probabilities, torch.tensor([[1]]), (2,), (1,))

    result = gradcheck(loss, SQUARE)
    assert result, result
    assert any("right in this function, wrong elsewhere" in note for note in result.notes)


def test_out_of_its_context_the_same_rule_fails() -> None:
    result = gradcheck(
        lambda a: torch.nn.functional.ctc_loss(a[:, None] - 5, torch.tensor([[1]]), (2,), (1,)),
        SQUARE,
    )
    assert result.verdict is Verdict.ENGINE_WRONG


def test_several_results_of_which_some_have_no_derivative() -> None:
    assert gradcheck(lambda x: (x.sum(), x > 0, x.T @ x, *x.chunk(2)), leaf(4, 3))


def test_at_kinks_what_lies_between_the_sides_is_right() -> None:
    assert gradcheck(lambda x: torch.relu(x * 0) + (x * 0).abs(), leaf(3))


def test_the_users_gradients_are_left_alone() -> None:
    x = leaf(3)
    assert gradcheck(torch.exp, x)
    assert x.grad is None


def test_a_backward_that_raises_is_a_finding() -> None:
    class Broken(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            raise ZeroDivisionError("no luck")

    result = gradcheck(Broken.apply, leaf(3))
    assert result.verdict is Verdict.CRASH
    assert "no luck" in str(result)


@pytest.mark.parametrize(
    "function, inputs, message",
    [
        (torch.exp, leaf(3).detach(), "no input has requires_grad=True"),
        (torch.abs, leaf(3).to("meta"), "input 0 is on meta; move it to the CPU"),
        (torch.exp, leaf(3).to(torch.bfloat16), "dtype torch.bfloat16"),
        (lambda x: x.detach(), leaf(3), "no tensor that depends on its inputs"),
        (lambda x: x.numpy(force=True), leaf(3), "no tensor that depends on its inputs"),
    ],
)
def test_what_does_not_fit_is_said(function: Any, inputs: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        gradcheck(function, inputs)


class Conjugated(Function):
    """A product of complex numbers, whose rule forgets to conjugate."""

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, right: bool) -> Any:
        ctx.save_for_backward(a, b)
        ctx.right = right
        return a * b

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        a, b = ctx.saved_tensors
        return (g * b.conj(), g * a.conj(), None) if ctx.right else (g * b, g * a, None)


@pytest.mark.parametrize("dtype", [torch.complex128, torch.complex64])
@pytest.mark.parametrize("right", [True, False])
def test_complex_inputs_are_checked(dtype: Any, right: bool) -> None:
    a = torch.tensor([1 + 2j, 0.5 - 1j], dtype=dtype, requires_grad=True)
    b = torch.tensor([3 - 1j, 1 + 1j], dtype=dtype, requires_grad=True)
    result = gradcheck(lambda a, b: Conjugated.apply(a.sin(), b, right).abs(), (a, b))
    assert bool(result) is right, result
    if not right:
        assert result.findings[0].blame.operation == "Conjugated"


def test_complex_numbers_inside_are_followed_and_blamed() -> None:
    def function(x: Any) -> Any:
        found = Conjugated.apply(torch.fft.fft(x), torch.fft.ifft(x) + 1, False)
        return torch.view_as_real(found).tanh()

    result = gradcheck(function, leaf(3))
    assert result.findings[0].blame.operation == "Conjugated"


def test_a_sum_of_sparse_and_conjugate_tensors_and_one_of_zeros_alone() -> None:
    assert gradcheck(lambda x: x.to_sparse().to_dense() * 2, leaf(2, 3))
    assert gradcheck(torch.sgn, leaf(3))
    assert gradcheck(lambda x: torch.fft.ifft(x).conj().real, leaf(3))


def test_a_gradient_of_what_the_result_does_not_depend_on_is_found() -> None:
    class Garbage(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2, g

    result = gradcheck(Garbage.apply, (leaf(3), leaf(3)))
    assert result.verdict is Verdict.ENGINE_WRONG
    assert (result.findings[0].blame.operation, result.findings[0].blame.argument) == ("Garbage", 1)


def test_a_rule_is_judged_in_the_least_precision_that_it_met() -> None:
    x = leaf(2)
    weights = torch.tensor([0.25980872, 0.36660904])
    assert gradcheck(lambda x: torch.cov(x, aweights=weights, correction=0), x)


def test_a_masked_nan_is_found_and_what_is_masked_before_passes() -> None:
    x = torch.tensor([0.0, 1.0, 4.0], dtype=torch.float64, requires_grad=True)
    mask = torch.tensor([False, True, True])
    result = gradcheck(lambda x: torch.where(mask, x.sqrt(), 0.0).sum(), x)
    (finding,) = result.findings
    assert (finding.verdict, str(finding.blame)) == (Verdict.NON_FINITE, "sqrt (masked)")
    assert "and the function has the slope" in finding.message
    assert gradcheck(lambda x: torch.where(mask, torch.where(mask, x, 1.0).sqrt(), 0.0).sum(), x)


def test_where_there_is_no_slope_an_infinite_gradient_is_right() -> None:
    x = torch.tensor([0.0, 1.0, 4.0], dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda x: x.sqrt().sum(), x)
    assert gradcheck(lambda x: x.log1p().sqrt().sqrt().square().sum(), x)
    assert gradcheck(lambda x: torch.sqrt(x * x).sum(), x), "a kink"


def test_a_masked_nan_of_a_division_and_a_logarithm_are_found() -> None:
    """Siblings: 0 / 0 under a mask, and a logarithm whose weight is zero."""
    x = torch.tensor([0.0, 2.0], dtype=torch.float64, requires_grad=True)
    mask, weight = torch.tensor([False, True]), torch.tensor([0.0, 1.0], dtype=torch.float64)
    for function, name in (
        (lambda x: torch.where(mask, x.reciprocal(), 0.0).sum(), "reciprocal"),
        (lambda x: (torch.log1p(torch.sqrt(x)) * weight).sum(), "sqrt"),
    ):
        (finding,) = gradcheck(function, x).findings
        assert (finding.verdict, str(finding.blame)) == (Verdict.NON_FINITE, f"{name} (masked)")


def test_an_infinite_gradient_of_a_rule_is_not_excused() -> None:
    """Nor taken for one that ignores its cotangent: log_ndtr has slope 1.16e51 there."""

    class Infinite(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return torch.special.log_ndtr(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * torch.inf

    x = torch.tensor([-3.0], dtype=torch.float64, requires_grad=True)
    (finding,) = gradcheck(Infinite.apply, x).findings
    assert (finding.verdict, finding.blame.argument) == (Verdict.NON_FINITE, 0)
    assert "ignores its cotangent" not in finding.message


def test_a_rule_that_gives_nothing_for_an_operand_has_lost_an_edge() -> None:
    class Lost(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, p: Any) -> Any:
            ctx.save_for_backward(x, p)
            return x**p

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, p = ctx.saved_tensors
            return g * p * x ** (p - 1), None

    x = torch.tensor([1.5, 2.0], dtype=torch.float64, requires_grad=True)
    p = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    (finding,) = gradcheck(Lost.apply, (x, p)).findings
    assert finding.message.endswith("; an edge is lost: the rule gives nothing for this operand")


class TwiceBack(torch.autograd.Function):  # type: ignore[name-defined]  # it may be skipped
    """Hands values on, and doubles what comes back."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, cotangent: Any) -> Any:
        return 2 * cotangent


@pytest.mark.parametrize(
    "other, verdict",
    [
        (lambda x: x.detach(), Verdict.AGREE),
        (lambda x: x, Verdict.ENGINE_WRONG),
        (lambda x: x.detach() + 0.1, Verdict.ENGINE_WRONG),
    ],
)
def test_a_rule_may_make_up_for_a_value_that_leaves_the_graph(other: Any, verdict: Verdict) -> None:
    """Of a symmetric sum of products, half is computed from copies that are detached."""

    def symmetric(x: Any) -> Any:
        return (TwiceBack.apply(x) @ other(x).T).sum()

    result = gradcheck(
        symmetric,
        (torch.tensor([[0.5, -1.0], [2.0, 0.3]], dtype=torch.float64, requires_grad=True),),
    )
    assert result.verdict is verdict, result
    if verdict is Verdict.AGREE:
        assert any("they make up for a value that leaves the graph" in one for one in result.notes)


def test_what_only_scales_cotangents_counts_in_the_whole_function() -> None:
    x = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda x: TwiceBack.apply(x) * 0 + x, (x,))
    assert gradcheck(lambda x: TwiceBack.apply(x).sin(), (x,)).verdict is Verdict.ENGINE_WRONG


MASK = torch.tensor([[True, False, True], [False, False, True]])


@pytest.mark.parametrize(
    "write",
    [
        lambda y, v: y.__setitem__(MASK, torch.finfo(y.dtype).min),
        lambda y, v: y.__setitem__((slice(None), 1), v),
        lambda y, v: y.__setitem__(0, 0),
        lambda y, v: y.__setitem__((torch.tensor([0, 1]), torch.tensor([2, 0])), v * v),
        lambda y, v: y.__setitem__((..., None, 1), 3.0),
    ],
)
def test_what_is_written_into_an_array_is_held_against_enclosures(write: Any) -> None:
    def written(x: Any, v: Any) -> Any:
        y = 2 * x
        write(y, v)
        return torch.softmax(y, 1) + v.sum()

    x = torch.tensor([[0.3, -1.2, 0.5], [1.0, 2.0, 3.0]], dtype=torch.float64, requires_grad=True)
    result = gradcheck(
        written, (x, torch.tensor([0.1, 0.2], dtype=torch.float64, requires_grad=True))
    )
    assert result, result
    assert "enclosure" in [row.method for row in result.operations if row.operation == "setitem"]


def test_how_exact_a_function_is_that_was_not_followed_only_its_operations_tell() -> None:
    def through_a_view(x: Any) -> Any:
        y = x.clone()
        y.view(-1)[0] *= 1e-3
        return (y + 1e4) * 1e-4 - (y.detach() * 0 + 1)

    x = torch.tensor([0.3, 1.1], requires_grad=True)
    assert gradcheck(through_a_view, (x,)).verdict is not Verdict.INACCURATE


def test_a_difference_that_is_sure_of_itself_needs_a_second_of_other_steps() -> None:
    """The exponential of a matrix has many scales: along one element some grow and some do not."""
    draw = np.random.default_rng(3)
    for scale in (1.0, 4.0, 9.0):
        x = torch.tensor(scale * draw.normal(size=(5, 5)), requires_grad=True)
        result = gradcheck(torch.linalg.matrix_exp, (x,))
        assert result.verdict in (Verdict.AGREE, Verdict.DIFFERENCE_UNRELIABLE), result


class OwnSigmoid(Function):
    """Torch's own rule of the sigmoid, as a user's: (1 - y) y cancels where y is near 1."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (y,) = ctx.saved_tensors
        return g * (1 - y) * y


class OwnSine(Function):
    """The sine, whose rule is off by 1e-8."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * ctx.saved_tensors[0].cos() * (1 + 1e-8)


@DTYPES
@pytest.mark.parametrize(
    "function, at, right",
    [
        (torch.sigmoid, [0.3, 12.0, 30.0], True),
        (OwnSigmoid.apply, [0.3, 12.0], False),
        (lambda x: torch.sigmoid(4 * x) * x, [3.0], True),
        (functional.gelu, [-5.3], True),
        (torch.acosh, [1.001], True),
    ],
)
def test_small_elements_may_lose_digits_in_what_nobody_here_can_mend(
    function: Any, at: list[float], right: bool, dtype: Any
) -> None:
    result = gradcheck(function, (torch.tensor(at, dtype=dtype, requires_grad=True),))
    assert bool(result) is right, result
    if function is functional.gelu:
        assert any("the library's own formula loses digits" in note for note in result.notes)


def test_what_neither_rounding_nor_conditioning_explains_fails_in_the_library_too() -> None:
    x = torch.tensor([-1.3, 0.5], dtype=torch.float64, requires_grad=True)
    assert gradcheck(torch.digamma, (x,)).verdict is Verdict.INACCURATE


def test_digits_are_lost_in_a_sample_too() -> None:
    x = torch.linspace(-3, 12, 60_000, dtype=torch.float64).requires_grad_()
    assert gradcheck(torch.sigmoid, (x,))
    result = gradcheck(OwnSigmoid.apply, (x,))
    assert result.verdict is Verdict.INACCURATE
    assert result.findings[0].blame.operation == "OwnSigmoid"


def test_what_lies_beside_a_sample_may_reach_an_input() -> None:
    weights = torch.zeros(60_000, dtype=torch.float64)
    weights[:3] = 1.0
    x = torch.linspace(0.5, 3, 60_000, dtype=torch.float64).requires_grad_()
    result = gradcheck(lambda x: OwnSine.apply(x * weights)[:3], (x,))
    assert result.verdict is Verdict.INACCURATE
    assert result.findings[0].blame.operation == "OwnSine"


def test_random_numbers_that_depend_on_the_precision_are_not_compared_across_it() -> None:
    x = leaf(1, 1, 6, 6, dtype=torch.float32)
    result = gradcheck(lambda x: functional.fractional_max_pool2d(x, 2, output_size=3), (x,))
    assert result.verdict is not Verdict.ENGINE_WRONG, result


def test_how_exact_an_operation_of_the_library_is_only_a_declaration_tells() -> None:
    x = torch.tensor([[1.0, 0.25], [0.25, 1.01], [0.1, 0.2]], requires_grad=True)

    def rebuilt(x: Any) -> Any:
        u, s, v = torch.linalg.svd(x, full_matrices=False)
        return u @ torch.diag(s.sqrt()) @ v

    assert gradcheck(rebuilt, (x,)), gradcheck(rebuilt, (x,))


def test_an_operation_that_a_user_has_registered_is_held_to_its_digits() -> None:
    doubled = torch.library.custom_op(
        "zenverify_tests::doubled", lambda x: 2 * x, mutates_args=(), schema="(Tensor x) -> Tensor"
    )
    doubled.register_autograd(lambda ctx, g: g * 2 * (1 + 1e-8))
    result = gradcheck(lambda x: doubled(x) * x, (leaf(3),))
    assert result.verdict is Verdict.INACCURATE
    assert result.findings[0].blame.operation == "zenverify_tests_doubled"


@pytest.mark.parametrize("seed", range(8))
def test_a_rule_that_finds_its_cotangent_in_another_layout_may_sum_in_another_order(
    seed: int,
) -> None:
    draw = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> Any:
        return torch.randn(shape, generator=draw, dtype=torch.float64)

    x, w, weights = drawn(2, 1, 8, 8), drawn(4, 1, 2, 2), drawn(2, 16, 4)

    def patches(bias: Any) -> Any:
        return functional.conv2d(x, w, bias, stride=2).flatten(2).mT * weights

    result = gradcheck(patches, (drawn(4).requires_grad_(),))
    assert result, result


@pytest.mark.parametrize("seed", range(6))
def test_what_rounding_leaves_of_a_gradient_that_cancels_is_no_leak(seed: int) -> None:
    """A normalised single element is constant: its gradient is what rounding leaves of zero."""
    draw = torch.Generator().manual_seed(seed)
    x, weight, bias = (torch.randn(n, generator=draw, dtype=torch.float64) for n in (4, 1, 1))

    def normalised(x: Any) -> Any:
        return functional.layer_norm(3.1 - x.var(0, keepdim=True), (1,), weight, bias)

    result = gradcheck(normalised, (x.requires_grad_(),))
    assert result, result


def test_what_is_drawn_by_rejection_is_not_decided_on() -> None:
    a = torch.tensor([1.5, 0.7], dtype=torch.float64, requires_grad=True)
    for drawn in (
        lambda a: torch.distributions.Gamma(a, 2.0).rsample(),
        lambda a: torch.distributions.Dirichlet(a).rsample(),
    ):
        result = gradcheck(drawn, a)
        assert result.verdict is Verdict.DIFFERENCE_UNRELIABLE, result
        assert any("draws by rejection" in note for note in result.notes)


@pytest.mark.parametrize("factor", [1.0, 1.0 + 1e-9])
def test_a_checkpoint_of_either_kind_is_followed(factor: float) -> None:
    from torch.utils.checkpoint import checkpoint

    def run(x: Any, y: Any) -> Any:
        return Scaled.apply(x, y, factor).tanh()

    for reentrant in (True, False):
        result = gradcheck(
            lambda x, y, kind=reentrant: checkpoint(run, x, y, use_reentrant=kind),
            (leaf(2, 3), leaf(3)),
        )
        assert bool(result) is (factor == 1.0), result
        assert {row.operation for row in result.operations} == {"Scaled", "tanh"}


def test_a_checkpoint_that_draws_anew_is_found() -> None:
    from torch.utils.checkpoint import checkpoint

    def run(x: Any) -> Any:
        return functional.dropout(x, 0.5).exp()

    for kept, verdict in ((True, Verdict.AGREE), (False, Verdict.ENGINE_WRONG)):
        result = gradcheck(
            lambda x, kept=kept: checkpoint(run, x, use_reentrant=True, preserve_rng_state=kept),
            leaf(2, 9),
        )
        assert result.verdict is verdict, result


def test_random_numbers_are_drawn_in_the_order_of_memory() -> None:
    for seed in range(3):
        torch.manual_seed(seed)
        assert gradcheck(lambda x: functional.dropout(x.mT, 0.5), leaf(5, 8))


def test_a_basis_of_a_null_space_may_be_any() -> None:
    x = leaf(2, 4)
    assert gradcheck(lambda x: torch.linalg.svd(x).Vh[:2].abs(), x)
    # The projection on it is a function of the matrix, and torch gives it no gradient.
    rest = gradcheck(lambda x: torch.linalg.svd(x).Vh[2:].mT @ torch.linalg.svd(x).Vh[2:], x)
    assert rest.verdict is Verdict.ENGINE_WRONG


class Broadcasting(Function):
    """a x, whose rule gives for a what torch adds up to a's shape."""

    @staticmethod
    def forward(ctx: Any, x: Any, a: Any, factor: float) -> Any:
        ctx.save_for_backward(x, a)
        ctx.factor = factor
        return torch.from_numpy(x.detach().numpy() * a.detach().numpy())

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, a = ctx.saved_tensors
        return g * a, g * x * ctx.factor, None


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_what_torch_sums_to_the_operands_shape_is_summed(factor: float) -> None:
    result = gradcheck(lambda x, a: Broadcasting.apply(x, a, factor), (leaf(2, 3), leaf(1)))
    assert bool(result) is (factor == 1.0), result
    assert all(finding.blame.operation == "Broadcasting" for finding in result.findings)
