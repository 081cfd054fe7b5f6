"""What operations have lost at most, on the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from zenverify.accuracy.losses import Loss
from zenverify.accuracy.worst import FINDING, Worst
from zenverify.output.model.input_text import input_text
from zenverify.output.model.listing import index_text
from zenverify.output.terminal.consoles import printable
from zenverify.output.terminal.progress import progress_bar

_INPUT = 60
"""Columns of a table's input; the findings below it show theirs in full, and so does ``--json``."""

_ONE_LINE = 200
"""Columns that any row fits in: what a program reads has a line per row."""


@contextmanager
def shown(console: Console, searches: int) -> Iterator[Callable[[Worst], None]]:
    """The progress of so many searches on a terminal; call what is yielded for each row."""
    progress = progress_bar(console, enabled=console.is_terminal and not console.quiet)
    seen: set[tuple[str, str]] = set()
    with progress:
        task = progress.add_task("", total=searches)

        def advance(row: Worst) -> None:
            seen.add((row.operation, row.dtype))
            progress.update(task, description=row.operation, completed=len(seen))

        yield advance


def print_table(console: Console, rows: Sequence[Worst]) -> None:
    """A row per value and gradient: the largest losses, and where most ulp are lost.

    "unavoidable" says how many of these the conditioning explains, where they are more than an
    elementary function may lose.
    """
    if not console.is_terminal:
        console.width = max(console.width, _ONE_LINE)
    table = Table("operation", "of", "dtype", box=None, padding=(0, 2, 0, 0))
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
            printable(_shortened(row.most_ulp)),
        )
    console.print(table)


def quantity_name(row: Worst) -> str:
    """``"value"``, or ``"gradient in x"``."""
    return row.quantity if row.argument is None else f"{row.quantity} in {row.argument}"


def _amount(loss: Loss | None, objective: str) -> str:
    return "0" if loss is None else f"{loss.amount(objective):.3g}"


def _unavoidable(loss: Loss | None) -> str:
    """Nothing where the error is so small that nobody asked."""
    return "" if loss is None or loss.unavoidable is None else f"{loss.unavoidable:.3g}"


def _shortened(loss: Loss | None) -> str:
    text = "" if loss is None or loss.case is None else input_text(loss.case)
    return text if len(text) <= _INPUT else text[: _INPUT - 3] + "..."


def print_findings(console: Console, rows: Sequence[Worst]) -> None:
    """What fails its check, and what loses digits that a better formula would keep."""
    for row in rows:
        if row.verdict.is_failure:
            console.print(f"\n{row.verdict}: {row.operation}, {quantity_name(row)}, {row.dtype}")
            console.print(printable(f"  {row.message}"), soft_wrap=True)
            _print_input(console, row.most_units)
            if row.digits_lost >= FINDING and not row.is_avoidable:
                console.print(f"  {row.digits_lost:.1f} digits lost")
    avoidable = sorted((row for row in rows if row.is_avoidable), key=lambda row: -row.digits_lost)
    for row in avoidable:
        loss = row.most_digits
        if loss is None:
            continue
        console.print(
            f"\ndigits lost: {row.operation}, {quantity_name(row)}, {row.dtype}: "
            f"{row.digits_lost:.1f} that a better formula would keep",
            soft_wrap=True,
        )
        console.print(
            f"  off by {loss.ulp:.3g} ulp, of which the conditioning explains "
            f"{_unavoidable(loss)}; in units of u * S it is {loss.units:.3g}",
            soft_wrap=True,
        )
        _print_input(console, loss)


def _print_input(console: Console, loss: Loss | None) -> None:
    if loss is None or loss.case is None:
        return
    shape = loss.case.graph.shapes[loss.node]
    of = f", element {index_text(loss.element, shape)}" if math.prod(shape) > 1 else ""
    console.print(printable(f"  at {input_text(loss.case)}{of}"), soft_wrap=True)
