"""Verify the entries of a corpus again: what is fixed must pass, what is open must fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.corpus.entry import Entry, EntryStatus, read_entry
from zenverify.corpus.files import find_entries
from zenverify.errors import CaseFormatError
from zenverify.verification.verdict import BucketKey, Verdict
from zenverify.verification.verify import verify_case

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine
    from zenverify.verification.events import Finding
    from zenverify.verification.verify import CaseResult


class ReplayStatus(StrEnum):
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
    status: ReplayStatus
    verdict: Verdict | None
    message: str
    bucket: BucketKey | None = None


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
        return ReplayOutcome(path, ReplayStatus.MALFORMED, None, refusal)
    return replay_file(path, engine)


def replay_file(path: Path, engine: Engine) -> ReplayOutcome:
    """Verify one entry; whatever it holds, the answer is an outcome."""
    try:
        entry = read_entry(path)
    except CaseFormatError as error:
        message = str(error).removeprefix(f"{path}: ")
        return ReplayOutcome(path, ReplayStatus.MALFORMED, None, message)
    except OSError as error:
        return ReplayOutcome(path, ReplayStatus.MALFORMED, None, error.strerror or str(error))
    except Exception as error:  # noqa: BLE001  likewise: the others are replayed
        message = f"internal error on reading: {type(error).__name__}: {error}"
        return ReplayOutcome(path, ReplayStatus.ERROR, None, message)
    try:
        result = verify_case(engine, entry.case)
    except Exception as error:  # noqa: BLE001  the entries that follow are replayed all the same
        message = f"internal error: {type(error).__name__}: {error}"
        return ReplayOutcome(path, ReplayStatus.ERROR, None, message, entry.bucket)
    return judged(path, entry, result)


def judged(path: Path, entry: Entry, result: CaseResult) -> ReplayOutcome:
    """What an entry's verification says, held against what the entry asks for."""
    status, message = _status(result.verdict), _message(result)
    if entry.status is EntryStatus.OPEN and status is ReplayStatus.PASSED:
        status = ReplayStatus.GONE
        message = f"it passes now, and was known to fail: {entry.reason} ({entry.link})"
    elif entry.status is EntryStatus.OPEN and status is ReplayStatus.FAILED:
        if any(_is_known(finding, entry) for finding in result.findings):
            status, message = ReplayStatus.OPEN, f"{entry.reason} ({entry.link})"
        else:
            known = f"{entry.bucket}, {entry.reason} ({entry.link})"
            message = f"it fails in another way than is known ({known}): {message}"
    return ReplayOutcome(path, status, result.verdict, message, entry.bucket)


def _is_known(finding: Finding, entry: Entry) -> bool:
    """Whether a failure is the one that an open entry records, as far as it says."""
    now, known = finding.bucket, entry.bucket
    alike = now.verdict is known.verdict or {now.verdict, known.verdict} <= _OF_SIZE
    raised = (now.exception, now.function), (known.exception, known.function)
    return (
        alike
        and (now.operation, now.argument) == (known.operation, known.argument)
        and entry.during in (None, now.during)
        and (not known.exception or raised[0] == raised[1])
    )


_OF_SIZE = frozenset({Verdict.ENGINE_WRONG, Verdict.INACCURATE})
"""What a wrong number is called, by how far it is off."""


def _status(verdict: Verdict) -> ReplayStatus:
    if verdict is Verdict.AGREE:
        return ReplayStatus.PASSED
    return ReplayStatus.FAILED if verdict.is_failure else ReplayStatus.UNDECIDED


def _message(result: CaseResult) -> str:
    if result.verdict is Verdict.AGREE:
        return ""
    said = [finding.message for finding in result.findings] or list(result.notes)
    return "; ".join(said) or f"the verdict is {result.verdict}"
