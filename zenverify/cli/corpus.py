"""``zenverify corpus``: what is in a corpus, and keeping it in order."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import (
    corpus_option,
    engine_option,
    json_option,
    setting,
    verbose_option,
)
from zenverify.errors import UsageError

if TYPE_CHECKING:
    from zenverify.corpus.baseline import Baseline
    from zenverify.corpus.entry import Entry
    from zenverify.engines.protocol import Engine

_EXIT_FAILED = 2

_EXAMPLES = """\b
Examples:
  zenverify corpus list --open                       what is known to fail
  zenverify corpus show corpus/zen/tanh.argument-0.8c1f03ab92d4.json
  zenverify corpus merge nightly/corpus              bring in what another run found
  zenverify corpus check --write                     canonical files, as a formatter does it
  zenverify corpus add --engine torch --from-baseline known.json
"""


@click.group(epilog=_EXAMPLES)
def corpus() -> None:
    """List, add, merge and check the entries of a regression corpus."""


paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@corpus.command("list")
@paths_argument
@corpus_option
@click.option("--open", "only_open", is_flag=True, help="Only what is known to fail.")
@setting("--ops", metavar="A,B", help="Only what blames these operations.")
@json_option
@verbose_option
@click.pass_context
def list_entries(
    context: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    only_open: bool,
    as_json: bool,
    **_: Any,
) -> int:
    """List entries: status, culprit, file.

    PATHS are entries and directories; the corpus by default.
    """
    from zenverify.output.json.lines import print_json
    from zenverify.output.model.printable import printable

    settings = resolve(context)
    wanted = settings["ops"]
    entries = _Entries(paths or (settings["corpus"],))
    for path, entry in entries:
        if only_open and entry.status != "open":
            continue
        if wanted is not None and entry.blame.operation not in wanted:
            continue
        if as_json:
            print_json(_data(path, entry))
        else:
            said = f": {entry.reason}" if entry.reason else ""
            click.echo(printable(f"{entry.status:<7}{entry.bucket}  {path}{said}"))
    return entries.exit_code


@corpus.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@verbose_option
@click.pass_context
def show(context: click.Context, /, *, paths: tuple[Path, ...], as_json: bool) -> int:
    """Show entries whole: the graph with its values, the culprit, what people say of it."""
    from zenverify.output.json.lines import print_json
    from zenverify.output.model.printable import printable
    from zenverify.output.terminal.entry import entry_lines

    resolve(context)
    entries = _Entries(paths)
    for path, entry in entries:
        if as_json:
            print_json(_data(path, entry))
        else:
            for line in entry_lines(path, entry):
                click.echo(printable(line))
    return entries.exit_code


@corpus.command()
@paths_argument
@engine_option
@corpus_option
@click.option(
    "--from-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Run the engine until it has met what FILE records, and make open entries of that.",
)
@setting("-n", "--graphs", metavar="N", help="With --from-baseline: so many graphs.")
@setting("--seed", metavar="N", help="With --from-baseline: the seed.  [default: a fresh one]")
@click.option("--open", "as_open", is_flag=True, help="It is known to fail: say why, and where.")
@click.option("--reason", default="", metavar="TEXT", help="Why the entries are kept.")
@click.option("--note", default="", metavar="TEXT", help="What else there is to say.")
@click.option(
    "--link", default="", metavar="URL", help="Where it is discussed; a baseline's own comes first."
)
@verbose_option
@click.pass_context
def add(
    context: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    from_baseline: Path | None,
    as_open: bool,
    reason: str,
    note: str,
    link: str,
    **_: Any,
) -> int:
    """Add cases that an engine gets wrong.

    PATHS are files that hold a case (`Case.to_json`) or an entry. The engine is held against each,
    and what it gets wrong now becomes an entry of its own. Where it gets nothing wrong there is
    nothing to add, and the exit code is 1.
    """
    from zenverify.corpus.entry import EntryStatus
    from zenverify.engines import registry

    settings = resolve(context)
    if as_open and not (reason.strip() and link.strip()):
        raise UsageError("--open needs a --reason and a --link")
    if from_baseline is None and not paths:
        raise UsageError("nothing to add: name files, or give --from-baseline")
    engine = registry.load(settings["engine"])
    label = registry.file_label(settings["engine"], engine.name)
    status = EntryStatus.OPEN if as_open else EntryStatus.FIXED
    said = {"status": status, "reason": reason, "note": note, "link": link}
    code = _add_cases(engine, label, settings["corpus"], paths, said)
    if from_baseline is not None:
        code = _add_baseline(engine, label, settings, from_baseline, link) or code
    return code


def _add_cases(
    engine: Engine, label: str, corpus: Path, paths: Iterable[Path], said: dict[str, Any]
) -> int:
    from zenverify.corpus.adding import entry_of_case
    from zenverify.corpus.entry import read_case
    from zenverify.corpus.upkeep import merge_entry
    from zenverify.output.model.printable import printable

    code = 0
    for path in paths:
        entry = entry_of_case(engine, label, read_case(path))
        if entry is None:
            click.echo(printable(f"{path}: {label} gets nothing wrong in it"), err=True)
            code = 1
            continue
        click.echo(printable(f"added {merge_entry(corpus, replace(entry, **said))}"))
    return code


def _add_baseline(
    engine: Engine, label: str, settings: dict[str, Any], path: Path, link: str
) -> int:
    """Make open entries of what a baseline records; 1 if something did not come up."""
    from zenverify.corpus.adding import migrated, operations_of, reopened, without_link
    from zenverify.corpus.baseline import read_baseline
    from zenverify.corpus.upkeep import entries_of, merge_entry
    from zenverify.corpus.writing import engine_folder
    from zenverify.output.model.numbers import counted
    from zenverify.output.model.printable import printable

    baseline = read_baseline(path, engine.name)
    lacking = next(without_link(baseline), None)
    if lacking is not None and not link.strip():
        raise UsageError(f"{path}: {lacking} has no link, which an open entry needs: give --link")
    folder = engine_folder(settings["corpus"], label)
    there = entries_of([folder]) if folder.is_dir() else iter(())
    old = [one[1] for one in there if isinstance(one, tuple)]
    found = migrated(baseline, label, _buckets(engine, baseline, settings), link)
    entries = [*(new for _, new in reopened(old, baseline, link)), *found.entries]
    written = {merge_entry(settings["corpus"], entry) for entry in entries}
    for one in sorted(written):
        click.echo(printable(f"open: {one}"))
    met = {known for entry in entries if (known := baseline.recorded(entry.bucket)) is not None}
    unmet = [one for one in found.unmet if one not in met]
    for known in unmet:
        click.echo(printable(f"not met: {known}; it stays in {path}"), err=True)
    operations = operations_of(baseline, engine)
    click.echo(
        f"{counted(len(written), 'open entry', 'open entries')} of "
        f"{counted(len(baseline.failures), 'failure', 'failures')} of "
        f"{counted(len(operations), 'operation', 'operations')}",
        err=True,
    )
    return 1 if unmet else 0


def _buckets(engine: Engine, baseline: Baseline, settings: dict[str, Any]) -> Iterator[Any]:
    """The failures of a run that draws the operations of a baseline only."""
    from zenverify.corpus.adding import operations_of
    from zenverify.verification.campaign import campaign
    from zenverify.verification.campaign.options import CampaignOptions
    from zenverify.verification.events import RunFinished

    operations = operations_of(baseline, engine)
    if not operations:
        return
    seed = secrets.randbits(32) if settings["seed"] is None else settings["seed"]
    given = {} if settings["graphs"] is None else {"graphs": settings["graphs"]}
    for event in campaign.run(engine, CampaignOptions(seed=seed, operators=operations, **given)):
        if isinstance(event, RunFinished):
            yield from event.buckets


@corpus.command()
@paths_argument
@engine_option
@corpus_option
@dry_option
@verbose_option
@click.pass_context
def minimise(context: click.Context, /, *, paths: tuple[Path, ...], dry_run: bool, **_: Any) -> int:
    """Reduce entries that an engine fails to smaller ones that show the same.

    PATHS are entries and directories; the corpus by default. The smaller entry takes the place of
    the larger one, with what people said of it. What passes stays as it is.
    """
    from zenverify.atomic import write_text
    from zenverify.corpus.adding import minimised
    from zenverify.corpus.writing import entry_name, entry_text
    from zenverify.engines import registry
    from zenverify.output.model.printable import printable

    settings = resolve(context)
    engine = registry.load(settings["engine"])
    entries = _Entries(paths or (settings["corpus"],))
    for path, entry in entries:
        small = minimised(engine, entry)
        if small is None or entry_name(small) == entry_name(entry):
            why = "nothing is wrong in it now" if small is None else "it is as small as can be"
            click.echo(printable(f"{path}: {why}"), err=True)
            continue
        if dry_run:
            click.echo(printable(f"{path}: would become {entry_name(small)}"))
            continue
        smaller = path.with_name(f"{entry_name(small)}.json")
        write_text(smaller, entry_text(small))
        path.unlink()
        click.echo(printable(f"{path}: now {smaller}"))
    return entries.exit_code


@corpus.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@corpus_option
@verbose_option
@click.pass_context
def merge(context: click.Context, /, *, sources: tuple[Path, ...], **_: Any) -> int:
    """Bring the entries of other corpora into this one.

    There are no conflicts: equal cases are one entry, whatever the order. Of what people said of
    it, something stands against nothing, fixed against open, and the longer text.
    """
    from zenverify.corpus.upkeep import merge_entry
    from zenverify.errors import CaseFormatError
    from zenverify.output.model.numbers import counted
    from zenverify.output.model.printable import printable

    target = resolve(context)["corpus"]
    entries = _Entries(sources)
    merged = set()
    for _path, entry in entries:
        try:
            merged.add(merge_entry(target, entry))
        except CaseFormatError as error:
            entries.refuse(str(error))
    number = counted(len(merged), "entry", "entries")
    click.echo(printable(f"{number} merged into {target}"), err=True)
    return entries.exit_code


@corpus.command()
@paths_argument
@corpus_option
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=4,
    metavar="N",
    help="So many entries of one kind stay, the smallest ones.  [default: 4]",
)
@dry_option
@verbose_option
@click.pass_context
def prune(
    context: click.Context, /, *, paths: tuple[Path, ...], keep: int, dry_run: bool, **_: Any
) -> int:
    """Remove entries that others make superfluous.

    Those that are there twice, and of each kind (verdict, operation, argument, condition, pass,
    exception) all but the smallest ones. What has a reason, a note or a link, or is open, stays.
    """
    from zenverify.corpus.upkeep import superfluous
    from zenverify.output.model.printable import printable

    entries = _Entries(paths or (resolve(context)["corpus"],))
    for path, why in superfluous(list(entries), keep):
        click.echo(printable(f"{'would remove' if dry_run else 'removed'} {path}: {why}"))
        if not dry_run:
            path.unlink()
    return entries.exit_code


@corpus.command()
@paths_argument
@corpus_option
@click.option("--write", is_flag=True, help="Put in order what is an entry and not in order.")
@verbose_option
@click.pass_context
def check(context: click.Context, /, *, paths: tuple[Path, ...], write: bool, **_: Any) -> int:
    """Read every entry, without an engine, and say what is not as it would be written.

    Exit code: 0 all in order, 1 something is not in the form that is written now, is named
    otherwise or is there twice, 2 a file is no entry.
    """
    from zenverify.corpus.upkeep import repair, shortcomings
    from zenverify.output.model.numbers import counted
    from zenverify.output.model.printable import printable

    entries = _Entries(paths or (resolve(context)["corpus"],))
    found = dict(entries)
    wrong = 0
    for one in list(shortcomings(list(found.items()))):
        wrong += 1
        if write:
            repair(one, found[one.path])
        state = ", and was put in order" if write else ""
        click.echo(printable(f"{one.path}: {one.message}{state}"))
    click.echo(f"{counted(len(found), 'entry', 'entries')}, {wrong} out of order", err=True)
    return entries.exit_code or (1 if wrong else 0)


class _Entries:
    """Entries as they are read; a file that is none is told, and counts in the exit code."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = paths
        self.exit_code = 0

    def __iter__(self) -> Iterator[tuple[Path, Entry]]:
        from zenverify.corpus.upkeep import Refused, entries_of

        for found in entries_of(self._paths):
            if isinstance(found, Refused):
                self.refuse(f"{found.path}: {found.message}")
            else:
                yield found

    def refuse(self, message: str) -> None:
        from zenverify.output.model.printable import printable

        self.exit_code = _EXIT_FAILED
        click.echo(printable(f"malformed: {message}"), err=True)


def _data(path: Path, entry: Entry) -> dict[str, Any]:
    from zenverify.corpus.writing import entry_to_data

    return {"path": str(path), **entry_to_data(entry)}
