"""``zenverify accuracy``: where digits are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import (
    engine_option,
    jobs_option,
    json_option,
    quiet_option,
    setting,
    verbose_option,
)
from zenverify.errors import UsageError

if TYPE_CHECKING:
    from zenverify.accuracy.record import Accuracy
    from zenverify.engines.protocol import Engine
    from zenverify.operators.operator import Operator

_EXAMPLES = """\b
Examples:
  zenverify accuracy                        every operation, in both precisions
  zenverify accuracy tanh log1p -n 10000    two of them, searched for longer
  zenverify accuracy --engine torch --dtype float32
  zenverify accuracy --max-digits-lost 3    exit code 1 if a formula loses more
"""


@click.command(epilog=_EXAMPLES)
@click.argument("operations", nargs=-1, metavar="[OPERATION]...")
@engine_option
@click.option(
    "--dtype",
    type=click.Choice(["float64", "float32"]),
    help="Only in this precision.  [default: all that the engine has]",
)
@click.option(
    "-n",
    "--evaluations",
    type=click.IntRange(min=1),
    metavar="N",
    help="Measure N numbers per operation and precision.  [default: 1000]",
)
@setting("--seed", metavar="N", help="Search from the inputs of this seed.  [default: 1]")
@jobs_option("Search in N processes: the same rows, sooner.")
@click.option(
    "--max-digits-lost",
    type=click.FloatRange(min=0),
    metavar="N",
    help="Fail if more decimal digits are lost that a better formula would keep.",
)
@json_option
@quiet_option
@verbose_option
@click.pass_context
def accuracy(
    context: click.Context,
    /,
    *,
    operations: tuple[str, ...],
    dtype: str | None,
    evaluations: int | None,
    jobs: int,
    max_digits_lost: float | None,
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> int:
    """Search for the inputs where an engine's operations lose most digits.

    A row says, for a value or a gradient, how large an error was found: in units of u * S, which
    is what a verdict is about; in units in the last place; and in decimal digits that a better
    formula would keep. The last is the error divided by how far the exact result moves when the
    inputs do by a rounding error. From two digits on it is a finding, and no failure.

    Exit code: 0 done, 1 a number fails its check or --max-digits-lost is exceeded, 2 could not do
    the job, 130 interrupted.
    """
    from zenverify.accuracy.operations import DEFAULT_EVALUATIONS, DEFAULT_SEED, search_operations
    from zenverify.accuracy.parallel import search_in_processes
    from zenverify.engines import registry
    from zenverify.engines.protocol import limits_of
    from zenverify.output.json.accuracy import accuracy_to_data
    from zenverify.output.json.lines import print_json
    from zenverify.output.terminal.accuracy import print_accuracies, print_findings, shown
    from zenverify.output.terminal.consoles import messages_console, results_console

    settings = resolve(context)
    engine = registry.load(settings["engine"])
    wanted = _wanted(engine, operations)
    dtypes = limits_of(engine).dtypes if dtype is None else (dtype,)
    if dtype is not None and dtype not in limits_of(engine).dtypes:
        listed = ", ".join(limits_of(engine).dtypes)
        raise UsageError(f"engine {engine.name!r} has no {dtype}; it has {listed}")
    messages = messages_console(quiet=quiet)
    rows: list[Accuracy] = []
    count = evaluations or DEFAULT_EVALUATIONS
    seed = DEFAULT_SEED if settings["seed"] is None else settings["seed"]
    if jobs == 1:
        found = search_operations(engine, wanted, dtypes, evaluations=count, seed=seed)
    else:
        names = [operator.name for operator in wanted]
        spec = settings["engine"]
        found = search_in_processes(spec, names, dtypes, jobs, evaluations=count, seed=seed)
    with shown(messages, len(wanted) * len(dtypes)) as advance:
        for row in found:
            advance(row)
            rows.append(row)
            if as_json:
                print_json(accuracy_to_data(row))
    if not as_json:
        if not quiet:
            print_accuracies(results_console(), rows)
        print_findings(results_console(), rows)
    missing = [one.name for one in _declared() if one.name not in engine.operators]
    if missing and not operations:
        messages.print(f"not offered   {', '.join(missing)}", soft_wrap=True)
    failed = any(row.verdict.is_failure for row in rows)
    exceeded = max_digits_lost is not None and any(
        row.digits_lost > max_digits_lost for row in rows
    )
    return 1 if failed or exceeded else 0


def _wanted(engine: Engine, names: tuple[str, ...]) -> list[Operator]:
    from zenverify.operators import catalogue

    if not names:
        return [one for one in _declared() if one.name in engine.operators]
    wanted = [catalogue.get(name) for name in dict.fromkeys(names)]
    for operator in wanted:
        if operator.name not in engine.operators:
            raise UsageError(
                f"engine {engine.name!r} does not offer the operator {operator.name!r}"
            )
    return wanted


def _declared() -> tuple[Operator, ...]:
    from zenverify.operators import catalogue

    return catalogue.all_operators()
