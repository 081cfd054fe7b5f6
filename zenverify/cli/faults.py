"""``zenverify faults``: the faults that can be planted into an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import engine_option, json_option, verbose_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from zenverify.engines.faults import Fault

    Row: TypeAlias = tuple[Fault, str]

_EXAMPLES = """\b
Examples:
  zenverify faults --of tanh
  zenverify faults --of accumulation
  zenverify faults --of tanh --equivalent
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
@click.option(
    "--equivalent",
    is_flag=True,
    help="Only those that are none, with the reason: they can never change a number.",
)
@json_option
@verbose_option
@click.pass_context
def faults(
    context: click.Context,
    /,
    *,
    operations: str | None,
    equivalent: bool,
    as_json: bool,
    **_: Any,
) -> int:
    """List the faults that can be planted into an engine, to see them found.

    Each is the engine's own rule, or its walk over the graph, with one thing made wrong. A name
    says where: the operation, the argument whose derivative is wrong, and what is wrong with it.
    Faults of rules can be planted into engines whose adapter has `mutants`.

    A few are none: a rule that does not read an operand cannot be wrong by reading another one.
    `--equivalent` lists those of which that is proven; for all operations it takes two minutes.
    """
    from zenverify.engines import registry
    from zenverify.engines.faults import faults_of

    engine = registry.load(resolve(context)["engine"])
    wanted = None if operations is None else [one.strip() for one in operations.split(",")]
    known = list(faults_of(engine, wanted))
    if equivalent:
        shown = [(fault, reason) for fault in known if (reason := fault.mutant.equivalent())]
    else:
        shown = [(fault, "") for fault in known]
    if as_json:
        _print_json(shown)
    else:
        _print_table(shown, "why it is none" if equivalent else "")
    return 0


def _print_json(shown: Sequence[Row]) -> None:
    from zenverify.output.json.lines import print_json

    for fault, reason in shown:
        mutant = fault.mutant
        entry = {
            "name": fault.name,
            "class": mutant.kind,
            "operation": fault.operation,
            "argument": mutant.argument,
            "what": mutant.name,
        }
        print_json({**entry, "equivalent": reason} if reason else entry)


def _print_table(shown: Sequence[Row], last: str) -> None:
    from rich.table import Table

    from zenverify.output.terminal.consoles import results_console

    console = results_console()
    if not console.is_terminal:
        console.width = max(console.width, *(_width(*row) for row in shown), 0)
    table = Table("fault", "class", "what is wrong", *([last] if last else []), box=None)
    for fault, reason in shown:
        cells = (fault.name, fault.mutant.kind, fault.mutant.name)
        table.add_row(*cells, *([reason] if last else []))
    console.print(table)


def _width(fault: Fault, reason: str) -> int:
    """Columns that hold the longest name, class and text beside each other."""
    return len(fault.name) + len(fault.mutant.name) + len(reason) + 60
