"""The benchmark on torch's own test inputs: what is listed, and what is not."""

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest")
opinfo: Any = pytest.importorskip("benchmarks.opinfo")


def outcome(entry: str, verdict: str) -> Any:
    return opinfo.Outcome(entry, 0, "float64", verdict, "why", ("enclosure",), 0.1)


def test_what_is_found_must_be_listed_and_what_is_listed_found() -> None:
    found = [outcome("sigmoid", "INACCURATE"), outcome("tanh", "AGREE")]
    assert opinfo.compared(found, {"sigmoid": "cancels"}, every=True) == []
    (line,) = opinfo.compared(found, {}, every=False)
    assert line.startswith("not listed: sigmoid")
    listed = {"sigmoid": "cancels", "tanh": "was wrong once", "exp": "not looked at"}
    assert opinfo.compared(found, listed, every=True) == ["listed, and not found: tanh"]
    assert opinfo.compared(found, listed, every=False) == []


def test_an_exception_is_none_of_the_passes() -> None:
    assert opinfo.compared([outcome("tanh", "EXCEPTION")], {}, every=False)
    assert not opinfo.compared([outcome("half", "REFUSED")], {}, every=False)
