"""Check 1: each fault of structure is planted, found and blamed."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import (
    CaseBuilder,
    finding_of,
    square_of_tanh,
    unary,
    wrong_rule,
    wrong_value,
)
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.tensor import OPERATIONS, Tensor
from zenverify.verification.verdict import ACCUMULATION, Pass, Verdict
from zenverify.verification.verify import verify_case

CASE = unary("exp", "tanh", "negative", at=[0.5, 0.25])

Read = Callable[[Any], Any]


def wrong_gradients(change: Callable[[Any, Any], Any]) -> ZenEngine:
    """An engine whose gradient of a node is changed: ``change(handle, gradient)``."""

    class Changed(ZenEngine):
        def gradient(self, handle: Any) -> Any:
            return change(handle, super().gradient(handle))

    return Changed()


def of_tanh(change: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def only_there(handle: Any, gradient: Any) -> Any:
        return change(gradient) if getattr(handle, "operation", None) == "exp" else gradient

    return only_there


@pytest.mark.parametrize(
    "change, got",
    [
        (lambda g: g[:1], r"float64 of shape \(1,\)"),
        (lambda g: g[None], r"float64 of shape \(1, 2\)"),
        (lambda g: g.astype(np.float32), r"float32 of shape \(2,\)"),
        (lambda g: g.astype(complex), r"complex128 of shape \(2,\)"),
        (lambda g: g.tolist(), "a list"),
        (lambda g: "0.5", "a str"),
        (lambda g: Tensor(g), "a Tensor"),
    ],
)
def test_a_gradient_of_another_kind(change: Callable[[Any], Any], got: str) -> None:
    finding = finding_of(CASE, wrong_gradients(of_tanh(change)))
    assert finding.verdict is Verdict.STRUCTURE
    assert finding.check == "structure"
    message = rf"the gradient of node 1, an exp, is {got}; expected float64 of shape \(2,\)"
    assert_matches(message, finding.message)


def assert_matches(pattern: str, text: str) -> None:
    with pytest.raises(ValueError, match=pattern):
        raise ValueError(text)


@pytest.mark.parametrize("operation, argument", [("tanh", 0), ("negative", 0)])
def test_the_rule_that_gives_a_gradient_of_the_wrong_shape_is_blamed(
    operation: str, argument: int
) -> None:
    class Shapeless(ZenEngine):
        """Hands out a sum where one operation has contributed."""

        def gradient(self, handle: Any) -> Any:
            gradient: Any = super().gradient(handle)
            behind = self.behind.get(id(handle))
            return gradient.sum() if behind == operation else gradient

        def __init__(self) -> None:
            self.behind: dict[int, str] = {}
            self.kept: list[Any] = []

        def apply(self, operator: str, operands: Sequence[Any], attributes: Any) -> Any:
            self.kept += operands
            self.behind.update({id(operand): operator for operand in operands})
            return super().apply(operator, operands, attributes)

    finding = finding_of(CASE, Shapeless())
    assert finding.verdict is Verdict.STRUCTURE
    assert (finding.blame.operation, finding.blame.argument) == (operation, argument)


def test_a_missing_gradient() -> None:
    finding = finding_of(CASE, wrong_gradients(of_tanh(lambda g: None)))
    assert finding.verdict is Verdict.STRUCTURE
    assert "an exp, has no gradient, although the root depends on it" in finding.message


def test_a_gradient_of_a_constant() -> None:
    build = CaseBuilder()
    build.apply("multiply", build.variable(2.0), build.constant(3.0))

    def change(handle: Any, gradient: Any) -> Any:
        return gradient if handle.trainable else np.array(7.0)

    finding = finding_of(build.case(), wrong_gradients(change))
    assert finding.verdict is Verdict.STRUCTURE
    assert "a constant, has a gradient, although nothing asks for one" in finding.message


def test_a_changed_input() -> None:
    class Changing(ZenEngine):
        def leaf(self, kind: LeafKind, value: Array) -> Any:
            made = super().leaf(kind, value)
            value += 1
            return made

    finding = finding_of(CASE, Changing())
    assert finding.verdict is Verdict.STRUCTURE
    assert finding.blame.node == 0


def test_a_changed_cotangent() -> None:
    class Changing(ZenEngine):
        def backward(self, root: Any, cotangent: Array) -> None:
            super().backward(root, cotangent)
            cotangent *= 2

    finding = finding_of(CASE, Changing())
    assert finding.verdict is Verdict.STRUCTURE
    assert finding.message.endswith("the incoming cotangent changed")


def test_a_changed_value() -> None:
    def writing(g: Any, y: Any, x: Any) -> Any:
        y.setflags(write=True)
        y[...] = 0
        return g / np.cosh(x) ** 2

    with wrong_rule("tanh", writing):
        finding = finding_of(CASE)
    assert finding.verdict is Verdict.STRUCTURE
    assert "the reverse pass changed the value of node" in finding.message
    assert finding.blame.operation == "tanh"


def test_gradients_that_share_memory() -> None:
    held: dict[bytes, Any] = {}
    shared = wrong_gradients(lambda handle, found: held.setdefault(found.tobytes(), found))
    build = CaseBuilder()
    build.apply("add", build.variable([1.0, 2.0]), build.variable([3.0, 4.0]))
    finding = finding_of(build.case(), shared)
    assert finding.verdict is Verdict.STRUCTURE
    assert_matches(r"the gradients of nodes \d and \d share memory", finding.message)


def test_a_gradient_that_shares_memory_with_a_value() -> None:
    build = CaseBuilder()
    half = build.apply("multiply", build.number(0.5), build.variable([4.0, 4.0]))
    build.apply("multiply", half, half)
    case = build.case(cotangent=[0.5, 0.5])

    class Aliasing(ZenEngine):
        def value(self, handle: Any) -> Array:
            return handle.array if isinstance(handle, Tensor) else super().value(handle)

        def gradient(self, handle: Any) -> Any:
            found: Any = super().gradient(handle)
            if getattr(handle, "operation", None) and np.array_equal(found, handle.array):
                handle.array.setflags(write=True)
                return handle.array
            return found

    finding = finding_of(case, Aliasing())
    assert finding.verdict is Verdict.STRUCTURE
    assert "shares memory with a value, an input or the cotangent" in finding.message


def test_a_second_call_that_forgets_the_first() -> None:
    class Replacing(ZenEngine):
        def backward(self, root: Any, cotangent: Array) -> None:
            root.zero_gradients()
            super().backward(root, cotangent)

    finding = finding_of(CASE, Replacing())
    assert finding.verdict is Verdict.STRUCTURE
    assert finding.blame.operation == ACCUMULATION
    assert "a second call of the reverse pass should add to the gradient of node" in finding.message


@pytest.mark.parametrize("size, passes", [(1.2e308, True), (1.2e306, False)])
def test_a_second_call_that_adds_in_another_order_may_overflow(size: float, passes: bool) -> None:
    build = CaseBuilder()
    x = build.variable([0.125])
    factor = build.constant([size])
    build.apply("subtract", build.apply("multiply", x, factor), build.apply("multiply", x, factor))

    class Overflowing(ZenEngine):
        def backward(self, root: Any, cotangent: Array) -> None:
            again = root.accumulated is not None
            super().backward(root, cotangent)
            if again:
                leaf = root.dependencies[0].dependencies[0]
                leaf.accumulated = np.full_like(leaf.array, np.inf)

    findings = verify_case(Overflowing(), build.case()).findings
    assert [finding.during for finding in findings] == [Pass.SECOND_REVERSE] * (not passes)


def test_a_second_call_that_adds_although_it_should_replace() -> None:
    class Declares(ZenEngine):
        accumulates = False

    finding = finding_of(CASE, Declares())
    assert finding.verdict is Verdict.STRUCTURE
    assert "should replace the gradient" in finding.message


@pytest.mark.parametrize("from_call", [1, 2])
@pytest.mark.parametrize(
    "share, verdict", [(2e-16, Verdict.AGREE), (1e-9, Verdict.NON_DETERMINISTIC)]
)
def test_a_second_forward_pass_may_differ_by_rounding_only(
    share: float, verdict: Verdict, from_call: int
) -> None:
    state = {"calls": 0}

    def drifting(x: Any) -> Any:
        state["calls"] += 1
        return np.tanh(x) * (1 + share * (state["calls"] if state["calls"] >= from_call else 0))

    with wrong_value("tanh", drifting):
        result = verify_case(ZenEngine(), CASE)
    assert result.verdict is verdict
    if verdict is not Verdict.AGREE:
        (finding,) = result.findings
        assert finding.blame.operation == "tanh"
        assert "differs from one forward pass to the next by more than rounding" in finding.message


def test_the_same_wrong_value_each_time_is_wrong_and_not_at_random() -> None:
    with wrong_value("tanh", lambda x: np.tanh(x) * (1 + 1e-5)):
        assert finding_of(CASE).verdict is Verdict.ENGINE_WRONG


def raising(*args: Any) -> Any:
    raise ZeroDivisionError("by \n zero " + "x" * 500)


def exiting(*args: Any) -> Any:
    raise SystemExit(3)


def test_a_crash_of_the_forward_pass() -> None:
    with wrong_value("tanh", raising):
        finding = finding_of(CASE)
    assert finding.verdict is Verdict.CRASH
    assert finding.blame.operation == "tanh"
    assert finding.message.startswith("the forward pass raised ZeroDivisionError: by zero xxx")
    assert len(finding.message) < 400


@pytest.mark.parametrize("fault, name", [(raising, "ZeroDivisionError"), (exiting, "SystemExit")])
def test_a_crash_of_the_reverse_pass_is_blamed_on_the_operation(fault: Any, name: str) -> None:
    with wrong_rule("exp", fault):
        finding = finding_of(CASE)
    assert finding.verdict is Verdict.CRASH
    assert finding.blame.operation == "exp"
    assert f"the reverse pass raised {name}" in finding.message


def test_a_crash_of_the_walk_is_blamed_on_accumulation() -> None:
    class Recursive(ZenEngine):
        def backward(self, root: Any, cotangent: Array) -> None:
            if len(root.dependencies) and root.dependencies[0].dependencies:
                raise RecursionError("too deep")
            super().backward(root, cotangent)

    finding = finding_of(CASE, Recursive())
    assert finding.verdict is Verdict.CRASH
    assert finding.blame.operation == ACCUMULATION
    assert finding.message.startswith("the reverse pass raised RecursionError: too deep (")


def sleeping(*args: Any) -> Any:
    time.sleep(20)


def looping(*args: Any) -> Any:
    while True:
        try:
            time.sleep(0.01)
        except Exception:  # noqa: BLE001, S112  what a rule of the worst kind does
            continue


@pytest.mark.parametrize("fault", [sleeping, looping])
def test_a_rule_that_never_returns(fault: Any) -> None:
    with wrong_rule("tanh", fault):
        finding = finding_of(CASE, timeout=0.3)
    assert finding.verdict is Verdict.TIMEOUT
    assert finding.blame.operation == "tanh"
    assert "the reverse pass did not return in time" in finding.message


def test_an_operation_that_never_returns() -> None:
    with wrong_value("tanh", sleeping):
        finding = finding_of(CASE, timeout=0.3)
    assert (finding.verdict, finding.blame.operation) == (Verdict.TIMEOUT, "tanh")
    assert finding.message == "the forward pass did not return in time"


def test_what_an_engine_declines_is_unsupported() -> None:
    class Declining(ZenEngine):
        def apply(self, operator: str, operands: Sequence[Any], attributes: Any) -> Any:
            if operator == "tanh":
                raise UnsupportedError("tanh of vectors")
            return super().apply(operator, operands, attributes)

    finding = finding_of(CASE, Declining())
    assert finding.verdict is Verdict.UNSUPPORTED
    assert finding.message == "the engine does not offer tanh of vectors"


def test_what_an_engine_does_not_list_is_unsupported() -> None:
    class Small(ZenEngine):
        operators = frozenset({"exp"})

    finding = finding_of(CASE, Small())
    assert finding.verdict is Verdict.UNSUPPORTED
    assert finding.message == "the engine does not offer negative, tanh"


def test_a_right_engine_has_no_such_faults() -> None:
    for case in (CASE, square_of_tanh()):
        from zenverify.verification.verify import verify_case

        assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE


def test_a_crash_has_the_lines_from_the_engines_first_own_one_on() -> None:
    class Reads(ZenEngine):
        def apply(self, operator: str, operands: Any, attributes: dict[str, Any]) -> Any:
            return (
                np.reshape(np.ones(3), (2, 2))
                if operator == "tanh"
                else super().apply(operator, operands, attributes)
            )

    finding = finding_of(CASE, Reads())
    first, *_, last = finding.traceback
    assert first.file.endswith("test_structure.py")
    assert first.function == finding.function
    assert first.function.endswith("Reads.apply")
    assert "np.reshape(np.ones(3), (2, 2))" in first.text
    assert last.function == "_wrapfunc"  # of NumPy, which it called
    assert finding.raised_at == first
    assert finding.message.endswith(f"(test_structure.py, line {first.line})")
    assert not hasattr(finding.bucket, "traceback")


def at_random(draw: np.random.Generator, share: float) -> Any:
    right = OPERATIONS["tanh"].pullbacks[0]
    return lambda g, *rest: right(g, *rest) * (1 + share * draw.normal())


@pytest.mark.parametrize(
    "share, verdict", [(1e-17, Verdict.AGREE), (1e-9, Verdict.NON_DETERMINISTIC)]
)
def test_a_gradient_may_differ_from_pass_to_pass_by_rounding_only(
    share: float, verdict: Verdict
) -> None:
    """One finding, which names the operation, in place of one for each argument and condition."""
    with wrong_rule("tanh", at_random(np.random.default_rng(3), share)):
        result = verify_case(ZenEngine(), CASE)
    assert result.verdict is verdict
    if verdict is not Verdict.AGREE:
        (finding,) = result.findings
        assert finding.blame.operation == "tanh"
        assert "differs from one pass to the next over the same values" in finding.message


def test_a_rule_that_is_wrong_now_and_then_is_found_behind_the_probes() -> None:
    right, calls = OPERATIONS["tanh"].pullbacks[0], {"count": 0}

    def now_and_then(g: Any, *rest: Any) -> Any:
        calls["count"] += 1
        return right(g, *rest) * (2.0 if calls["count"] == 2 else 1.0)

    with wrong_rule("tanh", now_and_then):
        (finding,) = verify_case(ZenEngine(), CASE).findings
    assert (finding.verdict, finding.blame.operation) == (Verdict.NON_DETERMINISTIC, "tanh")


def test_the_same_wrong_gradient_each_time_is_wrong_and_not_at_random() -> None:
    right = OPERATIONS["tanh"].pullbacks[0]
    with wrong_rule("tanh", lambda g, *rest: right(g, *rest) * (1 + 1e-5)):
        assert finding_of(CASE).verdict is Verdict.ENGINE_WRONG
