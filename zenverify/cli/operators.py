"""``zenverify operators``: the operations that can be verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zenverify.cli.options import json_option, verbose_option

if TYPE_CHECKING:
    from zenverify.operators.operator import Operator

_ONE_LINE = 1000
"""Columns that any row fits in: what a program reads has a row per operation."""

_EXAMPLES = """\b
Examples:
  zenverify operators
  zenverify operators --json
"""


@click.command(epilog=_EXAMPLES)
@json_option
@verbose_option
def operators(*, as_json: bool) -> int:
    """List the operations that can be verified, with their domains and kinks.

    The column "calls" says in how many ways a default run calls each operation by itself, and in
    brackets how many combinations of attributes are among them; "of" is what is left out, if
    anything is.
    """
    from zenverify.operators import catalogue
    from zenverify.output.json.lines import print_json

    declared = catalogue.all_operators()
    if as_json:
        for operator in declared:
            print_json(_to_data(operator))
    else:
        _print_tables(declared)
    return 0


def _to_data(operator: Operator) -> dict[str, Any]:
    from zenverify.graph.sweep import exercise_of

    exercise = exercise_of(operator)
    return {
        "name": operator.name,
        "family": operator.family,
        "signature": operator.signature,
        "summary": operator.summary,
        "domains": _domains(operator),
        "kinks": list(operator.kinks),
        "attributes": list(operator.attribute_names),
        "calls": {"exercised": exercise.calls, "all": exercise.all_calls},
        "attribute_combinations": {
            "exercised": exercise.combinations,
            "all": exercise.all_combinations,
        },
    }


def _exercised(operator: Operator) -> str:
    """``"53 of 105"``, ``"40 (12)"``."""
    from zenverify.graph.sweep import exercise_of

    one = exercise_of(operator)
    calls = _share(one.calls, one.all_calls)
    if not operator.attribute_names:
        return calls
    return f"{calls} ({_share(one.combinations, one.all_combinations)})"


def _share(some: int, every: int) -> str:
    return str(some) if some == every else f"{some} of {every}"


def _domains(operator: Operator) -> list[str]:
    return [argument.domain for argument in operator.arguments if argument.domain]


def _print_tables(declared: tuple[Operator, ...]) -> None:
    from rich.table import Table

    from zenverify.output.terminal.consoles import results_console
    from zenverify.output.terminal.tables import print_table

    console = results_console()
    if not console.is_terminal:
        console.width = _ONE_LINE
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
    print_table(console, table)
