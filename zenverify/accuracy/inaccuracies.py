"""How much a number has lost, by each of three measures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from zenverify.accuracy.conditioning import unavoidable
from zenverify.accuracy.errors import Errors, Measured, Numbers
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.operators.balls.arithmetic import ZERO
from zenverify.oracles.enclosure import lift
from zenverify.verification.checks.judge import Judgement, Status
from zenverify.verification.checks.local import LocalCheck

NOTABLE = 3.0
"""Units in the last place that are no matter of a formula: an elementary function may lose them."""


@dataclass(frozen=True, slots=True)
class Inaccuracy:
    """What one number has lost.

    Attributes
    ----------
    units
        Its error in units of u * S; zero where it is too small to matter to its check.
    ulp
        Its error in units in the last place of the truth.
    unavoidable
        What the conditioning alone explains, in the same unit; None where that was not asked for,
        since no number of the case has lost more than `NOTABLE`.
    digits_lost
        Decimal digits beyond that.
    number
        The engine's.
    case
        The input, and the cotangent.
    node, element
        Which element of the value or of the gradient of which node of the case it is.
    """

    units: float
    ulp: float
    unavoidable: float | None
    digits_lost: float
    number: float
    case: Case | None = None
    node: int = 0
    element: int = 0

    def amount(self, objective: str) -> float:
        """One of the measures, by its name."""
        amount: float = getattr(self, objective)
        return amount

    def at(self, case: Case, node: int, element: int) -> Inaccuracy:
        """The same, with where it is."""
        return replace(self, case=case, node=node, element=element)


@dataclass(frozen=True)
class Inaccuracies:
    """What the numbers of a result or of a gradient have lost.

    Attributes
    ----------
    argument, node
        The operand whose gradient it is, None for the result, and its node in the case.
    errors
        The errors.
    allowed
        What is unavoidable; None where no error is notable.
    judgements
        What the check says of each number.
    """

    argument: int | None
    node: int
    errors: Errors
    allowed: Numbers | None
    judgements: list[Judgement]

    @property
    def failing(self) -> list[int]:
        """The elements that fail their check."""
        return [place for place, one in enumerate(self.judgements) if not one.passes]

    def items(self) -> Iterator[tuple[int, Inaccuracy]]:
        """The inaccuracy of each element that has an error, and an answer to be held against.

        Where any answer is right, as where the order of many factors decides whether their product
        underflows, there is none.
        """
        errors = self.errors
        for element in np.flatnonzero(np.isfinite(errors.residuals)).tolist():
            if self.judgements[element].status is Status.UNDEFINED:
                continue
            residual, ulp = float(errors.residuals[element]), float(errors.ulps[element])
            units = self.judgements[element].units
            allowed = math.inf if self.allowed is None else float(self.allowed[element])
            yield (
                element,
                Inaccuracy(
                    units=units if math.isfinite(units) else 0.0,
                    ulp=ulp,
                    unavoidable=None if self.allowed is None else _ratio(allowed, residual) * ulp,
                    digits_lost=_digits(min(residual, float(errors.sizes[element])), allowed),
                    number=float(errors.numbers[element]),
                ),
            )


def _digits(residual: float, allowed: float) -> float:
    """No more than there are: an error as large as the truth leaves none."""
    return math.log10(residual / allowed) if residual > allowed else 0.0


def _ratio(allowed: float, residual: float) -> float:
    return allowed / residual if residual else 0.0


def inaccuracies_of(engine: Engine, measured: Measured) -> Iterator[Inaccuracies]:
    """Judge all numbers of a case, and hold their errors against the conditioning."""
    graph = measured.case.graph
    check = LocalCheck(graph, measured.values, engine.conventions)
    cotangents = [[ZERO] * size for size in graph.sizes]
    cotangents[graph.root] = lift(measured.case.cotangent)
    worst = max(np.fmax.reduce(errors.ulps, initial=0.0) for errors in measured.errors)
    every = unavoidable(measured) if worst > NOTABLE else [None] * len(measured.errors)
    for errors, allowed in zip(measured.errors, every, strict=True):
        elements = range(errors.numbers.size)
        node = graph.root
        if errors.argument is None:
            judgements = check.judge_value(node, elements)
        else:
            node, numbers = measured.operands[errors.argument], errors.numbers.tolist()
            judgements = check.judge_gradient(node, elements, numbers, cotangents, {})
        yield Inaccuracies(errors.argument, node, errors, allowed, judgements)
