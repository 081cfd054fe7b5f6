"""Known failures: accepted where recorded, told where gone; bad files refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.prepared import FINDING, finished, small_case
from zenverify.corpus.baseline import (
    ANY,
    Baseline,
    KnownFailure,
    baseline_of,
    read_baseline,
    write_baseline,
)
from zenverify.errors import UsageError
from zenverify.verification.events import Bucket, RunFinished
from zenverify.verification.verdict import BucketKey, Pass, Verdict

SEEN = BucketKey(Verdict.ENGINE_WRONG, "tanh", 0)
OTHER = replace(SEEN, condition="broadcast")
TANH = KnownFailure(Verdict.ENGINE_WRONG, "tanh", "so it is", argument=0, condition="always")


def end(*buckets: BucketKey) -> RunFinished:
    found = tuple(Bucket(key, FINDING, small_case(), 3, 1, None) for key in buckets)
    return finished(exit_code=1 if found else 0, buckets=found)


def baseline(*failures: KnownFailure) -> Baseline:
    return Baseline("zen", "0.1.0", failures)


def of_any(verdict: Verdict, operation: str) -> KnownFailure:
    return KnownFailure(verdict, operation, "so it is", argument=None)


def test_a_recorded_failure_is_accepted_and_a_new_one_is_not() -> None:
    settled = baseline(TANH).settled(end(SEEN))
    assert (settled.exit_code, settled.known) == (0, {SEEN: "so it is"})
    settled = baseline(TANH).settled(end(SEEN, OTHER))
    assert (settled.exit_code, settled.known) == (1, {SEEN: "so it is"})


def test_a_bucket_may_stand_for_every_condition() -> None:
    settled = baseline(replace(TANH, condition=ANY)).settled(end(SEEN, OTHER))
    assert (settled.exit_code, set(settled.known)) == (0, {SEEN, OTHER})
    # No argument is an answer of its own: the operation's value is at fault.
    whole = of_any(Verdict.ENGINE_WRONG, "tanh")
    assert baseline(whole).settled(end(SEEN)).exit_code == 1
    assert baseline(replace(whole, argument=ANY)).settled(end(SEEN)).exit_code == 0


@pytest.mark.parametrize(
    "other",
    [
        {"verdict": Verdict.TIMEOUT},
        {"operation": "sum"},
        {"argument": 1},
        {"condition": "broadcast"},
        {"during": Pass.SECOND_REVERSE},
        {"exception": "ValueError"},
        {"function": "Tensor.dot"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_each_part_of_a_key_counts(other: dict[str, Any]) -> None:
    crash = BucketKey(
        Verdict.CRASH, "kron", None, "always", Pass.FORWARD, "RuntimeError", "Tensor.reshape"
    )
    known = baseline_of("zen", "1", end(crash))
    assert [one.covers(crash) for one in known.failures] == [True]
    assert not known.failures[0].covers(replace(crash, **other))


def test_a_recorded_failure_that_does_not_come_up_is_gone() -> None:
    accumulation = of_any(Verdict.STRUCTURE, "accumulation")
    unseen = of_any(Verdict.CRASH, "kron")
    # The run verified tanh, and the walk as every run does, but not kron.
    settled = baseline(TANH, accumulation, unseen).settled(end())
    assert settled.gone == (
        "ENGINE_WRONG: tanh, argument 0, condition always",
        "STRUCTURE: accumulation, argument None",
    )


def test_an_interrupted_run_stays_interrupted() -> None:
    settled = baseline(TANH).settled(replace(end(SEEN), exit_code=130))
    assert settled.exit_code == 130


def test_a_run_is_written_down_and_reasons_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    kron = of_any(Verdict.CRASH, "kron")
    write_baseline(path, baseline_of("zen", "0.2.0", end(SEEN, OTHER), baseline(TANH, kron)))
    read = read_baseline(path, "zen", reasons=False)
    assert read.version == "0.2.0"
    new = KnownFailure(
        Verdict.ENGINE_WRONG,
        "tanh",
        "",
        "",
        0,
        "broadcast",
        Pass.REVERSE,
        exception="",
        function="",
    )
    assert read.failures == (kron, TANH, new)
    with pytest.raises(
        UsageError, match=r"failures\[2\]: ENGINE_WRONG: tanh, argument 0, condition"
    ):
        read_baseline(path, "zen")


def test_what_is_gone_is_not_written_again() -> None:
    assert baseline_of("zen", "1", end(), baseline(TANH)).failures == ()


@pytest.mark.parametrize(
    "text, read",
    [
        ("ENGINE_WRONG: tanh, argument 0", TANH),
        ("ENGINE_WRONG: tanh, argument 0 (*)", replace(TANH, condition=ANY)),
        ("ENGINE_WRONG: tanh, argument 0 (a (b))", replace(TANH, condition="a (b)")),
        ("CRASH: kron (*)", of_any(Verdict.CRASH, "kron")),
    ],
)
def test_files_of_version_1_are_read(tmp_path: Path, text: str, read: KnownFailure) -> None:
    path = tmp_path / "known.json"
    failure = {"bucket": text, "reason": "so it is", "link": ""}
    data = {"format": 1, "engine": "zen", "version": "1", "failures": [failure]}
    path.write_text(json.dumps(data), encoding="utf-8")
    old = read_baseline(path, "zen")
    assert old.failures == (read,)
    write_baseline(path, old)
    assert read_baseline(path, "zen") == old
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == 2


def test_a_failure_of_version_1_that_nobody_can_read_is_told_why(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    for text in (
        "tanh",
        "WRONG: tanh",
        "CRASH: tanh, argument x",
        "CRASH: tanh (always",
        "CRASH: a b",
    ):
        failure = {"bucket": text, "reason": "r", "link": ""}
        data = {"format": 1, "engine": "zen", "version": "1", "failures": [failure]}
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(UsageError, match=r"failures\[0\]: bucket is .*, expected what a run"):
            read_baseline(path, "zen")


FAILURE = {"verdict": "CRASH", "operation": "tanh", "reason": "r", "link": ""}
GOOD: dict[str, Any] = {"format": 2, "engine": "zen", "version": "1", "failures": [FAILURE]}


@pytest.mark.parametrize(
    "data, message",
    [
        ([], "expected an object, got list"),
        ({**GOOD, "format": 3}, "format is 3, expected 1 or 2"),
        ({**GOOD, "engine": "jax"}, "it is of engine 'jax', this is 'zen'"),
        ({**GOOD, "version": 3}, "version is of type int, expected text"),
        ({**GOOD, "failures": {}}, "failures is of type dict, expected a list"),
        ({**GOOD, "extra": 1}, "'extra' is unknown"),
        ({"format": 2}, "'engine' is missing"),
        ({**GOOD, "failures": [3]}, r"failures\[0\]: expected an object, got int"),
        ({**GOOD, "failures": [{**FAILURE, "link": 3}]}, "link is of type int, expected text"),
        ({**GOOD, "failures": [{**FAILURE, "verdict": "X"}]}, "verdict is 'X', expected one of AG"),
        ({**GOOD, "failures": [{**FAILURE, "during": "X"}]}, "during is 'X', expected one of forw"),
        ({**GOOD, "failures": [{**FAILURE, "bucket": "X"}]}, "'bucket' is unknown; it has argumen"),
        ({**GOOD, "failures": [{**FAILURE, "argument": -1}]}, "argument is -1, expected a positi"),
        ({**GOOD, "failures": [{**FAILURE, "function": 1}]}, "function is of type int, expected t"),
        ({**GOOD, "failures": [{**FAILURE, "reason": " "}]}, "has no reason: say why"),
    ],
)
def test_a_bad_file_is_told_why(tmp_path: Path, data: Any, message: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError, match=f"^baseline .*known.json.*{message}"):
        read_baseline(path, "zen")


def test_a_file_that_is_not_there_or_no_json_is_told_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_baseline(tmp_path / "none.json", "zen")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="not JSON"):
        read_baseline(tmp_path / "bad.json", "zen")


def test_failures_that_differ_by_their_ordinal_only_are_recorded_once() -> None:
    second = replace(SEEN, ordinal=2)
    known = baseline_of("zen", "0.1.0", end(SEEN, second))
    assert len(known.failures) == 1
    assert known.failures[0].covers(SEEN)
    assert known.failures[0].covers(second)
