"""What the Zen engine recorded for a case, as a list of steps that any library can go through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import OPERATIONS, Operation, Tensor
from zenverify.tensor.walk import contribution, postorder
from zenverify.verification import trace

Array = NDArray[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded operation.

    Attributes
    ----------
    operation
        Its rules, on plain arrays.
    operands
        Per operand, its place among the values computed so far, or the constant itself.
    keywords
        The call's attributes.
    suspect
        Whether its rule may be a wrong one. Then no library's own operation takes its place.
    """

    operation: Operation
    operands: tuple[int | Array, ...]
    keywords: Mapping[str, Any]
    suspect: bool = False

    def forward(self, operands: Sequence[Array]) -> Array:
        """The result, in memory of its own."""
        with np.errstate(all="ignore"):
            return np.array(self.operation.forward(*operands, **self.keywords))

    def pull_back(
        self, position: int, cotangent: Array, result: Array, operands: Sequence[Array]
    ) -> Array:
        """The contribution to one operand, in memory of its own, as the engine's walk has it."""
        arguments = (cotangent, result, *operands)
        with np.errstate(all="ignore"):
            return np.array(contribution(self.operation, position, arguments, self.keywords))


@dataclass(frozen=True, slots=True)
class Tape:
    """A function of its variables, step by step.

    Attributes
    ----------
    variables
        The values at which it was recorded.
    steps
        In order; the last one's result is the function's.
    """

    variables: tuple[Array, ...]
    steps: tuple[Step, ...]

    def evaluate(
        self, variables: Sequence[T], apply: Callable[[Step, Sequence[T | Array]], T]
    ) -> T:
        """Go through the steps; `apply` takes a step and its operands."""
        values = list(variables)
        for step in self.steps:
            operands = [values[o] if isinstance(o, int) else o for o in step.operands]
            values.append(apply(step, operands))
        return values[-1]

    def with_rule(self, operation: Operation) -> Tape:
        """With other rules for the one step whose operation has that name.

        Raises
        ------
        ValueError
            If there is no such step, or there are several.
        """
        names = [step.operation.name for step in self.steps]
        if names.count(operation.name) != 1:
            raise ValueError(
                f"{names.count(operation.name)} steps are {operation.name}, expected 1"
            )
        place = names.index(operation.name)
        steps = list(self.steps)
        steps[place] = replace(steps[place], operation=operation, suspect=True)
        return replace(self, steps=tuple(steps))


def tape_of(case: Case) -> Tape:
    """Record a case in the Zen engine, with the rules that it has at this moment."""
    run = trace.forward(ZenEngine(), case)
    return recorded(run.handles[case.graph.root])


def recorded(root: Tensor) -> Tape:
    """The tape of everything trainable that a result was computed from."""
    order = postorder(root)
    variables = [tensor for tensor in order if not tensor.dependencies]
    computed = [tensor for tensor in order if tensor.dependencies]
    places = {tensor: place for place, tensor in enumerate([*variables, *computed])}
    steps = []
    for tensor in computed:
        assert tensor.operation is not None
        operands = tuple(
            places[one] if one.trainable else np.array(held)
            for one, held in zip(tensor.dependencies, tensor.operands, strict=True)
        )
        steps.append(Step(OPERATIONS[tensor.operation], operands, dict(tensor.keywords)))
    return Tape(tuple(np.array(tensor.value) for tensor in variables), tuple(steps))
