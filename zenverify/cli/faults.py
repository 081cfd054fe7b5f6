"""``zenverify faults``: the faults that can be planted into an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import engine_option, json_option, verbose_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zenverify.faults.catalogue import Fault

_EXAMPLES = """\b
Examples:
  zenverify faults --of tanh
  zenverify faults --of accumulation
  zenverify faults --json | wc -l
  zenverify run --plant tanh/0/sign
"""


@click.command(epilog=_EXAMPLES)
@engine_option
@click.option(
    "--of",
    "operations",
    metavar="A,B",
    help="Of these operations only; `accumulation` and `broadcasting` have faults too.",
)
@json_option
@verbose_option
@click.pass_context
def faults(
    context: click.Context,
    /,
    *,
    operations: str | None,
    as_json: bool,
    **_: Any,
) -> int:
    """List the faults that can be planted into an engine, to see them found.

    Each is the engine's own rule, or its walk over the graph, with one thing made wrong. A name
    says where: the operation, the argument whose derivative is wrong, and what is wrong with it.
    They can be planted into the Zen engine, and into any whose adapter has a method `mutants`.

    About a tenth can never change a number: a rule that does not read an operand cannot be wrong by
    reading another one.
    """
    from zenverify.engines import registry
    from zenverify.faults.catalogue import faults_of

    engine = registry.load(resolve(context)["engine"])
    wanted = None if operations is None else [one.strip() for one in operations.split(",")]
    known = list(faults_of(engine, wanted))
    if as_json:
        _print_json(known)
    else:
        _print_table(known)
    return 0


def _print_json(shown: Sequence[Fault]) -> None:
    from zenverify.output.json.lines import print_json

    for fault in shown:
        mutant = fault.mutant
        entry = {
            "name": fault.name,
            "class": mutant.kind,
            "operation": fault.operation,
            "argument": mutant.argument,
            "what": mutant.name,
        }
        print_json(entry)


def _print_table(shown: Sequence[Fault]) -> None:
    from rich.table import Table

    from zenverify.output.terminal.consoles import results_console

    console = results_console()
    if not console.is_terminal:
        console.width = max(console.width, *map(_width, shown), 0)
    table = Table("fault", "class", "what is wrong", box=None)
    for fault in shown:
        table.add_row(fault.name, fault.mutant.kind, fault.mutant.name)
    console.print(table)


def _width(fault: Fault) -> int:
    """Columns that hold the longest name, class and text beside each other."""
    return len(fault.name) + len(fault.mutant.name) + 60
