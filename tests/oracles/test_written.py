"""Graphs written out as SymPy expressions."""

import math

import pytest
import sympy

from tests.verification.prepared import CaseBuilder, square_of_tanh
from zenverify.graph.drawing import instances_of
from zenverify.graph.graph import Graph
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.derivation.written import expressions_of
from zenverify.operators.operator import Operator
from zenverify.oracles.written import leaf_symbols, write_out


def test_every_element_of_every_node_has_its_expression() -> None:
    build = CaseBuilder()
    x = build.variable([1.0, 2.0])
    build.apply("sum", build.apply("multiply", x, build.number(0.5)), axis=0, keepdims=True)
    written = write_out(build.case().graph)
    x0, x1, half = sympy.symbols("x0_0 x0_1 x1_0", real=True)
    assert written[0].tolist() == [x0, x1]
    assert written[1].tolist() == half
    assert written[2].tolist() == [x0 * half, x1 * half]
    assert written[3].tolist() == [x0 * half + x1 * half]


def test_symbols_are_named_by_us_and_real() -> None:
    symbols = leaf_symbols(square_of_tanh().graph)
    assert list(symbols) == [0]
    assert symbols[0].shape == ()
    assert symbols[0].item().name == "x0_0"
    assert symbols[0].item().is_real


def test_constants_of_a_declaration_are_exact() -> None:
    (x,) = sympy.symbols("x,", real=True)
    clip = catalogue.get("clip").program(((1,),), (("lower", -0.5), ("upper", 3.0)))
    assert expressions_of(clip, [[x]]) == [sympy.Min(3, sympy.Max(x, sympy.Rational(-1, 2)))]


def test_extrema_and_padding() -> None:
    build = CaseBuilder()
    build.apply("max", build.variable([1.0, 2.0]), axis=None, keepdims=False)
    graph: Graph = build.case().graph
    x0, x1 = leaf_symbols(graph)[0]
    assert write_out(graph)[1].item() == sympy.Max(x0, x1)
    conv = catalogue.get("conv2d").program(
        ((1, 1, 1, 1), (1, 1, 1, 2)),
        (("dilation", (1, 1)), ("groups", 1), ("padding", (0, 1)), ("stride", (1, 1))),
    )
    a, v, w = sympy.symbols("a v w", real=True)
    assert expressions_of(conv, [[a], [v, w]]) == [a * w, a * v]


def test_a_norm_is_written_as_the_function_of_its_row() -> None:
    a, b = sympy.symbols("a b", real=True)
    norm = catalogue.get("norm").program(((2,),), (("axis", 0), ("keepdims", False), ("ord", None)))
    assert expressions_of(norm, [[a, b]]) == [sympy.sqrt(a**2 + b**2)]


def test_what_is_sorted_is_written_with_minima_and_maxima() -> None:
    a, b, c = sympy.symbols("a b c", real=True)
    sort = catalogue.get("sort").program(((3,),), (("axis", 0),))
    low, middle, high = expressions_of(sort, [[a, b, c]])
    assert (low, high) == (sympy.Min(a, b, c), sympy.Max(a, b, c))
    assert middle.subs({a: 5, b: 1, c: 3}) == 3


def test_the_middle_of_many_is_a_named_function() -> None:
    numbers = sympy.symbols("x:9", real=True)
    sort = catalogue.get("sort").program(((9,),), (("axis", 0),))
    written = expressions_of(sort, [list(numbers)])
    assert written[0] == sympy.Min(*numbers)
    assert written[4].func.__name__ == "sorted_4"
    assert written[4].args == numbers


def test_what_is_finite_is_passed_on() -> None:
    a, b = sympy.symbols("a b", real=True)
    replaced = (("nan", 1.5), ("neginf", None), ("posinf", 2.0))
    assert expressions_of(catalogue.get("nan_to_num").program(((2,),), replaced), [[a, b]]) == [
        a,
        b,
    ]


@pytest.mark.parametrize("operator", catalogue.all_operators(), ids=lambda o: o.name)
def test_every_operation_can_be_written(operator: Operator) -> None:
    """On the smallest of its instances that have elements."""
    instances = [i for i in instances_of(operator) if all(map(math.prod, i.shapes))]
    smallest = min(instances, key=lambda i: sum(map(math.prod, i.shapes)))
    program = operator.program(smallest.shapes, freeze_attributes(smallest.attributes))
    operands = [
        list(sympy.symbols(f"x{number}_:{math.prod(shape)}", real=True))
        for number, shape in enumerate(smallest.shapes)
    ]
    written = expressions_of(program, operands)
    assert len(written) == math.prod(program.shape)
    assert all(isinstance(item, sympy.Expr) for item in written)


def test_an_unknown_step_is_an_error_of_ours() -> None:
    program = catalogue.get("tanh").program(((),), ())
    broken = type(program)((1,), (object(),), (), 1)  # type: ignore[arg-type]
    with pytest.raises((TypeError, AttributeError)):
        expressions_of(broken, [[sympy.Integer(1)]])
