"""``zenverify faults``: the faults that can be planted into an engine."""

from __future__ import annotations

from typing import Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import engine_option, json_option, verbose_option

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
    from zenverify.output.terminal.listings import show_faults

    engine = registry.load(resolve(context)["engine"])
    wanted = None if operations is None else [one.strip() for one in operations.split(",")]
    known = list(faults_of(engine, wanted))
    show_faults(known, as_json=as_json)
    return 0
