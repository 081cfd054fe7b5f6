"""Contributions: what they declare, and what is refused."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from flint import arb

from zenverify import Contribution, Domain
from zenverify.errors import UsageError
from zenverify.graph.graph import Leaf, LeafKind
from zenverify.graph.sweep import draw_way, ways_of
from zenverify.operators import catalogue
from zenverify.tensor import new_operation
from zenverify.verification.campaign.cases import draw_cases
from zenverify.verification.campaign.options import CampaignOptions


def identity(x: Any) -> Any:
    return x


def contribution(**fields: Any) -> Contribution:
    return Contribution(**{"name": "own", "function": identity, **fields})


def test_an_expression_declares_an_elementwise_operator() -> None:
    own = contribution(
        expression=lambda sp, a, b: a / b, domains={"b": Domain(nonzero=True)}, summary="a over b"
    )
    declared = own.declaration
    assert own.declaration is declared
    assert declared.signature == "own(a, b)"
    assert [argument.domain for argument in declared.arguments] == ["", "b != 0"]
    assert declared.summary == "a over b"
    assert declared.kernel is not None
    assert own.arguments == ("a", "b")


def test_an_expression_can_be_text() -> None:
    own = contribution(expression="log(1 + exp(t))", domains={"t": Domain(low=-50.0, high=50.0)})
    assert own.arguments == ("t",)
    assert own.declaration.signature == "own(t)"


def test_an_operator_declares_itself() -> None:
    operator = catalogue.get("tanh")
    own = contribution(name="tanh", operator=operator)
    assert own.declaration.build is operator.build
    assert own.arguments == ("x",)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"name": "my op", "expression": "x"}, "'my op': the name is no Python identifier"),
        ({"name": "lambda", "expression": "x"}, "'lambda': the name is no Python identifier"),
        ({"function": 3, "expression": "x"}, "function is of type int, expected a callable"),
        ({}, "expected one of expression, equation and operator"),
        (
            {"expression": "x", "equation": "y = x", "start": identity},
            "expected one of expression, equation and operator",
        ),
        ({"expression": "x", "start": identity}, "start belongs to an equation, and there is none"),
        ({"equation": "y = x"}, "an equation needs a start, a function of its arguments as NumPy"),
        ({"equation": "y = x", "start": 0.5}, "that gives approximate results; got float"),
        (
            {"equation": "y = x", "start": identity, "kinks": ("x = 0",)},
            "an equation has neither kinks nor slices",
        ),
        ({"equation": "y = exp(y)", "start": identity}, "the equation has no arguments"),
        ({"equation": lambda sp, y: y, "start": identity}, "the equation has no arguments"),
        (
            {"equation": "y = x", "start": identity, "domains": {"y": Domain()}},
            "domains names 'y'; the arguments are x",
        ),
        (
            {"expression": "x", "operator": catalogue.get("tanh")},
            "expected one of expression, equation and operator",
        ),
        (
            {"operator": catalogue.get("tanh")},
            "the operator's name is 'tanh', expected the same",
        ),
        (
            {"name": "tanh", "operator": catalogue.get("tanh"), "kinks": ("x = 0",)},
            "domains, kinks and slices belong into the operator",
        ),
        ({"expression": lambda sp: 1}, "the expression has no arguments"),
        (
            {"expression": "x * y", "domains": {"z": Domain()}},
            "domains names 'z'; the arguments are x, y",
        ),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        contribution(**fields)


def test_a_function_without_a_counterpart_on_balls_is_refused() -> None:
    own = contribution(expression=lambda sp, x: sp.zeta(x))
    with pytest.raises(UsageError, match="contribution 'own': the expression: zeta has no counter"):
        own.declaration  # noqa: B018  the access is the test


def test_an_equation_declares_an_elementwise_operator() -> None:
    own = contribution(
        equation=lambda sp, root, a, y: root - sp.cos(a * root + y),
        start=lambda a, y: a * y,
        domains={"a": Domain(low=0.0, high=0.5)},
        summary="a fixed point",
    )
    declared = own.declaration
    assert own.declaration is declared
    assert own.arguments == ("a", "y")
    assert declared.signature == "own(a, y)"
    assert [argument.domain for argument in declared.arguments] == ["a > 0, a < 0.5", ""]
    assert declared.summary == "a fixed point"
    assert declared.is_elementwise
    assert declared.equation is not None
    assert declared.equation.result == "root"


@pytest.mark.parametrize("text", ["y + exp(y) = x", "x = exp(y) + y", "y + exp(y) - x"])
def test_an_equation_can_be_text(text: str) -> None:
    own = contribution(equation=text, start=identity)
    assert own.arguments == ("x",)
    linear = own.declaration.program([()], ()).linearise([[arb(2)]])
    (slopes,) = linear.pull([arb(1)])
    assert slopes is not None
    solution = float(linear.value[0])
    assert solution + math.exp(solution) == pytest.approx(2, rel=1e-14)
    assert float(slopes[0]) == pytest.approx(1 / (1 + math.exp(solution)), rel=1e-14)


@pytest.mark.parametrize(
    "equation, message",
    [
        ("abs(y) = x", "contribution 'own': the equation has kinks, expected a smooth one"),
        ("x = 3 * z", "the equation does not depend on y, the result"),
        (lambda sp, w, x: x**2 - 1, "the equation does not depend on w, the result"),
        (lambda sp, y, x: sp.zeta(y) - x, "contribution 'own': the equation: zeta has no counter"),
    ],
)
def test_an_equation_that_cannot_be_solved_for_its_result_is_refused(
    equation: Any, message: str
) -> None:
    own = contribution(equation=equation, start=identity)
    with pytest.raises(UsageError, match=re.escape(message)):
        own.declaration  # noqa: B018  the access is the test


def raising(x: Any) -> Any:
    return x / None


@pytest.mark.parametrize(
    "start, message",
    [
        (raising, "own: start raised TypeError: unsupported operand"),
        (lambda x: x[:1], "own: start returned shape (1,), expected (2,) like its arguments"),
        (lambda x: ["a", "b"], "own: start raised ValueError: could not convert string to float"),
    ],
)
def test_a_start_that_fails_is_told(start: Any, message: str) -> None:
    own = contribution(equation="y**3 + y = x", start=start)
    program = own.declaration.program([(2,)], ())
    with pytest.raises(UsageError, match=re.escape(message)):
        program.value([[arb(1), arb(2)]])


def test_what_new_operation_made_is_one_operation_and_a_plain_function_several() -> None:
    one = contribution(expression="x", function=new_operation("own", identity, identity))
    assert not one.declaration.composed
    assert contribution(expression="x").declaration.composed
    absolute = replace(catalogue.get("absolute"), name="own")
    assert contribution(operator=absolute).declaration.composed


def test_a_function_of_several_operations_gets_operands_of_one_precision_and_no_numbers() -> None:
    own = contribution(expression="x * y")
    draw = random.Random(1)
    with catalogue.including(own.declaration):
        cases = islice(draw_cases(CampaignOptions(seed=1), ("own",)), 300)
        ways = ways_of(own.declaration)
        graphs = [draw_way(draw.randrange, own.declaration, way).graph for way in ways]
        for graph in [*graphs, *(case.graph for case in cases)]:
            leaves = [node for node in graph.nodes if isinstance(node, Leaf)]
            assert len({leaf.dtype for leaf in leaves}) == 1
            called = [graph.nodes[operand] for operand in graph.apply(graph.root).operands]
            assert not any(isinstance(n, Leaf) and n.kind is LeafKind.NUMBER for n in called)
        assert {leaf.dtype for g in graphs for leaf in g.nodes if isinstance(leaf, Leaf)} == {
            "float32",
            "float64",
        }
