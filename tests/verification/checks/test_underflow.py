"""What underflow may cost inside solvers, determinants and differences, and what not."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import OPERATIONS
from zenverify.verification.blame.arbitrate import difference_of
from zenverify.verification.checks.denial import denied_by_difference
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.trace import forward
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

TINY = {"float64": 2.0**-1022, "float32": 2.0**-126}
COLUMNS_APART = np.array(
    [
        [-1.95, -7.01e-308, -0.75],
        [3.51e-308, -3.46e-308, 3.09e-308],
        [1.44e-308, -8.11e-308, 6e-308],
    ]
)
"""Its determinant is what is left of some 3,000 bits."""

SINGULAR = np.array([[6.0, 4.0], [-6.0, -4.0]]) * 2.0**-1070


def passes(name: str, x: Any, value: Any, dtype: str = "float64") -> list[bool]:
    case = unary(name, at=np.asarray(x, dtype), dtype=dtype)
    check = LocalCheck(case.graph, [case.values[0], np.asarray(value, dtype)], {})
    return [found.passes for found in check.judge_value(1, range(np.size(value)))]


def eliminated(x: Any) -> float:
    """A determinant by elimination that flushes products below the smallest normal number."""
    (a, b), (c, d) = x
    product = c / a * b
    tiny = np.finfo(x.dtype).tiny
    rest = d - (0.0 if abs(product) < tiny else product)
    return float(a * rest)


def test_a_determinant_is_known_however_far_its_columns_are_apart() -> None:
    assert verify_case(ZenEngine(), unary("slogdet", at=COLUMNS_APART)).verdict is Verdict.AGREE
    higher = COLUMNS_APART * [[1.0], [2.0**60], [2.0**60]]
    sign, size = np.linalg.slogdet(higher * [1.0, 2.0**900, 1.0])
    truth = size - 900 * np.log(2)
    assert passes("slogdet", higher, [sign, truth]) == [True, True]
    closer = COLUMNS_APART * [[1.0], [2.0**1000], [2.0**1000]]
    assert passes("slogdet", closer, [sign, truth]) == [True, False]


def test_a_matrix_that_underflow_leaves_singular_has_any_small_determinant() -> None:
    """Elimination in subnormal numbers gives a pivot that is not zero, and its logarithm."""
    for logarithm in (-np.inf, -1471.8, -1520.0):
        assert passes("slogdet", SINGULAR, [0.0, logarithm])[1]
    assert not passes("slogdet", SINGULAR, [0.0, 5.0])[1]


@pytest.mark.parametrize("dtype", TINY)
@pytest.mark.parametrize("name", ["det", "slogdet"])
def test_elimination_may_lose_products_that_underflow(name: str, dtype: str) -> None:
    x = np.asarray(np.array([[2.0, 1.0], [1.0, 0.75]]) * TINY[dtype], dtype)
    value = eliminated(x.astype(np.float64) / TINY[dtype] * TINY[dtype])
    sign_and_size = [1.0, float(np.log(1.5) + 2 * np.log(TINY[dtype]))]
    assert all(passes(name, x, sign_and_size if name == "slogdet" else value, dtype))


@pytest.mark.parametrize("dtype", TINY)
def test_elimination_loses_no_product_far_above(dtype: str) -> None:
    x = np.array([[2.0, 1.0], [1.0, 0.75]]) * TINY[dtype] * 2.0**40
    size = 2 * np.log(TINY[dtype] * 2.0**40)
    right = float(np.log(0.5) + size)
    assert passes("slogdet", x, [1.0, right], dtype) == [True, True]
    assert passes("slogdet", x, [1.0, float(np.log(1.5) + size)], dtype) == [True, False]


def pulled_back(factor: float) -> Verdict:
    """The gradient of a 1 x 1 cholesky whose cotangent underflows inside the rule."""
    right = OPERATIONS["cholesky"].pullbacks[0]
    with wrong_rule("cholesky", lambda g, *rest: right(g, *rest) * factor):
        case = unary("cholesky", at=[[1.576e-307]], cotangent=[[-4.8e-308]])
        return verify_case(ZenEngine(), case, difference=False).verdict


def test_the_whole_may_lose_to_underflow_what_a_step_may() -> None:
    """It is zero in place of -6e-155: the factor times the cotangent underflows."""
    assert pulled_back(1.0) is Verdict.AGREE


def test_underflow_inside_a_solver_excuses_no_large_number() -> None:
    right = OPERATIONS["cholesky"].pullbacks[0]
    with wrong_rule("cholesky", lambda g, *rest: right(g, *rest) + 1e-153):
        case = unary("cholesky", at=[[1.576e-307]], cotangent=[[-4.8e-308]])
        assert verify_case(ZenEngine(), case, difference=False).verdict.is_failure


def test_differences_of_a_product_that_underflows_settle_nothing() -> None:
    """det is zero in floats, and its derivative is not: a difference of zeros is no witness."""
    x = np.array([[4e-153, 5e-154, 5e-156], [-2e-156, 6e-153, 2e-156], [-4e-156, -4e-154, 1e-155]])
    case = unary("det", at=x)
    values = forward(ZenEngine(), case).values
    estimate = difference_of(ZenEngine(), case, values, 0, 1)
    assert estimate is None or not estimate.error < 1e-306
    estimate = difference_of(ZenEngine(), unary("det", at=x * 1e150), [x * 1e150, values[1]], 0, 1)
    assert estimate is not None
    assert estimate.error < 1e-8


def test_a_difference_in_more_precision_denies_no_underflow() -> None:
    """In float32 the gradient of the matrix is zero, and in float64 -3e-232."""
    build = CaseBuilder()
    a = build.variable(np.diag([7.3e-39, 1.4e-38]), "float32")
    build.apply("solve", a, build.variable([[0.0], [5.2e-308]]))
    assert denied_by_difference(ZenEngine(), build.case([[-0.8], [1.0]])) is None


def test_partials_beyond_the_floats_are_seen_where_their_sum_is_not() -> None:
    """x / y is 2e308 and -1e308, at cotangents of 1e-308: infinity times them is infinite."""
    build = CaseBuilder()
    y = build.variable(1e-308)
    build.apply("xlogy", build.variable([2.0, -1.0]), y)
    case = build.case([1e-308, 2e-308])
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE


def test_slopes_at_kinks_may_be_beyond_the_floats_together() -> None:
    case = unary("relu", at=[0.0] * 4, cotangent=[1.5e308, 1.5e308, -1.5e308, 1.5e308])
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "factor, verdict", [(1.0, Verdict.AGREE), (1.0 + 1e-9, Verdict.INACCURATE)]
)
def test_a_partial_that_underflows_before_it_meets_its_cotangent(
    factor: float, verdict: Verdict
) -> None:
    """x / norm(x) is subnormal at the first element; at the second it is not."""
    right = OPERATIONS["norm"].pullbacks[0]

    def pullback(g: Any, *rest: Any, **attributes: Any) -> Any:
        return right(g, *rest, **attributes) * np.array([1.0, factor])

    build = CaseBuilder()
    x = build.variable([3e-28, 7e294])
    build.apply("norm", x, ord=None, axis=None, keepdims=False)
    case = build.case(-6e263)
    with wrong_rule("norm", pullback):
        assert verify_case(ZenEngine(), case, difference=False).verdict is verdict
