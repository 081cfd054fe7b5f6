"""Programs in SymPy's terms."""

import pytest
import sympy

from zenverify.engines.mutants.symbolic import (
    buffers_in_symbols,
    is_even,
    slopes_ignore,
    symbols_of,
    vanish_at_ties,
)
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.program.builder import Shape
from zenverify.operators.program.program import Program

WHOLE = {"axis": None, "keepdims": False}


def program(name: str, *shapes: Shape, **attributes: object) -> Program:
    return catalogue.get(name).program(shapes, freeze_attributes(attributes))


def test_a_result_in_symbols() -> None:
    made = program("inner", (2,), (2,))
    (a, b), (c, d) = symbols = symbols_of(made)
    buffers = buffers_in_symbols(made, symbols)
    assert buffers is not None
    assert buffers[-1] == [a * c + b * d]


@pytest.mark.parametrize(
    "name, shape", [("max", (2,)), ("min", (2,)), ("pad", (1,)), ("std", (2,)), ("nan_to_num", ())]
)
def test_each_kind_of_step_is_as_numbers_have_it(name: str, shape: Shape) -> None:
    attributes: dict[str, object] = {
        "pad": {"pad_width": ((1, 1),), "mode": "constant", "constant_values": 2.5},
        "std": {**WHOLE, "ddof": 1},
        "nan_to_num": {"nan": 0.0, "posinf": None, "neginf": None},
    }.get(name, WHOLE)  # type: ignore[assignment]
    made = program(name, shape, **attributes)
    (symbols,) = symbols_of(made)
    numbers = [sympy.Rational(3, 2), sympy.Integer(-4)]
    buffers = buffers_in_symbols(made, [symbols])
    assert buffers is not None
    found = [item.xreplace(dict(zip(symbols, numbers, strict=False))) for item in buffers[-1]]
    expected = made.value([[Ball(float(number)) for number in numbers[: len(symbols)]]])
    assert [float(item) for item in found] == pytest.approx([float(ball) for ball in expected])


def test_solutions_and_orders_cannot_be_told() -> None:
    for made in (program("inv", (2, 2)), program("sort", (2,), axis=0)):
        symbols = symbols_of(made)
        assert buffers_in_symbols(made, symbols) is None
        assert not slopes_ignore(made, 0, 0)
        assert not is_even(made, 0)


def test_whether_slopes_depend_on_an_operand() -> None:
    product = program("multiply", (2,), (2,))
    assert slopes_ignore(product, 0, 0)
    assert not slopes_ignore(product, 0, 1)
    assert slopes_ignore(program("logsumexp", (1,), **WHOLE), 0, 0)
    assert not slopes_ignore(program("logsumexp", (2,), **WHOLE), 0, 0)


@pytest.mark.parametrize("name, even", [("square", True), ("cosh", True), ("sinh", False)])
def test_whether_signs_matter(name: str, even: bool) -> None:
    assert is_even(program(name, (2,)), 0) is even


def test_what_vanishes_at_ties() -> None:
    a, b, c = sympy.symbols("a b c", real=True)
    mean = (a + b + c) / 3
    assert vanish_at_ties([a - mean, b - mean, c - mean], 3)
    assert not vanish_at_ties([a, b, c], 3)
    assert not vanish_at_ties([a - mean, b - mean, c - b], 3)
    assert not vanish_at_ties([a - mean, 2 * b - 2 * mean, c - mean], 3)
    assert vanish_at_ties([], 0)
