"""The ways in which a campaign calls an operation by itself: what chance would leave out too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from zenverify.graph.constants import CONSTANT_KINDS, Constant, takes_number
from zenverify.graph.drawing import instances_of, single_structure
from zenverify.graph.graph import LeafKind
from zenverify.graph.structure import Dtypes, Structure, dtype_odds
from zenverify.operators.attributes import Attributes, freeze_attributes
from zenverify.operators.operator import Choose, Instance, Operator
from zenverify.operators.sampling import pick

_MOST = 72
"""No operator is swept in more instances than this, or it would crowd out the others."""

_MOST_COMBINATIONS = 256
"""Unless it has more combinations of attributes, of which so many are swept."""

_PER_CONSTANT = 4
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


@dataclass(frozen=True, slots=True)
class Exercise:
    """How much of what a declaration draws a sweep goes through.

    Attributes
    ----------
    calls, all_calls
        Instances: shapes of the operands together with attributes.
    combinations, all_combinations
        Different attributes, whatever the shapes.
    """

    calls: int
    all_calls: int
    combinations: int
    all_combinations: int


def exercise_of(operator: Operator) -> Exercise:
    """How many of an operator's calls and attribute combinations a sweep goes through."""
    every, swept = instances_of(operator), _swept(operator)
    return Exercise(len(swept), len(every), len(_by_attributes(swept)), len(_by_attributes(every)))


@cache
def ways_of(operator: Operator) -> tuple[Way, ...]:
    """Its instances; each kind of constant on either side; many elements in both precisions.

    Always the same ones, in the same order.
    """
    return (
        *(Way(instance) for instance in _swept(operator)),
        *_with_constants(operator),
        *(
            Way(instance, dtypes=d)
            for instance in operator.wide
            for d in (Dtypes.FLOAT64, Dtypes.FLOAT32)
        ),
    )


def draw_way(
    choose: Choose, operator: Operator, way: Way, decisions: Sequence[Operator] = ()
) -> Structure:
    """Draw a graph of one operation, called in a given way; `decisions` may compute a condition."""
    dtypes = way.dtypes or pick(choose, dtype_odds([operator]))
    return single_structure(choose, operator, way.instance, dtypes, way.constant, decisions)


def _swept(operator: Operator) -> Sequence[Instance]:
    """The instances to sweep: of every attribute combination one, then as many as there is room."""
    instances = instances_of(operator)
    groups = list(_by_attributes(instances).values())
    if len(groups) == 1:
        return _spread(instances, _MOST)
    # Each begins with another of its shapes.
    turned = [group[i % len(group) :] + group[: i % len(group)] for i, group in enumerate(groups)]
    in_turn = [one for turn in zip_longest(*turned) for one in turn if one is not None]
    return in_turn[: max(_MOST, min(len(groups), _MOST_COMBINATIONS))]


def _by_attributes(instances: Iterable[Instance]) -> dict[Attributes, list[Instance]]:
    groups: dict[Attributes, list[Instance]] = {}
    for instance in instances:
        groups.setdefault(freeze_attributes(instance.attributes), []).append(instance)
    return groups


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
    count = min(most, len(instances))
    return [instances[i * len(instances) // count] for i in range(count)]
