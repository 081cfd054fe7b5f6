"""Verify the entries of a corpus again: what is fixed must pass, what is open must fail."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.corpus.entry import Entry, EntryStatus, read_entry
from zenverify.errors import CaseFormatError, UsageError
from zenverify.verification.verdict import BucketKey, Verdict
from zenverify.verification.verify import verify_case

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine
    from zenverify.verification.verify import CaseResult


class Status(StrEnum):
    """What became of one file."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    """It fails, and is known to."""
    GONE = "gone"
    """It is known to fail, and does not: somebody has to say so in the entry."""
    UNDECIDED = "undecided"
    """The engine lacks an operation, or no witness could decide: neither a pass nor a failure."""
    MALFORMED = "malformed"
    ERROR = "error"
    """Reading or verifying it failed by a fault of this program."""


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """One file of the corpus, replayed.

    Attributes
    ----------
    path
        The file.
    status
        Whether the engine agrees with the truth now, and whether it has to.
    verdict
        The case's verdict; None if the file could not be read.
    message
        What is wrong, or why nothing can be said; empty for a pass.
    bucket
        The bucket that a run finds it in; None if the file could not be read.
    """

    path: Path
    status: Status
    verdict: Verdict | None
    message: str
    bucket: BucketKey | None = None


def find_entries(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The files among the paths, and the ``*.json`` files below the directories, sorted.

    Yields
    ------
    path
        The file.
    refusal
        Why it is not read: a link that leads out of the directory, nowhere, or to a directory.
        Empty for all others.

    Raises
    ------
    UsageError
        If a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(_below(path))
        elif os.path.lexists(path):
            yield path, ""
        else:
            raise UsageError(f"{path}: no such file or directory")


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    whole = root.resolve()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            found = list(folder.iterdir())
        except OSError as error:
            yield folder, f"cannot be listed: {error.strerror}"
            continue
        for path in found:
            if path.is_symlink():
                refusal = _refused_link(path, whole)
                if refusal is not None:
                    yield path, refusal
            elif path.is_dir():
                waiting.append(path)
            elif path.suffix == ".json":
                yield path, ""


def _refused_link(path: Path, root: Path) -> str | None:
    """Why a link is not read, empty if it is; None if nobody would take it for an entry."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere" if path.suffix == ".json" else None
    if target.is_dir():
        return "a link to a folder, which is not followed"
    if path.suffix != ".json":
        return None
    return "" if target.is_relative_to(root) else f"a link that leads out of {root}"


def replay(paths: Iterable[Path], engine: Engine) -> Iterator[ReplayOutcome]:
    """Verify every entry; a file that cannot be read does not stop the others.

    Parameters
    ----------
    paths
        Files, and directories that are searched recursively.
    engine
        The engine to hold against the entries, whichever engine they were found with.

    Raises
    ------
    UsageError
        If a path does not exist.
    """
    for path, refusal in find_entries(paths):
        yield replay_found(path, refusal, engine)


def replay_found(path: Path, refusal: str, engine: Engine) -> ReplayOutcome:
    """Verify one of the files that `find_entries` gave, unless it is refused."""
    if refusal:
        return ReplayOutcome(path, Status.MALFORMED, None, refusal)
    return replay_file(path, engine)


def replay_file(path: Path, engine: Engine) -> ReplayOutcome:
    """Verify one entry; whatever it holds, the answer is an outcome."""
    try:
        entry = read_entry(path)
    except CaseFormatError as error:
        message = str(error).removeprefix(f"{path}: ")
        return ReplayOutcome(path, Status.MALFORMED, None, message)
    except OSError as error:
        return ReplayOutcome(path, Status.MALFORMED, None, error.strerror or str(error))
    except Exception as error:  # noqa: BLE001  likewise: the others are replayed
        message = f"internal error on reading: {type(error).__name__}: {error}"
        return ReplayOutcome(path, Status.ERROR, None, message)
    try:
        result = verify_case(engine, entry.case)
    except Exception as error:  # noqa: BLE001  the entries that follow are replayed all the same
        message = f"internal error: {type(error).__name__}: {error}"
        return ReplayOutcome(path, Status.ERROR, None, message, entry.bucket)
    return judged(path, entry, result)


def judged(path: Path, entry: Entry, result: CaseResult) -> ReplayOutcome:
    """What an entry's verification says, held against what the entry asks for."""
    status, message = _status(result.verdict), _message(result)
    if entry.status is EntryStatus.OPEN and status is Status.PASSED:
        status = Status.GONE
        message = f"it passes now, and was known to fail: {entry.reason} ({entry.link})"
    elif entry.status is EntryStatus.OPEN and status is Status.FAILED:
        status, message = Status.OPEN, f"{entry.reason} ({entry.link})"
    return ReplayOutcome(path, status, result.verdict, message, entry.bucket)


def _status(verdict: Verdict) -> Status:
    if verdict is Verdict.AGREE:
        return Status.PASSED
    return Status.FAILED if verdict.is_failure else Status.UNDECIDED


def _message(result: CaseResult) -> str:
    if result.verdict is Verdict.AGREE:
        return ""
    said = [finding.message for finding in result.findings] or list(result.notes)
    return "; ".join(said) or f"the verdict is {result.verdict}"
