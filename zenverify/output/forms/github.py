"""Annotations that a runner of GitHub's shows beside the code; the summary is Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zenverify.output.forms.told import Told, safe
from zenverify.output.model.run import RunModel

_MOST = 10
"""Annotations of a kind that a step may have."""


def workflow_commands(model: RunModel, found: tuple[Told, ...]) -> Iterator[str]:
    """One workflow command per cause, on a line of its own."""
    first = {one.cause: one for one in reversed(found)}
    for _, one in sorted(first.items())[:_MOST]:
        kind = "notice" if one.discrepancy.known else "error"
        properties = [f"title={_property(one.title)}"]
        if one.source is not None:
            path = Path(one.source.file)
            below = model.directory or Path.cwd()
            path = path.relative_to(below) if path.is_relative_to(below) else path
            properties.insert(
                0, f"file={_property(safe(str(path)))},line={max(one.source.line, 1)}"
            )
        text = one.sentence if not one.replay else f"{one.sentence} {one.replay}"
        yield f"::{kind} {','.join(properties)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
