"""The table of a result, counted up operation by operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zenverify.functions.enclosures import Judged
from zenverify.functions.findings import Differenced
from zenverify.functions.recording import Node
from zenverify.functions.result import OperationRow
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict

ENCLOSURE = "enclosure"
COMPOSED = "its forward pass"
DIFFERENCES = "differences"


@dataclass(slots=True)
class _Count:
    calls: int = 0
    elements: int = 0
    of: int = 0
    worst: float = 0.0
    undecided: int = 0
    verdict: Verdict = Verdict.AGREE


class Rows:
    """What was found so far, by operation and method."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], _Count] = {}
        self._undefined: set[str] = set()

    def judged(self, node: Node, judged: Judged, findings: Sequence[Finding]) -> None:
        """Count an operation that was held against its declaration."""
        method = COMPOSED if node.composed else ENCLOSURE
        count = self._counted(node.name, method, judged.elements, judged.of, findings)
        count.worst = max(count.worst, judged.worst_units)
        if judged.undefined:
            self._undefined.add(node.name)

    def differenced(self, node: Node, checked: Differenced) -> None:
        """Count an operation that has no declaration."""
        count = self._counted(
            node.name, DIFFERENCES, checked.elements, checked.of, checked.findings
        )
        count.worst = max(count.worst, checked.resolution)
        count.undecided += checked.undecided
        if checked.undecided and count.verdict is Verdict.AGREE:
            count.verdict = Verdict.DIFFERENCE_UNRELIABLE

    def accused(self, name: str, findings: Sequence[Finding]) -> None:
        """Take in what else was found about an operation that was counted."""
        for (counted, _), count in self._counts.items():
            if counted == name and findings and count.verdict is Verdict.AGREE:
                count.verdict = findings[0].verdict

    def _counted(
        self, name: str, method: str, elements: int, of: int, findings: Sequence[Finding]
    ) -> _Count:
        count = self._counts.setdefault((name, method), _Count())
        count.calls += 1
        count.elements += elements
        count.of += of
        if findings and count.verdict is Verdict.AGREE:
            count.verdict = findings[0].verdict
        return count

    @property
    def undecided(self) -> bool:
        """Whether some operation could not be decided on."""
        return any(count.undecided for count in self._counts.values())

    def rows(self) -> tuple[OperationRow, ...]:
        return tuple(
            OperationRow(
                name,
                count.calls,
                method,
                count.elements,
                count.of,
                _worst(method, count.worst),
                count.verdict,
            )
            for (name, method), count in self._counts.items()
        )

    def notes(self) -> list[str]:
        """What was looked at in part only, and what could not be decided."""
        found = []
        for (name, method), count in self._counts.items():
            if method == DIFFERENCES and count.elements:
                found.append(
                    f"{name}: checked by differences, {count.elements:,} of {count.of:,} numbers, "
                    f"good for relative errors above {count.worst:.0e}"
                )
            elif count.elements < count.of and method == ENCLOSURE:
                found.append(f"{name}: a sample, {count.elements:,} of {count.of:,} numbers")
            if count.undecided:
                found.append(f"{name}: {count.undecided:,} numbers could not be decided on")
        found += [f"{name}: some numbers have no answer, any passes" for name in self._undefined]
        return found


def _worst(method: str, worst: float) -> str:
    if not worst:
        return "-"
    return f"{worst:.0e}" if method == DIFFERENCES else f"{worst:.2f}"
