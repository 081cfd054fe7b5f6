"""Verify the entries of a corpus again: an engine that is right now agrees with all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.corpus.entry import read_entry
from zenverify.errors import CaseFormatError, UsageError
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine
    from zenverify.verification.verify import CaseResult


class Status(StrEnum):
    """What became of one file."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    """The engine lacks an operation, or no witness could decide: neither a pass nor a failure."""
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """One file of the corpus, replayed.

    Attributes
    ----------
    path
        The file.
    status
        Whether the engine agrees with the truth now.
    verdict
        The case's verdict; None if the file could not be read.
    message
        What is wrong, or why nothing can be said; empty for a pass.
    """

    path: Path
    status: Status
    verdict: Verdict | None
    message: str


def find_entries(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among the paths, and the ``*.json`` files below the directories, sorted.

    Raises
    ------
    UsageError
        If a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*.json") if found.is_file())
        elif path.exists():
            yield path
        else:
            raise UsageError(f"{path}: no such file or directory")


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
    for path in find_entries(paths):
        yield replay_file(path, engine)


def replay_file(path: Path, engine: Engine) -> ReplayOutcome:
    """Verify one entry."""
    try:
        entry = read_entry(path)
    except CaseFormatError as error:
        message = str(error).removeprefix(f"{path}: ")
        return ReplayOutcome(path, Status.MALFORMED, None, message)
    except OSError as error:
        return ReplayOutcome(path, Status.MALFORMED, None, error.strerror or str(error))
    result = verify_case(engine, entry.case)
    return ReplayOutcome(path, _status(result.verdict), result.verdict, _message(result))


def _status(verdict: Verdict) -> Status:
    if verdict is Verdict.AGREE:
        return Status.PASSED
    return Status.FAILED if verdict.is_failure else Status.UNDECIDED


def _message(result: CaseResult) -> str:
    if result.verdict is Verdict.AGREE:
        return ""
    said = [finding.message for finding in result.findings] or list(result.notes)
    return "; ".join(said) or f"the verdict is {result.verdict}"
