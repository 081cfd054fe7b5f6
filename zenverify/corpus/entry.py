"""An entry of the corpus: a case that once failed, what was wrong, and what people say of it."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeVar

from zenverify.errors import CaseFormatError
from zenverify.graph.case import Case, case_from_data
from zenverify.verification.verdict import Blame, BucketKey, Pass, Verdict

FORMAT = 3
"""The version of the file format that is written; those before it are read too. Version 2 had a
message, the version of zenverify, and a reason only. Version 1 lacks pass, exception and function
besides."""

SIZE_LIMIT = 10_000_000
"""The largest file, in bytes, that is read: a minimised case takes a few hundred."""


class EntryStatus(StrEnum):
    """What an entry asks of the engine."""

    FIXED = "fixed"
    """It must pass: it was put right, or has to be."""
    OPEN = "open"
    """It must fail: it is known, for a reason that is given, and its authors know of it."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A case of the corpus.

    Attributes
    ----------
    name
        The file's name without its suffix; empty before it is written.
    case
        The graph, its leaf values and the cotangent.
    engine
        Which engine failed.
    verdict, blame
        What was wrong when the entry was written.
    during, exception, function
        As in `zenverify.verification.verdict.BucketKey`; the pass is None where it is not known.
    status
        Whether the engine must pass or, for a failure that is known, must fail.
    reason
        Why the entry is kept; of an open one, why the failure is accepted.
    note
        Whatever else a person has to say.
    link
        Where it is discussed; of an open one, where its authors know of it.
    """

    name: str
    case: Case
    engine: str
    verdict: Verdict
    blame: Blame
    during: Pass | None = Pass.REVERSE
    exception: str = ""
    function: str = ""
    status: EntryStatus = EntryStatus.FIXED
    reason: str = ""
    note: str = ""
    link: str = ""

    @property
    def bucket(self) -> BucketKey:
        """The bucket of a run in which this is found again."""
        return BucketKey(
            self.verdict,
            self.blame.operation,
            self.blame.argument,
            self.blame.condition,
            self.during or Pass.REVERSE,
            self.exception,
            self.function,
        )


def read_entry(path: Path) -> Entry:
    """Read an entry.

    Raises
    ------
    CaseFormatError
        If the file is no entry; the message names the file, the field and what it expected.
    OSError
        If the file cannot be opened.
    """
    try:
        return _entry_from_data(read_json(path), path.stem)
    except CaseFormatError as error:
        raise CaseFormatError(f"{path}: {error}") from error
    except RecursionError:
        raise CaseFormatError(f"{path}: not an entry: nested too deeply") from None


def read_case(path: Path) -> Case:
    """Read the case of an entry, or a case by itself.

    Raises
    ------
    CaseFormatError
        If the file is neither; the message names the file, the field and what it expected.
    OSError
        If the file cannot be opened.
    """
    try:
        data = read_json(path)
        if isinstance(data, dict) and "case" not in data:
            return case_from_data(data)
        return _entry_from_data(data, path.stem).case
    except CaseFormatError as error:
        raise CaseFormatError(f"{path}: {error}") from error
    except RecursionError:
        raise CaseFormatError(f"{path}: not a case: nested too deeply") from None


def read_json(path: Path) -> Any:
    """What a file holds, as JSON.

    Raises
    ------
    CaseFormatError
        If it is too large, no file, no JSON, or has a key twice; the message does not name it.
    OSError
        If the file cannot be opened.
    RecursionError
        If it is nested too deeply.
    """
    with _opened(path) as file:
        content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise CaseFormatError(f"expected at most {SIZE_LIMIT:,} bytes")
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
        )
    except ValueError as error:
        raise CaseFormatError(f"not JSON: {error}") from error


def _opened(path: Path) -> BinaryIO:
    """A file that is open; a FIFO, which would wait for a writer, or a device is refused."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO"}
        raise CaseFormatError(f"expected a file, got {kinds.get(stat.S_IFMT(mode), 'a device')}")
    return os.fdopen(number, "rb")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        duplicate = next(name for name, count in counts.items() if count > 1)
        raise CaseFormatError(f"{_short(duplicate)} is there twice in one object")
    return data


def _no_constant(text: str) -> NoReturn:
    raise CaseFormatError(f"{text} is not JSON; write the number as hexadecimal text")


def _entry_from_data(data: Any, name: str) -> Entry:
    if not isinstance(data, dict):
        raise CaseFormatError(f"expected an object, got {type(data).__name__}")
    version = data.get("format")
    if type(version) is not int or version not in _FIELDS:
        *older, last = map(str, sorted(_FIELDS))
        expected = f"{', '.join(older)} or {last}"
        raise CaseFormatError(f"format: expected {expected}, got {_short(version)}")
    unknown = sorted(set(data) - _FIELDS[version])
    if unknown:
        raise CaseFormatError(f"unknown key {_short(unknown[0])}")
    for field in _FIELDS[version] & _DROPPED:
        _read_text(data, field)
    blame = _read_blame(data)
    raised: dict[str, Any] = (
        {} if version == 1 else {f: _read_text(data, f) for f in ("exception", "function")}
    )
    # Where one derivative was blamed, it was the reverse pass.
    unsaid = None if blame.argument is None else Pass.REVERSE
    return Entry(
        name=name,
        case=_read_case(data),
        engine=_read_text(data, "engine"),
        verdict=_one_of(data, "verdict", Verdict),
        blame=blame,
        during=unsaid if version == 1 else _read_pass(data),
        **raised,
        **_read_remarks(data),
    )


_DROPPED = {"message", "zenverify"}
_REMARKS = ("reason", "note", "link")
_CONTENT = {"format", "engine", "verdict", "operation", "argument", "condition", "node", "case"}
_RAISED = {"during", "exception", "function"}
_FIELDS = {
    1: _CONTENT | _DROPPED | {"reason"},
    2: _CONTENT | _RAISED | _DROPPED | {"reason"},
    FORMAT: _CONTENT | _RAISED | {"status", *_REMARKS},
}


def _read_remarks(data: dict[str, Any]) -> dict[str, Any]:
    """What people say of an entry; each of it may be left out."""
    said = {field: _read_text(data, field) if field in data else "" for field in _REMARKS}
    status = _one_of(data, "status", EntryStatus) if "status" in data else EntryStatus.FIXED
    if status is EntryStatus.OPEN:
        for field, needed in (("reason", "why it is accepted"), ("link", "where it is known")):
            if not said[field].strip():
                raise CaseFormatError(f"{field}: an entry that is open says {needed}")
    return {"status": status, **said}


def _read_case(data: dict[str, Any]) -> Case:
    if "case" not in data:
        raise CaseFormatError("case: missing")
    try:
        return case_from_data(data["case"])
    except CaseFormatError as error:
        raise CaseFormatError(f"case: {error}") from error


def _read_text(data: dict[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str):
        raise CaseFormatError(f"{field}: expected text, got {_short(value)}")
    return value


Named = TypeVar("Named", bound=StrEnum)


def _one_of(data: dict[str, Any], field: str, kind: type[Named]) -> Named:
    text = _read_text(data, field)
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(kind)
        raise CaseFormatError(f"{field}: expected one of {known}, got {_short(text)}") from None


def _read_pass(data: dict[str, Any]) -> Pass | None:
    if "during" in data and data["during"] is None:
        return None
    return _one_of(data, "during", Pass)


def _read_blame(data: dict[str, Any]) -> Blame:
    node, argument = data.get("node"), data.get("argument")
    if type(node) is not int or node < 0:
        raise CaseFormatError(f"node: expected a node's position, got {_short(node)}")
    if argument is not None and (type(argument) is not int or argument < 0):
        raise CaseFormatError(f"argument: expected a position or null, got {_short(argument)}")
    return Blame(node, _read_text(data, "operation"), argument, _read_text(data, "condition"))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
