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
    json_option,
    quiet_option,
    verbose_option,
)

_EXAMPLES = """\b
Examples:
  zenverify replay                             the whole corpus
  zenverify replay corpus/zen/                 the entries of one engine
  zenverify replay --engine torch failures/    another engine, another corpus
"""


@click.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@engine_option
@corpus_option
@json_option
@quiet_option
@verbose_option
@click.pass_context
def replay(
    context: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> int:
    """Verify the entries of a regression corpus.

    PATHS are entries, and directories that are searched for entries; the corpus by default. An
    entry passes if all witnesses agree.

    Exit code: 0 all pass, 1 an entry fails, 2 none could be verified or one could not be read,
    130 interrupted.
    """
    from zenverify.corpus.replay import replay as replay_entries
    from zenverify.engines import registry
    from zenverify.output.terminal.replay import ReplayOutput

    settings = resolve(context)
    output = ReplayOutput(
        as_json=as_json, quiet=quiet, verbose=context.ensure_object(Invocation).verbose
    )
    engine = registry.load(settings["engine"])
    for outcome in replay_entries(paths or (settings["corpus"],), engine):
        output.add(outcome)
    return output.finish()
