"""``zenverify engines``: the engines that can be verified."""

from __future__ import annotations

import click

from zenverify.cli.options import json_option, verbose_option
from zenverify.errors import UsageError

_EXAMPLES = """\b
Examples:
  zenverify engines
  zenverify engines --json
  zenverify engines --check my/engine.py:engine
  zenverify engines --conventions torch --conventions jax
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--check",
    "checked",
    metavar="ENGINE",
    help="Say what the adapter of this engine gets wrong, in place of the list.",
)
@click.option(
    "--conventions",
    "compared",
    metavar="ENGINE",
    multiple=True,
    help="Show what this engine does at kinks, ties and edges; give it again to compare several.",
)
@json_option
@verbose_option
def engines(*, checked: str | None, compared: tuple[str, ...], as_json: bool) -> int:
    """List the engines that can be verified, check the adapter of one, or compare their choices.

    Exit code: 0 done, 1 the adapter has problems, 2 could not do the job.
    """
    if checked is not None and compared:
        raise UsageError("--check and --conventions do not go together: give one of them")
    if compared:
        from zenverify.output.terminal.conventions import show_conventions

        show_conventions(compared, as_json=as_json)
        return 0
    if checked is not None:
        return _check(checked, as_json=as_json)
    from zenverify.engines import registry
    from zenverify.output.terminal.listings import show_engines

    show_engines(registry.available(), as_json=as_json)
    return 0


def _check(spec: str, *, as_json: bool) -> int:
    from zenverify.engines import conformance, registry
    from zenverify.output.json.lines import print_json
    from zenverify.output.model.numbers import counted
    from zenverify.output.terminal.consoles import messages_console, results_console

    engine = registry.load(spec)
    problems = conformance.check(engine)
    for problem in problems:
        if as_json:
            print_json({"problem": problem})
        else:
            results_console().print(problem, soft_wrap=True)
    count = counted(len(problems), "problem") if problems else "No problem"
    messages_console(quiet=False).print(
        f"{count} with the adapter of {engine.name} {engine.version}, "
        f"{len(engine.operators)} operations"
    )
    return 1 if problems else 0
