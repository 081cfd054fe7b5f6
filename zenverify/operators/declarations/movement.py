"""The form of the declarations that only move elements, and how they list their calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Choose, Instance, Operator, Sampler
from zenverify.operators.program.builder import Buffer, Shape

ROOM = 12
"""No more elements than this in the result of a sampled call."""


def one_of(attributes: Callable[[Shape], Iterable[dict[str, Any]]]) -> Sampler:
    """Draws from the attributes that a shape can be called with; there may be none."""

    def sample(choose: Choose, shape: Shape) -> Instance | None:
        options = list(attributes(shape))
        return Instance((shape,), sampling.pick(choose, options)) if options else None

    return sample


def fits(shape: Shape) -> bool:
    """Whether a result of this shape is small enough for a random graph."""
    return math.prod(shape) <= ROOM


def movement(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    sample: Sampler,
    first_shapes: tuple[Shape, ...] = sampling.AXIS_SHAPES,
    *,
    arguments: tuple[str, ...] = ("x",),
    variadic: bool = False,
    composed: bool = False,
) -> Operator:
    """Declare an operator of the shaping family."""
    return Operator(
        name=name,
        family="shaping",
        summary=summary,
        arguments=tuple(map(Argument, arguments)),
        build=build,
        sample=sample,
        first_shapes=first_shapes,
        variadic=variadic,
        composed=composed,
    )
