"""Tables that never break a word, however narrow the terminal."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table

_INDENT = "  "


def print_table(console: Console, table: Table) -> None:
    """Print a table of texts; where it does not fit, each row as lines, a heading before each cell.

    Columns that must not wrap are those with ``no_wrap``; of others, words stay whole.
    """
    sides = table.padding[1] + table.padding[3]
    needed = sum(_least_width(column) + sides for column in table.columns)
    if needed <= console.width:
        console.print(table)
        return
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        first, *rest = map(str, cells)
        console.print(first, soft_wrap=True)
        for column, cell in zip(table.columns[1:], rest, strict=True):
            if cell:
                console.print(f"{_INDENT}{column.header}: {cell}", soft_wrap=True)


def _least_width(column: Column) -> int:
    texts = [str(column.header), *map(str, column.cells)]
    parts = texts if column.no_wrap else [word for text in texts for word in text.split()]
    return max(map(cell_len, parts), default=0)
