"""Writing entries: one small canonical file for each case, named by culprit and content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from zenverify.atomic import create_text
from zenverify.corpus.entry import FORMAT, Entry, read_json
from zenverify.errors import CaseFormatError
from zenverify.graph.case import Case, case_to_data
from zenverify.verification.events import Finding

_NAME_LIMIT = 80
_WIDTH = 96

_BESIDE = frozenset({"format", "message", "zenverify", "status", "reason", "note", "link"})
"""What does not make an entry the one it is: the form, who found it, and what people say."""

_FLOAT = re.compile(r"(-?0x[0-9a-f]+(?:\.[0-9a-f]*)?p[+-]?[0-9]+)(?: \([0-9a-z.+-]{1,32}\))?")


def write_entry(directory: Path, entry: Entry) -> Path:
    """Write an entry to the folder of its engine, and return its path.

    It is named after its culprit and what it holds: the case, the verdict and the blame. Equal
    ones have the same name, and the first that is written stays, with what people added to it;
    different ones never share a name. Any number of processes may write at the same time. The file
    is either complete or not there.

    Parameters
    ----------
    directory
        The corpus; it is made if it does not exist.
    entry
        What to write; its name is not used.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    folder = engine_folder(directory, entry.engine)
    folder.mkdir(parents=True, exist_ok=True)
    text, content = entry_text(entry), _content(entry_to_data(entry))
    for path in _places(folder, entry):
        # A file of that name that holds something else was damaged, or put there by somebody.
        if create_text(path, text) or _holds(path, content):
            return path
    raise AssertionError("there are always more numbers")


def entry_text(entry: Entry) -> str:
    """The canonical form of an entry: equal ones give equal text."""
    return _laid_out(entry_to_data(entry), 0, 0) + "\n"


def entry_name(entry: Entry) -> str:
    """What the file of an entry is called, without its suffix."""
    blame = entry.blame
    argument = "" if blame.argument is None else f".argument-{blame.argument}"
    content = json.dumps(_content(entry_to_data(entry)), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return f"{_safe(blame.operation) or 'operation'}{argument}.{digest}"


def keep_failure(directory: Path, engine: str, finding: Finding, case: Case) -> Path:
    """Write what a campaign has found, and return its path."""
    return write_entry(directory, entry_of(engine, finding, case))


def entry_of(engine: str, finding: Finding, case: Case) -> Entry:
    """An entry that holds what a campaign has found."""
    return Entry(
        name="",
        case=case,
        engine=engine,
        verdict=finding.verdict,
        blame=finding.blame,
        during=finding.during,
        exception=finding.exception,
        function=finding.function,
    )


@dataclass(slots=True)
class Keeper:
    """Writes what a campaign finds; where it cannot be written the campaign goes on all the same.

    Attributes
    ----------
    directory
        The corpus.
    engine
        The engine's name in it.
    refusals
        Why findings could not be written, one reason for each of them.
    """

    directory: Path
    engine: str
    refusals: list[str] = field(default_factory=list)

    def __call__(self, finding: Finding, case: Case) -> Path | None:
        """Write a finding, and return its path; None if it could not be written."""
        try:
            return keep_failure(self.directory, self.engine, finding, case)
        except OSError as error:
            self.refusals.append(error.strerror or str(error))
            return None


def engine_folder(directory: Path, engine: str) -> Path:
    """Where the entries of an engine are."""
    return directory / (_safe(engine) or "engine")


def _places(folder: Path, entry: Entry) -> Iterator[Path]:
    name = entry_name(entry)
    yield folder / f"{name}.json"
    yield from (folder / f"{name}-{number}.json" for number in count(2))


def _safe(text: str) -> str:
    return re.sub("[^a-z0-9_]+", "-", text.lower()).strip("-")[:_NAME_LIMIT]


def entry_to_data(entry: Entry) -> dict[str, Any]:
    """The entry as what `json` can write."""
    return {
        "format": FORMAT,
        "engine": entry.engine,
        "verdict": str(entry.verdict),
        "operation": entry.blame.operation,
        "argument": entry.blame.argument,
        "condition": entry.blame.condition,
        "during": None if entry.during is None else str(entry.during),
        "exception": entry.exception,
        "function": entry.function,
        "node": entry.blame.node,
        "case": case_to_data(entry.case),
        "status": str(entry.status),
        "reason": entry.reason,
        "note": entry.note,
        "link": entry.link,
    }


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """What makes an entry the one it is."""
    return {name: _exact(value) for name, value in data.items() if name not in _BESIDE}


def _exact(value: Any) -> Any:
    """The same whatever digits a float was written with, and without the decimals beside it."""
    match value:
        case dict():
            return {name: _exact(inner) for name, inner in value.items()}
        case list():
            return [_exact(inner) for inner in value]
        case str() if match := _FLOAT.fullmatch(value):
            with suppress(OverflowError):
                return float.fromhex(match[1]).hex()
    return value


def _holds(path: Path, content: dict[str, Any]) -> bool:
    """Whether a file is an entry of this content; it need not be one that can be replayed."""
    try:
        found = read_json(path)
        return isinstance(found, dict) and _content(found) == content
    except (CaseFormatError, OSError, RecursionError):
        return False


def _laid_out(value: Any, depth: int, before: int) -> str:
    """JSON in which what fits into a line stands in one.

    Parameters
    ----------
    value
        What to write.
    depth
        How deep it stands; its file breaks at the top.
    before
        How many characters stand before it in its line.
    """
    line = json.dumps(value)
    if not isinstance(value, dict | list) or not value:
        return line
    if depth and before + len(line) <= _WIDTH:
        return line
    inner = " " * (depth + 1)
    if isinstance(value, dict):
        keys = [f"{inner}{json.dumps(name)}: " for name in value]
        parts = [
            key + _laid_out(one, depth + 1, len(key))
            for key, one in zip(keys, value.values(), strict=True)
        ]
        opening, closing = "{}"
    else:
        parts = [inner + _laid_out(one, depth + 1, len(inner)) for one in value]
        opening, closing = "[]"
    return f"{opening}\n" + ",\n".join(parts) + f"\n{' ' * depth}{closing}"
