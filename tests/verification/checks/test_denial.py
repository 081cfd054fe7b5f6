"""Differences that deny what engine and expression agree on."""

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder
from zenverify.engines.zen import ZenEngine
from zenverify.verification.checks.denial import denied_by_difference


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
