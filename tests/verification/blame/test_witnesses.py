"""The three answers about every element of a small case."""

import numpy as np
import pytest

from tests.verification.prepared import square_of_tanh, unary, wrong_rule, wrong_value
from zenverify.engines.zen import ZenEngine
from zenverify.verification.blame.witnesses import MAX_ELEMENTS, witnesses_of
from zenverify.verification.verdict import Verdict


def test_all_three_answer_about_every_gradient() -> None:
    found = witnesses_of(ZenEngine(), square_of_tanh())
    assert [(w.node, w.index) for w in found] == [(0, 0), (1, 0), (2, 0)]
    for witness in found:
        assert witness.verdict is Verdict.AGREE
        assert witness.symbolic is not None
        assert witness.difference is not None
        assert witness.symbolic.low <= witness.difference.high
        assert witness.error is not None
        assert witness.error < 4
        assert float(witness.symbolic.decimal) == pytest.approx(witness.engine)


def test_the_engine_is_the_odd_one_out() -> None:
    with wrong_rule("tanh", lambda g, y, x: g * (1 - y)):
        found = witnesses_of(ZenEngine(), square_of_tanh())
    assert [w.verdict for w in found] == [Verdict.ENGINE_WRONG, Verdict.AGREE, Verdict.AGREE]


@pytest.mark.parametrize(
    "wrong, verdict",
    [
        (lambda g, y, x: g * np.nan, Verdict.NON_FINITE),
        (lambda g, y, x: g / np.cosh(x) ** 2 * (1 + 1e-13), Verdict.INACCURATE),
    ],
)
def test_what_is_wrong_with_the_engines_number(wrong: object, verdict: Verdict) -> None:
    with wrong_rule("tanh", wrong):  # type: ignore[arg-type]
        assert witnesses_of(ZenEngine(), square_of_tanh())[0].verdict is verdict


def test_a_singularity_has_no_truth() -> None:
    (witness, _) = witnesses_of(ZenEngine(), unary("sqrt", at=0.0))
    assert witness.verdict is Verdict.AGREE
    assert witness.symbolic is not None
    assert witness.symbolic.reason == "undefined"


def raising(x: object) -> object:
    raise RuntimeError


def test_where_the_engine_does_not_get_through_there_are_none() -> None:
    with wrong_value("tanh", raising):
        assert witnesses_of(ZenEngine(), square_of_tanh()) == ()


def test_large_cases_are_shown_without() -> None:
    assert witnesses_of(ZenEngine(), unary("tanh", at=np.ones(MAX_ELEMENTS))) == ()
