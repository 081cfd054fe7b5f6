"""What engines do at kinks, ties and edges, side by side on the terminal or as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.table import Table

from zenverify.engines import registry
from zenverify.operators import catalogue
from zenverify.output.json.data import to_data
from zenverify.output.json.lines import print_json
from zenverify.output.terminal.consoles import results_console
from zenverify.verification.conventions import PLACES, Convention, KinkOrEdge, conventions_of

_PLAIN = {"smooth", "infinite", "nan", "finite"}
"""Choices that the number itself tells."""

_SHARED = {"equal shares", "first", "last", "one of them", "each in full", "none"}
"""Choices that tell more than the numbers."""


def show_conventions(specs: Sequence[str], *, as_json: bool) -> None:
    """Print one row per place and one column per engine, or a line of JSON for each.

    Raises
    ------
    UsageError
        If there is no such engine, or it is not installed.
    """
    engines = [registry.load(spec) for spec in specs]
    found = [list(conventions_of(engine)) for engine in engines]
    if as_json:
        for engine, conventions in zip(engines, found, strict=True):
            for convention in conventions:
                print_json({"engine": engine.name, "version": engine.version} | to_data(convention))
        return
    table = Table("at", "gradient of", "slopes", box=None)
    for engine in engines:
        table.add_column(f"{engine.name} {engine.version}")
    for place, *conventions in zip(PLACES, *found, strict=True):
        cells = [_cell(convention) for convention in conventions]
        table.add_row(str(place), _argument(place), _slopes(conventions[0]), *cells)
    results_console().print(table)


def _argument(place: KinkOrEdge) -> str:
    return catalogue.get(place.operation).argument(place.argument).name


def _slopes(convention: Convention) -> str:
    """From the left, from the right; of one element, where all have the same."""
    sides = list(dict.fromkeys(zip(convention.left, convention.right, strict=True)))
    return "; ".join("undefined" if math.isnan(a) else _pair(a, b) for a, b in sides)


def _pair(left: float, right: float) -> str:
    return f"{left:.4g}" if left == right else f"{left:.4g}, {right:.4g}"


def _cell(convention: Convention) -> str:
    if convention.choice == "not offered":
        return "-"
    if convention.choice in _SHARED:
        return convention.choice
    numbers = ", ".join(dict.fromkeys(f"{number + 0.0:.4g}" for number in convention.gradient))
    return numbers if convention.choice in _PLAIN else f"{convention.choice} {numbers}"
