"""torch's functions that the tables know: held against enclosures, and not by differences."""

from collections.abc import Callable
from typing import Any

import pytest

from zenverify import gradcheck
from zenverify.verification.verdict import Verdict

torch = pytest.importorskip("torch")
functional: Any = pytest.importorskip("torch.nn.functional")

Call = Callable[..., Any]
Function: Any = torch.autograd.Function


def leaf(*shape: int, dtype: Any = None) -> Any:
    draw = torch.Generator().manual_seed(5 + len(shape))
    return torch.randn(shape, generator=draw, dtype=dtype or torch.float64).requires_grad_()


def probabilities(*shape: int) -> Any:
    return torch.sigmoid(leaf(*shape)).detach().requires_grad_()


def positive_definite() -> Any:
    x = leaf(3, 3).detach()
    return (x @ x.mT + torch.eye(3, dtype=x.dtype)).requires_grad_()


WHICH = torch.tensor([[0, 2, 1], [1, 0, 2]])

CALLS: dict[str, tuple[Call, tuple[Any, ...]]] = {
    "max of two": (torch.max, (leaf(3), leaf(2, 3))),
    "max along an axis": (lambda x: x.max(1)[0], (leaf(2, 3),)),
    "min of two": (torch.min, (leaf(3), leaf(2, 3))),
    "clamp by tensors": (lambda x, y: torch.clamp(x, min=y), (leaf(2, 3), leaf(3))),
    "clamp_min": (lambda x: x.clamp_min(0.1), (leaf(4),)),
    "var(x, False)": (lambda x: torch.var(x, False), (leaf(2, 3),)),
    "std(x, False)": (lambda x: torch.std(x, False), (leaf(2, 3),)),
    "std_mean": (lambda x: sum(torch.std_mean(x)), (leaf(2, 3),)),
    "pad with a value": (lambda x: functional.pad(x, (1, 2), value=2.0) ** 2, (leaf(2, 3),)),
    "pad, cut": (lambda x: functional.pad(x, (-1, 2, 1, 0)), (leaf(2, 3),)),
    "pad, reflected": (lambda x: functional.pad(x, (1, 2), mode="reflect"), (leaf(2, 3),)),
    "norm": (lambda x: torch.norm(x, dim=(0, 2), keepdim=True), (leaf(2, 3, 2),)),
    "vector_norm": (lambda x: torch.linalg.vector_norm(x, 3, dim=1), (leaf(2, 3),)),
    "matrix_norm": (lambda x: torch.linalg.matrix_norm(x, "nuc"), (leaf(2, 3),)),
    "normalize": (functional.normalize, (leaf(2, 3),)),
    "softplus": (lambda x: functional.softplus(x * 20, beta=2.0), (leaf(6),)),
    "logcumsumexp": (lambda x: torch.logcumsumexp(x, 1), (leaf(2, 3),)),
    "cummax": (lambda x: torch.cummax(x, 1)[0], (leaf(2, 4),)),
    "logsumexp of a scalar": (lambda x: torch.logsumexp(x, 0), (leaf(),)),
    "sort": (lambda x: torch.sort(x, 1, descending=True)[0], (leaf(2, 4),)),
    "topk": (lambda x: torch.topk(x, 2)[0], (leaf(2, 4),)),
    "kthvalue": (lambda x: torch.kthvalue(x, 2, keepdim=True)[0], (leaf(2, 4),)),
    "median": (torch.median, (leaf(2, 4),)),
    "median along an axis": (lambda x: torch.median(x, 0)[0], (leaf(4, 2),)),
    "mode": (lambda x: torch.mode(x, 1)[0], (leaf(2, 4),)),
    "stack": (lambda x, y: torch.stack([x, y], 1), (leaf(2, 3), leaf(2, 3))),
    "interpolate, bilinear": (
        lambda x: functional.interpolate(x, scale_factor=1.7, mode="bilinear"),
        (leaf(1, 2, 3, 4),),
    ),
    "interpolate, aligned": (
        lambda x: functional.interpolate(x, size=41, mode="linear", align_corners=True),
        (leaf(2, 1, 29),),
    ),
    "interpolate, to fewer": (
        lambda x: functional.interpolate(x, size=(2, 1, 2), mode="trilinear"),
        (leaf(1, 1, 3, 2, 4),),
    ),
    "interpolate, nearest": (
        lambda x: functional.interpolate(x, scale_factor=2, mode="nearest"),
        (leaf(1, 2, 3, 2),),
    ),
    "grid_sample": (
        lambda x, g: functional.grid_sample(x, g, align_corners=False),
        (leaf(2, 2, 3, 4), leaf(2, 3, 1, 2)),
    ),
    "grid_sample of three axes, aligned": (
        lambda x, g: functional.grid_sample(x, g, align_corners=True),
        (leaf(1, 1, 3, 2, 2), leaf(1, 1, 2, 2, 3)),
    ),
    "flipud": (torch.flipud, (leaf(2, 3),)),
    "pixel_shuffle": (lambda x: functional.pixel_shuffle(x, 2), (leaf(1, 4, 2, 2),)),
    "unfold": (lambda x: functional.unfold(x, 2), (leaf(1, 2, 3, 3),)),
    "upsampling": (
        lambda x: functional.interpolate(x, scale_factor=2, mode="nearest"),
        (leaf(1, 2, 3),),
    ),
    "scatter": (lambda x, y: x.scatter(1, WHICH, y), (leaf(2, 3), leaf(2, 3))),
    "index_add": (
        lambda x, y: x.index_add(0, torch.tensor([1, 1]), y),
        (leaf(2, 3), leaf(2, 3)),
    ),
    "index_put": (lambda x, y: x.index_put((torch.tensor([1]),), y), (leaf(2, 3), leaf(3))),
    "integers": (lambda x: x * torch.tensor([1, 2, 3]) + (x > 0), (leaf(2, 3),)),
    "tensordot": (lambda x, y: torch.tensordot(x, y, dims=1), (leaf(2, 3), leaf(3, 2))),
    "kron": (torch.kron, (leaf(2, 2), leaf(1, 2))),
    "addmm": (lambda *a: torch.addmm(*a, beta=0.5, alpha=2), (leaf(3), leaf(2, 2), leaf(2, 3))),
    "det": (torch.linalg.det, (leaf(3, 3),)),
    "slogdet": (lambda x: torch.linalg.slogdet(x)[1], (leaf(3, 3),)),
    "inv": (torch.linalg.inv, (leaf(3, 3),)),
    "solve": (torch.linalg.solve, (leaf(3, 3), leaf(3))),
    "solve_triangular": (
        lambda a, b: torch.linalg.solve_triangular(a, b, upper=True),
        (positive_definite(), leaf(3, 2)),
    ),
    "pinv": (torch.linalg.pinv, (leaf(3, 2),)),
    "svdvals": (torch.linalg.svdvals, (leaf(3, 2),)),
    "trace": (torch.trace, (leaf(3, 3),)),
    "binary_cross_entropy": (
        functional.binary_cross_entropy,
        (probabilities(4), probabilities(4).detach()),
    ),
    "nll_loss": (lambda x: functional.nll_loss(x, WHICH[:, 0]), (leaf(2, 3),)),
    "kl_div": (
        lambda x, y: functional.kl_div(x, y, reduction="batchmean"),
        (leaf(2, 3), probabilities(2, 3)),
    ),
    "cosine_similarity": (functional.cosine_similarity, (leaf(2, 3), leaf(2, 3) + 1)),
    "cosine_similarity, broadcast": (
        lambda x, y: functional.cosine_similarity(x, y, dim=0),
        (leaf(1, 2, 3), leaf(2, 1, 3)),
    ),
    "native_layer_norm": (
        lambda x, w: torch.native_layer_norm(x, (3,), w, None, 0.1)[0],
        (leaf(2, 3), leaf(3)),
    ),
    "glu": (functional.glu, (leaf(2, 4),)),
    "prelu": (functional.prelu, (leaf(2, 3), leaf(3))),
    "layer_norm without weight": (lambda x: functional.layer_norm(x, (3,)), (leaf(2, 3),)),
    "rms_norm": (lambda x, w: functional.rms_norm(x, (3,), w), (leaf(2, 3), leaf(3))),
    "group_norm": (
        lambda x, w, b: functional.group_norm(x, 2, w, b),
        (leaf(2, 4, 3), leaf(4), leaf(4)),
    ),
    "instance_norm": (functional.instance_norm, (leaf(2, 2, 3),)),
    "batch_norm, evaluated": (
        lambda x: functional.batch_norm(
            x, torch.zeros(2, dtype=x.dtype), torch.ones(2, dtype=x.dtype)
        ),
        (leaf(3, 2),),
    ),
    "max_pool1d": (lambda x: functional.max_pool1d(x, 2, ceil_mode=True), (leaf(1, 2, 5),)),
    "max_pool2d": (
        lambda x: functional.max_pool2d(x, 2, stride=1, padding=1, dilation=2),
        (leaf(2, 4, 4),),
    ),
    "max_pool3d": (lambda x: functional.max_pool3d(x, 2), (leaf(1, 2, 2, 2, 3),)),
    "avg_pool2d": (
        lambda x: functional.avg_pool2d(x, 2, padding=1, count_include_pad=False),
        (leaf(1, 1, 3, 4),),
    ),
    "adaptive_avg_pool2d": (
        lambda x: functional.adaptive_avg_pool2d(x, (2, None)),
        (leaf(1, 1, 3, 4),),
    ),
    "adaptive_max_pool1d": (lambda x: functional.adaptive_max_pool1d(x, 2), (leaf(1, 2, 5),)),
    "conv3d": (functional.conv3d, (leaf(1, 1, 2, 3, 2), leaf(1, 1, 2, 2, 1))),
    "conv_transpose2d": (
        lambda x, w: functional.conv_transpose2d(x, w, stride=2, output_padding=1),
        (leaf(1, 2, 2, 2), leaf(2, 1, 2, 2)),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_held_against_an_enclosure(name: str) -> None:
    function, inputs = CALLS[name]
    result = gradcheck(function, inputs, engine="torch")
    assert result, result
    assert {row.method for row in result.operations} == {"enclosure"}


@pytest.mark.parametrize("name", CALLS)
def test_a_rule_of_it_that_is_off_by_1e_7_is_found(name: str) -> None:
    call, inputs = CALLS[name]

    class Wrong(torch.autograd.Function):  # type: ignore[misc, name-defined, unused-ignore]
        @staticmethod
        def forward(ctx: Any, *args: Any) -> Any:
            ctx.save_for_backward(*args)
            return call(*args)

        @staticmethod
        def backward(ctx: Any, *cotangents: Any) -> Any:
            with torch.enable_grad():
                given = [x.detach().requires_grad_() for x in ctx.saved_tensors]
                made = call(*given)
            results = made if isinstance(made, tuple) else (made,)
            found = torch.autograd.grad(results, given, cotangents, allow_unused=True)
            return tuple(None if one is None else one * (1 + 1e-7) for one in found)

    wanted = [one for one in inputs if one.requires_grad]
    if len(wanted) < len(inputs):
        pytest.skip("its other arguments have no rule")
    result = gradcheck(Wrong.apply, tuple(wanted))
    assert result.verdict is Verdict.INACCURATE, result
    assert result.findings[0].blame.operation == "Wrong"
    assert {row.method for row in result.operations} == {"its forward pass"}


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("keywords", [{}, {"bidirectional": True, "num_layers": 2}])
def test_recurrent_networks_step_by_step(cell: str, keywords: dict[str, Any]) -> None:
    torch.manual_seed(0)
    network = getattr(torch.nn, cell)(2, 2, batch_first=True, **keywords).double()
    result = gradcheck(network, leaf(2, 3, 2))
    assert result, result
    assert {row.method for row in result.operations} == {"enclosure"}


@pytest.mark.parametrize("cell", ["LSTMCell", "GRUCell", "RNNCell"])
def test_recurrent_cells(cell: str) -> None:
    torch.manual_seed(0)
    result = gradcheck(getattr(torch.nn, cell)(2, 3).double(), leaf(2, 2))
    assert result, result
    assert {row.method for row in result.operations} == {"enclosure"}


@pytest.mark.parametrize(
    "function", [torch.linalg.cholesky, torch.linalg.eigvalsh, torch.linalg.eigh]
)
def test_a_rule_for_symmetric_matrices_is_right_for_them(function: Call) -> None:
    def symmetrised(x: Any) -> Any:
        return function(x @ x.mT + torch.eye(3, dtype=x.dtype))

    result = gradcheck(symmetrised, leaf(3, 3))
    assert result, result


class Sampled(Function):
    """Bilinear interpolation, whose rule is off in the second coordinate."""

    @staticmethod
    def forward(ctx: Any, x: Any, g: Any) -> Any:
        ctx.save_for_backward(x, g)
        return functional.grid_sample(x, g, align_corners=False)

    @staticmethod
    def backward(ctx: Any, cotangent: Any) -> Any:
        x, g = (one.detach().requires_grad_() for one in ctx.saved_tensors)
        with torch.enable_grad():
            made = functional.grid_sample(x, g, align_corners=False)
        of_x, of_g = torch.autograd.grad(made, (x, g), cotangent)
        return of_x, of_g * torch.tensor([1.0, 1.0 + 1e-9], dtype=g.dtype)


def test_a_rule_is_held_to_interpolation_by_enclosures() -> None:
    result = gradcheck(Sampled.apply, (leaf(1, 2, 3, 4), leaf(1, 3, 2, 2)))
    assert result.verdict is Verdict.INACCURATE
    assert result.findings[0].blame.argument == 1
