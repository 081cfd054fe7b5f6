"""Differences that deny what engine and expression agree on."""

import numpy as np
import pytest

from tests.verification.prepared import (
    CaseBuilder,
    derived_otherwise,
    scaled_partial,
    unary,
    wrong_rule,
)
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import OPERATIONS
from zenverify.verification.checks.denial import denied_by_difference
from zenverify.verification.verdict import Verdict


@pytest.mark.parametrize("name", ["solve", "inv"])
def test_a_pole_within_the_steps_denies_nothing(name: str) -> None:
    """Where the matrix is all but singular, every step leads past the place where it is."""
    draw = np.random.default_rng(7)
    build = CaseBuilder()
    matrix = build.variable(np.tril(draw.normal(size=(6, 6))))
    operands = [matrix] if name == "inv" else [matrix, build.variable(draw.normal(size=6))]
    build.apply(name, *operands)
    case = build.case()
    assert np.linalg.cond(case.values[0]) > 1e6
    assert denied_by_difference(ZenEngine(), case) is None


NEARLY_SINGULAR = [
    (
        "svdvals",
        [[-1.1458272768549103, -1.14582747665907], [-0.08033731382935666, -0.08033731550336226]],
    ),
    ("pinv", [[0.6914693220924303, 0.691469322094771], [1.1919595712856506, 1.1919595712915125]]),
]


@pytest.mark.parametrize("name, matrix", NEARLY_SINGULAR)
def test_a_difference_that_cannot_see_denies_nothing(name: str, matrix: list[list[float]]) -> None:
    """Each step leads past the singular matrix, and what they see converges all the same.

    The expression's own values, at points much closer, have the slope that its partials say.
    """
    build = CaseBuilder()
    build.apply(name, build.variable(matrix))
    cotangent = [-1.0, -0.8] if name == "svdvals" else [[2.4, 1.2], [-0.9, -0.02]]
    case = build.case(cotangent)
    assert denied_by_difference(ZenEngine(), case) is None


@pytest.mark.parametrize("name", ["tanh", "exp"])
def test_partials_that_the_expressions_own_values_deny(name: str) -> None:
    """The smallest that is still denied: engine and partials are off by one part in 10^9 alike."""
    factor = 1 + 1e-9
    right = OPERATIONS[name].pullbacks[0]
    with (
        derived_otherwise(name, scaled_partial(factor)),
        wrong_rule(name, lambda g, y, x: factor * right(g, y, x)),
    ):
        found = denied_by_difference(ZenEngine(), unary(name, at=0.5))
    assert found is not None
    assert found.verdict is Verdict.DISPUTED
