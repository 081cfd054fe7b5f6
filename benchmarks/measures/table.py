"""A table for people, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """What a measurement came to.

    Attributes
    ----------
    title
        What was measured.
    head
        The columns. The first one is text, the others are numbers.
    rows
        One text per column.
    notes
        What a reader must know to read it.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """Aligned, so that it can be read as it stands."""
        every = [self.head, *self.rows]
        widths = [max(3, *(len(row[i]) for row in every)) for i in range(len(self.head))]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines = [f"### {self.title}", ""]
        for row in (self.head, rule, *self.rows):
            first, *others = zip(row, widths, strict=True)
            cells = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
            lines.append(f"| {' | '.join(cells)} |")
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def share(some: int, every: int) -> str:
    """For example ``"7 of 9"``; a dash where there was nothing."""
    return f"{some} of {every}" if every else "-"


def figure(number: float) -> str:
    """Three digits, thousands apart."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
