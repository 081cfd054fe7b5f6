"""What a run did not look at is said: calls, attributes, what the engine keeps to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.engines.tape import TapeEngine
from tests.verification.prepared import unary
from zenverify.engines.protocol import Engine
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UnsupportedError
from zenverify.graph.limits import Limits
from zenverify.operators import catalogue
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.unseen import Looking
from zenverify.verification.events import RunFinished, Unseen
from zenverify.verification.verify import verify_case


def unseen(engine: Engine, *operators: str, graphs: int = 150) -> dict[str, list[Unseen]]:
    options = CampaignOptions(seed=1, graphs=graphs, operators=operators)
    *_, end = run(engine, options)
    assert isinstance(end, RunFinished)
    found: dict[str, list[Unseen]] = {}
    for one in end.not_looked_at:
        found.setdefault(one.kind, []).append(one)
    return found


def test_of_a_run_that_looks_at_everything_nothing_is_said() -> None:
    assert unseen(ZenEngine(), "exp", "sum") == {}


class Refusing(ZenEngine):
    """It says that it has operations, and refuses some calls of them."""

    def __init__(self, operator: str, refused: Any = None) -> None:
        self._operator = operator
        self._refused = refused

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == self._operator and (
            self._refused is None or self._refused in attributes.values()
        ):
            raise UnsupportedError(f"{operator} with {sorted(attributes)}")
        return super().apply(operator, operands, attributes)


def test_an_operation_that_is_refused_each_time() -> None:
    (one,) = unseen(Refusing("sum"), "exp", "sum", "negative")["refused"]
    assert one.operations == ("sum",)
    assert one.text == (
        "sum: every call was refused: the engine does not offer sum with ['axis', 'keepdims']"
    )


def test_an_attribute_that_is_refused_each_time() -> None:
    found = unseen(Refusing("sum", True), "exp", "sum", "negative")
    assert [one.text for one in found["attribute"]] == ["sum: keepdims=True: refused each time"]
    (calls,) = found["calls"]
    assert calls.text.startswith("sum: ")
    assert "calls were refused, beside" in calls.text


def test_an_attribute_that_was_never_drawn() -> None:
    found = unseen(ZenEngine(), "mean", "conv2d", graphs=12)
    assert any("never drawn" in one.text for one in found["attribute"])


def test_an_operation_that_was_never_called() -> None:
    (one,) = unseen(ZenEngine(), "exp", "log", "tanh", "sin", "conv2d", graphs=3)["never called"]
    assert one.text == f"operations that were never called: {', '.join(one.operations)}"


class Lacking(ZenEngine):
    operators = frozenset({"exp", "negative"})


def test_an_operation_that_the_engine_lacks() -> None:
    (one,) = unseen(Lacking(), "exp", "conv2d")["lacking"]
    assert (one.operations, one.text) == (("conv2d",), "the engine lacks conv2d")


@pytest.mark.parametrize(
    "limits, kind, text",
    [
        (Limits(dtypes=("float32",)), "dtype", "another dtype than float32"),
        (Limits(mixed=False), "dtype", "operations whose operands differ in dtype"),
        (Limits(repeated=False), "second pass", "a second reverse pass over the same graph"),
        (Limits(arrays=False), "shape", "arrays: the engine has single numbers only"),
        (Limits(roots=False), "roots", "graphs with several roots"),
    ],
)
def test_what_the_engine_does_not_let_anybody_look_at(limits: Limits, kind: str, text: str) -> None:
    engine = ZenEngine()
    engine.limits = limits  # type: ignore[attr-defined]  # an engine may have it
    assert [one.text for one in unseen(engine, "exp", "negative", graphs=30)[kind]] == [text]


def test_what_a_pass_costs_where_calls_are_not_counted() -> None:
    (one,) = unseen(TapeEngine(), "add", "multiply", graphs=30)["cost"]
    assert "does not count its rules' calls" in one.text


def test_operations_of_which_no_difference_converged() -> None:
    looking = Looking()
    result = verify_case(ZenEngine(), unary("exp", at=0.5))
    looking.add(result)
    assert not list(looking.unseen(ZenEngine(), ("exp",), ()))
    again = Looking()
    again.add(replace(result, differenced=False, undecided=2))
    first, second = again.unseen(ZenEngine(), ("exp",), ())
    assert first.text == "differences of exp: they converged in no graph with these"
    (only,) = again.unseen(ZenEngine(), ("exp",), (), {"exp"})
    assert only == second
    assert second.text.startswith("2 numbers whose truth could not be computed")


def test_what_decides_a_condition_is_called_and_has_no_difference() -> None:
    names = ("where", "add", "multiply", *(one.name for one in catalogue.decisions()))
    said = unseen(ZenEngine(), *names, graphs=600)
    called = {name for one in said.get("never called", []) for name in one.operations}
    assert called < {one.name for one in catalogue.decisions()}
    assert not any("greater" in one.text for one in said.get("difference", []))
