"""What operations have lost at most, on the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from zenverify.accuracy.inaccuracies import Inaccuracy
from zenverify.accuracy.record import FINDING, Accuracy
from zenverify.output.model.input_text import input_text
from zenverify.output.model.listing import index_text
from zenverify.output.model.quantities import quantity_name
from zenverify.output.terminal.progress import progress_bar
from zenverify.output.terminal.tables import print_table

_INPUT = 60
"""Columns of a table's input; the findings below it show theirs in full, and so does ``--json``."""

_ONE_LINE = 200
"""Columns that any row fits in: what a program reads has a line per row."""


@contextmanager
def shown(console: Console, searches: int) -> Iterator[Callable[[Accuracy], None]]:
    """The progress of so many searches on a terminal; call what is yielded for each row."""
    progress = progress_bar(console, enabled=console.is_terminal and not console.quiet)
    seen: set[tuple[str, str]] = set()
    with progress:
        task = progress.add_task("", total=searches)

        def advance(row: Accuracy) -> None:
            seen.add((row.operation, row.dtype))
            progress.update(task, description=row.operation, completed=len(seen))

        yield advance


def print_accuracies(console: Console, rows: Sequence[Accuracy]) -> None:
    """A row per value and gradient: the largest inaccuracies, and where most ulp are lost.

    "unavoidable" says how many of these the conditioning explains, where they are more than an
    elementary function may lose.
    """
    if not console.is_terminal:
        console.width = max(console.width, _ONE_LINE)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("operation", "of", "dtype"):
        table.add_column(heading, no_wrap=True)
    for heading in ("u * S", "ulp", "unavoidable", "digits lost"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("most ulp at", no_wrap=True)
    for row in rows:
        table.add_row(
            row.operation,
            quantity_name(row),
            row.dtype,
            _amount(row.most_units, "units"),
            _amount(row.most_ulp, "ulp"),
            _unavoidable(row.most_ulp),
            f"{row.digits_lost:.1f}" if row.digits_lost >= FINDING else "",
            _shortened(row.most_ulp),
        )
    print_table(console, table)


def _amount(inaccuracy: Inaccuracy | None, objective: str) -> str:
    return "0" if inaccuracy is None else f"{inaccuracy.amount(objective):.3g}"


def _unavoidable(inaccuracy: Inaccuracy | None) -> str:
    """Nothing where the error is so small that nobody asked."""
    return (
        ""
        if inaccuracy is None or inaccuracy.unavoidable is None
        else f"{inaccuracy.unavoidable:.3g}"
    )


def _shortened(inaccuracy: Inaccuracy | None) -> str:
    text = "" if inaccuracy is None or inaccuracy.case is None else input_text(inaccuracy.case)
    return text if len(text) <= _INPUT else text[: _INPUT - 3] + "..."


def print_findings(console: Console, rows: Sequence[Accuracy]) -> None:
    """What fails its check, and what loses digits that a better formula would keep."""
    for row in rows:
        if row.verdict.is_failure:
            console.print(f"\n{row.verdict}: {row.operation}, {quantity_name(row)}, {row.dtype}")
            console.print(f"  {row.message}", soft_wrap=True)
            _print_input(console, row.most_units)
            if row.digits_lost >= FINDING and not row.is_avoidable:
                console.print(f"  {row.digits_lost:.1f} digits lost")
    avoidable = sorted((row for row in rows if row.is_avoidable), key=lambda row: -row.digits_lost)
    for row in avoidable:
        inaccuracy = row.most_digits
        if inaccuracy is None:
            continue
        console.print(
            f"\ndigits lost: {row.operation}, {quantity_name(row)}, {row.dtype}: "
            f"{row.digits_lost:.1f} that a better formula would keep",
            soft_wrap=True,
        )
        console.print(
            f"  off by {inaccuracy.ulp:.3g} ulp, of which the conditioning explains "
            f"{_unavoidable(inaccuracy)}; in units of u * S it is {inaccuracy.units:.3g}",
            soft_wrap=True,
        )
        _print_input(console, inaccuracy)


def _print_input(console: Console, inaccuracy: Inaccuracy | None) -> None:
    if inaccuracy is None or inaccuracy.case is None:
        return
    shape = inaccuracy.case.graph.shapes[inaccuracy.node]
    of = f", element {index_text(inaccuracy.element, shape)}" if math.prod(shape) > 1 else ""
    console.print(f"  at {input_text(inaccuracy.case)}{of}", soft_wrap=True)
