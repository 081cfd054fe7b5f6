"""The ways in which a campaign calls an operation by itself: what chance would leave out too."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from zenverify.graph.constants import CONSTANT_KINDS, Constant, takes_number
from zenverify.graph.drawing import instances_of, single_structure
from zenverify.graph.graph import LeafKind
from zenverify.graph.structure import DTYPE_ODDS, Dtypes, Structure
from zenverify.operators.operator import Choose, Instance, Operator
from zenverify.operators.sampling import pick, wide_instances

_MOST = 220
"""No operator is swept in more instances than this, or it would crowd out the others."""

_PER_CONSTANT = 8
"""In how many instances each kind of constant is met on each side."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to call an operator; what is None is drawn.

    Attributes
    ----------
    instance
        The operands' shapes, and the attributes.
    constant
        Which operand is a constant.
    dtypes
        The leaves' dtypes.
    """

    instance: Instance
    constant: Constant | None = None
    dtypes: Dtypes | None = None


@cache
def ways_of(operator: Operator) -> tuple[Way, ...]:
    """Its instances; each kind of constant on either side; many elements in both precisions.

    Always the same ones, in the same order.
    """
    wide = wide_instances(operator.name)
    return (
        *(Way(instance) for instance in _spread(instances_of(operator), _MOST)),
        *_with_constants(operator),
        *(Way(instance, dtypes=d) for instance in wide for d in (Dtypes.FLOAT64, Dtypes.FLOAT32)),
    )


def draw_way(choose: Choose, operator: Operator, way: Way) -> Structure:
    """Draw a graph of one operation, called in a given way."""
    dtypes = way.dtypes or pick(choose, DTYPE_ODDS)
    return single_structure(choose, operator, way.instance, dtypes, way.constant)


def _with_constants(operator: Operator) -> Iterator[Way]:
    several = [i for i in instances_of(operator) if len(i.shapes) > 1 and _has_elements(i)]
    for kind in CONSTANT_KINDS:
        for side in (0, -1):
            fitting = [
                i
                for i in several
                if kind is not LeafKind.NUMBER or takes_number(operator, i.shapes, side)
            ]
            for instance in _spread(fitting, _PER_CONSTANT):
                yield Way(instance, Constant(side % len(instance.shapes), kind))


def _has_elements(instance: Instance) -> bool:
    return all(0 not in shape for shape in instance.shapes)


def _spread(instances: Sequence[Instance], most: int) -> Sequence[Instance]:
    """At most so many of them, evenly spaced."""
    step = math.ceil(len(instances) / most) or 1
    return instances[::step]
