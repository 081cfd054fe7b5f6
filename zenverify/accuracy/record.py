"""The largest inaccuracies of each kind of number of an operation."""

from __future__ import annotations

from dataclasses import dataclass

from zenverify.accuracy.inaccuracies import Inaccuracy
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.operators.operator import Operator
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

FINDING = 2.0
"""Decimal digits. A correct rule of several operations loses one; so many are a finding."""

OBJECTIVES = ("units", "ulp", "digits_lost")
"""The fields of a `Inaccuracy` that a search climbs towards."""

Quantity = int | None
"""The argument whose gradient it is; None for the result."""


@dataclass(frozen=True, slots=True)
class Dot:
    """An error at a point, for a plot.

    Attributes
    ----------
    at
        The first operand's element.
    ulp
        The error in units in the last place of the truth.
    """

    at: float
    ulp: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How accurate one kind of number of an operation is: the largest errors that were found.

    Attributes
    ----------
    operation
        The operator's name.
    quantity
        ``"value"`` or ``"gradient"``.
    argument
        The name of the argument whose gradient it is; None for the value.
    dtype
        The dtype of inputs and results.
    points
        How many numbers were measured.
    most_units, most_ulp, most_digits
        Where most units of u * S, most units in the last place, and most digits beyond the
        conditioning are lost; None where none are.
    verdict
        ``AGREE``, or what the engine's number amounts to where it fails its check.
    message
        What the finding says; empty where there is none.
    dots
        Errors over the domain, where they were sampled: for elementwise operations, on a card.
    """

    operation: str
    quantity: str
    argument: str | None
    dtype: str
    points: int
    most_units: Inaccuracy | None = None
    most_ulp: Inaccuracy | None = None
    most_digits: Inaccuracy | None = None
    verdict: Verdict = Verdict.AGREE
    message: str = ""
    dots: tuple[Dot, ...] = ()

    @property
    def ulp(self) -> float:
        """The largest error, in units in the last place of the truth; zero if there is none."""
        return 0.0 if self.most_ulp is None else self.most_ulp.ulp

    @property
    def digits_lost(self) -> float:
        """Decimal digits that a better formula would keep; zero if none."""
        return 0.0 if self.most_digits is None else self.most_digits.digits_lost

    @property
    def is_avoidable(self) -> bool:
        """Whether so many digits are lost beyond the conditioning that it is a finding.

        What is wrong is a fault, and not counted.
        """
        wrong = self.verdict.is_failure and self.verdict is not Verdict.INACCURATE
        return self.digits_lost >= FINDING and not wrong


class WorstFound:
    """The worst that was found of an operation in one dtype.

    Parameters
    ----------
    operator, dtype
        What is searched.

    Attributes
    ----------
    best
        By quantity and objective, the largest inaccuracy.
    points
        By quantity, how many numbers were measured.
    """

    def __init__(self, operator: Operator, dtype: str) -> None:
        self._operator = operator
        self._dtype = dtype
        self.best: dict[tuple[Quantity, str], Inaccuracy] = {}
        self.points: dict[Quantity, int] = {}
        self._failing: dict[Quantity, Case] = {}
        self._stopped: Finding | None = None

    def quantity(self, argument: Quantity) -> Quantity:
        """What an argument's gradient is counted as: variadic ones are all alike."""
        return 0 if argument is not None and self._operator.variadic else argument

    def amount(self, argument: Quantity, objective: str) -> float:
        """The largest so far; zero if there is none."""
        held = self.best.get((argument, objective))
        return 0.0 if held is None else held.amount(objective)

    def count(self, argument: Quantity, numbers: int) -> None:
        """Add so many numbers to those that were measured."""
        self.points[argument] = self.points.get(argument, 0) + numbers

    def fail(self, argument: Quantity, case: Case) -> None:
        """Remember a case, as it was run, that holds a number which fails its check."""
        self._failing.setdefault(argument, case)

    def stop(self, finding: Finding) -> None:
        """Remember why the engine could not be searched any further."""
        self._stopped = self._stopped or finding

    def rows(self, engine: Engine) -> tuple[Accuracy, ...]:
        """What was found, the value first; what fails is verified once more, for its verdict."""
        quantities = {*self.points, *([None] if self._stopped else [])}
        order = sorted(quantities, key=lambda one: -1 if one is None else one)
        return tuple(self.row(engine, argument) for argument in order)

    def row(self, engine: Engine, argument: Quantity) -> Accuracy:
        """What was found of one kind of number."""
        finding = self._finding(engine, argument)
        units, ulp, digits = (self.best.get((argument, one)) for one in OBJECTIVES)
        return Accuracy(
            operation=self._operator.name,
            quantity="value" if argument is None else "gradient",
            argument=None if argument is None else self._operator.argument(argument).name,
            dtype=self._dtype,
            points=self.points.get(argument, 0),
            most_units=units,
            most_ulp=ulp,
            most_digits=digits,
            verdict=Verdict.AGREE if finding is None else finding.verdict,
            message="" if finding is None else finding.message,
        )

    def _finding(self, engine: Engine, argument: Quantity) -> Finding | None:
        """The finding about the worst number, or about the first that failed."""
        if argument is None and self._stopped is not None:
            return self._stopped
        if argument not in self._failing:
            return None
        worst = self.best.get((argument, "units"))
        for case in (None if worst is None else worst.case, self._failing[argument]):
            findings = [] if case is None else list(verify_case(engine, case).findings)
            failures = [one for one in findings if one.verdict.is_failure]
            # A structural finding names no argument.
            failures.sort(key=lambda one: self.quantity(one.blame.argument) != argument)
            if failures:
                return failures[0]
        return None
