"""Known failures of an engine: recorded with a reason, and accepted by a run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zenverify.atomic import write_text
from zenverify.errors import UsageError
from zenverify.verification.events import RunFinished
from zenverify.verification.verdict import ACCUMULATION

FORMAT = 1
"""The version of the file format; a reader refuses any other."""

_ANY_CONDITION = " (*)"
_BUCKET = re.compile(r"([A-Z_]+): (\w+)(, argument \d+)?( \((.+)\))?")
_FIELDS = {"format", "engine", "version", "failures"}
_FAILURE_FIELDS = {"bucket", "reason", "link"}


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """A bucket that is accepted.

    Attributes
    ----------
    bucket
        Its name, as a run prints it. With ``(*)`` for its condition it stands for those of every
        condition.
    reason
        Why it is accepted.
    link
        Where its authors know of it; may be empty.
    """

    bucket: str
    reason: str
    link: str = ""

    def covers(self, bucket: str) -> bool:
        """Whether a run's bucket is this one."""
        if not self.bucket.endswith(_ANY_CONDITION):
            return bucket == self.bucket
        return _without_condition(bucket) == self.bucket.removesuffix(_ANY_CONDITION)


def _without_condition(bucket: str) -> str:
    match = _BUCKET.fullmatch(bucket)
    return bucket if match is None else f"{match[1]}: {match[2]}{match[3] or ''}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known failures of one version of an engine."""

    engine: str
    version: str
    failures: tuple[KnownFailure, ...]

    def settled(self, end: RunFinished) -> RunFinished:
        """The end of a run, of which recorded failures are accepted.

        Its exit code is 1 only for failures that are not recorded. A recorded one is called gone if
        its operation was verified and it did not come up.
        """
        known = {
            bucket.key: found
            for bucket in end.buckets
            if (found := self._recorded(bucket.key)) is not None
        }
        seen = set(known.values())
        verified = set(end.coverage) | {ACCUMULATION}
        gone = tuple(
            one.bucket
            for one in self.failures
            if one not in seen and _operation(one.bucket) in verified
        )
        new = [b for b in end.buckets if b.finding.verdict.is_failure and b.key not in known]
        accepted = end.exit_code == 1 and not new
        reasons = {key: _explained(one) for key, one in known.items()}
        return replace(end, exit_code=0 if accepted else end.exit_code, known=reasons, gone=gone)

    def _recorded(self, bucket: str) -> KnownFailure | None:
        return next((one for one in self.failures if one.covers(bucket)), None)


def _operation(bucket: str) -> str:
    match = _BUCKET.fullmatch(bucket)
    assert match is not None
    return match[2]


def _explained(failure: KnownFailure) -> str:
    return f"{failure.reason} ({failure.link})" if failure.link else failure.reason


def baseline_of(
    engine: str, version: str, end: RunFinished, before: Baseline | None = None
) -> Baseline:
    """All failures of a run; what is recorded already keeps its reason, the others have none yet.

    Recorded failures of operations that the run did not verify are kept.
    """
    old = () if before is None else before.failures
    verified = set(end.coverage) | {ACCUMULATION}
    keys = [bucket.key for bucket in end.buckets if bucket.finding.verdict.is_failure]
    kept = [
        one for one in old if any(map(one.covers, keys)) or _operation(one.bucket) not in verified
    ]
    new = [KnownFailure(key, "") for key in keys if not any(one.covers(key) for one in kept)]
    return Baseline(engine, version, tuple(sorted([*kept, *new], key=lambda one: one.bucket)))


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file; a person fills in the reasons.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    failures = [
        {"bucket": one.bucket, "reason": one.reason, "link": one.link} for one in baseline.failures
    ]
    data = {
        "format": FORMAT,
        "engine": baseline.engine,
        "version": baseline.version,
        "failures": failures,
    }
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def read_baseline(path: Path, engine: str, *, reasons: bool = True) -> Baseline:
    """Read the known failures of an engine.

    Parameters
    ----------
    path
        The file.
    engine
        The engine's name; the file must be of the same one.
    reasons
        Whether each failure must have a reason.

    Raises
    ------
    UsageError
        If the file cannot be read, a field is missing, unknown or of a wrong kind, a reason is
        empty, or it is of another engine.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"baseline {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"baseline {path}: not JSON: {error}") from error
    where = f"baseline {path}"
    _check_fields(where, data, _FIELDS)
    if data["format"] != FORMAT:
        raise UsageError(f"{where}: format is {data['format']!r}, expected {FORMAT}")
    for name in ("engine", "version"):
        _check_kind(where, name, data[name], str, "text")
    if data["engine"] != engine:
        raise UsageError(f"{where}: it is of engine {data['engine']!r}, this is {engine!r}")
    _check_kind(where, "failures", data["failures"], list, "a list")
    failures = [
        _failure(f"{where}: failures[{i}]", one, reasons) for i, one in enumerate(data["failures"])
    ]
    return Baseline(engine, data["version"], tuple(failures))


def _failure(where: str, data: Any, reasons: bool) -> KnownFailure:
    _check_fields(where, data, _FAILURE_FIELDS)
    for name in sorted(_FAILURE_FIELDS):
        _check_kind(where, name, data[name], str, "text")
    if _BUCKET.fullmatch(data["bucket"]) is None:
        raise UsageError(
            f"{where}: bucket is {data['bucket']!r}, expected what a run prints, such as "
            "'ENGINE_WRONG: tanh, argument 0'"
        )
    if reasons and not data["reason"].strip():
        raise UsageError(f"{where}: {data['bucket']} has no reason: say why it is accepted")
    return KnownFailure(data["bucket"], data["reason"], data["link"])


def _check_fields(where: str, data: Any, expected: set[str]) -> None:
    if not isinstance(data, dict):
        raise UsageError(f"{where}: expected an object, got {type(data).__name__}")
    if wrong := sorted(expected ^ set(data)):
        state = "is missing" if wrong[0] in expected else "is unknown"
        raise UsageError(f"{where}: {wrong[0]!r} {state}; it has {', '.join(sorted(expected))}")


def _check_kind(where: str, name: str, value: Any, kind: type, expected: str) -> None:
    if not isinstance(value, kind):
        raise UsageError(f"{where}: {name} is of type {type(value).__name__}, expected {expected}")
