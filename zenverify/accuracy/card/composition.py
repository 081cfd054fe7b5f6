"""What an operation that is not elementwise is composed of."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

import sympy

from zenverify.accuracy.card.card import Part
from zenverify.graph.drawing import instances_of
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.derivation.derive import differentiate
from zenverify.operators.operator import Operator
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.homogeneous import Homogeneous
from zenverify.operators.program.steps.implicit import Implicit
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.sort import Sort
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum
from zenverify.operators.reasoning.wording import formula

_IN_WORDS: tuple[tuple[type[Step], str], ...] = (
    (Sum, "sums"),
    (Extremum, "largest or smallest elements"),
    (Sort, "sorting"),
    (Implicit, "the solution of equations"),
    (Finite, "finite elements, as they are"),
)

_REARRANGED = "elements, moved"


def composition(operator: Operator) -> tuple[Part, ...]:
    """Each kernel that the operation maps in any call, with its partials; then its other steps.

    Parameters
    ----------
    operator
        One without a kernel of its own.
    """
    kernels: dict[str, Kernel] = {}
    words: dict[str, None] = {}
    for step in _steps(operator):
        if isinstance(step, Map):
            kernels.setdefault(step.kernel.name, step.kernel)
        for kind, word in _IN_WORDS:
            if isinstance(step, kind):
                words.setdefault(word)
    if not kernels and not words:
        words[_REARRANGED] = None
    return (*map(_part, kernels.values()), *map(Part, words))


def _steps(operator: Operator) -> Iterator[Step]:
    for instance in instances_of(operator):
        attributes = freeze_attributes(instance.attributes)
        yield from _inner(operator.program(instance.shapes, attributes))


def _inner(program: Program) -> Iterator[Step]:
    for step in program.steps:
        yield step
        if isinstance(step, Homogeneous):
            yield from _inner(step.program)
        elif isinstance(step, Implicit):
            yield from _inner(step.equations)


def _part(kernel: Kernel) -> Part:
    found = differentiate(kernel)
    letters = sympy.symbols(list(ascii_lowercase[: kernel.arity]), real=True)
    named = dict(zip(found.arguments, letters, strict=True))
    steps = {
        step: sympy.Heaviside(kink) for step, kink in zip(found.steps, found.kinks, strict=True)
    }
    return Part(
        formula(found.value.xreplace(named)),
        tuple(
            (letter.name, formula(partial.xreplace(steps).xreplace(named)))
            for letter, partial in zip(letters, found.partials, strict=True)
        ),
    )
