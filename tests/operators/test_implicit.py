"""Operations declared by equations: how they are written, and what follows from them."""

from typing import Any

import numpy as np
import pytest
from flint import arb

from tests.verification.prepared import CaseBuilder
from zenverify import Contribution
from zenverify.engines.extended import extended
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError
from zenverify.graph.ranges import range_of
from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import ANYTHING, precision
from zenverify.operators.declarations.elementwise.implicit import elementwise_implicit
from zenverify.operators.declarations.kernels import absolute
from zenverify.operators.derivation.written import expressions_of
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder
from zenverify.operators.program.program import Program
from zenverify.tensor import new_operation
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, verify_case

FIXED_POINT = elementwise_implicit(
    "fixed",
    "the y with y = cos(a y + b)",
    equation=lambda sp, y, a, b: y - sp.cos(a * y + b),
    start=lambda a, b: _fixed_point(a, b),
)


def _fixed_point(a: Any, b: Any) -> Any:
    y = np.cos(b)
    for _ in range(100):
        y = y - (y - np.cos(a * y + b)) / (1 + a * np.sin(a * y + b))
    return y


def _pull_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    sine = np.sin(a * y + b)
    return -g * y * sine / (1 + a * sine)


def _pull_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    sine = np.sin(a * y + b)
    return -g * sine / (1 + a * sine)


def verified(first: Any, second: Any, *operands: Any) -> CaseResult:
    """A fixed point computed and differentiated by an engine function of our own."""
    function = new_operation("fixed", _fixed_point, first, second, broadcasts=True)
    own = Contribution(name="fixed", function=function, operator=FIXED_POINT)
    build = CaseBuilder()
    with catalogue.including(own.declaration):
        build.apply("fixed", *(build.variable(operand) for operand in operands))
        return verify_case(extended(ZenEngine(), "fixed", function), build.case())


A, B = [[0.1], [0.5], [-0.4]], [0.25, -1.0]


def test_a_fixed_point_passes_with_the_right_rules() -> None:
    result = verified(_pull_first, _pull_second, A, B)
    assert result.verdict is Verdict.AGREE
    assert not result.notes


@pytest.mark.parametrize("argument", [0, 1])
def test_a_wrong_rule_of_a_fixed_point_is_blamed(argument: int) -> None:
    rules = [_pull_first, _pull_second]
    right = rules[argument]
    rules[argument] = lambda *given: right(*given) * (1 + 1e-9)
    finding, *_ = verified(*rules, A, B).findings
    assert (finding.blame.operation, finding.blame.argument) == ("fixed", argument)
    assert finding.verdict is Verdict.INACCURATE


def test_the_equation_names_the_arguments_and_domains_are_given_by_name() -> None:
    declared = elementwise_implicit(
        "quotient",
        "y with y b = a",
        lambda sp, y, a, b: y * b - a,
        lambda a, b: a / b,
        domains={"b": Domain(nonzero=True)},
    )
    assert declared.signature == "quotient(a, b)"
    assert [argument.domain for argument in declared.arguments] == ["", "b != 0"]
    assert (declared.family, declared.summary) == ("contributed", "y with y b = a")


def square_root(branch: Any = None) -> Operator:
    return elementwise_implicit(
        "side",
        "y with y^2 = x",
        lambda sp, y, x: y**2 - x,
        lambda x: np.sqrt(x),
        branch=branch,
    )


def test_the_branch_says_which_solution_is_meant() -> None:
    def value(operator: Operator) -> Any:
        return operator.program([(2,)], ()).value([[arb(4), arb(9)]])

    assert [float(ball) for ball in value(square_root(lambda y: y > 0))] == [2, 3]
    assert all(ball is ANYTHING for ball in value(square_root(lambda y: y < 0)))


def test_operands_broadcast_and_their_contributions_add_up() -> None:
    program = FIXED_POINT.program([(3, 1), (2,)], ())
    assert program.shape == (3, 2)
    operands = [[arb(x) for x in np.ravel(A)], [arb(x) for x in B]]
    with precision(128):
        linear = program.linearise(operands)
        first, second = linear.pull([arb(1)] * 6)
    a, b = np.array(A), np.array(B)
    y = _fixed_point(a, b)
    np.testing.assert_allclose([float(ball) for ball in linear.value], y.ravel(), rtol=1e-15)
    assert first is not None
    assert second is not None
    ones = np.ones_like(y)
    expected = _pull_first(ones, y, a, b).sum(axis=1), _pull_second(ones, y, a, b).sum(axis=0)
    np.testing.assert_allclose([float(ball) for ball in first], expected[0], rtol=1e-14)
    np.testing.assert_allclose([float(ball) for ball in second], expected[1], rtol=1e-14)


def test_pull_and_push_are_adjoint() -> None:
    program = FIXED_POINT.program([(2,), (2,)], ())
    operands = [[arb(0.5), arb(-0.25)], [arb(1), arb(2)]]
    tangents, weights = [[arb(3), arb(1)], [arb(-2), arb(5)]], [arb(7), arb(-1)]
    with precision(128):
        linear = program.linearise(operands)
        moved = linear.push(tangents)
        pulled = linear.pull(weights)
        forward = sum((w * m for w, m in zip(weights, moved, strict=True)), arb(0))
        back = arb(0)
        for part, tangent in zip(pulled, tangents, strict=True):
            assert part is not None
            back = sum((p * t for p, t in zip(part, tangent, strict=True)), back)
    assert forward.overlaps(back)
    assert forward.rad() < 1e-30
    assert all(a.overlaps(b) for a, b in zip(moved, program.push(operands, tangents), strict=True))


@pytest.mark.parametrize("dead_is_zero", [True, False])
def test_a_zero_cotangent_at_an_undefined_solution(dead_is_zero: bool) -> None:
    program = square_root().program([(2,)], ())
    linear = program.linearise([[arb(0), arb(4)]])
    (pulled,) = linear.pull([arb(0), arb(1)], dead_is_zero=dead_is_zero)
    assert pulled is not None
    assert pulled[0].is_zero() is dead_is_zero
    assert float(pulled[1]) == 0.25
    assert linear.push([[arb(1), arb(1)]])[0] is ANYTHING


def test_there_are_no_kinks_and_no_bound_unless_one_is_given() -> None:
    program = FIXED_POINT.program([(), ()], ())
    assert not program.can_kink
    assert not program.kinked([[arb(1)], [arb(1)]])
    assert range_of(program, [(0.0, 1.0), (0.0, 1.0)]) is None
    solve = catalogue.get("solve").program([(4, 4), (4,)], ())
    low, high = range_of(solve, [(-2.0, 2.0), (-1.0, 3.0)]) or (0.0, 0.0)
    # Ordinary matrices have singular values of at least 1/2, so that |y| <= 2 |b| <= 4 max(b).
    assert (round(low, 6), round(high, 6)) == (-12, 12)


def test_written_out_a_solution_is_a_function_of_what_it_depends_on() -> None:
    import sympy

    a, b, c = sympy.symbols("a b c", real=True)
    program = FIXED_POINT.program([(2,), ()], ())
    first, second = expressions_of(program, [[a, b], [c]], "y4")
    assert str(first) == "y4_0(a, c)"
    assert str(second) == "y4_1(b, c)"
    assert first.diff(b) == 0
    assert first.diff(a).has(sympy.Derivative)


Equations = Any


def built(equations: Equations, *shapes: tuple[int, ...], unknown: tuple[int, ...] = ()) -> Program:
    builder = ProgramBuilder(shapes)
    (found,) = builder.implicit(
        equations, [unknown], builder.operands, start=lambda *operands: [operands[0]]
    )
    return builder.program(found)


def _itself(inner: ProgramBuilder, y: Buffer, x: Buffer) -> Buffer:
    return y - x


def _kinked(inner: ProgramBuilder, y: Buffer, x: Buffer) -> Buffer:
    return absolute(_itself(inner, y, x))


def test_an_equation_of_the_simplest_kind() -> None:
    assert [float(ball) for ball in built(_itself, (2,)).value([[arb(3), arb(4)]])] == [3, 4]


@pytest.mark.parametrize(
    "equations, shapes, unknown, message",
    [
        (_itself, [()], (), r"^the operands of equations need one axis of rows; got \(\)$"),
        (
            _itself,
            [(2,), (3,)],
            (),
            r"^the operands of equations need one axis of rows; got \(2,\), \(3,\)$",
        ),
        (_itself, [], (), r"^the operands of equations need one axis of rows; got no operands$"),
        (
            lambda inner, y, x: (x, x),
            [(2,)],
            (),
            r"^1 unknowns in 2 rows need as many equations; got \(2,\), \(2,\)$",
        ),
        (
            lambda inner, y, x: y.sum(0),
            [(2,)],
            (1,),
            r"^1 unknowns in 2 rows need as many equations; got \(1,\)$",
        ),
        (_kinked, [(2,)], (), r"^the equations have kinks, expected smooth ones$"),
    ],
)
def test_equations_that_do_not_fit_are_refused(
    equations: Equations, shapes: list[tuple[int, ...]], unknown: tuple[int, ...], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        built(equations, *shapes, unknown=unknown)


def test_signs_follow_the_result_nearby() -> None:
    builder = ProgramBuilder(((2,),))
    (x,) = builder.operands
    result = builder.free_signs(lambda n: n[None], x * x)
    program = builder.program(result)
    operands = [[arb(2), arb(3)]]
    assert [float(ball) for ball in program.value(operands)] == [4, 9]
    assert [float(ball) for ball in program.value(operands, [arb(-1), arb(-1)])] == [-4, -9]
    linear = program.linearise(operands, near=[arb(-1), arb(-1)])
    assert [float(ball) for ball in linear.pull([arb(1), arb(1)])[0] or ()] == [-4, -6]
    assert [float(ball) for ball in linear.push([[arb(1), arb(1)]])] == [-4, -6]
    pushed = program.push(operands, [[arb(1), arb(1)]], [arb(-1), arb(-1)])
    assert [float(ball) for ball in pushed] == [-4, -6]
