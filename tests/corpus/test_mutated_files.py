"""Entries, baselines and configurations with something wrong somewhere: always a sentence, soon."""

import json
import random
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.prepared import tanh_entry
from zenverify.cli.configuration import read_configuration
from zenverify.corpus.baseline import read_baseline
from zenverify.corpus.replay import Status, replay
from zenverify.corpus.writing import write_entry
from zenverify.engines import registry
from zenverify.errors import UsageError

CORPUS = Path(__file__).parents[2] / "corpus" / "zen"
ENTRIES = sorted(CORPUS.glob("*.json"))

PIECES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    3,
    33,
    100_000,
    2**63,
    -(2**63),
    10**400,
    1.5,
    "",
    "x",
    "1.5",
    "nan",
    "0x1p+0",
    "\ud800",
    [],
    [1, 2],
    [100_000, 100_000],
    [[[[[[[[[[0]]]]]]]]]],
    {},
    {"float": "0x1.8p+0"},
    {"float": "1.5"},
    {"slice": [None, None, -1]},
    {"ellipsis": True},
    {"array": "int", "shape": [2], "items": [0, 1]},
    {"array": "bool", "shape": [1], "items": [True]},
)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container and key in nested data."""
    keys = list(data) if isinstance(data, dict) else range(len(data))
    inner = [data[key] for key in keys if isinstance(data[key], dict | list)]
    return [(data, key) for key in keys] + [place for one in inner for place in places(one)]


def mutated(draw: random.Random, data: Any) -> bytes:
    """The data with a piece or two exchanged, as JSON; sometimes with bytes exchanged too."""
    copy = json.loads(json.dumps(data))
    for _ in range(draw.choice((1, 1, 2))):
        container, key = draw.choice(places(copy))
        container[key] = deepcopy(draw.choice(PIECES))
    text = bytearray(json.dumps(copy).encode())
    for _ in range(draw.choice((0, 0, 0, 1, 3))):
        text[draw.randrange(len(text))] = draw.randrange(256)
    return bytes(text[: draw.choice((len(text),) * 9 + (draw.randrange(len(text)),))])


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
        assert first.status is not Status.ERROR, (seed, number, first.message)
        assert (first.status is Status.MALFORMED) <= bool(first.message)
        assert second.status is Status.PASSED


def said(read: Callable[[], object]) -> str | None:
    """What is wrong, in one sentence; None if nothing is."""
    try:
        read()
    except UsageError as error:
        return str(error)
    return None


def test_whatever_a_baseline_holds_the_answer_is_a_sentence(tmp_path: Path) -> None:
    draw = random.Random(0)
    failure = {"bucket": "ENGINE_WRONG: tanh, argument 0", "reason": "r", "link": ""}
    old = {"format": 1, "engine": "zen", "version": "1", "failures": [failure]}
    parts = {"verdict": "CRASH", "operation": "tanh", "argument": None, "during": "forward pass"}
    new = {**old, "format": 2, "failures": [{**parts, "reason": "r", "link": ""}]}
    path = tmp_path / "known.json"
    for _ in range(400):
        path.write_bytes(mutated(draw, draw.choice((old, new))))
        answer = said(lambda: read_baseline(path, "zen"))
        assert answer is None or answer.startswith(f"baseline {path}: ")


def test_whatever_a_configuration_holds_the_answer_is_a_sentence(tmp_path: Path) -> None:
    draw = random.Random(0)
    values = ["1", "-1", '""', '"90s"', '"a\\u0000b"', "true", "[1]", '["tanh"]', "{ a = 1 }"]
    values += ["1979-05-27", "inf", "nan", "9" * 400, "[[1]]", '"\\ud800"', "=", '"']
    keys = ["engine", "graphs", "budget", "seed", "ops", "max-nodes", "timeout", "corpus", "x"]
    path = tmp_path / "pyproject.toml"
    for _ in range(400):
        lines = [f"{draw.choice(keys)} = {draw.choice(values)}" for _ in range(draw.choice((1, 2)))]
        table = draw.choice(("[tool.zenverify]",) * 5 + ("[[tool.zenverify]]", "[tool]", ""))
        path.write_text("\n".join([table, *lines]), encoding="utf-8")
        answer = said(lambda: read_configuration(path))
        assert answer is None or answer.startswith(f"{path}: ")
