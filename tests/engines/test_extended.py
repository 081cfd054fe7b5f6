"""An engine with one operation more can do all that it could before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.engines.tape import TapeEngine
from zenverify.engines.extended import extended
from zenverify.engines.protocol import Counting, Engine, LeafKind, Mutant, Probing, Recorded
from zenverify.engines.zen import ZenEngine
from zenverify.faults.planting import mutants_of
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


def test_it_has_the_faults_of_the_function_and_of_the_engine() -> None:
    made = extended(ZenEngine(), "cube", cube)
    assert "g * x ** 2" not in {one.name for one in mutants_of(made, "tanh")}
    assert len(mutants_of(made, "tanh")) == len(mutants_of(ZenEngine(), "tanh"))
    (shorter,) = (o for o in mutants_of(made, "cube") if o.name == "3 * g * x ** 2 becomes 3 * g")
    x = made.leaf(LeafKind.VARIABLE, np.array(2.0))
    with shorter.plant():
        made.backward(made.apply("cube", [x], {}), np.array(1.0))
    assert made.gradient(x) == 3.0
    tape = extended(TapeEngine(), "cube", cube)
    assert mutants_of(tape, "cube")
    assert mutants_of(tape, "tanh") == mutants_of(tape, "accumulation") == ()


def test_faults_that_an_engine_makes_itself_are_none_of_the_functions() -> None:
    class Making(TapeEngine):
        def mutants(self, operator: str) -> tuple[Mutant, ...]:
            return tuple(mutants_of(ZenEngine(), operator))

    made = extended(Making(), "tanh", lambda x: x)
    assert mutants_of(made, "tanh") == ()
    assert mutants_of(made, "add")
