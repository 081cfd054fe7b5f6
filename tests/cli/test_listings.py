"""``zenverify operators`` and ``zenverify engines``."""

import importlib.util
import json
from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify
from zenverify.operators import catalogue

BAD = """
from tests.engines.tape import TapeEngine
from zenverify.engines.protocol import MEAN

class Bad(TapeEngine):
    conventions = {"relu": MEAN}
"""


def test_every_operator_is_listed_with_domain_and_kinks(zenverify: Zenverify) -> None:
    done = zenverify("operators")
    assert done.code == 0
    for operator in (*catalogue.all_operators(), *catalogue.decisions()):
        assert operator.signature in done.out
    assert "x > 0" in done.out
    assert "x = 0" in done.out


def test_operators_as_json(zenverify: Zenverify) -> None:
    listed = [json.loads(line) for line in zenverify("operators", "--json").out.splitlines()]
    decisions = [one.name for one in catalogue.decisions()]
    assert [operator["name"] for operator in listed] == [*catalogue.names(), *decisions]
    log = next(operator for operator in listed if operator["name"] == "log")
    assert (log["signature"], log["domains"], log["kinks"]) == ("log(x)", ["x > 0"], [])


def test_engines_are_listed(zenverify: Zenverify) -> None:
    done = zenverify("engines")
    assert done.code == 0
    assert "zen" in done.out


def test_engines_as_json(zenverify: Zenverify) -> None:
    engines = [json.loads(line) for line in zenverify("engines", "--json").out.splitlines()]
    zen = next(engine for engine in engines if engine["name"] == "zen")
    assert set(zen) == {"name", "version", "summary", "install"}


def test_an_engine_that_is_not_installed_is_listed_with_its_command(
    zenverify: Zenverify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "not installed: pip install 'zenverify[jax]'" in zenverify("engines").out
    done = zenverify("run", "--engine", "jax")
    assert (done.code, done.out) == (2, "")
    expected = "engine 'jax' needs jax, not installed here: pip install 'zenverify[jax]'"
    assert done.err == f"zenverify: {expected}\n"


def test_an_adapter_is_checked(zenverify: Zenverify, directory: Path) -> None:
    done = zenverify("engines", "--check", "tests.engines.tape:TapeEngine")
    assert (done.code, done.out) == (0, "")
    assert "No problem with the adapter of tape 0, 4 operations" in done.err
    (directory / "bad.py").write_text(BAD, encoding="utf-8")
    done = zenverify("engines", "--check", "bad.py:Bad")
    assert done.code == 1
    assert done.out == "conventions: 'relu' is not among the operators that the adapter lists\n"
    (line,) = zenverify("engines", "--check", "bad.py:Bad", "--json").out.splitlines()
    assert json.loads(line) == {"problem": done.out.strip()}
