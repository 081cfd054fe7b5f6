"""Who is wrong when two disagree: the table of the three witnesses."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from flint import arb

from tests.verification.prepared import WHOLE, CaseBuilder, square_of_tanh, unary
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array
from zenverify.oracles.difference import Estimate
from zenverify.tensor import OPERATIONS
from zenverify.verification import trace
from zenverify.verification.blame.arbitrate import (
    Forward,
    decisive_error,
    difference_of,
    element_difference,
    is_settled,
    settle,
)
from zenverify.verification.checks.judge import Judgement, Status
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

GROSS, FINE = 0.5, 1e-9


@pytest.mark.parametrize(
    "relative, number, difference, verdict",
    [
        (GROSS, 1.5, Estimate(1.0, 0.01), Verdict.ENGINE_WRONG),
        (GROSS, 1.5, Estimate(1.5, 0.01), Verdict.EXPRESSION_WRONG),
        (GROSS, 1.5, Estimate(2.0, 0.01), Verdict.DISPUTED),
        (GROSS, 1.5, Estimate(1.0, 0.4), Verdict.ENGINE_WRONG),
        (GROSS, 1.5, Estimate(math.nan, math.inf), Verdict.ENGINE_WRONG),
        (GROSS, 1.5, None, Verdict.ENGINE_WRONG),
        (FINE, 1 + 1e-9, None, Verdict.INACCURATE),
        (FINE, 1 + 1e-9, Estimate(1.0, 1e-10), Verdict.INACCURATE),
        (FINE, 1 + 1e-9, Estimate(1 + 1e-9, 1e-10), Verdict.EXPRESSION_WRONG),
        (FINE, 1 + 1e-9, Estimate(1.0, 1e-6), Verdict.INACCURATE),
        (GROSS, math.nan, Estimate(1.0, 0.01), Verdict.NON_FINITE),
        (GROSS, math.inf, None, Verdict.NON_FINITE),
    ],
)
def test_the_table(
    relative: float, number: float, difference: Estimate | None, verdict: Verdict
) -> None:
    judgement = Judgement(Status.WRONG, arb(1), 1e9, relative)
    assert settle(judgement, number, "float64", difference) is verdict


def test_what_is_small_depends_on_the_dtype() -> None:
    judgement = Judgement(Status.WRONG, arb(1), 1e9, 1e-4)
    assert settle(judgement, 1.0001, "float32", None) is Verdict.INACCURATE
    assert settle(judgement, 1.0001, "float64", None) is Verdict.ENGINE_WRONG


def test_a_number_where_there_should_be_none() -> None:
    judgement = Judgement(Status.NON_FINITE, arb("nan"))
    assert settle(judgement, 1.0, "float64", Estimate(1.0, 0.0)) is Verdict.NON_FINITE


def test_moving_a_node_moves_what_comes_of_it_and_nothing_else() -> None:
    case = square_of_tanh(0.5)
    engine = ZenEngine()
    values = trace.forward(engine, case).values
    forward = Forward(engine, case, values)
    assert [float(v) for v in forward.run({})] == [float(v) for v in values]
    moved = forward.run({1: np.array(0.25)})
    y = float(np.tanh(0.5)) + 0.25
    assert [float(v) for v in moved] == [0.5, y, y * y]


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-7), ("float32", 0.02)])
@pytest.mark.parametrize("at", [0.5, -300.0, 3.0, 0.0])
def test_the_difference_of_one_element(dtype: str, tolerance: float, at: float) -> None:
    case = unary("negative", "tanh", at=[at, 2.0], cotangent=[3.0, 1.0], dtype=dtype)
    engine = ZenEngine()
    values = trace.forward(engine, case).values
    forward = Forward(engine, case, values)
    root = {case.graph.root: case.cotangent}
    found = element_difference(forward, case.graph, values, root, 0, 0)
    truth = -3 / math.cosh(at) ** 2 if abs(at) < 100 else 0.0
    assert found.low <= truth <= found.high
    assert found.error <= tolerance * 10


def test_the_noise_of_what_cancels_is_larger_than_the_result() -> None:
    build = CaseBuilder()
    terms = build.variable([0.1, 1e13, -1e13, 0.3])
    build.apply("sum", terms, **WHOLE)
    case = build.case()
    engine = ZenEngine()
    values = trace.forward(engine, case).values
    root = {case.graph.root: case.cotangent}
    found = element_difference(Forward(engine, case, values), case.graph, values, root, 0, 0)
    assert abs(found.value - 1) > 1e-9
    assert found.low <= 1.0 <= found.high


def test_numbers_are_handed_over_as_numbers() -> None:
    build = CaseBuilder()
    x = build.variable(np.float32(0.5), "float32")
    build.apply("multiply", build.number(3.0), x)
    case = build.case()
    engine = ZenEngine()
    values = trace.forward(engine, case).values
    assert Forward(engine, case, values).run({0: np.array(1, "float32")})[-1].dtype == np.float32


@pytest.mark.parametrize(
    "truth, number, difference, settled",
    [
        (1.0, 1.5, Estimate(1.0, 0.01), True),
        (1.0, 1.5, Estimate(1.005, 0.01), True),
        (1.0, 1 + 1e-9, Estimate(1.0, 1e-10), True),
        (1.0, math.nan, Estimate(1.0, 0.01), True),
        (1.0, 1.5, Estimate(1.0, 0.2), False),
        (1.0, 1.5, Estimate(1.5, 0.01), False),
        (1.0, 1.5, Estimate(2.0, 0.01), False),
        (1.0, 1.5, Estimate(math.nan, math.inf), False),
        (1.0, 1.5, None, False),
        (1.0, math.nan, Estimate(0.5, 0.6), False),
        (0.0, math.inf, Estimate(0.0, 0.01), False),
        (math.nan, 1.5, Estimate(1.0, 0.01), False),
    ],
)
def test_only_a_converged_difference_that_confirms_the_truth_settles_it(
    truth: float, number: float, difference: Estimate | None, settled: bool
) -> None:
    judgement = Judgement(Status.WRONG, arb(truth), 1e9, 0.5)
    assert is_settled(judgement, number, difference) is settled


@pytest.mark.parametrize(
    "truth, number, distance", [(1.0, 1.5, 0.5), (-2.0, math.nan, 2.0), (math.nan, 1.0, 0.0)]
)
def test_what_tells_a_number_from_the_truth(truth: float, number: float, distance: float) -> None:
    error = decisive_error(Judgement(Status.WRONG, arb(truth), 1e9, 0.5), number)
    assert error == distance / 2**16


def test_no_smaller_step_is_taken_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    case = unary("tanh", at=0.5)
    engine = ZenEngine()
    values = trace.forward(engine, case).values
    runs: list[object] = []
    all_runs = Forward.runs

    def counting(self: Forward, many: Iterable[Mapping[int, Array]]) -> Iterator[list[Array]]:
        moves = list(many)
        runs.extend(moves)
        return all_runs(self, moves)

    monkeypatch.setattr(Forward, "runs", counting)
    counts = []
    for enough in (0.0, 1e-3):
        runs.clear()
        found = difference_of(engine, case, values, 0, 0, enough)
        assert found is not None
        assert found.low <= 1 - math.tanh(0.5) ** 2 <= found.high
        counts.append(len(runs))
    assert counts == [25, 17]


def test_where_noise_is_undefined_a_difference_settles_nothing() -> None:
    """An infinite result with cotangent zero: zero times infinity is no number."""
    engine, case = ZenEngine(), unary("exp", at=[1.0, 1000.0])
    with np.errstate(over="ignore"):
        values = trace.forward(engine, case).values
    seed = {case.graph.root: np.array([1.0, 0.0])}
    found = element_difference(Forward(engine, case, values), case.graph, values, seed, 0, 0)
    assert not found.error < math.inf


@pytest.mark.parametrize("at", [-740.5, -678241020792.4297])
def test_no_difference_is_taken_across_poles(at: float) -> None:
    """Where it jumps over many, all steps may agree on a slope that none of them has seen."""
    engine, case = ZenEngine(), unary("digamma", at=at)
    values = trace.forward(engine, case).values
    assert difference_of(engine, case, values, 0, 0) is None


def test_beside_a_pole_it_is_taken_with_the_steps_that_stay_clear() -> None:
    engine, case = ZenEngine(), unary("digamma", at=-20.5)
    values = trace.forward(engine, case).values
    found = difference_of(engine, case, values, 0, 0)
    assert found is not None
    assert found.low <= 9.82199434464988 <= found.high


def test_an_engine_that_ignores_the_poles_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    right = OPERATIONS["digamma"]
    faulty = replace(right, pullbacks=(lambda g, y, x: g / x,))
    monkeypatch.setitem(OPERATIONS, "digamma", faulty)
    for at in (-740.5, -678241020792.4297):
        assert verify_case(ZenEngine(), unary("digamma", at=at)).verdict is Verdict.ENGINE_WRONG
