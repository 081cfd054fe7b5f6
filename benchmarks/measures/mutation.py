"""Entries, baselines and configurations with something wrong somewhere."""

import json
import random
from copy import deepcopy
from typing import Any

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


_FAILURE = {"bucket": "ENGINE_WRONG: tanh, argument 0", "reason": "r", "link": ""}
_OLD = {"format": 1, "engine": "zen", "version": "1", "failures": [_FAILURE]}
_PARTS = {"verdict": "CRASH", "operation": "tanh", "argument": None, "during": "forward pass"}
_NEW = {**_OLD, "format": 2, "failures": [{**_PARTS, "reason": "r", "link": ""}]}


def mutated_baseline(draw: random.Random) -> bytes:
    """A baseline, of either format, with something wrong in it."""
    return mutated(draw, draw.choice((_OLD, _NEW)))


_VALUES = ["1", "-1", '""', '"90s"', '"a\\u0000b"', "true", "[1]", '["tanh"]', "{ a = 1 }"]
_VALUES += ["1979-05-27", "inf", "nan", "9" * 400, "[[1]]", '"\\ud800"', "=", '"']
_KEYS = ["engine", "graphs", "budget", "seed", "ops", "max-nodes", "timeout", "corpus", "x"]


def mutated_configuration(draw: random.Random) -> str:
    """A pyproject.toml with something wrong in it, more often than not."""
    lines = [f"{draw.choice(_KEYS)} = {draw.choice(_VALUES)}" for _ in range(draw.choice((1, 2)))]
    table = draw.choice(("[tool.zenverify]",) * 5 + ("[[tool.zenverify]]", "[tool]", ""))
    return "\n".join([table, *lines])
