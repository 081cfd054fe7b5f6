"""Known failures of an engine: recorded with a reason, and accepted by a run."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from zenverify.atomic import write_text
from zenverify.errors import UsageError
from zenverify.verification.events import RunFinished
from zenverify.verification.verdict import ACCUMULATION, BucketKey, Pass, Verdict

FORMAT = 2
"""The version of the file format that is written. Version 1, which named a bucket by one text, is
read too."""

ANY: Final = "*"
"""Where a known failure leaves a part of the bucket open. The file leaves the field out."""

_FIELDS = {"format", "engine", "version", "failures"}
_NEEDED = {"verdict", "operation", "reason", "link"}
_OPEN = ("argument", "condition", "during", "exception", "function")
_OLD_FIELDS = {"bucket", "reason", "link"}


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """Buckets that are accepted: those that agree with each part that is not `ANY`.

    Attributes
    ----------
    verdict, operation, argument, condition, during, exception, function
        As in `zenverify.verification.verdict.BucketKey`.
    reason
        Why they are accepted.
    link
        Where its authors know of it; may be empty.
    """

    verdict: Verdict
    operation: str
    reason: str
    link: str = ""
    argument: int | Literal["*"] | None = ANY
    condition: str = ANY
    during: Pass | Literal["*"] = ANY
    exception: str = ANY
    function: str = ANY

    def covers(self, bucket: BucketKey) -> bool:
        """Whether a run's bucket is one of these."""
        same = (bucket.verdict, bucket.operation) == (self.verdict, self.operation)
        return same and all(
            wanted in (ANY, given)
            for wanted, given in zip(self._open, _open_parts(bucket), strict=True)
        )

    @property
    def _open(self) -> tuple[object, ...]:
        return _open_parts(self)

    def __str__(self) -> str:
        named = [
            f"{name} {value!r}" if value in ("", None) else f"{name} {value}"
            for name, value in zip(_OPEN, self._open, strict=True)
            if value != ANY
        ]
        return ", ".join([f"{self.verdict}: {self.operation}", *named])


def _open_parts(of: BucketKey | KnownFailure) -> tuple[object, ...]:
    return of.argument, of.condition, of.during, of.exception, of.function


def known_failure(bucket: BucketKey, reason: str = "", link: str = "") -> KnownFailure:
    """A known failure that is this very bucket."""
    return KnownFailure(
        bucket.verdict,
        bucket.operation,
        reason,
        link,
        argument=bucket.argument,
        condition=bucket.condition,
        during=bucket.during,
        exception=bucket.exception,
        function=bucket.function,
    )


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known failures of one version of an engine.

    Attributes
    ----------
    engine, version
        Of which engine.
    failures
        Those of a file.
    entries
        Those of the corpus's open entries. Whether one is gone is told by its replay.
    """

    engine: str
    version: str
    failures: tuple[KnownFailure, ...]
    entries: tuple[KnownFailure, ...] = ()

    def settled(self, end: RunFinished) -> RunFinished:
        """The end of a run, of which recorded failures are accepted.

        Its exit code is 1 only for failures that are not recorded. A recorded one is called gone if
        its operation was verified and it did not come up.
        """
        known = {
            bucket.key: found
            for bucket in end.buckets
            if (found := self.recorded(bucket.key)) is not None
        }
        seen = set(known.values())
        verified = set(end.coverage) | {ACCUMULATION}
        gone = tuple(
            str(one) for one in self.failures if one not in seen and one.operation in verified
        )
        new = [b for b in end.buckets if b.finding.verdict.is_failure and b.key not in known]
        accepted = end.exit_code == 1 and not new
        reasons = {key: _explained(one) for key, one in known.items()}
        return replace(end, exit_code=0 if accepted else end.exit_code, known=reasons, gone=gone)

    def recorded(self, bucket: BucketKey) -> KnownFailure | None:
        """The known failure that covers a bucket; None if it is new."""
        return next((one for one in (*self.failures, *self.entries) if one.covers(bucket)), None)


def _explained(failure: KnownFailure) -> str:
    return f"{failure.reason} ({failure.link})" if failure.link else failure.reason


def baseline_of(
    engine: str, version: str, end: RunFinished, before: Baseline | None = None
) -> Baseline:
    """All failures of a run; what is recorded already keeps its reason, the others have none yet.

    Recorded failures of operations that the run did not verify are kept. What an open entry of the
    corpus records is not recorded twice.
    """
    old = () if before is None else before.failures
    elsewhere = () if before is None else before.entries
    verified = set(end.coverage) | {ACCUMULATION}
    keys = [bucket.key for bucket in end.buckets if bucket.finding.verdict.is_failure]
    kept = [one for one in old if any(map(one.covers, keys)) or one.operation not in verified]
    # A record stands for every failure that has its parts in common.
    new = dict.fromkeys(
        known_failure(key)
        for key in keys
        if not any(one.covers(key) for one in (*kept, *elsewhere))
    )
    return Baseline(engine, version, tuple(sorted([*kept, *new], key=str)))


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file; a person fills in the reasons.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    data = {
        "format": FORMAT,
        "engine": baseline.engine,
        "version": baseline.version,
        "failures": [_failure_to_data(one) for one in baseline.failures],
    }
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def _failure_to_data(failure: KnownFailure) -> dict[str, Any]:
    parts = zip(_OPEN, _open_parts(failure), strict=True)
    named = {name: value for name, value in parts if value != ANY}
    return {
        "verdict": str(failure.verdict),
        "operation": failure.operation,
        **named,
        "reason": failure.reason,
        "link": failure.link,
    }


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
    version = data["format"]
    if type(version) is not int or version not in (1, FORMAT):
        raise UsageError(f"{where}: format is {version!r}, expected 1 or {FORMAT}")
    for name in ("engine", "version"):
        _check_kind(where, name, data[name], str, "text")
    if data["engine"] != engine:
        raise UsageError(f"{where}: it is of engine {data['engine']!r}, this is {engine!r}")
    _check_kind(where, "failures", data["failures"], list, "a list")
    read = _old_failure if version == 1 else _failure
    failures = []
    for i, one in enumerate(data["failures"]):
        failure = read(f"{where}: failures[{i}]", one)
        if reasons and not failure.reason.strip():
            raise UsageError(
                f"{where}: failures[{i}]: {failure} has no reason: say why it is accepted"
            )
        failures.append(failure)
    return Baseline(engine, data["version"], tuple(failures))


def _failure(where: str, data: Any) -> KnownFailure:
    _check_fields(where, data, _NEEDED, set(_OPEN))
    for name in data:
        if name != "argument":
            _check_kind(where, name, data[name], str, "text")
    argument = data.get("argument", ANY)
    if argument not in (None, ANY) and (type(argument) is not int or argument < 0):
        raise UsageError(f"{where}: argument is {argument!r}, expected a position or null")
    return KnownFailure(
        _one_of(where, "verdict", data["verdict"], Verdict),
        data["operation"],
        data["reason"],
        data["link"],
        argument=argument,
        condition=data.get("condition", ANY),
        during=_one_of(where, "during", data["during"], Pass) if "during" in data else ANY,
        exception=data.get("exception", ANY),
        function=data.get("function", ANY),
    )


def _old_failure(where: str, data: Any) -> KnownFailure:
    """One of version 1: ``VERDICT: operation[, argument N][ (condition)]``, ``(*)`` being any."""
    _check_fields(where, data, _OLD_FIELDS)
    for name in sorted(_OLD_FIELDS):
        _check_kind(where, name, data[name], str, "text")
    verdict, _, rest = data["bucket"].partition(": ")
    place, _, condition = rest.removesuffix(")").partition(" (")
    operation, _, argument = place.partition(", argument ")
    known = {str(one) for one in Verdict}
    digits = argument.isascii() and argument.isdecimal()
    again = f"{verdict}: {operation}{f', argument {argument}' if digits else ''}"
    again += f" ({condition})" if condition else ""
    if verdict not in known or not operation.isidentifier() or again != data["bucket"]:
        raise UsageError(
            f"{where}: bucket is {data['bucket']!r}, expected what a run printed, such as "
            "'ENGINE_WRONG: tanh, argument 0'"
        )
    return KnownFailure(
        Verdict(verdict),
        operation,
        data["reason"],
        data["link"],
        argument=int(argument) if digits else None,
        condition=condition or "always",
    )


Named = TypeVar("Named", bound=StrEnum)


def _one_of(where: str, name: str, value: str, kind: type[Named]) -> Named:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise UsageError(f"{where}: {name} is {value!r}, expected one of {known}") from None


def _check_fields(
    where: str, data: Any, needed: set[str], optional: Set[str] = frozenset()
) -> None:
    if not isinstance(data, dict):
        raise UsageError(f"{where}: expected an object, got {type(data).__name__}")
    wrong = sorted((needed - set(data)) | (set(data) - needed - optional))
    if wrong:
        state = "is missing" if wrong[0] in needed else "is unknown"
        known = ", ".join(sorted(needed | optional))
        raise UsageError(f"{where}: {wrong[0]!r} {state}; it has {known}")


def _check_kind(where: str, name: str, value: Any, kind: type, expected: str) -> None:
    if not isinstance(value, kind):
        raise UsageError(f"{where}: {name} is of type {type(value).__name__}, expected {expected}")
