"""Operations that solve equations: free signs, undefined solutions, the limits of floats."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, finding_of, unary, wrong_rule, wrong_value
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import OPERATIONS
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, verify_case

SYMMETRIC = np.array([[2.0, 0.0, 0.0], [1.0, 3.0, 0.0], [0.5, -1.0, 1.0]])
NEARLY_SINGULAR = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
"""Singular but for the rounding of these numbers."""


def case_of(operator: str, *operands: Any, cotangent: Any = None) -> Case:
    build = CaseBuilder()
    build.apply(operator, *(build.variable(operand) for operand in operands))
    return build.case(cotangent)


def eigh_case(x: Any) -> Case:
    size = len(x)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, (size + 1, size))
    return case_of("eigh", x, cotangent=weights)


def verified(case: Case) -> CaseResult:
    return verify_case(ZenEngine(), case)


def flipped(flips: Any) -> Any:
    """An eigh that turns the eigenvectors for which `flips(matrix)` gives -1."""
    good = OPERATIONS["eigh"].forward

    def forward(x: Any) -> Any:
        packed = good(x)
        packed[..., 1:, :] *= flips(x)
        return packed

    return forward


def test_an_eigenvector_may_point_either_way() -> None:
    for signs in ([1, 1, 1], [-1, 1, -1], [-1, -1, -1]):
        with wrong_value("eigh", flipped(lambda x, signs=signs: signs)):
            result = verified(eigh_case(SYMMETRIC))
        assert result.verdict is Verdict.AGREE, signs
        assert not result.notes, signs


def test_a_sign_that_flips_from_call_to_call_does_not_mislead_the_differences() -> None:
    """At the point itself the sign is another one than everywhere around it."""
    with wrong_value("eigh", flipped(lambda x: 1 if np.array_equal(x, SYMMETRIC) else -1)):
        result = verified(eigh_case(SYMMETRIC))
    assert result.verdict is Verdict.AGREE
    assert not result.notes


def test_inside_a_graph_the_engines_sign_goes_on() -> None:
    build = CaseBuilder()
    packed = build.apply("eigh", build.variable(SYMMETRIC))
    build.apply("exp", build.apply("multiply", packed, packed))
    build.apply("tanh", packed)
    root = build.apply("multiply", packed, build.apply("tanh", packed))
    build.apply("sum", build.apply("exp", root), axis=None, keepdims=False)
    case = build.case()
    for sign in (1, -1):
        with wrong_value("eigh", flipped(lambda x, sign=sign: sign)):
            assert verified(case).verdict is Verdict.AGREE


def _safe(g: Any, y: Any, x: Any) -> Any:
    """The usual way out: zero in place of the infinite factors of equal eigenvalues."""
    numbers, vectors = y[..., 0, :], y[..., 1:, :]
    gaps = numbers[..., None, :] - numbers[..., :, None]
    factors = np.divide(1.0, gaps, where=gaps != 0, out=np.zeros_like(gaps))
    eye = np.eye(x.shape[-1])
    inner = eye * g[..., :1, :] + factors * (vectors.swapaxes(-1, -2) @ g[..., 1:, :])
    both = vectors @ inner @ vectors.swapaxes(-1, -2)
    return np.tril(both + both.swapaxes(-1, -2), -1) + eye * both


def test_equal_eigenvalues_are_said_to_be_undefined_whatever_the_engine_gives() -> None:
    case = eigh_case(np.diag([2.0, 2.0, 5.0]))
    result = verified(case)
    assert result.verdict is Verdict.AGREE
    with wrong_rule("eigh", _safe):
        result = verified(case)
    assert result.verdict is Verdict.AGREE
    assert any("is undefined" in note for note in result.notes)
    with wrong_rule("eigh", _safe):
        assert verified(eigh_case(SYMMETRIC)).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "case",
    [
        case_of("inv", np.ones((2, 2))),
        case_of("solve", np.zeros((1, 1)), [1.0]),
        case_of("solve", np.ones((2, 2)), [[1.0], [1.0]]),
        case_of("cholesky", -np.eye(2)),
        case_of("svdvals", 3 * np.eye(2), cotangent=[1.0, -0.5]),
        case_of("pinv", np.ones((3, 2))),
    ],
)
def test_outside_the_domain_nothing_is_wrong(case: Case) -> None:
    assert verified(case).verdict is Verdict.AGREE


@pytest.mark.parametrize("operator", ["inv", "pinv"])
def test_what_rounding_makes_singular_may_as_well_be_nan(operator: str) -> None:
    case = case_of(operator, NEARLY_SINGULAR)
    assert verified(case).verdict is Verdict.AGREE
    with wrong_value(operator, lambda x: np.full(x.shape, np.nan)):
        assert verified(case).verdict is Verdict.AGREE


def test_nan_is_wrong_where_the_system_is_sound() -> None:
    with wrong_value("inv", lambda x: np.full(x.shape, np.nan)):
        assert finding_of(case_of("inv", SYMMETRIC)).verdict is Verdict.NON_FINITE


def test_a_singular_matrix_of_a_batch_excuses_no_other() -> None:
    case = case_of("inv", np.stack([np.ones((2, 2)), np.diag([2.0, 4.0])]))
    with wrong_rule("inv", lambda g, y, x: -(y.swapaxes(-1, -2) @ g @ y) * (1 + 1e-9)):
        finding = finding_of(case)
    assert finding.verdict is Verdict.INACCURATE
    assert finding.witnesses[0].index >= 4


def test_a_badly_conditioned_system_is_checked_as_far_as_floats_go() -> None:
    """Of a condition number of 1e8 half the digits are left, and a rule must have those."""
    x = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-8]])
    assert verified(case_of("inv", x)).verdict is Verdict.AGREE
    with wrong_rule("inv", lambda g, y, x: -(y.T @ g @ y.T) * (1 + 1e-4)):
        assert finding_of(case_of("inv", x)).blame.operation == "inv"


def test_a_live_graph_with_eigenvectors() -> None:
    import zenverify
    from zenverify import tensor as zt

    x = zt.Tensor(SYMMETRIC)
    numbers, vectors = zt.eigh(x)
    result = zenverify.verify(zt.sum(zt.tanh(vectors) @ numbers))
    assert result.verdict is Verdict.AGREE


GRADED = [
    [2.7945794604171384e-08, 1.6859376030017893e-05, -15927018.043428661],
    [14896905.585923364, 0.007793165355804388, -7.318734015565344e-05],
    [1852.3072592929207, -0.1513633258535787, -0.0014218994856131516],
]
"""LAPACK decomposes a matrix that is 86 u times the largest element away."""


def units_of(value: np.ndarray, case: Case) -> float:
    check = LocalCheck(case.graph, [case.values[0], value], {})
    judged = check.judge_value(1, range(value.size))
    return max((one.units for one in judged if not one.passes), default=0.0)


def test_lapack_neglects_a_hundred_units_of_a_matrix() -> None:
    case = unary("pinv", at=GRADED)
    assert units_of(np.linalg.pinv(np.array(GRADED)), case) == 0


@pytest.mark.parametrize("relative", [1e-12, 1e-9])
def test_a_pseudo_inverse_that_is_off_by_more(relative: float) -> None:
    """Of an ordinary matrix; the smallest wrong one that is found is off by some 10^-12."""
    matrix = np.array([[2.0, 0.5, -1.0], [0.25, 1.5, 0.75], [-0.5, 1.0, 3.0]])
    case = unary("pinv", at=matrix)
    assert units_of(np.linalg.pinv(matrix), case) == 0
    assert units_of(np.linalg.pinv(matrix) * (1 + relative), case) > 300


@pytest.mark.parametrize("off, passes", [(0.0, True), (1e-2, False)])
def test_a_projection_on_nothing_is_rounded_as_what_it_is_computed_from(
    off: float, passes: bool
) -> None:
    """The first unit vector is in the rows' span: of it 1 - 1 is left, off by a unit of 1."""
    cotangent = [[4.7e10, 3.2], [2.3, 3.7], [3.7, 5.8]]
    case = case_of("pinv", [[1.0, -1.0, 0.5], [-2.0, 0.0, 0.0]], cotangent=cotangent)
    right = OPERATIONS["pinv"].pullbacks[0]
    with wrong_rule("pinv", lambda g, y, x: right(g, y, x) + off):
        assert bool(verified(case).findings) is not passes
