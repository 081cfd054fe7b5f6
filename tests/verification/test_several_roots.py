"""Graphs with several roots: each way to run them, and the faults that only they show."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import WHOLE, CaseBuilder
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Array, Engine, Limits, limits_of
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import Tensor
from zenverify.verification.campaign.reduce import reduce
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case


class Replacing(ZenEngine):
    """Its gradients are those of the latest pass."""

    accumulates = False

    def backward(self, root: Any, cotangent: Array) -> None:
        root.zero_gradients()
        root.get_gradients(cotangent)


class Summing(Replacing):
    """It offers no probe: roots are multiplied by their cotangents, and added up."""

    probe = None  # type: ignore[assignment]  # it has none


class Rooted(Replacing):
    """It goes through several roots in one pass, as PyTorch's `autograd.backward` does."""

    def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
        self.backward(self.probe(roots, cotangents), np.ones(()))


class Numbered(Replacing):
    """It takes no cotangent, and keeps gradients of leaves only."""

    limits = Limits(seeded=False, inner=False)

    def backward(self, root: Any, cotangent: Array) -> None:
        assert cotangent == 1
        super().backward(root, cotangent)


def shared(dtype: str = "float64") -> Case:
    """Roots exp(x), exp(x) * x and the sum of tanh(exp(x)): two of them lie behind one."""
    build = CaseBuilder()
    x = build.variable([0.5, -1.5], dtype)
    grown = build.apply("exp", x)
    first = build.apply("multiply", grown, x)
    bent = build.apply("tanh", grown)
    build.apply("sum", bent, **WHOLE)
    return build.case(1.25, further={grown: [3.0, 0.5], first: [2.0, -0.75]})


RIGHT = [ZenEngine(), Replacing(), Summing(), Rooted(), completed(Numbered())]


@pytest.mark.parametrize("engine", RIGHT, ids=lambda engine: type(engine).__name__)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_engines_agree_in_each_way(engine: Engine, dtype: str) -> None:
    result = verify_case(engine, shared(dtype))
    assert result.verdict is Verdict.AGREE, result.findings


class FirstForgotten(Rooted):
    def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
        super().backward_from(roots[1:], cotangents[1:])


class CotangentsExchanged(Rooted):
    def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
        super().backward_from(roots, [cotangents[1], cotangents[0], *cotangents[2:]])


class LatestOnly(ZenEngine):
    """A pass from another root forgets what the passes before have left."""

    def backward(self, root: Any, cotangent: Array) -> None:
        root.zero_gradients()
        root.get_gradients(cotangent)


class HandedOnAgain(ZenEngine):
    """A pass hands on what the pass before has left at a root that it comes by."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, Array]] = []

    def backward(self, root: Any, cotangent: Array) -> None:
        for earlier, left in self.done:
            if root.depends_on(earlier) and earlier is not root:
                earlier.get_gradients(left)
        root.get_gradients(cotangent)
        self.done.append((root, cotangent))


FAULTS = [
    FirstForgotten(),
    CotangentsExchanged(),
    LatestOnly(),
    HandedOnAgain(),
]


@pytest.mark.parametrize("engine", FAULTS, ids=lambda engine: type(engine).__name__)
def test_a_fault_of_the_walk_is_found_and_the_walk_is_blamed(engine: Engine) -> None:
    result = verify_case(engine, shared())
    assert {finding.blame.operation for finding in result.findings} == {ACCUMULATION}
    assert result.verdict in (Verdict.ENGINE_WRONG, Verdict.STRUCTURE)


def test_a_cotangent_that_is_written_to_is_found() -> None:
    class Overwriting(Rooted):
        def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
            super().backward_from(roots, cotangents)
            cotangents[0][...] = 0

    result = verify_case(Overwriting(), shared())
    assert "the incoming cotangent changed" in {one.message for one in result.findings}


def test_a_gradient_that_is_the_cotangent_is_found_at_each_root() -> None:
    class Kept(Rooted):
        def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
            super().backward_from(roots, cotangents)
            roots[1].accumulated, roots[1].owns_gradient = cotangents[1], True

    build = CaseBuilder()
    x = build.variable([0.5])
    build.apply("tanh", x)
    build.apply("sin", x)
    build.apply("cos", x)
    result = verify_case(Kept(), build.case(further={1: [1.0], 2: [1.0]}))
    (finding,) = result.findings
    assert finding.verdict is Verdict.STRUCTURE
    assert finding.message.startswith("the gradient of node 2 shares memory with")
    assert finding.blame.operation == ACCUMULATION


def test_what_fails_with_two_roots_only_keeps_two() -> None:
    case = shared()
    engine = FirstForgotten()
    finding = verify_case(engine, case).findings[0]
    reduced = reduce(engine, case, finding)
    assert len(reduced.case.graph.roots) >= 2
    assert len(reduced.case.graph.nodes) < len(case.graph.nodes)
    assert all((cotangent == 1).all() for cotangent in reduced.case.seeds.values())


def test_what_fails_with_one_root_too_keeps_one() -> None:
    class Wrong(ZenEngine):
        def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
            made = super().apply(operator, operands, attributes)
            if operator != "tanh":
                return made
            (x,) = operands
            slope = 1 - made.value
            return Tensor.from_operation(made.value, [x], [lambda g: g * slope], name="tanh")

    case = shared()
    finding = verify_case(Wrong(), case).findings[0]
    assert finding.blame.operation == "tanh"
    reduced = reduce(Wrong(), case, finding)
    assert reduced.case.graph.roots == (1,)


def test_an_engine_that_cannot_says_so() -> None:
    class Single(Replacing):
        operators = frozenset({"exp", "tanh", "multiply"})
        probe = None  # type: ignore[assignment]  # it has none

    assert not limits_of(Single()).roots
    result = verify_case(Single(), shared())
    assert result.verdict is Verdict.UNSUPPORTED
    build = CaseBuilder()
    x = build.variable(0.5)
    build.apply("tanh", x)
    build.apply("exp", x)
    result = verify_case(Single(), build.case(further={1: 1.0}))
    assert result.verdict is Verdict.UNSUPPORTED
    assert result.findings[0].message == "the engine does not offer several roots"
