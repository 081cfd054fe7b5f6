"""An entry of a corpus as lines of text: culprit, graph, what people say, how to replay it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zenverify.corpus.entry import Entry
from zenverify.engines.registry import DEFAULT
from zenverify.output.model.commands import replay_command
from zenverify.output.model.listing import marked_listing


def entry_lines(path: Path, entry: Entry, engine_spec: str | None = None) -> Iterator[str]:
    """The lines that show an entry.

    Parameters
    ----------
    path
        Its file.
    entry
        What it holds.
    engine_spec
        What ``--engine`` takes, for the command; by default what the entry was found with.
    """
    yield str(path)
    yield f"  {entry.status}: {entry.bucket}  [{entry.engine}]"
    for name in ("reason", "note", "link"):
        if said := getattr(entry, name):
            yield f"  {name:<8}{said}"
    yield from graph_lines(entry)
    yield f"  {replay_command(str(path), engine_spec or entry.engine or DEFAULT)}"


def graph_lines(entry: Entry) -> Iterator[str]:
    """The graph with its values, and the culprit marked."""
    for line, marked in marked_listing(entry.case, entry.blame.node):
        yield f"    {line}    <- here" if marked else f"    {line}"
