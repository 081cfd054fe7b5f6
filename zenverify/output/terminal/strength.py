"""What a run says about the strength of its graphs."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from zenverify.output.model.numbers import counted, duration
from zenverify.output.reporter import Reporter
from zenverify.output.terminal.coverage import coverage_tables
from zenverify.verification.events import Event, StrengthMeasured

_MOST_NAMES = 20


class StrengthReporter(Reporter):
    """Prints the strength of a run's graphs, if it was measured."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def handle(self, event: Event) -> None:
        """Print, if the event says it."""
        if isinstance(event, StrengthMeasured):
            _print_strength(self._console, event)


def _print_strength(console: Console, strength: StrengthMeasured) -> None:
    """Print how many elements were exercised, and which faults the graphs would have exposed."""
    elements = {one.operation: one.elements for one in strength.operations if one.elements}
    if elements:
        console.print("How many elements of each operation met each condition:")
        for table in coverage_tables(elements, console.width):
            console.print(table)
    if not strength.planted:
        console.print("strength      not known: no fault can be planted into this engine")
        return
    console.print("Faults of the catalogue that these graphs expose:")
    console.print(_table(strength))
    for line in _lines(strength):
        console.print(line, soft_wrap=True)


def _table(strength: StrengthMeasured) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("class", no_wrap=True)
    for heading in ("planted", "exposed", "missed", "no difference"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in strength.classes:
        numbers = (one.planted, one.exposed, one.missed, one.untouched)
        table.add_row(one.kind, *(f"{number:,}" for number in numbers))
    return table


def _lines(strength: StrengthMeasured) -> Iterator[str]:
    missed, untouched = strength.missed, strength.untouched
    yield (
        f"strength      {strength.exposed:,} of {counted(strength.planted, 'fault')} exposed, "
        f"{len(missed):,} missed, {len(untouched):,} made no difference in "
        f"{counted(strength.cases, 'graph')} ({duration(strength.seconds)})"
    )
    for name in missed[:_MOST_NAMES]:
        yield f"missed        {name}"
    if len(missed) > _MOST_NAMES:
        yield f"missed        and {len(missed) - _MOST_NAMES:,} more; see the report"
