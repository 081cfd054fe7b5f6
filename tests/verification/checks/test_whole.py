"""Checks 5 and 6 by themselves."""

from dataclasses import replace

import numpy as np
import pytest

from tests.verification.prepared import WHOLE, CaseBuilder, square_of_tanh, unary
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array, Case
from zenverify.tensor import OPERATIONS
from zenverify.verification import trace
from zenverify.verification.checks import whole
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.checks.probes import make_probes, probed_root
from zenverify.verification.checks.slopes import slopes_at_kinks
from zenverify.verification.checks.structure import read_gradients
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

ENGINE = ZenEngine()


def gradients_of(case: Case, *, probed: bool = False) -> tuple[trace.Trace, dict[int, Array]]:
    run = trace.forward(ENGINE, case)
    root, seed = run.handles[-1], case.cotangent
    if probed:
        probes = make_probes(case.graph)
        root = probed_root(ENGINE, [run.handles[n] for n in probes], list(probes.values()))
        seed = np.ones(())
    trace.backward(ENGINE, case.graph, root, seed)
    return run, read_gradients(ENGINE, case.graph, run)


def test_a_gradient_outside_the_enclosure() -> None:
    case = unary("exp", "tanh", at=[0.5, 1.5])
    _, gradients = gradients_of(case)
    assert whole.outside_enclosure(case, gradients, ENGINE.conventions, []) == []
    gradients[0][1] *= 1 + 1e-9
    assert whole.outside_enclosure(case, gradients, ENGINE.conventions, []) == [(0, 1)]


def test_a_gradient_outside_is_blamed_on_the_only_operation_that_it_can_come_from() -> None:
    case = unary("exp", "tanh", at=[0.5, 1.5])
    _, gradients = gradients_of(case)
    last = whole.disputed(case, gradients, {}, (1, 0)).blame
    assert (last.node, last.operation, last.argument) == (2, "tanh", 0)
    first = whole.disputed(case, gradients, {}, (0, 0)).blame
    assert (first.node, first.operation) == (0, "accumulation")


@pytest.mark.parametrize("error", [0.0, 1e-3])
def test_all_nodes_move_at_once(error: float) -> None:
    case = square_of_tanh(0.7)
    run, gradients = gradients_of(case, probed=True)
    gradients[1] *= 1 + error
    check = LocalCheck(case.graph, run.values, ENGINE.conventions)
    seen = whole.all_at_once(
        ENGINE, case, check, run.values, gradients, make_probes(case.graph), kinked=False
    )
    assert seen.informative
    assert seen.agrees is (error == 0)


@pytest.mark.parametrize("at, left, right, smooth", [(0.0, 0.0, 1.0, False), (1.0, 1.0, 1.0, True)])
def test_slopes_at_kinks(at: float, left: float, right: float, smooth: bool) -> None:
    case = unary("relu", at=at)
    run, gradients = gradients_of(case)
    check = LocalCheck(case.graph, run.values, ENGINE.conventions)
    outside, looked_at, places = slopes_at_kinks(case, check, gradients, [1])
    assert (outside, looked_at, places) == ([], 1, 1)
    gradients[0][...] = 2.0
    ((slopes,), *_) = slopes_at_kinks(case, check, gradients, [1])
    assert (slopes.left, slopes.right, slopes.engine) == (left, right, 2.0)
    assert slopes.smooth is smooth


def test_a_slope_that_rounding_decides_is_in_dispute_with_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two neighbouring floats the mean is one of them, and so is the deviation of the other."""

    def naive(g: Array, y: Array, x: Array, axis: None, keepdims: bool, ddof: int) -> Array:
        return np.asarray(g * (x - x.mean()) / (y * (x.size - ddof)))

    faulty = replace(OPERATIONS["std"], pullbacks=(naive,))
    monkeypatch.setitem(OPERATIONS, "std", faulty)
    build = CaseBuilder()
    x = build.variable(np.array([1 - 2**-24, 1 - 2**-23]), "float32")
    build.apply("std", x, **WHOLE, ddof=1)
    result = verify_case(ENGINE, build.case())
    assert result.verdict is Verdict.AGREE, result.findings
