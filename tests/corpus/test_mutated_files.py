"""Entries, baselines and configurations with something wrong somewhere: always a sentence, soon."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.measures.mutation import mutated, mutated_baseline, mutated_configuration
from tests.corpus.prepared import tanh_entry
from zenverify.cli.configuration import read_configuration
from zenverify.corpus.baseline import read_baseline
from zenverify.corpus.replay import ReplayStatus, replay
from zenverify.corpus.writing import write_entry
from zenverify.engines import registry
from zenverify.errors import UsageError

CORPUS = Path(__file__).parents[2] / "corpus" / "zen"
ENTRIES = sorted(CORPUS.glob("*.json"))


@pytest.mark.parametrize("seed", range(8))
def test_whatever_an_entry_holds_its_neighbour_is_replayed(tmp_path: Path, seed: int) -> None:
    engine = registry.load("zen")
    neighbour = write_entry(tmp_path / "good", tanh_entry())
    draw = random.Random(seed)
    for number in range(25):
        path = tmp_path / "bad.json"
        path.write_bytes(mutated(draw, json.loads(draw.choice(ENTRIES).read_bytes())))
        start = time.process_time()
        first, second = replay([path, neighbour], engine)
        assert time.process_time() - start < 2, (seed, number)
        assert first.status is not ReplayStatus.ERROR, (seed, number, first.message)
        assert (first.status is ReplayStatus.MALFORMED) <= bool(first.message)
        assert second.status is ReplayStatus.PASSED


def said(read: Callable[[], object]) -> str | None:
    """What is wrong, in one sentence; None if nothing is."""
    try:
        read()
    except UsageError as error:
        return str(error)
    return None


def test_whatever_a_baseline_holds_the_answer_is_a_sentence(tmp_path: Path) -> None:
    draw = random.Random(0)
    path = tmp_path / "known.json"
    for _ in range(400):
        path.write_bytes(mutated_baseline(draw))
        answer = said(lambda: read_baseline(path, "zen"))
        assert answer is None or answer.startswith(f"baseline {path}: ")


def test_whatever_a_configuration_holds_the_answer_is_a_sentence(tmp_path: Path) -> None:
    draw = random.Random(0)
    path = tmp_path / "pyproject.toml"
    for _ in range(400):
        path.write_text(mutated_configuration(draw), encoding="utf-8")
        answer = said(lambda: read_configuration(path))
        assert answer is None or answer.startswith(f"{path}: ")
