"""Which operand of a call is a constant, and of which kind: ``x - 2``, ``array / x``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zenverify.graph.graph import LeafKind
from zenverify.operators.operator import Choose, Operator
from zenverify.operators.program.builder import Shape
from zenverify.operators.sampling import pick

CONSTANT_KINDS = (LeafKind.CONSTANT, LeafKind.ARRAY, LeafKind.NUMBER)
"""What an operand can be that has no gradient."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The one operand of a call that has no gradient, and how the engine gets it."""

    argument: int
    kind: LeafKind


Layout = tuple[bool, LeafKind | None]

_PLAIN: Layout = (False, None)
_LAYOUTS: tuple[Layout, ...] = (
    *(_PLAIN,) * 6,
    *((True, None),) * 3,
    *((False, kind) for kind in CONSTANT_KINDS),
    *((True, kind) for kind in CONSTANT_KINDS),
)
"""Whether operands change sides, and what is opposite the first one: None for a tensor.

Each as often as it is drawn: ``x - y``, ``y - x``, ``x - 2``, ``2 - x``.
"""


def draw_layout(choose: Choose, shapes: Sequence[Shape]) -> Layout:
    """How to lay out operands of these shapes: a single one stays a tensor."""
    return pick(choose, _LAYOUTS) if len(shapes) > 1 else _PLAIN


def constant_on(
    operator: Operator, shapes: Sequence[Shape], left: bool, kind: LeafKind | None
) -> Constant | None:
    """A constant on one side; an array where a number cannot be."""
    if kind is None:
        return None
    argument = 0 if left else len(shapes) - 1
    if kind is LeafKind.NUMBER and not takes_number(operator, shapes, argument):
        kind = LeafKind.ARRAY
    return Constant(argument, kind)


def takes_number(operator: Operator, shapes: Sequence[Shape], argument: int) -> bool:
    """Whether an operand can be a Python number: a scalar, and not one of a sequence."""
    return shapes[argument] == () and not (operator.variadic or operator.composed)
