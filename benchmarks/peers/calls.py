"""One call of an operation, at a size: alone, or in a function that hides it from the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.peers.tape import Array, Tape, tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError
from zenverify.graph.case import Case
from zenverify.graph.drawing import single_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.structure import Dtypes
from zenverify.operators.operator import Instance, Operator
from zenverify.verification import trace

SIZES = (4, 100, 1_000)
"""Elements of the first operand, about: a square matrix has the nearest square of them."""

_SQUARE = ("matmul", "dot", "inner")
"""Called with square matrices: other shapes make a permutation show as a shape."""

_MOST_ROWS = 4
"""A result has no more elements than so many times the size, or Jacobians take minutes."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What is done to a result so that little of it, or nothing, reaches the root.

    Attributes
    ----------
    name
        As a formula.
    before
        What the result is multiplied by, once it is scaled to at most one.
    shift
        What is added then.
    operation
        What comes last; none if empty.
    """

    name: str
    before: float
    shift: float = 0.0
    operation: str = ""


MASKS = (
    Mask("* 2^-20", 2.0**-20),
    Mask("sigmoid(20 + .)", 1.0, 20.0, "sigmoid"),
    Mask("exp(-30 + .)", 1.0, -30.0, "exp"),
    Mask("relu(-5 + .)", 1.0, -5.0, "relu"),
)
"""Their constants are exact in float32 too."""


def call_of(operator: Operator, size: int, seed: int, dtype: str = "float64") -> Case | None:
    """A call of one operation on ordinary values; None if it cannot be called at that size.

    Operands of operations of two are broadcast, where they may be.
    """
    if any(argument.limits.matrix is not None for argument in operator.arguments):
        return None
    for instance in _instances(operator, size):
        try:
            structure = single_structure(_first, operator, instance, Dtypes(dtype))
        except GraphError:  # the declaration refuses matrices of that size
            continue
        case = fill(structure, Filling.ORDINARY, seed)
        if _is_sound(case, operator.name, _MOST_ROWS * size):
            return case
    return None


def masked(case: Case, mask: Mask) -> Case:
    """The same call behind a mask."""
    graph = case.graph
    nodes: list[Leaf | Apply] = list(graph.nodes)
    root = len(nodes) - 1
    run = trace.forward(ZenEngine(), case)
    largest = float(np.max(np.abs(ZenEngine().value(run.handles[root]))))
    # A power of two, so that it is exact in any precision.
    scale = 2.0 ** -np.ceil(np.log2(largest)) if largest else 1.0
    constants = []
    for name, constant in (("multiply", mask.before * scale), ("add", mask.shift)):
        if constant:
            nodes += [Leaf(LeafKind.NUMBER, ()), Apply(name, (root, len(nodes)))]
            constants.append(np.array(constant))
            root = len(nodes) - 1
    if mask.operation:
        nodes.append(Apply(mask.operation, (root,)))
    return Case(Graph(tuple(nodes)), (*case.values, *constants), case.cotangent)


def mask_for(operation: str, number: int) -> Mask:
    """One of the masks in turn, which does not contain the operation itself."""
    fitting = [mask for mask in MASKS if operation != mask.operation]
    return fitting[number % len(fitting)]


def _first(count: int) -> int:
    return 0


def _instances(operator: Operator, size: int) -> Iterator[Instance]:
    half, side = size // 2, round(size**0.5)
    if operator.name in _SQUARE:
        yield Instance(((side, side), (side, side)))
    if operator.is_elementwise and len(operator.arguments) > 1:
        instance = operator.sample(_first, (half,))
        if instance is not None:
            others = ((half,),) * (len(operator.arguments) - 1)
            yield Instance(((2, half), *others), instance.attributes)
    for shape in ((2, half), (size,), (side, side)):
        instance = operator.sample(_first, shape)
        if instance is not None:
            yield instance


def _is_sound(case: Case, name: str, most: int) -> bool:
    """Whether it is one step of the engine, with finite results, and not too many."""
    tape = tape_of(case)
    value = result_of(tape)
    return (
        [step.operation.name for step in tape.steps] == [name]
        and 0 < value.size <= most
        and bool(np.all(np.isfinite(value)))
    )


def result_of(tape: Tape) -> Array:
    """The value of a tape's function."""
    return np.asarray(tape.evaluate(tape.variables, lambda step, operands: step.forward(operands)))
