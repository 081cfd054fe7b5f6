"""An engine with one operation more can do all that it could before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.engines.tape import TapeEngine
from zenverify.engines.extended import extended
from zenverify.engines.protocol import Counting, Engine, LeafKind, Mutable, Probing, Recorded
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import Tensor, new_operation

cube = new_operation("cube", lambda x: x**3, lambda g, y, x: 3 * g * x**2, broadcasts=True)


@pytest.mark.parametrize("engine", [ZenEngine(), TapeEngine()], ids=lambda e: e.name)
def test_it_can_do_what_it_could(engine: Engine) -> None:
    made = extended(engine, "cube", cube)
    assert made.name == engine.name
    assert made.operators == engine.operators | {"cube"}
    assert "cube" not in engine.operators
    for capability in (Probing, Counting, Recorded):
        assert isinstance(made, capability) == isinstance(engine, capability)
    x = made.leaf(LeafKind.VARIABLE, np.array([2.0]))
    np.testing.assert_allclose(made.value(made.apply("tanh", [x], {})), np.tanh([2.0]))


def test_the_function_is_called_with_operands_and_attributes() -> None:
    seen: list[Any] = []

    def function(*operands: Any, **attributes: Any) -> Any:
        seen.append((operands, attributes))
        return operands[0]

    made = extended(ZenEngine(), "tanh", function)
    x = Tensor(1.0)
    assert made.apply("tanh", [x], {"axis": 1}) is x
    assert seen == [((x,), {"axis": 1})]


def test_an_engine_that_can_call_functions_is_asked_to() -> None:
    class Boxing(ZenEngine):
        def call(
            self,
            name: str,
            function: Callable[..., Any],
            operands: Sequence[Any],
            attributes: dict[str, Any],
        ) -> Any:
            return [name, function(*operands, **attributes)]

    made = extended(Boxing(), "twice", lambda x, *, by: x * by)
    assert made.apply("twice", [3], {"by": 2}) == ["twice", 6]


def test_it_has_the_mutants_of_the_function_and_of_the_engine() -> None:
    made = extended(ZenEngine(), "cube", cube)
    assert isinstance(made, Mutable)
    assert "g * x ** 2" not in {one.name for one in made.mutants("tanh")}
    assert "3 * g * x ** 2 becomes 3 * g" in {one.name for one in made.mutants("cube")}
    tape = extended(TapeEngine(), "cube", cube)
    assert isinstance(tape, Mutable)
    assert tape.mutants("tanh") == ()
