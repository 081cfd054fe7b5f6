"""The three answers about every element of every gradient of a small case, for its report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.operators.balls.arithmetic import ZERO, Ball
from zenverify.oracles.difference import Estimate
from zenverify.oracles.enclosure import WholeEnclosure
from zenverify.verification import trace
from zenverify.verification.blame.arbitrate import Forward, element_difference
from zenverify.verification.blame.intervals import error_in_ulp, interval_of, interval_of_estimate
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import Interval, Verdict, Witnesses

MAX_ELEMENTS = 64
"""Cases with more elements are shown without these."""

_SHOWN_ULP = 64.0


def witnesses_of(engine: Engine, case: Case) -> tuple[Witnesses, ...]:
    """Ask all three witnesses about the gradients of <cotangent, root>, summed over the roots.

    Returns
    -------
    tuple of Witnesses
        By node, then element. Empty where the engine does not get through, or the case is large.
    """
    graph = case.graph
    if sum(graph.sizes) > MAX_ELEMENTS:
        return ()
    try:
        run, gradients = differentiated(engine, case)
    except EngineFault:
        return ()
    case = run.bound(case)
    whole = WholeEnclosure(case, engine.conventions, rounded=False, near=run.values)
    found = []
    for node, gradient in gradients.items():
        balls = whole.gradients[node] or [ZERO] * gradient.size
        for element, number in enumerate(gradient.ravel().tolist()):
            estimate = _difference(engine, case, run.values, node, element)
            found.append(_compared(case, node, element, number, balls[element], estimate))
    return tuple(found)


def _difference(
    engine: Engine, case: Case, values: Sequence[Array], node: int, element: int
) -> Estimate:
    forward = Forward(engine, case, values)
    try:
        with trace.time_limit(trace.limit()):
            return element_difference(forward, case.graph, values, case.seeds, node, element)
    except (Exception, SystemExit, trace.OutOfTime) as error:  # noqa: BLE001  the engine's own
        return Estimate(math.nan, math.inf, f"the engine raised {type(error).__name__}")


def _compared(
    case: Case, node: int, element: int, number: float, truth: Ball, estimate: Estimate
) -> Witnesses:
    dtype = case.graph.dtypes[node]
    error = error_in_ulp(number, truth, dtype)
    symbolic, difference = interval_of(truth), interval_of_estimate(estimate)
    return Witnesses(
        node,
        element,
        "gradient",
        number,
        symbolic,
        difference,
        error,
        _together(number, error, symbolic, difference),
    )


def _together(
    number: float, error: float | None, symbolic: Interval, difference: Interval
) -> Verdict:
    """What three answers about a gradient of the whole graph say together.

    Rounding adds up along the graph, so this is for the reader; the verdict on the case is that of
    the local check.
    """
    if math.isnan(symbolic.low):
        return Verdict.AGREE if not math.isfinite(number) else Verdict.NON_FINITE
    if not math.isfinite(number):
        return Verdict.NON_FINITE
    asked = math.isfinite(difference.low) and math.isfinite(difference.high)
    truth_differs = asked and not (
        difference.low <= symbolic.high and symbolic.low <= difference.high
    )
    engine_differs = asked and not difference.low <= number <= difference.high
    if error is not None and error <= _SHOWN_ULP:
        return Verdict.DIFFERENCE_UNRELIABLE if truth_differs and engine_differs else Verdict.AGREE
    if not asked or (engine_differs and not truth_differs):
        return Verdict.ENGINE_WRONG
    if truth_differs and not engine_differs:
        return Verdict.EXPRESSION_WRONG
    return Verdict.DISPUTED if truth_differs else Verdict.INACCURATE
