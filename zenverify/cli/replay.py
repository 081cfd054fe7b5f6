"""``zenverify replay``: the regression corpus, verified again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import (
    Invocation,
    corpus_option,
    engine_option,
    jobs_option,
    json_option,
    quiet_option,
    strict_option,
    verbose_option,
)

_EXAMPLES = """\b
Examples:
  zenverify replay                             the whole corpus
  zenverify replay corpus/zen/                 the entries of one engine
  zenverify replay --engine torch failures/    another engine, another corpus
  zenverify replay -j 4                        in four processes
"""


@click.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@engine_option
@corpus_option
@jobs_option("Replay in N processes.")
@strict_option("an entry could not be decided.")
@json_option
@quiet_option
@verbose_option
@click.pass_context
def replay(
    context: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    jobs: int,
    strict: bool,
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> int:
    """Verify the entries of a regression corpus.

    PATHS are entries, and directories that are searched for entries; the corpus by default. An
    entry passes if all witnesses agree. One that is open must fail, and is gone where it passes.

    Exit code: 0 all are as they should be, 1 an entry fails or is gone, or with --strict is not
    decided, 2 none could be verified or one could not be read, 130 interrupted.
    """
    from zenverify.corpus.parallel import replay_in_processes
    from zenverify.corpus.replay import replay as replay_entries
    from zenverify.engines import registry
    from zenverify.output.terminal.replay import ReplayOutput

    settings = resolve(context)
    verbose = context.ensure_object(Invocation).verbose
    output = ReplayOutput(as_json=as_json, quiet=quiet, verbose=verbose, strict=strict)
    engine = registry.load(settings["engine"])
    wanted = paths or (settings["corpus"],)
    if jobs == 1:
        outcomes = replay_entries(wanted, engine)
    else:
        outcomes = replay_in_processes(wanted, settings["engine"], jobs)
    for outcome in outcomes:
        output.add(outcome)
    return output.finish()
