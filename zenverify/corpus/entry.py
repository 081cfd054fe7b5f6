"""An entry of the regression corpus: a case that once failed, and what was wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import zenverify
from zenverify.atomic import create_text
from zenverify.errors import CaseFormatError
from zenverify.graph.case import Case, case_from_data, case_to_data
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Pass, Verdict

FORMAT = 2
"""The version of the file format that is written. Version 1 is read too: it lacks pass, exception
and function."""

SIZE_LIMIT = 10_000_000
"""The largest file, in bytes, that is read: a minimised case takes a few hundred."""

_NAME_LIMIT = 80

_BESIDE = frozenset({"format", "message", "zenverify", "reason"})


@dataclass(frozen=True, eq=False)
class Entry:
    """A case of the corpus.

    Attributes
    ----------
    name
        The file's name without its suffix; empty before it is written.
    case
        The graph, its leaf values and the cotangent.
    engine, zenverify_version
        Which engine failed, and who found it.
    verdict, blame, message
        What was wrong when the entry was written.
    during, exception, function
        As in `zenverify.verification.verdict.BucketKey`; the pass is None where it is not known.
    reason
        Why the entry is kept, where a person has something to add; empty otherwise.
    """

    name: str
    case: Case
    engine: str
    verdict: Verdict
    blame: Blame
    message: str
    zenverify_version: str
    reason: str = ""
    during: Pass | None = Pass.REVERSE
    exception: str = ""
    function: str = ""


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
        return _entry_from_data(_parse(path), path.stem)
    except CaseFormatError as error:
        raise CaseFormatError(f"{path}: {error}") from error
    except RecursionError:
        raise CaseFormatError(f"{path}: not an entry: nested too deeply") from None


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
    folder = directory / (_safe(entry.engine) or "engine")
    folder.mkdir(parents=True, exist_ok=True)
    data = _entry_to_data(entry)
    text = json.dumps(data, indent=1) + "\n"
    name = _file_name(entry, data)
    for number in count(1):
        path = folder / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
        # A file of that name that holds something else was damaged, or put there by somebody.
        if create_text(path, text) or _holds(path, data):
            return path
    raise AssertionError("there are always more numbers")


def keep_failure(directory: Path, engine: str, finding: Finding, case: Case) -> Path:
    """Write what a campaign has found, and return its path."""
    return write_entry(
        directory,
        Entry(
            name="",
            case=case,
            engine=engine,
            verdict=finding.verdict,
            blame=finding.blame,
            message=finding.message,
            zenverify_version=zenverify.__version__,
            during=finding.during,
            exception=finding.exception,
            function=finding.function,
        ),
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


def _file_name(entry: Entry, data: dict[str, Any]) -> str:
    blame = entry.blame
    argument = "" if blame.argument is None else f".argument-{blame.argument}"
    content = json.dumps(_content(data), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return f"{_safe(blame.operation) or 'operation'}{argument}.{digest}"


def _safe(text: str) -> str:
    return re.sub("[^a-z0-9_]+", "-", text.lower()).strip("-")[:_NAME_LIMIT]


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """What makes an entry the one it is: not who found it, in which words, and what people add."""
    return {name: value for name, value in data.items() if name not in _BESIDE}


def _holds(path: Path, data: dict[str, Any]) -> bool:
    """Whether a file is an entry of the same content; it need not be one that can be replayed."""
    try:
        found = _parse(path)
    except (CaseFormatError, OSError, RecursionError):
        return False
    return isinstance(found, dict) and _content(found) == _content(data)


def _entry_to_data(entry: Entry) -> dict[str, Any]:
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
        "message": entry.message,
        "zenverify": entry.zenverify_version,
        "case": case_to_data(entry.case),
        "reason": entry.reason,
    }


def _opened(path: Path) -> BinaryIO:
    """A file that is open; a FIFO, which would wait for a writer, or a device is refused."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO"}
        raise CaseFormatError(f"expected a file, got {kinds.get(stat.S_IFMT(mode), 'a device')}")
    return os.fdopen(number, "rb")


def _parse(path: Path) -> Any:
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
        raise CaseFormatError(f"format: expected 1 or {FORMAT}, got {_short(version)}")
    unknown = sorted(set(data) - _FIELDS[version])
    if unknown:
        raise CaseFormatError(f"unknown key {_short(unknown[0])}")
    blame = _read_blame(data)
    raised = {} if version == 1 else {f: _read_text(data, f) for f in ("exception", "function")}
    # Where one derivative was blamed, it was the reverse pass.
    unsaid = None if blame.argument is None else Pass.REVERSE
    return Entry(
        name=name,
        case=_read_case(data),
        engine=_read_text(data, "engine"),
        verdict=_read_verdict(data),
        blame=blame,
        during=unsaid if version == 1 else _read_pass(data),
        **raised,
        message=_read_text(data, "message"),
        zenverify_version=_read_text(data, "zenverify"),
        reason=_read_text(data, "reason"),
    )


_COMMON_FIELDS = {
    "format",
    "engine",
    "verdict",
    "operation",
    "argument",
    "condition",
    "node",
    "message",
    "reason",
    "zenverify",
    "case",
}
_FIELDS = {1: _COMMON_FIELDS, FORMAT: _COMMON_FIELDS | {"during", "exception", "function"}}


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


def _read_verdict(data: dict[str, Any]) -> Verdict:
    text = _read_text(data, "verdict")
    try:
        return Verdict(text)
    except ValueError:
        known = ", ".join(Verdict)
        raise CaseFormatError(f"verdict: expected one of {known}, got {_short(text)}") from None


def _read_pass(data: dict[str, Any]) -> Pass | None:
    if "during" in data and data["during"] is None:
        return None
    text = _read_text(data, "during")
    try:
        return Pass(text)
    except ValueError:
        known = ", ".join(Pass)
        raise CaseFormatError(f"during: expected one of {known}, got {_short(text)}") from None


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
