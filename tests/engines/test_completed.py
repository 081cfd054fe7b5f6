"""What an engine lacks is made of what it has, and faults are found all the same."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from tests.engines.tape import TapeEngine
from zenverify import tensor as zen
from zenverify.engines import conformance
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Array, AtKink, Engine, LeafKind, Limits
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UsageError
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import RunFinished
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case

FEW = ("add", "multiply", "sum", "tanh")


class Poor(ZenEngine):
    """Zen's engine, deprived of what its limits exclude, and of probes."""

    operators = frozenset(FEW)
    conventions: Mapping[str, AtKink] = MappingProxyType({})
    probe = counted = None  # type: ignore[assignment]

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        assert kind is LeafKind.NUMBER or str(value.dtype) in self.limits.dtypes
        return super().leaf(kind, value)

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        dtypes = {str(one.value.dtype) for one in operands if isinstance(one, zen.Tensor)}
        assert self.limits.mixed or len(dtypes) == 1
        assert self.limits.arrays or result.shape == ()
        return result

    def backward(self, root: Any, cotangent: Array) -> None:
        assert self.limits.seeded or (cotangent.shape == () and cotangent == 1)
        super().backward(root, cotangent)

    def gradient(self, handle: Any) -> Array | None:
        inner = isinstance(handle, zen.Tensor) and bool(handle.dependencies)
        return None if inner and not self.limits.inner else super().gradient(handle)


class Wrong(Poor):
    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        if operator != "tanh" or not isinstance(result, zen.Tensor):
            return result
        pullback = [lambda g: g * (1 - result.value**2) * (1 + 1e-5)]
        return zen.Tensor.from_operation(result.value, operands, pullback, name="tanh")


LIMITS = [
    Limits(inner=False, seeded=False),
    Limits(dtypes=("float32",)),
    Limits(mixed=False),
    Limits(arrays=False),
    Limits(("float64",), mixed=False, arrays=False, seeded=False, inner=False, repeated=False),
]


def ended(engine: Engine) -> RunFinished:
    *_, end = run(engine, CampaignOptions(seed=1, graphs=40))
    assert isinstance(end, RunFinished)
    return end


@pytest.mark.parametrize("limits", LIMITS, ids=repr)
def test_a_limited_engine_is_verified_and_its_fault_found(limits: Limits) -> None:
    end = ended(Poor(limits))
    assert [bucket.key for bucket in end.buckets] == []
    assert end.verdicts["AGREE"] > 30
    noted = any(note.startswith("not checked: a second reverse pass") for note in end.notes)
    assert noted is not limits.repeated
    (bucket, *others) = ended(Wrong(limits)).buckets
    assert {one.finding.blame.operation for one in (bucket, *others)} == {"tanh"}
    assert bucket.finding.blame.argument == 0


def test_what_a_comparison_gives_has_no_gradient() -> None:
    """A condition computed from trainable operands, and where its branch leads."""

    class Comparing(Poor):
        operators = frozenset((*FEW, "greater_equal", "where"))

    class Swapped(Comparing):
        def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
            operands = list(operands)[::-1] if operator == "where" else operands
            return super().apply(operator, operands, attributes)

    build = GraphBuilder()
    x, y = build.variable(), build.variable()
    condition = build.apply("greater_equal", build.apply("tanh", x), y)
    build.apply("where", x, y, given={"condition": condition})
    case = Case(build.graph(), (np.array(0.5), np.array(0.25)), np.array(1.0))
    limits = Limits(inner=False)
    assert verify_case(Comparing(limits), case).findings == ()
    assert verify_case(Swapped(limits), case).verdict is not Verdict.AGREE


def test_a_limited_engine_conforms() -> None:
    assert conformance.check(completed(Poor(Limits(inner=False, seeded=False)))) == []


def test_an_engine_without_limits_stays_as_it_is() -> None:
    engine = TapeEngine()
    assert completed(engine) is engine


@pytest.mark.parametrize(
    "limits, message",
    [
        (Limits(inner=False), "keeps no gradients of inner nodes; .* needs its add$"),
        (Limits(seeded=False), "takes no cotangent; .* needs its multiply and sum$"),
    ],
)
def test_what_cannot_be_made_up_for_is_told(limits: Limits, message: str) -> None:
    engine = Poor(limits)
    engine.operators = frozenset({"tanh"})
    with pytest.raises(UsageError, match=message):
        completed(engine)


def test_zeros_that_are_added_change_nothing() -> None:
    engine = completed(Poor(Limits(inner=False)))
    zero = engine.leaf(LeafKind.VARIABLE, np.array(-0.0))
    result = engine.apply("tanh", [zero], {})
    assert np.signbit(engine.value(result))


def test_a_graph_beyond_the_limits_is_unsupported_and_no_pass() -> None:
    build = GraphBuilder()
    build.apply("add", build.variable(), build.variable((), "float32"))
    case = Case(build.graph(), (np.array(1.0), np.array(1.0, np.float32)), np.array(1.0))
    result = verify_case(Poor(Limits(mixed=False)), case)
    assert result.verdict == "UNSUPPORTED"
    assert result.findings[0].message == "the engine does not offer mixed precision"


class Keeping(TapeEngine):
    """Its root keeps the array that it was given as its cotangent."""

    def backward(self, root: Any, cotangent: Array) -> None:
        super().backward(root, cotangent)
        root.gradient = cotangent


def test_a_root_that_keeps_its_cotangent_is_the_fault_of_no_rule() -> None:
    build = GraphBuilder()
    build.apply("tanh", build.variable((2,)))
    result = verify_case(Keeping(), Case(build.graph(), (np.ones(2),), np.ones(2)))
    (finding,) = result.findings
    assert finding.blame.operation == ACCUMULATION
    assert "shares memory with a value, an input or the cotangent" in finding.message
