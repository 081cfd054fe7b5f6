import json
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.soak import KINDS, Soak
from zenverify.corpus.entry import read_entry
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import OPERATIONS


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_cases_and_a_seed_repeats_them(kind: str) -> None:
    first, again = (list(islice(KINDS[kind](ZenEngine(), 7), 3)) for _ in range(2))
    assert [case.to_json() for case in first] == [case.to_json() for case in again]
    assert len(first) == 3


def test_there_are_ten_dense_kinds_at_least() -> None:
    assert len(KINDS) > 10


def test_it_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    soak = Soak(tmp_path, "zen", ZenEngine())
    kind, seed = soak.next(["ties", "zeros"])
    assert Soak(tmp_path, "zen", ZenEngine()).next(["ties", "zeros"]) == (kind, seed)
    soak.run(kind, seed, 2, time.monotonic() + 60)
    other, another = soak.next(["ties", "zeros"])
    assert {kind, other} == {"ties", "zeros"}, "the kind with the fewest graphs is next"
    assert another != seed
    assert soak.counts()[0][kind] == 2


def test_an_alarm_is_kept_as_an_entry_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = OPERATIONS["negative"]

    def wrong(g: Any, *_: Any) -> Any:
        return -g * np.asarray(1.001, g.dtype)

    monkeypatch.setitem(OPERATIONS, "negative", replace(right, pullbacks=(wrong,)))
    soak = Soak(tmp_path, "zen", ZenEngine())
    seed = 1
    while not soak.counts()[1]["kinks"]:
        soak.run("kinks", seed, 300, time.monotonic() + 100)
        seed += 1
    first, *_ = sorted(tmp_path.glob("alarms/*/*/*.json"))
    assert "negative" in read_entry(first).case.graph.operators
    lines = (tmp_path / "runs.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["alarms"] > 0
