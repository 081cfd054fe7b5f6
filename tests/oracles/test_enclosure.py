"""The enclosures against SymPy's derivative of the whole expression, and against the engine."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from flint import arb

from tests.oracles.symbolic import gradients_by_sympy
from tests.verification.prepared import CaseBuilder, filled, unary
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_structure, instances_of
from zenverify.graph.filling import Filling, fill
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.kinks import ANY, RIGHT
from zenverify.operators.operator import Instance, Operator
from zenverify.oracles.enclosure import (
    PRECISION,
    LocalEnclosure,
    WholeEnclosure,
    along,
    lift,
)
from zenverify.verification import trace


def small_instances(operator: Operator, count: int) -> list[Instance]:
    """Some of the ways to call an operator, of a few elements each."""
    sized = [
        instance
        for instance in instances_of(operator)
        if 2 <= sum(int(np.prod(shape)) for shape in instance.shapes) <= 8
    ]
    return random.Random(operator.name).sample(sized, min(count, len(sized)))


def floats(items: Sequence[Ball] | None) -> list[float]:
    assert items is not None
    return list(map(float, items))


def assert_encloses(case: Case) -> None:
    whole = WholeEnclosure(case, {}, rounded=False)
    for (leaf, element), expected in gradients_by_sympy(case).items():
        balls = whole.gradients[leaf]
        found = arb(0) if balls is None else balls[element]
        if not expected.is_finite():
            assert not found.is_finite()
            continue
        assert found.overlaps(expected), (leaf, element, found, expected)
        assert found.rad() <= (abs(found) + 1) * arb(1e-25)


def has_closed_form(operator: Operator) -> bool:
    instance = instances_of(operator)[0]
    attributes = freeze_attributes(instance.attributes)
    return not operator.program(instance.shapes, attributes).solves


CLOSED = [o for o in catalogue.all_operators() if has_closed_form(o)]
"""Solutions of equations have no expression: tests/operators/test_factorizations.py has those."""


@pytest.mark.parametrize("operator", CLOSED, ids=lambda o: o.name)
def test_every_operator_is_differentiated_as_sympy_differentiates_it(operator: Operator) -> None:
    for instance in small_instances(operator, 4):
        assert_encloses(filled(operator, instance, Filling.ORDINARY))


SMOOTH = [o for o in CLOSED if o.name not in ("softmax", "log_softmax")]
"""Written out, those two hold maxima that SymPy takes long to compare."""


def small_graphs() -> Iterator[Case]:
    draw = random.Random(7)
    for seed in range(200):
        structure = draw_structure(draw.randrange, SMOOTH, 1 + seed % 6, Dtypes.FLOAT64)
        if sum(structure.graph.sizes) <= 14:
            yield fill(structure, Filling.ORDINARY, seed)


@pytest.mark.parametrize("part", range(2))
def test_random_graphs_are_differentiated_as_sympy_differentiates_them(part: int) -> None:
    cases = list(small_graphs())
    assert len(cases) >= 20
    for case in cases[part:40:2]:
        assert_encloses(case)


@pytest.mark.parametrize("dtypes", Dtypes)
def test_with_rounding_every_right_engine_lies_inside(dtypes: Dtypes) -> None:
    draw = random.Random(dtypes)
    engine = ZenEngine()
    for seed in range(40):
        structure = draw_structure(draw.randrange, catalogue.all_operators(), 6, dtypes)
        case = fill(structure, Filling.ORDINARY, seed)
        run = trace.forward(engine, case)
        trace.backward_from(engine, case.graph, run.handles, case.seeds)
        whole = WholeEnclosure(case, engine.conventions, rounded=True, near=run.values)
        for node, value in enumerate(run.values):
            assert all(map(arb.contains, whole.values[node], lift(value)))
            balls = whole.gradients[node]
            if balls is not None and case.graph.trainable[node]:
                gradient = engine.gradient(run.handles[node])
                assert gradient is not None
                assert all(map(arb.contains, balls, lift(gradient)))


def test_with_rounding_a_wrong_gradient_lies_outside() -> None:
    whole = WholeEnclosure(unary("tanh", "exp", at=0.5), {}, rounded=True)
    (ball,) = whole.gradients[0] or []
    right = float(ball.mid())
    assert ball.contains(arb(right))
    assert not ball.contains(arb(right * (1 + 1e-12)))


def test_a_local_enclosure_takes_the_engines_numbers_as_exact() -> None:
    case = unary("exp", "tanh", at=1.0)
    values = [[arb(1)], [arb(5)], [arb(7)]]
    local = LocalEnclosure(case.graph, values, {})
    assert local.forward[1][0].overlaps(arb(1).exp())
    assert local.forward[2][0].overlaps(arb(5).tanh())
    pulled = local.pull([[arb(9)], [arb(3)], [arb(2)]], {2: [arb(4)]})
    assert floats(pulled[2]) == [4]
    assert pulled[0] is not None
    assert pulled[0][0].overlaps(3 * arb(1).exp())
    only = LocalEnclosure(case.graph, values, {}, only=[1])
    assert set(only.forward) == {1}


def slopes_of(case: Case, node: int = 0, element: int = 0) -> tuple[float, float]:
    """The slopes from the left and from the right."""
    whole = WholeEnclosure(case, {}, rounded=False)
    cotangents = {case.graph.root: lift(case.cotangent)}

    def moved(sign: int) -> Ball:
        start = [arb(0)] * case.graph.sizes[node]
        start[element] = arb(sign)
        return along(case.graph, whole.values, cotangents, {node: start}) * sign

    with precision(PRECISION):
        return float(moved(-1)), float(moved(1))


def relu_less_relu_of_minus() -> Case:
    build = CaseBuilder()
    x = build.variable(0.0)
    left = build.apply("relu", x)
    build.apply("subtract", left, build.apply("relu", build.apply("negative", x)))
    return build.case()


def maximum_of_itself() -> Case:
    build = CaseBuilder()
    x = build.variable(3.0)
    build.apply("maximum", x, x)
    return build.case()


def largest(*values: float) -> Case:
    build = CaseBuilder()
    build.apply("max", build.variable(values), axis=None, keepdims=False)
    return build.case()


@pytest.mark.parametrize(
    "case, left, right",
    [
        (unary("relu", at=0.0), 0, 1),
        (unary("relu", at=-0.0), 0, 1),
        (unary("relu", at=1e-300), 1, 1),
        (unary("absolute", at=0.0), -1, 1),
        (unary("absolute", "absolute", at=0.0), -1, 1),
        (unary("relu", "negative", "relu", at=0.0), 0, 0),
        (largest(2.0, 2.0), 0, 1),
        (largest(2.0, 1.0), 1, 1),
        (relu_less_relu_of_minus(), 1, 1),
        (maximum_of_itself(), 1, 1),
    ],
)
def test_one_sided_slopes_are_those_of_the_whole_function(
    case: Case, left: float, right: float
) -> None:
    assert slopes_of(case) == (left, right)


def test_what_lies_before_the_moved_node_stays() -> None:
    case = unary("exp", "exp", at=0.0)
    assert slopes_of(case, node=2) == (1, 1)
    assert slopes_of(case, node=1)[1] == pytest.approx(np.e)


def test_conventions_enter_at_kinks_only() -> None:
    case = relu_less_relu_of_minus()
    assert floats(WholeEnclosure(case, {}, rounded=False).gradients[0]) == [1]
    assert floats(WholeEnclosure(case, {"relu": RIGHT}, rounded=False).gradients[0]) == [2]
    (anything,) = WholeEnclosure(case, {"relu": ANY}, rounded=False).gradients[0] or []
    assert anything.contains(arb(0))
    assert anything.contains(arb(2))
