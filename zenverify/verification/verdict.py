"""What a check can say about a node, an operation or a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from zenverify.engines.protocol import ACCUMULATION

__all__ = [
    "ACCUMULATION",
    "Blame",
    "BucketKey",
    "Frame",
    "Interval",
    "Pass",
    "Verdict",
    "Witnesses",
]


class Verdict(StrEnum):
    """The answer of a check. ``AGREE`` is the only pass."""

    AGREE = "AGREE"
    ENGINE_WRONG = "ENGINE_WRONG"
    EXPRESSION_WRONG = "EXPRESSION_WRONG"
    DIFFERENCE_UNRELIABLE = "DIFFERENCE_UNRELIABLE"
    DISPUTED = "DISPUTED"
    INACCURATE = "INACCURATE"
    NON_FINITE = "NON_FINITE"
    CRASH = "CRASH"
    NON_DETERMINISTIC = "NON_DETERMINISTIC"
    TIMEOUT = "TIMEOUT"
    STRUCTURE = "STRUCTURE"
    CONVENTION = "CONVENTION"
    UNSUPPORTED = "UNSUPPORTED"

    @property
    def is_failure(self) -> bool:
        """Whether a run that meets this verdict must end with exit code 1."""
        return self not in _HARMLESS


_DIGITS = 17
"""Significant digits that tell any two numbers of float64 apart."""

_HARMLESS = frozenset({Verdict.AGREE, Verdict.DIFFERENCE_UNRELIABLE, Verdict.UNSUPPORTED})


@dataclass(frozen=True, slots=True)
class Blame:
    """Where a discrepancy comes from.

    Attributes
    ----------
    node
        Position of the blamed node in the case's graph.
    operation
        The operator's name, or `ACCUMULATION`.
    argument
        The operand whose derivative is wrong, counted from 0; None where the forward value, the
        whole operation or the walk is at fault.
    condition
        What the graph must contain for the fault to show: ``"always"`` or, for example,
        ``"broadcast"``, ``"repeated operand"``, ``"kink"``, ``"masked"``.
    """

    node: int
    operation: str
    argument: int | None
    condition: str

    def __str__(self) -> str:
        where = self.operation
        if self.argument is not None:
            where += f", argument {self.argument}"
        return where if self.condition == "always" else f"{where} ({self.condition})"


class Pass(StrEnum):
    """Which pass over the graph a finding is about."""

    FORWARD = "forward pass"
    REVERSE = "reverse pass"
    SECOND_REVERSE = "second reverse pass"


@dataclass(frozen=True, slots=True)
class BucketKey:
    """What failures of one cause have in common.

    Attributes
    ----------
    verdict, operation, argument, condition
        As in `Verdict` and `Blame`.
    during
        The pass that the finding is about.
    exception
        The name of the type that the engine raised; empty where it raised nothing.
    function
        The qualified name of the engine's own function that raised, the innermost one; empty where
        none is known.
    ordinal
        Which of the failures that have all of that in common, counted from 1 in the order in which
        a run met them.
    """

    verdict: Verdict
    operation: str
    argument: int | None = None
    condition: str = "always"
    during: Pass = Pass.REVERSE
    exception: str = ""
    function: str = ""
    ordinal: int = 1

    def __str__(self) -> str:
        return f"{self.verdict}: {self.operation}{self.place}"

    @property
    def place(self) -> str:
        """All but verdict and operation, for readers; nothing is read back from it."""
        parts = [""]
        if self.argument is not None:
            parts.append(f"argument {self.argument}")
        if self.during is not Pass.REVERSE:
            parts.append(str(self.during))
        if self.exception:
            parts.append(self.exception + (f" in {self.function}" if self.function else ""))
        if self.ordinal > 1:
            parts.append(f"failure {self.ordinal}")
        where = ", ".join(parts)
        return where if self.condition == "always" else f"{where} ({self.condition})"

    @property
    def cause(self) -> BucketKey:
        """The same whatever the condition, and whichever of several failures."""
        return replace(self, condition="always", ordinal=1)


@dataclass(frozen=True, slots=True)
class Frame:
    """A line that an error went through, as Python's tracebacks have it.

    Attributes
    ----------
    file
        Its path; below the working directory, relative to that.
    line
        The number of the line, from 1; 0 where none is known.
    function
        The qualified name of the function.
    text
        The line itself, without its indentation; empty where the file cannot be read.
    """

    file: str
    line: int
    function: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, in {self.function}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A witness's answer for one number: everything between `low` and `high`, ends included.

    ``decimal`` is the midpoint with more digits than a float holds, for the reader.
    NaN at both ends means that the witness has no answer (`reason` says why).
    """

    low: float
    high: float
    decimal: str = ""
    reason: str = ""

    def beside(self, number: float) -> str:
        """The midpoint in decimals, to so many digits that it can be told from a number.

        At least 17 significant ones, which tell any two floats apart; no more than are known, and
        no more where all that are known are the same.
        """
        try:
            exact = Decimal(self.decimal)
        except InvalidOperation:
            return self.decimal  # a ball so wide that it has no digits
        known = max(len(exact.as_tuple().digits), _DIGITS)
        other = Decimal(number)
        if exact != other:
            for digits in range(_DIGITS, known):
                shown = f"{exact:.{digits}g}"
                if Decimal(shown) != Decimal(f"{other:.{digits}g}"):
                    return shown
        apart = Decimal(f"{exact:.{known}g}") != Decimal(f"{other:.{known}g}")
        return f"{exact:.{known if apart else _DIGITS}g}"


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The three answers to one question: one element of one node's gradient (or value).

    Attributes
    ----------
    node, index
        The node, and the element's position in it (C order).
    quantity
        ``"gradient"`` or ``"value"``.
    engine
        The engine's number.
    symbolic
        The enclosure composed from the operators' SymPy expressions, None if not asked.
    difference
        The finite difference with its error estimate, None if not asked.
    error
        Distance of the engine's number from the enclosure in units in the last place of the truth;
        None where there is no finite truth.
    verdict
        What the three say together, for this element.
    """

    node: int
    index: int
    quantity: str
    engine: float
    symbolic: Interval | None
    difference: Interval | None
    error: float | None
    verdict: Verdict
