"""What chance would take too long to draw, for each operation once: corners of what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from math import prod

from zenverify.graph.drawing import MAX_ELEMENTS, instances_of, simplest, single_structure
from zenverify.graph.filling import PAIRED, Filling
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.structure import Dtypes, LeafPlan, Structure
from zenverify.operators.operator import Instance, Operator


@dataclass(frozen=True, slots=True)
class Corner:
    """A graph of one operation, and its values."""

    structure: Structure
    filling: Filling


def corners_of(operators: Iterable[Operator]) -> Iterator[Corner]:
    """The corners of each operation, the first of each before the second of any.

    Operands of one shape, which a rule may take for each other; numbers of either sign and size,
    each beside each, or by themselves where there is one operand; and next to kinks and ties,
    neighbouring floats, which a rule may take for equal; and a base of 0 with plain numbers for
    exponents, which a rule may multiply and divide by it.
    """
    every = [
        [*_alike(one), *_paired(one), *_large(one), *_neighbours(one), *_raised_zeros(one)]
        for one in operators
    ]
    return (corner for corner in chain(*zip_longest(*every)) if corner is not None)


def _corner(operator: Operator, instance: Instance, dtypes: Dtypes, filling: Filling) -> Corner:
    return Corner(single_structure(simplest, operator, instance, dtypes), filling)


def _alike(operator: Operator) -> Iterator[Corner]:
    alike = [i for i in instances_of(operator) if len(i.shapes) > 1 and len(set(i.shapes)) == 1]
    if alike and not operator.is_elementwise:
        largest = max(alike, key=_elements)
        yield _corner(operator, largest, Dtypes.FLOAT64, Filling.ORDINARY)


def _paired(operator: Operator) -> Iterator[Corner]:
    if operator.is_elementwise and len(operator.arguments) == 2:
        attributes = instances_of(operator)[0].attributes
        pairs = Instance(((PAIRED**2,),) * 2, attributes)
        yield _corner(operator, pairs, Dtypes.FLOAT64, Filling.PAIRS)


def _large(operator: Operator) -> Iterator[Corner]:
    if len(operator.arguments) == 1 and not operator.variadic:
        yield _corner(operator, _largest(operator), Dtypes.FLOAT64, Filling.LARGE)


def _neighbours(operator: Operator) -> Iterator[Corner]:
    if operator.kinks:
        largest = _largest(operator)
        for dtypes in (Dtypes.FLOAT64, Dtypes.FLOAT32):
            yield _corner(operator, largest, dtypes, Filling.NEIGHBOURS)


def _raised_zeros(operator: Operator) -> Iterator[Corner]:
    """Zeros to the powers that users write, as Python's integers and floats."""
    exponent = operator.integers_extend
    if exponent != 1 or len(operator.arguments) != 2:
        return
    base = LeafPlan(0.0, 0.0, operator.argument(0).limits)
    for number in (2, 1, 0, 3, 2.0, 0.5, 1.0):
        leaves = (
            Leaf(LeafKind.VARIABLE, (2,)),
            Leaf(LeafKind.NUMBER, (), "int64" if isinstance(number, int) else "float64"),
        )
        plan = LeafPlan(float(number), float(number), operator.argument(1).limits)
        graph = Graph((*leaves, Apply(operator, (0, 1))))
        yield Corner(Structure(graph, (base, plan)), Filling.ORDINARY)


def _largest(operator: Operator) -> Instance:
    """A call with as many elements as drawn graphs have at most."""
    fitting = [i for i in instances_of(operator) if _elements(i) <= MAX_ELEMENTS]
    return max(fitting, key=_elements)


def _elements(instance: Instance) -> int:
    return sum(map(prod, instance.shapes))
