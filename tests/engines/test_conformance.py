"""Each check of the conformance suite, with an adapter that it is there for."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.engines.tape import TapeEngine
from zenverify import tensor as zen
from zenverify.engines import conformance
from zenverify.engines.protocol import MEAN, Array, LeafKind, Limits
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UnsupportedError
from zenverify.tensor import Tensor

FEW = ("add", "multiply", "sum", "tanh")


def problems(engine: Any, operators: Sequence[str] = FEW) -> list[str]:
    return conformance.check(engine, operators)


def test_an_adapter_without_mistakes_has_no_problems() -> None:
    assert conformance.check(TapeEngine()) == []
    assert problems(ZenEngine(), ("tanh", "sum", "index", "eigh", "transpose", "sort")) == []


class Zen(ZenEngine):
    """The right adapter, to be spoilt in one place."""


def spoilt(**members: Any) -> Any:
    return type("Spoilt", (Zen,), members)()


def on_apply(name: str, change: Callable[..., Any]) -> Any:
    def apply(
        self: ZenEngine, operator: str, operands: Sequence[Any], attributes: dict[str, Any]
    ) -> Any:
        if operator == name:
            return change(*operands, **attributes)
        return ZenEngine.apply(self, operator, operands, attributes)

    return spoilt(apply=apply)


def refuse(*operands: Any, **attributes: Any) -> Any:
    raise UnsupportedError("nothing")


def fail(*operands: Any, **attributes: Any) -> Any:
    raise RuntimeError("no device")


def leaf_as(change: Callable[[Array], Any]) -> Any:
    def leaf(self: ZenEngine, kind: LeafKind, value: Array) -> Any:
        return ZenEngine.leaf(self, kind, np.asarray(change(value)))

    return spoilt(leaf=leaf)


def overwriting(value: Array) -> Array:
    value *= 2
    return value / 2


def gradient_as(change: Callable[[Any], Any]) -> Any:
    return spoilt(gradient=lambda self, handle: change(ZenEngine.gradient(self, handle)))


def of_constants(self: ZenEngine, handle: Any) -> Any:
    trainable = self.is_trainable(handle)
    return ZenEngine.gradient(self, handle) if trainable else np.ones_like(self.value(handle))


def of_leaves(self: ZenEngine, handle: Any) -> Any:
    return None if handle.dependencies else ZenEngine.gradient(self, handle)


def halved(self: ZenEngine, root: Any, cotangent: Array) -> None:
    ZenEngine.backward(self, root, cotangent / 2)


def spending(self: ZenEngine, root: Any, cotangent: Array) -> None:
    ZenEngine.backward(self, root, cotangent)
    cotangent[...] = 0


def probing_ones(self: ZenEngine, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
    return ZenEngine.probe(self, handles, [np.ones_like(one) for one in cotangents])


def probing_an_array(self: ZenEngine, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
    return Tensor(np.zeros(2))


def counting_nothing(self: ZenEngine, handle: Any, called: Callable[[], None]) -> Any:
    return ZenEngine.counted(self, handle, lambda: None)


def counting_another(self: ZenEngine, handle: Any, called: Callable[[], None]) -> Any:
    return ZenEngine.counted(self, handle * 2, called)


@pytest.mark.parametrize(
    "engine, message",
    [
        (spoilt(accumulates="yes"), "the adapter: accumulates is of type str"),
        (spoilt(limits=3), "the adapter: limits is of type int, expected Limits"),
        (spoilt(operators={"add", "tahn"}), "no operator 'tahn' in the catalogue; did you mean"),
        (spoilt(conventions={"rleu": MEAN}), "conventions: there is no operator 'rleu'"),
        (
            spoilt(operators=frozenset(FEW), conventions={"relu": MEAN}),
            "'relu' is not among the operators that the adapter lists",
        ),
        (spoilt(conventions={"add": MEAN}), "conventions: 'add' has no kink"),
        (leaf_as(lambda value: value + 1), "is not what was given"),
        (leaf_as(lambda value: value.astype(np.float64)), "is of float64 and shape (), expected"),
        (leaf_as(np.atleast_1d), "is of float64 and shape (1,), expected"),
        (leaf_as(overwriting), "changed the array that it was given"),
        (spoilt(value=lambda self, handle: list(handle.value)), "leaf(VARIABLE)"),
        (spoilt(leaf=fail), "raised RuntimeError: no device"),
        (
            spoilt(apply=lambda self, operator, operands, attributes: operands[0]),
            "apply('no_such_operator'), which is not listed, gave a result",
        ),
        (gradient_as(lambda found: None), "the gradient of the leaf"),
        (gradient_as(lambda found: None if found is None else list(found.flat)), "is a list"),
        (
            gradient_as(lambda found: None if found is None else found[None]),
            "is of float64 and shape (1,), expected",
        ),
        (
            gradient_as(lambda found: None if found is None else found.astype(np.float64)),
            "is of float64 and shape (), expected a NumPy array of float32",
        ),
        (spoilt(gradient=of_constants), "the gradient of a constant"),
        (spoilt(gradient=of_leaves), "the gradient of the root"),
        (spoilt(backward=halved), "is not the cotangent that it was given"),
        (spoilt(backward=spending), "backward changed the cotangent"),
        (spoilt(backward=fail), "backward raised RuntimeError: no device"),
        (spoilt(accumulates=False), "accumulates is False, but a second backward adds"),
        (spoilt(probe=probing_ones), "probe: a node's gradient is"),
        (spoilt(probe=probing_an_array), "the value of a probe is not an array of shape ()"),
        (spoilt(counted=counting_nothing), "one reverse pass reported 0 calls"),
        (spoilt(counted=counting_another), "the value behind it is another one"),
        (on_apply("tanh", refuse), "tanh: it is listed, but each of"),
        (on_apply("tanh", fail), "raised RuntimeError: no device"),
        (on_apply("tanh", zen.sinh), "is it this function"),
        (on_apply("sum", lambda x, axis, keepdims: x.sum(axis)), "the value of sum of shapes"),
    ],
)
def test_each_mistake_is_told(engine: Any, message: str) -> None:
    found = problems(engine)
    assert any(message in problem for problem in found), found


def test_an_operation_that_numbers_do_not_have_is_not_to_be_listed() -> None:
    engine = spoilt(limits=Limits(arrays=False))
    assert problems(engine, ["matmul"]) == [
        "matmul: no call of it is within the limits of the adapter; do not list it"
    ]


def test_what_the_limits_exclude_is_not_asked_for() -> None:
    limits = Limits(inner=False, repeated=False)
    assert problems(spoilt(gradient=of_leaves, accumulates=False, limits=limits)) == []


class Twice(ZenEngine):
    """A second pass over a graph is refused, or gives other numbers."""

    def __init__(self, *, refuses: bool) -> None:
        self.refuses = refuses
        self.passed: list[Any] = []

    def backward(self, root: Any, cotangent: Any) -> None:
        again = any(root is one for one in self.passed)
        self.passed.append(root)
        if again and self.refuses:
            raise RuntimeError("the graph was freed")
        super().backward(root, cotangent * 3 if again else cotangent)


@pytest.mark.parametrize("refuses", [True, False])
def test_the_advice_to_leave_out_a_second_pass_hides_no_fault(refuses: bool) -> None:
    problems = conformance.check(Twice(refuses=refuses), operators=[])
    assert any("a second backward" in one for one in problems)
    assert any("Limits(repeated=False)" in one for one in problems) == refuses
