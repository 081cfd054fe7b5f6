"""What a check of a function found out."""

from __future__ import annotations

from dataclasses import dataclass

from zenverify.verification.events import Finding
from zenverify.verification.verdict import Interval, Verdict, Witnesses

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OperationRow:
    """What was found about all calls of one operation.

    Attributes
    ----------
    operation
        As the library calls it.
    calls
        How many there are.
    method
        What they were held against: ``"enclosure"``; ``"its forward pass"`` where that is made of
        declared operations; ``"differences"``.
    elements, of
        How many numbers were looked at, and how many there are.
    worst
        How far off the worst number that passed is: in units of u * S for enclosures, relative to
        the largest element for differences (what they can resolve).
    verdict
        That of the first finding, or ``AGREE``.
    """

    operation: str
    calls: int
    method: str
    elements: int
    of: int
    worst: str
    verdict: Verdict


@dataclass(frozen=True, repr=False)
class GradcheckResult:
    """What `gradcheck` says about a function. True exactly if everything agrees.

    Attributes
    ----------
    engine
        The library and its version.
    verdict
        That of the gravest finding; ``DIFFERENCE_UNRELIABLE`` where some operation could not be
        decided on; otherwise ``AGREE``.
    findings
        Every discrepancy, the gravest first; ``findings[0].blame.operation`` is the culprit.
    operations
        A row per operation.
    notes
        What was not looked at, and why.
    """

    engine: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    operations: tuple[OperationRow, ...]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.verdict is Verdict.AGREE

    def __repr__(self) -> str:
        # What pytest shows of a failed assertion.
        return f"<gradcheck: {self}>" if not self else f"<gradcheck: {self.verdict}>"

    def __str__(self) -> str:
        lines = []
        for finding in self.findings[:_MOST_SHOWN]:
            lines.append(f"{finding.verdict}  {finding.blame}: {finding.message}")
            for witness in finding.witnesses:
                lines += self._witnesses(witness)
        if len(self.findings) > _MOST_SHOWN:
            lines.append(f"and {len(self.findings) - _MOST_SHOWN} more")
        if self.operations:
            lines += ["", *self._table()] if lines else self._table()
        lines += self.notes
        lines.append(f"{self.verdict}  ({self.engine})")
        return "\n".join(lines)

    def _witnesses(self, witness: Witnesses) -> list[str]:
        return [
            f"  {self.engine.split()[0]:<11} {witness.engine!r}",
            f"  {'exact':<11} {_exact(witness.symbolic)}",
            f"  {'difference':<11} {_estimated(witness.difference)}",
        ]

    def _table(self) -> list[str]:
        width = max(len("operation"), *(len(row.operation) for row in self.operations))
        heads = ("operation", "calls", "against", "numbers", "worst", "verdict")
        rows = [
            (r.operation, str(r.calls), r.method, f"{r.elements:,}", r.worst, str(r.verdict))
            for r in self.operations
        ]
        return [
            f"{name:<{width}}  {calls:>5}  {method:<16}  {elements:>9}  {worst:>8}  {verdict}"
            for name, calls, method, elements, worst, verdict in (heads, *rows)
        ]


def _exact(interval: Interval | None) -> str:
    if interval is None:
        return "not known: the operation has no declaration"
    return interval.decimal or interval.reason or f"[{interval.low!r}, {interval.high!r}]"


def _estimated(interval: Interval | None) -> str:
    if interval is None:
        return "not asked: the function bends here"
    middle, radius = (interval.low + interval.high) / 2, (interval.high - interval.low) / 2
    if not radius < float("inf"):
        return f"not known: {interval.reason or 'the function bends or jumps nearby'}"
    return f"{middle!r} +- {radius:.1e}"
