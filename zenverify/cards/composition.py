"""What an operation that is not elementwise is composed of."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

import sympy

from zenverify.cards.card import Part
from zenverify.graph.drawing import instances_of
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.derive import differentiate
from zenverify.operators.kernel import Kernel
from zenverify.operators.operator import Operator
from zenverify.operators.program import Program
from zenverify.operators.reasoning.wording import formula
from zenverify.operators.steps.extremum import Extremum
from zenverify.operators.steps.finite import Finite
from zenverify.operators.steps.homogeneous import Homogeneous
from zenverify.operators.steps.implicit import Implicit
from zenverify.operators.steps.map import Map
from zenverify.operators.steps.sort import Sort
from zenverify.operators.steps.step import Step
from zenverify.operators.steps.sum import Sum

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
