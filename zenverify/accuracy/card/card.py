"""The operator's card: all that was found out about one operation."""

from __future__ import annotations

from dataclasses import dataclass

from zenverify.accuracy.record import Accuracy
from zenverify.verification.events import FailureMinimised, RunFinished


@dataclass(frozen=True, slots=True)
class Survivor:
    """A planted fault that the checks did not notice."""

    name: str
    kind: str
    argument: int | None


@dataclass(frozen=True, slots=True)
class MutationScore:
    """Which faults, planted into this operation's rule, the checks found.

    Attributes
    ----------
    planted
        How many were planted.
    harmless
        How many of them never changed a number: no fault.
    found
        How many of the others were found.
    blamed
        How many of those found were blamed on this operation and argument.
    survivors
        Those that were not found.
    by_kind
        Per class of faults, how many of those that matter were found, and how many there are.
    """

    planted: int
    harmless: int
    found: int
    blamed: int
    survivors: tuple[Survivor, ...]
    by_kind: tuple[tuple[str, int, int], ...]

    @property
    def of(self) -> int:
        """How many faults there were to find."""
        return self.planted - self.harmless


@dataclass(frozen=True, slots=True)
class Part:
    """What an operation that is not elementwise is composed of, in one part.

    Attributes
    ----------
    text
        The expression that is mapped over elements, as text; or another step, in words.
    partials
        Per argument of the expression, its name and the partial that SymPy derived, as text.
    """

    text: str
    partials: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What follows from the expression, held against what is declared.

    Attributes
    ----------
    expression
        The expression as text; empty for operations that are not elementwise.
    equation
        For an elementwise operation that has no expression, the equation as text.
    result
        What the equation calls the result.
    partials
        Per argument, its name and the partial that SymPy derived, as text.
    domains
        The declared domains, in words.
    natural
        The conditions under which the expression is defined, as they follow from it.
    kinks
        The declared kinks, in words.
    derived_kinks
        The kinks that follow from the expression.
    singularities
        Where the value or a partial is infinite or undefined.
    problems
        Where the declaration contradicts the expression.
    notes
        What is worth knowing, and no problem.
    parts
        What an operation that is not elementwise is composed of.
    """

    expression: str = ""
    partials: tuple[tuple[str, str], ...] = ()
    domains: tuple[str, ...] = ()
    natural: tuple[str, ...] = ()
    kinks: tuple[str, ...] = ()
    derived_kinks: tuple[str, ...] = ()
    singularities: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    equation: str = ""
    result: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """All that `zenverify.check` found out; true if the operation passed.

    Attributes
    ----------
    name, signature, summary, arguments
        The operation; `arguments` are the names of its operands.
    seed
        What the graphs were drawn from.
    engine, engine_version
        What it was checked in.
    declared
        The declaration, and what follows from it.
    run
        The end of the campaign over this operation.
    failures
        Every discrepancy, reduced to its smallest graph.
    accuracy
        The largest errors.
    mutation
        The mutation score; None where the engine's rules cannot be replaced.
    """

    name: str
    signature: str
    summary: str
    arguments: tuple[str, ...]
    engine: str
    engine_version: str
    seed: int
    declared: Declared
    run: RunFinished
    failures: tuple[FailureMinimised, ...]
    accuracy: tuple[Accuracy, ...]
    mutation: MutationScore | None

    def __bool__(self) -> bool:
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 passed, 1 discrepancies, 2 nothing was tested, 130 interrupted."""
        if self.run.exit_code:
            return self.run.exit_code
        if self.declared.problems:
            return 1
        return 2 if self._is_blind else 0

    @property
    def _is_blind(self) -> bool:
        """Whether any fault would have passed: nowhere was the truth known."""
        return self.mutation is not None and self.mutation.found == 0 < self.mutation.of

    @property
    def verdict(self) -> str:
        """The outcome in one line."""
        graphs = f"{self.run.cases:,} graphs"
        if self.run.exit_code == 130:
            return f"{self.name} was interrupted after {graphs}"
        if self.run.exit_code == 2:
            return f"{self.name} was not tested"
        if self.exit_code == 2:
            assert self.mutation is not None
            return (
                f"{self.name} was not tested: none of {self.mutation.of} planted faults was found "
                f"in {graphs}"
            )
        if self.exit_code == 1:
            return f"{self.name} fails: {self._complaint()} in {graphs}"
        parts = [f"{self.name} passes: no discrepancy in {graphs}"]
        parts += [f"at most {self._worst(q)} ulp off in its {q}" for q in ("value", "gradient")]
        if self.mutation is not None:
            parts.append(f"{self.mutation.found} of {self.mutation.of} planted faults found")
        return ", ".join(parts)

    def _complaint(self) -> str:
        count = len(self.run.buckets)
        found = [f"{count} {'discrepancy' if count == 1 else 'discrepancies'}"] if count else []
        wrong = len(self.declared.problems)
        if wrong:
            found.append(f"{wrong} {'problem' if wrong == 1 else 'problems'} of the declaration")
        return " and ".join(found)

    def _worst(self, quantity: str) -> str:
        errors = [a.ulp for a in self.accuracy if a.quantity == quantity]
        return f"{max(errors):.3g}" if errors else "-"

    def __repr__(self) -> str:
        """The verdict and what is wrong: what a failing ``assert check(operation)`` shows."""
        lines = [f"<card: {self.verdict}"]
        lines += [f"  {problem}" for problem in self.declared.problems]
        for failure in self.failures:
            lines.append(f"  {failure.finding.bucket}")
            lines.append(f"    {failure.finding.message}")
        return "\n".join(lines) + ">"
