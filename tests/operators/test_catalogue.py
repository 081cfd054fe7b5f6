"""The catalogue, and the Zen engine's operations held against it."""

import subprocess
import sys

import numpy as np
import pytest

from tests.verification.prepared import filled
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError
from zenverify.graph.drawing import instances_of
from zenverify.graph.filling import Filling
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.operator import Operator
from zenverify.tensor import OPERATIONS
from zenverify.verification import trace

every_operator = pytest.mark.parametrize(
    "operator", catalogue.all_operators(), ids=lambda o: o.name
)


def test_the_engine_offers_what_the_catalogue_declares_and_nothing_else() -> None:
    decisions = {operator.name for operator in catalogue.decisions()}
    assert set(catalogue.names()) == set(OPERATIONS) == ZenEngine.operators - decisions
    assert decisions <= ZenEngine.operators
    assert decisions.isdisjoint(OPERATIONS)


@every_operator
def test_every_way_to_call_an_operator_runs_on_the_engine(operator: Operator) -> None:
    engine = ZenEngine()
    for instance in instances_of(operator):
        case = filled(operator, instance, Filling.ORDINARY)
        # It checks every value's shape and dtype against the program's.
        handle = trace.forward(engine, case).handles[-1]
        name, attributes = engine.operation_of(handle) or ("", {})
        assert name == operator.name
        assert set(attributes) == set(operator.attribute_names)
        np.testing.assert_equal(
            {key: attributes[key] for key in instance.attributes},
            {key: _recorded(value) for key, value in instance.attributes.items()},
        )


def _recorded(value: object) -> object:
    """An attribute as the engine records it: a mask in a key as the integers that it stands for."""
    if not isinstance(value, tuple):
        return value
    parts: list[object] = []
    for part in value:
        is_mask = isinstance(part, np.ndarray) and part.dtype.kind == "b"
        parts += part.nonzero() if is_mask else (part,)
    return tuple(parts)


@every_operator
def test_a_declaration_is_complete(operator: Operator) -> None:
    assert catalogue.get(operator.name) is operator
    assert operator.summary
    assert operator.first_shapes
    assert len({argument.name for argument in operator.arguments}) == len(operator.arguments)
    assert (operator.kernel is None) or operator.kernel.arity == len(operator.arguments)


def test_an_operator_is_found_by_name_and_the_closest_is_named() -> None:
    with pytest.raises(
        GraphError, match=r"^there is no operator 'softmx'; did you mean 'softmax'\?$"
    ):
        catalogue.get("softmx")
    with pytest.raises(GraphError, match=r"^there is no operator 'x{60}'$"):
        catalogue.get("x" * 1000)


EVALUATE_EVERYTHING = """
import sys
from flint import arb
from zenverify.graph.drawing import instances_of
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
for operator in catalogue.all_operators():
    instance = instances_of(operator)[0]
    program = operator.program(instance.shapes, freeze_attributes(instance.attributes))
    operands = [[arb(2) for _ in range(size)] for size in program.sizes]
    linear = program.linearise(operands)
    linear.pull([arb(1) for _ in linear.value])
    program.push(operands, operands)
    program.kinked(operands)
print(sorted({"sympy", "hypothesis", "zenverify.tensor"} & set(sys.modules)))
"""


def test_programs_run_without_sympy_and_hypothesis() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVALUATE_EVERYTHING], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@every_operator
def test_what_is_known_of_an_operator_stands_in_its_declaration(operator: Operator) -> None:
    assert operator.jumps == any("a jump" in words for words in operator.kinks)
    several = len(operator.arguments) > 1 or operator.variadic
    shapes = [one.shapes for one in instances_of(operator)]
    if operator.is_elementwise:
        assert operator.broadcasts
    elif operator.broadcasts:
        assert several
        assert any(len(set(each)) > 1 for each in shapes)
    for wide in operator.wide:
        assert operator.program(wide.shapes, freeze_attributes(wide.attributes)).terms >= 60
