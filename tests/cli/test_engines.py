"""An engine that is none: told in one line, by every command that takes one."""

import json
from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify

ENGINE = """
from zenverify.engines.zen import ZenEngine

class Engine(ZenEngine):
    {line}
"""


@pytest.mark.parametrize("command", ["run", "replay"])
@pytest.mark.parametrize(
    "line, message",
    [
        ("name = 3", "name is of type int, expected text"),
        ("version = None", "version is of type NoneType, expected text"),
        (
            "operators = ['add']",
            "operators is of type list, expected a set or frozenset of names",
        ),
        (
            "operators = ('add',)",
            "operators is of type tuple, expected a set or frozenset of names",
        ),
        (
            "conventions = None",
            "conventions is of type NoneType, expected a mapping from str to AtKink",
        ),
        (
            "conventions = {'relu': 0.5}",
            "conventions['relu'] is of type float, expected an AtKink",
        ),
        ("accumulates = 'yes'", "accumulates is of type str, expected True or False"),
        ("value = 3", "value is of type int, expected a method"),
    ],
)
def test_an_attribute_of_a_wrong_kind_is_a_usage_error(
    zenverify: Zenverify, directory: Path, command: str, line: str, message: str
) -> None:
    (directory / "bad.py").write_text(ENGINE.format(line=line), encoding="utf-8")
    done = zenverify(command, "--engine", "bad.py:Engine")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"zenverify: engine 'bad.py:Engine': {message}\n"


def test_conventions_side_by_side(zenverify: Zenverify) -> None:
    done = zenverify("engines", "--conventions", "zen", "--conventions", "autograd")
    assert done.code == 0
    rows = {" ".join(line.split()) for line in done.out.splitlines()}
    assert "relu(0) x 0, 1 mean 0.5 -" in rows
    assert "sinc(0) x 0 0 outside nan" in rows


def test_conventions_as_json(zenverify: Zenverify) -> None:
    done = zenverify("engines", "--conventions", "zen", "--json")
    first, *_, sqrt = (
        found
        for found in map(json.loads, done.out.splitlines())
        if found["operation"] in {"absolute", "relu", "sqrt"}
    )
    assert first["call"] == "absolute(0)"
    assert (first["left"], first["right"], first["gradient"]) == ([-1.0], [1.0], [0.0])
    assert (first["engine"], first["argument"], first["choice"]) == ("zen", 0, "mean")
    assert (sqrt["left"], sqrt["gradient"], sqrt["choice"]) == (["nan"], ["inf"], "infinite")


def test_conventions_of_no_engine_and_together_with_a_check(zenverify: Zenverify) -> None:
    unknown = zenverify("engines", "--conventions", "nope")
    assert unknown.code == 2
    assert unknown.err.startswith("zenverify: there is no engine 'nope'")
    both = zenverify("engines", "--conventions", "zen", "--check", "zen")
    assert (both.code, both.out) == (2, "")
    assert both.err == (
        "zenverify: --check and --conventions do not go together: give one of them\n"
    )
