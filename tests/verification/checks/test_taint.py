"""How far numbers that are not finite may spread, and how far not."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import OPERATIONS
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

MATRIX = np.array([[2.0, 0.5], [0.5, 1.0]])
ABOVE = np.array([[1.0, -np.inf], [1.0, 1.0]])
"""An infinite cotangent of a zero that the structure of the result has."""
TRACE = {"offset": 0, "axis1": 0, "axis2": 1}


def cholesky_with(change: Any, cotangent: Any) -> Verdict:
    """A pullback of cholesky that multiplies by the structure, and what is then changed."""
    right = OPERATIONS["cholesky"].pullbacks[0]

    def pullback(g: Any, *rest: Any) -> Any:
        return change(right(np.tril(np.where(np.isfinite(g), g, 0.0)), *rest))

    with wrong_rule("cholesky", pullback):
        case = unary("cholesky", at=MATRIX, cotangent=cotangent)
        return verify_case(ZenEngine(), case, difference=False).verdict


def test_a_solver_may_spread_an_infinite_cotangent_of_a_structural_zero_to_all_elements() -> None:
    assert cholesky_with(lambda x: x, ABOVE) is Verdict.AGREE
    case = unary("cholesky", at=MATRIX, cotangent=ABOVE)
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE


def test_a_finite_number_is_held_to_the_truth_all_the_same() -> None:
    assert cholesky_with(lambda x: x * (1 + 1e-13), ABOVE) is Verdict.INACCURATE


def test_a_solver_that_gives_nan_without_cause_is_wrong() -> None:
    assert cholesky_with(lambda x: x * np.nan, np.ones((2, 2))) is Verdict.NON_FINITE


def verdict_of(operation: str, rule: Any, cotangent: Any, **attributes: Any) -> Verdict:
    with wrong_rule(operation, rule):
        build = CaseBuilder()
        build.apply(operation, build.variable(MATRIX), **attributes)
        case = build.case(cotangent)
        return verify_case(ZenEngine(), case, difference=False).verdict


@pytest.mark.parametrize(
    "elsewhere, verdict", [(np.nan, Verdict.AGREE), (0.0, Verdict.AGREE), (1.0, None)]
)
def test_the_zeros_of_a_trace_may_be_multiplied(elsewhere: float, verdict: Verdict | None) -> None:
    def rule(g: Any, y: Any, x: Any, **_: Any) -> Any:
        return np.where(np.eye(2) > 0, g, elsewhere if np.isinf(g) else 0.0)

    assert verdict_of("trace", rule, np.inf, **TRACE) is (verdict or Verdict.ENGINE_WRONG)

    def nan_without_cause(g: Any, y: Any, x: Any, **_: Any) -> Any:
        return np.where(np.eye(2) > 0, g, np.nan)

    always = verdict_of("trace", nan_without_cause, 1.0, **TRACE)
    assert always is Verdict.NON_FINITE


def test_a_mask_may_be_multiplied_element_by_element() -> None:
    assert verdict_of("tril", lambda g, y, x, **_: g * np.tri(2), ABOVE, k=0) is Verdict.AGREE

    def elsewhere(g: Any, y: Any, x: Any, **_: Any) -> Any:
        kept = np.where(np.tri(2) > 0, g, 0.0)
        return np.where(np.isinf(g).any() and np.eye(2) > 0, np.nan, kept)

    assert verdict_of("tril", elsewhere, ABOVE, k=0) is Verdict.NON_FINITE


@pytest.mark.parametrize("size, verdict", [(1e140, Verdict.AGREE), (1.0, Verdict.NON_FINITE)])
def test_what_a_solver_forms_on_its_way_may_overflow(size: float, verdict: Verdict) -> None:
    """A large factor times a large cotangent, which the inverse makes small again."""
    right = OPERATIONS["cholesky"].pullbacks[0]

    def rule(g: Any, *rest: Any) -> Any:
        return right(g, *rest) * np.where(np.abs(g) > size / 2, np.inf, 1.0)

    with wrong_rule("cholesky", rule):
        case = unary("cholesky", at=[[size * size]], cotangent=[[size]])
        assert verify_case(ZenEngine(), case, difference=False).verdict is verdict


def test_a_nan_reaches_only_those_minors_of_a_determinant_that_it_is_in() -> None:
    """The gradient of an element is the minor without its row and column."""
    spoiled = [[2.0, 0.5], [np.nan, 1.0]]
    case = unary("det", at=spoiled)
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE
    right = OPERATIONS["det"].pullbacks[0]
    with wrong_rule("det", lambda g, *rest: np.where([[0, 1], [0, 0]], 7.0, right(g, *rest))):
        assert verify_case(ZenEngine(), case, difference=False).verdict is Verdict.NON_FINITE


def test_products_that_overflow_in_a_cross_product_may_leave_nan() -> None:
    build = CaseBuilder()
    x = build.variable([5e307, 3e256, -1.5])
    build.apply("cross", x, x, axisa=0, axisb=0, axisc=0)
    assert verify_case(ZenEngine(), build.case()).verdict is Verdict.AGREE


def test_the_derivative_of_a_quotient_overflows_only_where_it_must() -> None:
    build = CaseBuilder()
    y = build.variable(-1.56e20, "float32")
    build.apply("divide", build.variable(-1.2e32, "float32"), y)
    case = build.case(3e33)
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE
    with wrong_rule("divide", lambda g, y, a, b: -(g * y) / b, argument=1):
        assert verify_case(ZenEngine(), case).verdict is Verdict.NON_FINITE


def test_a_rule_may_use_a_result_that_is_nan() -> None:
    """The slope of x ** 1 is 1 for any x, and that of x ** y may be computed as y * result / x."""
    build = CaseBuilder()
    build.apply("power", build.variable([np.nan, 2.0]), build.variable([1.0, 1.0]))
    case = build.case([1.0, 1.0])
    for rule, verdict in (
        (lambda g, y, a, b: g * b * y / a, Verdict.AGREE),
        (lambda g, y, a, b: g * b * a ** (b - 1), Verdict.AGREE),
        (lambda g, y, a, b: g * b * a ** (b - 1) * (1 + 1e-13), Verdict.INACCURATE),
        (lambda g, y, a, b: g * np.nan, Verdict.NON_FINITE),
    ):
        with wrong_rule("power", rule):
            assert verify_case(ZenEngine(), case, difference=False).verdict is verdict


@pytest.mark.parametrize(
    "factors, cotangent, statuses",
    [
        ((1.0, 1e200, 0.0), 1e200, []),
        ((1.0, 1e200, 0.0), 1.0, [Status.NON_FINITE]),
        ((1.0, 1e-200, 1e250), 1e-200, []),
        ((1.0, 1e-100, 1e150), 1e-100, [Status.WRONG]),
    ],
)
def test_factors_may_be_multiplied_in_any_order(
    factors: tuple[float, ...], cotangent: float, statuses: list[Status]
) -> None:
    """The cotangent is a factor too: 1e200 * 1e200 * 0 is NaN from the left, 0 from the right."""
    build = CaseBuilder()
    operands = [build.variable(factor) for factor in factors]
    build.apply("einsum", *operands, subscripts=",,->")
    case = build.case(cotangent)

    values = [*case.values, np.asarray(np.prod(factors))]
    with np.errstate(over="ignore"):
        right = [cotangent * np.prod(np.delete(factors, place)) for place in range(3)]
    right[0] = np.asarray(np.nan if 0.0 in factors else 0.0)
    gradients = dict(enumerate([*map(np.asarray, right), case.cotangent]))
    suspects = LocalCheck(case.graph, values, {}).gradients(gradients, case.seeds)
    assert [one.judgement.status for one in suspects] == statuses


def test_a_power_of_a_matrix_may_be_multiplied_from_either_side() -> None:
    """In (x @ x) @ x infinity meets zero; in x @ (x @ x) it does not."""
    build = CaseBuilder()
    x = build.variable([[-1e262, 0.0], [1e179, 0.0]])
    build.apply("matrix_power", x, n=3)
    assert verify_case(ZenEngine(), build.case(), difference=False).verdict is Verdict.AGREE
