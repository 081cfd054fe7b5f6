"""What a run has seen so far, counted from its events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from zenverify.verification.events import CaseVerified, kind_of_note


@dataclass(slots=True)
class Tally:
    """Counts over the cases of a run: in the campaign, and in a report of a half-finished one."""

    cases: int = 0
    nodes: int = 0
    elements: int = 0
    worst_units: float = 0.0
    differenced: int = 0
    coverage: dict[str, Counter[str]] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    accuracy: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, event: CaseVerified) -> None:
        """Count one case."""
        self.cases += 1
        self.nodes += event.nodes
        self.elements += event.elements
        self.differenced += event.differenced
        self.worst_units = max(self.worst_units, event.worst_units)
        self.verdicts[str(event.verdict)] += 1
        for operator, condition, times in event.coverage:
            self.coverage.setdefault(operator, Counter())[condition] += times
        for operator, quantity, units in event.accuracy:
            held = self.accuracy.setdefault(operator, {})
            held[quantity] = max(held.get(quantity, 0.0), units)
        self.notes.update(map(kind_of_note, event.notes))
        if event.sampled:
            self.notes["sampled: one-sided slopes, at some of the elements before a kink"] += 1
