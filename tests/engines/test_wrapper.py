"""Whatever an engine can do, it can do inside any wrapper, also what nobody here has thought of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import pytest

from tests.engines.lazy import LazyEngine
from tests.engines.tape import TapeEngine
from zenverify.engines.completed import completed
from zenverify.engines.extended import extended
from zenverify.engines.protocol import (
    Batching,
    Counting,
    Engine,
    LeafKind,
    Limits,
    Mutable,
    Probing,
    Recorded,
)
from zenverify.engines.zen import ZenEngine

Wrap = Callable[[Engine], Engine]


def cube(x: Any) -> Any:
    return x * x * x


def with_cube(engine: Engine) -> Engine:
    return extended(engine, "cube", cube)


@runtime_checkable
class Painting(Protocol):
    """A capability that only this test knows."""

    brush: str

    def painted(self, handles: Sequence[Any], colour: str, *, by: Any) -> tuple[str, Any]: ...


class Painter(ZenEngine):
    brush = "broad"
    limits = Limits(inner=False, seeded=False)

    def painted(self, handles: Sequence[Any], colour: str, *, by: Any) -> tuple[str, Any]:
        return colour, sum(one.value for one in handles) + by.value


WRAPPERS: dict[str, Wrap] = {
    "completed": completed,
    "extended": with_cube,
    "extended, completed": lambda engine: with_cube(completed(engine)),
    "completed, extended": lambda engine: completed(with_cube(engine)),
}

wrappers = pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)


@wrappers
def test_a_capability_of_somebodys_own_goes_through(wrap: Wrap) -> None:
    engine = wrap(Painter())
    assert type(engine) is not Painter
    assert isinstance(engine, Painting)
    assert engine.brush == "broad"
    x = cast("Engine", engine).leaf(LeafKind.VARIABLE, np.array(2.0))
    colour, total = engine.painted([x, x], "red", by=x)
    assert (colour, total) == ("red", 6.0)


@wrappers
@pytest.mark.parametrize("capability", [Probing, Counting, Recorded, Mutable, Batching])
def test_what_it_cannot_do_it_does_not_claim(wrap: Wrap, capability: Any) -> None:
    poor = TapeEngine()
    poor.limits = Limits(seeded=False)  # type: ignore[attr-defined]  # as a user would set it
    assert not isinstance(wrap(poor), capability)
    assert isinstance(wrap(Painter()), capability) == (capability not in (Batching, Mutable))


@wrappers
def test_a_method_set_to_none_is_none(wrap: Wrap) -> None:
    class Unprobed(Painter):
        probe = None  # type: ignore[assignment]

    assert not isinstance(wrap(Unprobed()), Probing)


@wrappers
def test_probes_and_counted_calls_go_through(wrap: Wrap) -> None:
    engine = wrap(Painter())
    assert isinstance(engine, Probing)
    assert isinstance(engine, Counting)
    whole = cast("Engine", engine)
    x = whole.leaf(LeafKind.VARIABLE, np.array(0.5))
    calls: list[int] = []
    y = whole.apply("tanh", [engine.counted(x, lambda: calls.append(1))], {})
    whole.backward(engine.probe([x, y], [np.array(3.0), np.array(1.0)]), np.array(1.0))
    assert whole.gradient(x) == pytest.approx(3 + 1 / np.cosh(0.5) ** 2)
    assert calls == [1]


@pytest.mark.parametrize("limits", [Limits(seeded=False), Limits(inner=False), Limits()])
def test_a_function_is_called_with_the_engines_own_handles(limits: Limits) -> None:
    poor = Painter()
    poor.limits = limits
    engine = with_cube(completed(poor))
    x = engine.leaf(LeafKind.VARIABLE, np.array([2.0, 3.0]))
    y = engine.apply("cube", [x], {})
    root = engine.apply("negative", [y], {})
    engine.backward(root, np.array([1.0, 10.0]))
    for node, expected in ((x, [-12.0, -270.0]), (y, [-1.0, -10.0])):
        found = engine.gradient(node)
        assert found is not None
        np.testing.assert_allclose(found, expected)


class Slotted(ZenEngine):
    __slots__ = ("calls",)


class Bare(TapeEngine):
    """Nothing but slots, as a compiled class has."""

    __slots__ = ()


@pytest.mark.parametrize("engine", [Slotted(), Bare()])
def test_an_engine_class_with_slots_can_be_extended(engine: Engine) -> None:
    made = with_cube(engine)
    x = made.leaf(LeafKind.VARIABLE, np.array(2.0))
    assert made.value(made.apply("tanh", [x], {})) == np.tanh(2.0)


def test_only_slots_all_the_way_down() -> None:
    class Compiled:
        __slots__ = ("accumulates", "conventions", "inner", "name", "operators", "version")

        def __init__(self) -> None:
            self.inner = ZenEngine()
            for name in ("accumulates", "conventions", "name", "operators", "version"):
                setattr(self, name, getattr(self.inner, name))

        def leaf(self, kind: LeafKind, value: Any) -> Any:
            return self.inner.leaf(kind, value)

        def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
            return self.inner.apply(operator, operands, attributes)

        def value(self, handle: Any) -> Any:
            return self.inner.value(handle)

        def backward(self, root: Any, cotangent: Any) -> None:
            self.inner.backward(root, cotangent)

        def gradient(self, handle: Any) -> Any:
            return self.inner.gradient(handle)

    made = with_cube(cast("Engine", Compiled()))
    x = made.leaf(LeafKind.VARIABLE, np.array(2.0))
    assert made.value(made.apply("cube", [x], {})) == 8.0
    assert made.operators == ZenEngine.operators | {"cube"}


def test_the_attributes_of_an_engine_that_computes_them() -> None:
    class Lazy(LazyEngine):
        def __getattr__(self, name: str) -> str:
            if name == "mood":
                return "sunny"
            raise AttributeError(name)

    made: Any = with_cube(Lazy())
    assert made.mood == "sunny"
    assert not hasattr(made, "weather")
    assert not hasattr(made, "_hidden")
