"""How often each operation met each condition, as tables that fit the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from zenverify.operators import catalogue
from zenverify.output.model.catalogue_order import in_catalogue_order
from zenverify.output.model.numbers import counted
from zenverify.output.model.run import RunModel
from zenverify.verification.campaign.coverage import CONDITIONS, impossible

Coverage = Mapping[str, Mapping[str, int]]

_NUMBER_WIDTH = 6
_GAP = 1


def coverage_tables(coverage: Coverage, width: int) -> Iterator[Table]:
    """Operations by conditions; a dash where an operation never met a condition.

    Parameters
    ----------
    coverage
        Per operation and condition, how often a graph exercised it.
    width
        The columns of the terminal; conditions that do not fit beside each other go to a table
        of their own.
    """
    first_column = max(len(operation) for operation in coverage)
    for conditions in _groups(CONDITIONS, width - first_column):
        table = Table(box=None, padding=(0, _GAP, 0, 0))
        table.add_column("operation", no_wrap=True)
        for condition in conditions:
            table.add_column(condition.replace(" ", "\n"), justify="right", no_wrap=True)
        for operation in in_catalogue_order(coverage):
            counts = (coverage[operation].get(condition, 0) for condition in conditions)
            table.add_row(operation, *(f"{count:,}" if count else "-" for count in counts))
        yield table


def coverage_line(model: RunModel) -> str:
    """The same in one line: how much of what can happen has happened."""
    # What decides a condition is met beside the operation that it is for.
    left_out = {*model.unsupported, *catalogue.names_of_decisions()}
    operations = [name for name in model.operators if name not in left_out]
    possible = met = 0
    for name in operations:
        never = impossible(catalogue.get(name)) if name in catalogue.names() else frozenset()
        row = model.coverage.get(name, {})
        possible += len(CONDITIONS) - len(never)
        met += sum(bool(row.get(condition)) for condition in CONDITIONS if condition not in never)
    seen = sum(bool(model.coverage.get(name)) for name in operations)
    return (
        f"coverage      {seen:,} of {counted(len(operations), 'operation')}, {met:,} of "
        f"{possible:,} conditions that they can meet; --coverage shows the table"
    )


def _groups(conditions: Sequence[str], width: int) -> Iterator[list[str]]:
    group: list[str] = []
    left = width
    for condition in conditions:
        needed = _GAP + max(_NUMBER_WIDTH, *(len(word) for word in condition.split()))
        if group and needed > left:
            yield group
            group, left = [], width
        group.append(condition)
        left -= needed
    yield group
