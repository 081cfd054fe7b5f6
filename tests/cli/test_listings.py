"""``zenverify operators`` and ``zenverify engines``."""

import json

from tests.cli.prepared import Zenverify
from zenverify.operators import catalogue


def test_every_operator_is_listed_with_domain_and_kinks(zenverify: Zenverify) -> None:
    done = zenverify("operators")
    assert done.code == 0
    for operator in catalogue.all_operators():
        assert operator.signature in done.out
    assert "x > 0" in done.out
    assert "x = 0" in done.out


def test_operators_as_json(zenverify: Zenverify) -> None:
    listed = [json.loads(line) for line in zenverify("operators", "--json").out.splitlines()]
    assert [operator["name"] for operator in listed] == list(catalogue.names())
    log = next(operator for operator in listed if operator["name"] == "log")
    assert (log["signature"], log["domains"], log["kinks"]) == ("log(x)", ["x > 0"], [])


def test_engines_are_listed(zenverify: Zenverify) -> None:
    done = zenverify("engines")
    assert done.code == 0
    assert "zen" in done.out


def test_engines_as_json(zenverify: Zenverify) -> None:
    engines = [json.loads(line) for line in zenverify("engines", "--json").out.splitlines()]
    zen = next(engine for engine in engines if engine["name"] == "zen")
    assert set(zen) == {"name", "version", "summary"}
