"""Losses of differences: how far numbers are from their targets."""

from __future__ import annotations

import math
from collections.abc import Callable

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.kernels import absolute, maximum, minimum
from zenverify.operators.operator import Argument, Choose, Instance, Operator, Sampler
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

REDUCTIONS = ("mean", "none", "sum")

SHAPES: tuple[Shape, ...] = ((3,), (2, 3), (), (2, 2), (1,), (3, 1), (2, 1, 2), (0, 2))


def reduced(
    builder: ProgramBuilder, terms: Buffer, reduction: str, count: int | None = None
) -> Buffer:
    """The terms of a loss, their sum, or that over a count: by default over their number."""
    if reduction == "none":
        return terms
    if reduction not in ("mean", "sum"):
        raise GraphError(f"there is no reduction {reduction!r}")
    total = terms.sum()
    if reduction == "sum":
        return total
    return total / (terms.size if count is None else count)


def difference(builder: ProgramBuilder, x: Buffer, target: Buffer) -> Buffer:
    check_equal(x, target)
    return x - target


def check_equal(x: Buffer, target: Buffer) -> None:
    """Refuse what would broadcast."""
    if x.shape != target.shape:
        raise GraphError(f"expected both of the same shape, got {x.shape} and {target.shape}")


def _mse(builder: ProgramBuilder, x: Buffer, target: Buffer, *, reduction: str) -> Buffer:
    apart = difference(builder, x, target)
    return reduced(builder, apart * apart, reduction)


def _l1(builder: ProgramBuilder, x: Buffer, target: Buffer, *, reduction: str) -> Buffer:
    apart = difference(builder, x, target)
    return reduced(builder, absolute(apart), reduction)


def _huber_terms(builder: ProgramBuilder, x: Buffer, target: Buffer, delta: float) -> Buffer:
    """Of a difference d, and c, the same limited to delta: c * d - c * c / 2."""
    if not (math.isfinite(delta) and delta > 0):
        raise GraphError(f"{delta} is no finite number above 0")
    apart = difference(builder, x, target)
    near = minimum(maximum(apart, -delta), delta)
    return near * apart - near * near / 2


def _huber(
    builder: ProgramBuilder, x: Buffer, target: Buffer, *, delta: float, reduction: str
) -> Buffer:
    return reduced(builder, _huber_terms(builder, x, target, delta), reduction)


def _smooth_l1(
    builder: ProgramBuilder, x: Buffer, target: Buffer, *, beta: float, reduction: str
) -> Buffer:
    terms = _huber_terms(builder, x, target, beta)
    return reduced(builder, terms / beta, reduction)


def reductions_of(shape: Shape) -> tuple[str, ...]:
    """The reductions to draw from: nothing has no mean."""
    return tuple(one for one in REDUCTIONS if one != "mean") if 0 in shape else REDUCTIONS


def sample_reduction(choose: Choose, shape: Shape) -> Instance:
    return Instance((shape, shape), {"reduction": sampling.pick(choose, reductions_of(shape))})


def _sample_width(attribute: str) -> Sampler:
    def sample(choose: Choose, shape: Shape) -> Instance:
        attributes = {
            attribute: sampling.pick(choose, [1.0, 0.5, 2.0]),
            "reduction": sampling.pick(choose, reductions_of(shape)),
        }
        return Instance((shape, shape), attributes)

    return sample


def _loss(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    sample: Sampler = sample_reduction,
    kinks: tuple[str, ...] = (),
) -> Operator:
    return Operator(
        name=name,
        family="network",
        summary=summary,
        arguments=(Argument("x"), Argument("target")),
        build=build,
        sample=sample,
        first_shapes=SHAPES,
        kinks=kinks,
    )


OPERATORS = (
    _loss("mse_loss", "squared differences, reduced", _mse),
    _loss("l1_loss", "absolute differences, reduced", _l1, kinks=("x = target",)),
    _loss(
        "huber",
        "half the squared difference d, or delta * (|d| - delta / 2) beyond delta, reduced",
        _huber,
        _sample_width("delta"),
    ),
    _loss(
        "smooth_l1_loss",
        "the huber loss over its delta, here beta",
        _smooth_l1,
        _sample_width("beta"),
    ),
)
