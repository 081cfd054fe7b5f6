"""Lists on the terminal or as JSON: operations, engines, faults."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from rich.console import Console
from rich.table import Table

from zenverify.engines.registry import EngineInfo
from zenverify.faults.catalogue import Fault
from zenverify.graph.sweep import exercise_of
from zenverify.operators.operator import Operator
from zenverify.output.json.lines import print_json
from zenverify.output.terminal.consoles import results_console
from zenverify.output.terminal.tables import print_table

_ONE_LINE = 1000
"""Columns that any row fits in: what a program reads has a line per row."""


def show_operators(declared: Sequence[Operator], *, as_json: bool) -> None:
    """Family by family: signature, domain, kinks, in how many ways it is called, what it is."""
    if as_json:
        for operator in declared:
            print_json(_operator_data(operator))
        return
    table = Table("operation", "domain", "kinks", "calls", "what it is", box=None)
    for family in dict.fromkeys(operator.family for operator in declared):
        table.add_row(family.upper())
        for operator in declared:
            if operator.family == family:
                table.add_row(
                    f"  {operator.signature}",
                    ", ".join(_domains(operator)),
                    ", ".join(operator.kinks),
                    _exercised(operator),
                    operator.summary,
                )
    _print_paged(table)


def show_engines(available: Sequence[EngineInfo], *, as_json: bool) -> None:
    """Each engine with its version, or how to install it."""
    if as_json:
        for info in available:
            print_json(dataclasses.asdict(info))
        return
    table = Table("engine", "version", "what it is", box=None)
    for info in available:
        table.add_row(info.name, info.version or f"not installed: {info.install}", info.summary)
    print_table(results_console(), table)


def show_faults(known: Sequence[Fault], *, as_json: bool) -> None:
    """Each fault with its class, and what is wrong."""
    if as_json:
        for fault in known:
            print_json(_fault_data(fault))
        return
    table = Table("fault", "class", "what is wrong", box=None)
    for fault in known:
        table.add_row(fault.name, fault.mutant.kind, fault.mutant.name)
    _print_paged(table)


def _print_paged(table: Table) -> None:
    """Page by page on a terminal, as the user's pager does."""
    console = _console()
    with console.pager() if console.is_terminal else nullcontext():
        print_table(console, table)


def _console() -> Console:
    """The console of results; where a program reads them, one that breaks no row."""
    console = results_console()
    if not console.is_terminal:
        console.width = _ONE_LINE
    return console


def _operator_data(operator: Operator) -> dict[str, Any]:
    exercise = exercise_of(operator)
    return {
        "name": operator.name,
        "family": operator.family,
        "signature": operator.signature,
        "summary": operator.summary,
        "domains": _domains(operator),
        "kinks": list(operator.kinks),
        "attributes": list(operator.attribute_names),
        "calls": {
            "exercised": 0 if operator.decides else exercise.calls,
            "all": exercise.all_calls,
        },
        "attribute_combinations": {
            "exercised": exercise.combinations,
            "all": exercise.all_combinations,
        },
    }


def _fault_data(fault: Fault) -> dict[str, Any]:
    return {
        "name": fault.name,
        "class": fault.mutant.kind,
        "operation": fault.operation,
        "argument": fault.mutant.argument,
        "what": fault.mutant.name,
    }


def _exercised(operator: Operator) -> str:
    """``"53 of 105"``, ``"40 (12)"``."""
    if operator.decides is not None:
        return "in conditions"
    one = exercise_of(operator)
    calls = _share(one.calls, one.all_calls)
    if not operator.attribute_names:
        return calls
    return f"{calls} ({_share(one.combinations, one.all_combinations)})"


def _share(some: int, every: int) -> str:
    return str(some) if some == every else f"{some} of {every}"


def _domains(operator: Operator) -> list[str]:
    return [argument.domain for argument in operator.arguments if argument.domain]
