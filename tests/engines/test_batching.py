"""Engines that compute when they are read: what is read in one go is checked no less."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.engines.lazy import Deferred, LazyEngine
from tests.verification.prepared import CaseBuilder
from zenverify import tensor as zen
from zenverify.engines import conformance
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Array, Batching, LeafKind, Limits
from zenverify.graph.case import Case
from zenverify.verification import trace
from zenverify.verification.blame.arbitrate import Forward
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.checks.structure import read_gradients
from zenverify.verification.events import RunFinished
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case

TANH = 2
"""The node of the tanh in `chained`."""


def chained() -> Case:
    """negative(tanh(exp(x)))"""
    build = CaseBuilder()
    node = build.variable([0.5, -1.5])
    for name in ("exp", "tanh", "negative"):
        node = build.apply(name, node)
    return build.case()


class Faulty(LazyEngine):
    """Its tanh does something else, when it is computed at last."""

    def __init__(self, instead: Callable[[Any], Any]) -> None:
        super().__init__()
        self.instead = instead

    def compute(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        node = super().compute(operator, operands, attributes)
        return self.instead(node) if operator == "tanh" else node


def raises(_: Any) -> Any:
    raise ValueError("no kernel")


def hangs(_: Any) -> Any:
    time.sleep(5)


def as_float32(node: Any) -> Any:
    value = node.value.astype(np.float32)
    return zen.Tensor.from_operation(value, [node], [lambda g: g], name="tanh")


def wrong(node: Any) -> Any:
    value = node.value * (1 + 1e-9)
    return zen.Tensor.from_operation(value, [node], [lambda g: g], name="tanh")


def test_each_pass_is_read_in_one_go() -> None:
    engine, case = LazyEngine(), chained()
    assert isinstance(engine, Batching)
    found = trace.forward(engine, case)
    trace.backward(engine, case.graph, found.handles[-1], case.cotangent.copy())
    gradients = read_gradients(engine, case.graph, found)
    assert engine.read == [4, 4]
    assert sorted(gradients) == [0, 1, 2, 3]
    expected = trace.forward(engine.zen, case)
    assert [v.tolist() for v in found.values] == [v.tolist() for v in expected.values]


def test_a_lazy_engine_is_verified() -> None:
    *_, end = run(LazyEngine(), CampaignOptions(seed=1, graphs=60))
    assert isinstance(end, RunFinished)
    assert [bucket.key for bucket in end.buckets] == []
    assert end.verdicts["AGREE"] > 50
    assert conformance.check(LazyEngine()) == []


@pytest.mark.parametrize(
    "instead, verdict, message",
    [
        (raises, Verdict.CRASH, "reading a value raised ValueError: no kernel"),
        (as_float32, Verdict.STRUCTURE, "a tanh, is float32 of shape (2,); expected"),
        (wrong, Verdict.INACCURATE, "the value of tanh"),
    ],
)
def test_what_shows_only_when_values_are_read_is_blamed_on_its_node(
    instead: Callable[[Any], Any], verdict: Verdict, message: str
) -> None:
    (finding,) = verify_case(Faulty(instead), chained()).findings
    assert (finding.verdict, finding.blame.node, finding.blame.operation) == (verdict, TANH, "tanh")
    assert message in finding.message


def test_so_is_what_does_not_return() -> None:
    with pytest.raises(EngineFault) as caught:
        trace.forward(Faulty(hangs), chained(), timeout=0.2)
    assert caught.value.finding.verdict is Verdict.TIMEOUT
    assert caught.value.finding.blame.node == TANH


class Refusing(Faulty):
    """It refuses to negate, as soon as it is asked to."""

    def apply(
        self, operator: str, operands: Sequence[Deferred], attributes: dict[str, Any]
    ) -> Deferred:
        if operator == "negative":
            raise TypeError("refused")
        return super().apply(operator, operands, attributes)


def test_what_is_wrong_with_a_value_comes_before_a_call_that_raises() -> None:
    (finding,) = verify_case(Refusing(as_float32), chained()).findings
    assert (finding.verdict, finding.blame.node) == (Verdict.STRUCTURE, TANH)
    (finding,) = verify_case(Refusing(lambda node: node), chained()).findings
    assert (finding.verdict, finding.blame.operation) == (Verdict.CRASH, "negative")
    assert finding.message.startswith(
        "the forward pass raised TypeError: refused (test_batching.py, line "
    )


class Together(LazyEngine):
    """What it reads in one go fails, though not one of them does by itself."""

    def values(self, handles: Sequence[Deferred]) -> list[Array]:
        if len(handles) > 1:
            raise MemoryError("too many")
        return super().values(handles)


def test_what_fails_in_one_go_only_is_no_pass() -> None:
    (finding,) = verify_case(Together(), chained()).findings
    assert (finding.verdict, finding.blame.node) == (Verdict.CRASH, 3)
    assert finding.message.startswith(
        "reading a value raised MemoryError: too many (test_batching.py, line "
    )


class Spoiling(LazyEngine):
    """What fails to be read in one go is gone after that."""

    def values(self, handles: Sequence[Deferred]) -> list[Array]:
        if len(handles) == 1:
            return super().values(handles)
        for handle in handles:
            handle.spoil(self.zen.leaf(LeafKind.CONSTANT, np.zeros(2)))
        raise MemoryError("too many")


def test_what_a_failed_read_leaves_behind_is_held_against_no_value() -> None:
    (finding,) = verify_case(Spoiling(), chained()).findings
    assert (finding.verdict, finding.blame.node) == (Verdict.CRASH, 3)


class Short(LazyEngine):
    def gradients(self, handles: Sequence[Deferred]) -> list[Array | None]:
        return super().gradients(handles)[:1]


def test_each_node_must_be_answered_for() -> None:
    (finding,) = verify_case(Short(), chained()).findings
    assert finding.verdict is Verdict.STRUCTURE
    assert finding.message == "reading a gradient of 4 nodes in one go gave 1"


class Negated(LazyEngine):
    def backward(self, root: Deferred, cotangent: Array) -> None:
        super().backward(root, -cotangent)


class Raising(LazyEngine):
    """Its gradient of the first node cannot be computed."""

    def gradients(self, handles: Sequence[Deferred]) -> list[Array | None]:
        if any(not handle.node().dependencies for handle in handles):
            raise ValueError("no kernel")
        return super().gradients(handles)


def test_gradients_that_are_read_in_one_go_are_checked() -> None:
    result = verify_case(Negated(), chained())
    assert result.verdict is Verdict.ENGINE_WRONG
    (finding,) = verify_case(Raising(), chained()).findings
    assert (finding.verdict, finding.blame.node) == (Verdict.CRASH, 0)
    assert finding.message.startswith(
        "reading a gradient raised ValueError: no kernel (test_batching.py, line "
    )


def test_a_gradient_that_is_never_there_is_given_up() -> None:
    class Endless(LazyEngine):
        def gradients(self, handles: Sequence[Deferred]) -> list[Array | None]:
            time.sleep(5)
            return super().gradients(handles)

    engine, case = Endless(), chained()
    found = trace.forward(engine, case)
    trace.backward(engine, case.graph, found.handles[-1], case.cotangent.copy())
    with pytest.raises(EngineFault) as caught:
        read_gradients(engine, case.graph, found, timeout=0.1)
    assert caught.value.finding.verdict is Verdict.TIMEOUT


class Poor(LazyEngine):
    """It has gradients of leaves only, takes no cotangent, and is spared the long chain."""

    operators = LazyEngine.operators - {"negative"}

    limits = Limits(inner=False, seeded=False)

    def gradients(self, handles: Sequence[Deferred]) -> list[Array | None]:
        found = super().gradients(handles)
        return [
            None if handle.node().dependencies else gradient
            for handle, gradient in zip(handles, found, strict=True)
        ]


def test_what_it_lacks_is_made_up_for_and_read_in_one_go() -> None:
    engine = Poor()
    around = completed(engine)
    assert isinstance(around, Batching)
    x = around.leaf(LeafKind.VARIABLE, np.array([0.5, -1.5]))
    y = around.leaf(LeafKind.CONSTANT, np.array([2.0, 3.0]))
    root = around.apply("multiply", [x, y], {})
    engine.read.clear()
    assert [value.tolist() for value in around.values([x, y, root])] == [
        [0.5, -1.5],
        [2, 3],
        [1, -4.5],
    ]
    around.backward(root, np.array([1.0, 2.0]))
    of_x, of_y, of_root = around.gradients([x, y, root])
    assert of_y is None
    assert (np.asarray(of_x).tolist(), np.asarray(of_root).tolist()) == ([2.0, 6.0], [1.0, 2.0])
    assert engine.read[0] == 3
    assert engine.read[-1] == 2
    *_, end = run(Poor(), CampaignOptions(seed=1, graphs=20))
    assert isinstance(end, RunFinished)
    assert [bucket.key for bucket in end.buckets] == []


def test_the_points_of_a_difference_are_run_in_step() -> None:
    case = chained()
    values = trace.forward(LazyEngine(), case).values
    moves = [{0: np.array([0.0, 0.25])}, {}, {1: np.array([0.5, 0.0]), 2: np.array([0.0, 1.0])}]
    engine = LazyEngine()
    in_step = list(Forward(engine, case, values).runs(moves))
    assert engine.read == [1, 2, 2]
    one_by_one = [Forward(engine.zen, case, values).run(one) for one in moves]
    assert [[v.tolist() for v in one] for one in in_step] == [
        [v.tolist() for v in one] for one in one_by_one
    ]


def test_the_walk_is_blamed_where_no_node_fails_by_itself() -> None:
    class Alone(LazyEngine):
        def gradients(self, handles: Sequence[Deferred]) -> list[Array | None]:
            if len(handles) > 3:
                return [None] * len(handles)
            return super().gradients(handles)

    (finding,) = verify_case(Alone(), chained()).findings
    assert finding.blame.operation == ACCUMULATION
