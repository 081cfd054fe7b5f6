"""Known failures: accepted where recorded, told where gone; bad files refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.prepared import FINDING, finished, small_case
from zenverify.corpus.baseline import (
    Baseline,
    KnownFailure,
    baseline_of,
    read_baseline,
    write_baseline,
)
from zenverify.errors import UsageError
from zenverify.verification.events import Bucket, RunFinished

SEEN = "ENGINE_WRONG: tanh, argument 0"
OTHER = "ENGINE_WRONG: tanh, argument 0 (broadcast)"


def end(*buckets: str) -> RunFinished:
    found = tuple(Bucket(key, FINDING, small_case(), 3, 1, None) for key in buckets)
    return finished(exit_code=1 if found else 0, buckets=found)


def baseline(*buckets: str) -> Baseline:
    return Baseline("zen", "0.1.0", tuple(KnownFailure(key, "so it is") for key in buckets))


def test_a_recorded_failure_is_accepted_and_a_new_one_is_not() -> None:
    settled = baseline(SEEN).settled(end(SEEN))
    assert (settled.exit_code, settled.known) == (0, {SEEN: "so it is"})
    settled = baseline(SEEN).settled(end(SEEN, OTHER))
    assert (settled.exit_code, settled.known) == (1, {SEEN: "so it is"})


def test_a_bucket_may_stand_for_every_condition() -> None:
    settled = baseline("ENGINE_WRONG: tanh, argument 0 (*)").settled(end(SEEN, OTHER))
    assert (settled.exit_code, set(settled.known)) == (0, {SEEN, OTHER})
    assert baseline("ENGINE_WRONG: tanh (*)").settled(end(SEEN)).exit_code == 1


def test_a_recorded_failure_that_does_not_come_up_is_gone() -> None:
    accumulation, unseen = "STRUCTURE: accumulation", "CRASH: kron"
    # The run verified tanh, and the walk as every run does, but not kron.
    settled = baseline(SEEN, accumulation, unseen).settled(end())
    assert settled.gone == (SEEN, accumulation)


def test_an_interrupted_run_stays_interrupted() -> None:
    settled = baseline(SEEN).settled(replace(end(SEEN), exit_code=130))
    assert settled.exit_code == 130


def test_a_run_is_written_down_and_reasons_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    before = baseline(SEEN, "CRASH: kron")
    write_baseline(path, baseline_of("zen", "0.2.0", end(SEEN, OTHER), before))
    read = read_baseline(path, "zen", reasons=False)
    assert read.version == "0.2.0"
    assert {one.bucket: one.reason for one in read.failures} == {
        "CRASH: kron": "so it is",
        SEEN: "so it is",
        OTHER: "",
    }
    with pytest.raises(UsageError, match=r"failures\[\d\]: ENGINE_WRONG: tanh, argument 0 \(broa"):
        read_baseline(path, "zen")


def test_what_is_gone_is_not_written_again() -> None:
    assert baseline_of("zen", "1", end(), baseline(SEEN)).failures == ()


FAILURE = {"bucket": SEEN, "reason": "r", "link": ""}
GOOD: dict[str, Any] = {"format": 1, "engine": "zen", "version": "1", "failures": [FAILURE]}


@pytest.mark.parametrize(
    "data, message",
    [
        ([], "expected an object, got list"),
        ({**GOOD, "format": 2}, "format is 2, expected 1"),
        ({**GOOD, "engine": "jax"}, "it is of engine 'jax', this is 'zen'"),
        ({**GOOD, "version": 3}, "version is of type int, expected text"),
        ({**GOOD, "failures": {}}, "failures is of type dict, expected a list"),
        ({**GOOD, "extra": 1}, "'extra' is unknown"),
        ({"format": 1}, "'engine' is missing"),
        ({**GOOD, "failures": [3]}, r"failures\[0\]: expected an object, got int"),
        ({**GOOD, "failures": [{**FAILURE, "link": 3}]}, "link is of type int, expected text"),
        ({**GOOD, "failures": [{**FAILURE, "bucket": "tanh"}]}, "bucket is 'tanh', expected what"),
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
