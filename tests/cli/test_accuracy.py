"""``zenverify accuracy``: the table, the findings, the exit codes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify
from zenverify.operators.attributes import float_from_hex

LOSING = """
import numpy as np
from zenverify.engines.extended import extended
from zenverify.engines.zen import ZenEngine
from zenverify.graph.limits import Limits
from zenverify.tensor import new_operation

tanh = new_operation("tanh", np.tanh, lambda g, y, x: g * (1 - y * y), broadcasts=True)
log1p = new_operation(
    "log1p", lambda x: np.log(1 + x), lambda g, y, x: g / (1 + x), broadcasts=True
)
engine = extended(extended(ZenEngine(), "tanh", tanh), "log1p", log1p)

class Small(ZenEngine):
    operators = frozenset({"exp", "add", "multiply", "sum"})
    limits = Limits(dtypes=("float64",))
"""


@pytest.fixture
def losing(directory: Path) -> Path:
    path = directory / "losing.py"
    path.write_text(LOSING)
    return path


def test_the_largest_errors_of_an_operation(zenverify: Zenverify) -> None:
    done = zenverify("accuracy", "exp", "subtract", "-n", "60")
    assert done.code == 0, done.err
    heading, *rows = done.out.strip().splitlines()
    for column in ("operation", "u * S", "ulp", "unavoidable", "digits lost", "most ulp at"):
        assert column in heading
    assert [row.partition("float")[0].split() for row in rows] == [
        ["exp", "value"],
        ["exp", "gradient", "in", "x"],
        ["exp", "value"],
        ["exp", "gradient", "in", "x"],
        ["subtract", "value"],
        ["subtract", "gradient", "in", "x"],
        ["subtract", "gradient", "in", "y"],
        ["subtract", "value"],
        ["subtract", "gradient", "in", "x"],
        ["subtract", "gradient", "in", "y"],
    ]
    assert " x = " in done.out


@pytest.mark.parametrize("engine", ["zen", "losing.py:engine"])
def test_two_processes_find_the_same(zenverify: Zenverify, losing: Path, engine: str) -> None:
    asked = ("accuracy", "tanh", "log1p", "--engine", engine, "-n", "60", "--json")
    alone = zenverify(*asked)
    together = zenverify(*asked, "-j", "2")
    assert losing.exists()
    assert alone.out
    assert (together.out, together.code) == (alone.out, alone.code)


def test_a_long_name_is_not_cut(zenverify: Zenverify) -> None:
    done = zenverify("accuracy", "binary_cross_entropy_with_logits", "-n", "30")
    assert done.out.count("binary_cross_entropy_with_logits") == 6


def test_lost_digits_are_a_finding_and_no_failure(zenverify: Zenverify, losing: Path) -> None:
    done = zenverify("accuracy", "tanh", "--engine", "losing.py:engine", "--dtype", "float64", "-q")
    assert done.code == 0, done.out + done.err
    first, second, third = done.out.strip().splitlines()
    assert first.startswith("digits lost: tanh, gradient in x, float64: 1")
    assert first.endswith("that a better formula would keep")
    assert "of which the conditioning explains" in second
    assert third.startswith("  at x = ")


def test_so_many_digits_may_be_lost(zenverify: Zenverify, losing: Path) -> None:
    call = ("accuracy", "tanh", "--engine", "losing.py:engine", "--dtype", "float64")
    assert zenverify(*call, "--max-digits-lost", "16").code == 0
    assert zenverify(*call, "--max-digits-lost", "10").code == 1


def test_what_fails_its_check_fails(zenverify: Zenverify, losing: Path) -> None:
    done = zenverify("accuracy", "log1p", "--engine", "losing.py:engine", "--dtype", "float32")
    assert done.code == 1
    assert "ENGINE_WRONG: log1p, value, float32" in done.out
    assert "units in the last place apart" in done.out
    assert "  6.9 digits lost" in done.out
    assert "digits lost:" not in done.out  # it is a fault, and no finding of its own


def test_the_same_as_data(zenverify: Zenverify, losing: Path) -> None:
    call = ("accuracy", "tanh", "--engine", "losing.py:engine", "--dtype", "float64", "--json")
    done = zenverify(*call)
    assert done.code == 0
    value, slope = map(json.loads, done.out.splitlines())
    assert (value["quantity"], value["argument"]) == ("value", None)
    assert (slope["quantity"], slope["argument"]) == ("gradient", "x")
    assert (value["avoidable"], slope["avoidable"]) == (False, True)
    assert slope["verdict"] == "AGREE"
    assert slope["digits_lost"] == slope["most_digits"]["digits_lost"] > 13
    most = slope["most_ulp"]
    value = most["case"]["nodes"][0]["values"][0]
    assert most["where"] == f"x = {float_from_hex(value, 'value')!r}"
    assert most["ulp"] >= slope["most_digits"]["ulp"]


def test_the_seed_decides(zenverify: Zenverify) -> None:
    first, again, other = (
        zenverify("accuracy", "sigmoid", "-n", "40", "--seed", seed).out for seed in "112"
    )
    assert first == again != other


def test_an_engine_that_offers_little(zenverify: Zenverify, losing: Path) -> None:
    done = zenverify("accuracy", "--engine", "losing.py:Small", "-n", "20")
    assert done.code == 0, done.err
    assert "float32" not in done.out
    assert done.out.count("value") == 4
    assert "not offered   subtract, divide, power" in done.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["tnah"], "there is no operator 'tnah'; did you mean 'tanh'?"),
        (
            ["tanh", "--engine", "losing.py:Small"],
            "engine 'zen' does not offer the operator 'tanh'",
        ),
        (
            ["exp", "--engine", "losing.py:Small", "--dtype", "float32"],
            "engine 'zen' has no float32; it has float64",
        ),
        (["exp", "--dtype", "float16"], "'float16' is not one of 'float64', 'float32'"),
        (["exp", "-n", "0"], "0 is not in the range x>=1"),
        (["exp", "--max-digits-lost", "-1"], "-1.0 is not in the range x>=0"),
    ],
)
def test_what_is_refused(
    zenverify: Zenverify, losing: Path, arguments: list[str], message: str
) -> None:
    done = zenverify("accuracy", *arguments)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
