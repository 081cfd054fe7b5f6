"""Functions of pairs enclose: held against ball arithmetic."""

import numpy as np
import pytest
from flint import arb

from zenverify.operators.balls import arithmetic
from zenverify.operators.balls.arithmetic import precision
from zenverify.oracles.screen import functions
from zenverify.oracles.screen.pairs import Pair

RANDOM = np.random.default_rng(32)
SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0**-30,
    -(2.0**-30),
    1e-300,
    2.0**-21,
    44.9,
    45.1,
    1 + 2.0**-52,
]
EVERYWHERE = np.array([*SPECIAL, *RANDOM.normal(size=200), *RANDOM.uniform(-600, 600, 200)])
POSITIVE = np.abs(EVERYWHERE) + 0.0


@pytest.mark.parametrize(
    "name, points, known",
    [
        ("exp", EVERYWHERE, 0.95),
        ("expm1", EVERYWHERE, 0.95),
        ("tanh", EVERYWHERE, 0.95),
        ("sinh", EVERYWHERE, 0.95),
        ("cosh", EVERYWHERE, 0.95),
        ("log", POSITIVE, 0.95),
        ("log1p", POSITIVE, 0.95),
        ("sqrt", POSITIVE, 0.95),
        ("absolute", EVERYWHERE, 1.0),
        ("sign", EVERYWHERE, 1.0),
        ("floor", EVERYWHERE, 1.0),
        ("ceiling", EVERYWHERE, 1.0),
    ],
)
def test_it_encloses_and_is_narrow(name: str, points: np.ndarray, known: float) -> None:
    with np.errstate(all="ignore"):
        found = getattr(functions, name)(Pair.exact(points))
    narrow = 0
    with precision(400):
        for point, high, low, error in zip(points, found.high, found.low, found.error, strict=True):
            truth = getattr(arithmetic, name)(arb(float(point)))
            if not np.isfinite(error) or not truth.is_finite():
                assert not np.isfinite(error)
                continue
            apart = abs(truth - arb(float(high)) - arb(float(low)))
            assert apart <= arb(float(error)) or apart.is_zero(), (name, point)
            narrow += error <= 2.0**-62 * abs(high) or error == 0
    assert narrow >= known * len(points) - 3


def test_the_constants_are_enclosed() -> None:
    with precision(400):
        for pair, truth in ((functions._LN2, arb(2).log()), (functions._PI, arb.pi())):
            apart = abs(truth - arb(float(pair.high)) - arb(float(pair.low)))
            assert apart < arb(float(pair.error))


def test_a_lie_of_the_library_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy's logarithm and root are guesses; a wrong one is mended, or nothing is known."""
    points = np.array([0.5, 3.0, 100.0])
    log, sqrt = np.log, np.sqrt
    monkeypatch.setattr(np, "log", lambda x: log(x) * (1 + 1e-6))
    monkeypatch.setattr(np, "sqrt", lambda x: sqrt(x) * (1 + 1e-6))
    for name in ("log", "sqrt"):
        found = getattr(functions, name)(Pair.exact(points))
        with precision(400):
            for point, high, low, error in zip(
                points, found.high, found.low, found.error, strict=True
            ):
                truth = getattr(arithmetic, name)(arb(float(point)))
                apart = abs(truth - arb(float(high)) - arb(float(low)))
                assert not np.isfinite(error) or apart <= arb(float(error))
