"""Failing cases made small, and still failing."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import (
    WHOLE,
    CaseBuilder,
    binary,
    planted,
    wrong_rule,
    wrong_value,
)
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import Filling, fill, with_nan
from zenverify.graph.graph import LeafKind
from zenverify.graph.structure import DTYPE_ODDS
from zenverify.operators import catalogue
from zenverify.verification.campaign.reduce import MAX_EVALUATIONS, reduce
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def large_case() -> Case:
    build = CaseBuilder()
    x = build.variable(np.linspace(-1, 1, 12).reshape(3, 4))
    y = build.apply("tanh", build.apply("multiply", x, build.variable([[0.3], [0.7], [1.1]])))
    z = build.apply("add", build.apply("exp", y), build.apply("sin", x))
    z = build.apply("maximum", build.apply("matmul", z, build.variable(np.eye(4))), y)
    build.apply("sum", build.apply("softplus", z), **WHOLE)
    return build.case()


def raising(*args: Any) -> Any:
    raise ZeroDivisionError


Plant = Callable[[], AbstractContextManager[None]]
FAULTS: dict[str, tuple[Plant, int, int]] = {
    "rule": (lambda: wrong_rule("tanh", lambda g, y, x: g * (1 - y)), 1, 1),
    "precision": (lambda: wrong_rule("softplus", lambda g, y, x: g * np.tanh(x)), 1, 1),
    "value": (lambda: wrong_value("exp", lambda x: np.exp(x) * 1.1), 1, 1),
    "second operand": (lambda: wrong_rule("multiply", lambda g, y, a, b: g * b, 1), 1, 3),
    "crash": (lambda: wrong_rule("sin", raising), 1, 1),
    "walk": (lambda: planted("gradient overwritten instead of accumulated"), 2, 4),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_failure_is_made_small_and_stays_the_same(name: str) -> None:
    plant, operations, elements = FAULTS[name]
    with plant():
        engine = ZenEngine()
        finding = verify_case(engine, large_case()).findings[0]
        found = reduce(engine, large_case(), finding)
        again = verify_case(engine, found.case).findings
    assert found.finding.blame.operation == finding.blame.operation
    assert found.finding.blame.argument == finding.blame.argument
    assert found.finding.verdict is finding.verdict
    assert len(found.case.graph.operations) <= operations
    assert sum(found.case.graph.sizes[leaf] for leaf in found.case.graph.leaves) <= elements
    assert 0 < found.evaluations <= MAX_EVALUATIONS
    assert any(f.blame.operation == finding.blame.operation for f in again)
    assert verify_case(ZenEngine(), found.case).verdict is Verdict.AGREE


def test_random_graphs_are_reduced_to_the_wrong_operation() -> None:
    draw = random.Random(3)
    sizes = []
    offered = [
        catalogue.get(name) for name in ("sigmoid", "add", "multiply", "sum", "exp", "matmul")
    ]
    with wrong_rule("sigmoid", lambda g, y, x: g * y):
        for seed in range(12):
            dtypes = DTYPE_ODDS[seed % 4]
            structure = draw_structure(draw.randrange, offered, 10, dtypes)
            case = fill(structure, Filling.ORDINARY, seed)
            for finding in verify_case(ZenEngine(), case).findings[:1]:
                found = reduce(ZenEngine(), case, finding)
                assert found.finding.blame.operation == "sigmoid"
                sizes.append(len(found.case.graph.operations))
    assert sizes
    assert set(sizes) == {1}


@pytest.mark.parametrize("name", ["softplus", "matmul"])
def test_a_crash_of_an_inner_operations_forward_rule_is_made_small(name: str) -> None:
    with wrong_value(name, raising):
        finding = verify_case(ZenEngine(), large_case()).findings[0]
        found = reduce(ZenEngine(), large_case(), finding)
    assert found.finding.blame.operation == name
    assert len(found.case.graph.operations) == 1


@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_fault_at_special_values_is_made_small(place: int) -> None:
    x, y = np.linspace(0.5, 2.5, 9), np.linspace(1.5, 3.5, 9)
    x[place] = y[place] = 0.0
    case = binary("xlogy", x.reshape(3, 3), y.reshape(3, 3))
    with wrong_rule("xlogy", lambda g, y, a, b: g * a / b, 1):
        finding = verify_case(ZenEngine(), case).findings[0]
        found = reduce(ZenEngine(), case, finding)
    assert [value.size for value in found.case.values] == [1, 1]


def test_numbers_become_simple() -> None:
    with wrong_rule("tanh", lambda g, y, x: g * (1 - y)):
        finding = verify_case(ZenEngine(), large_case()).findings[0]
        found = reduce(ZenEngine(), large_case(), finding)
    assert float(found.case.values[0].ravel()[0]) in (1.0, 2.0, 0.5, -1.0)
    assert (found.case.cotangent == 1).all()


def test_values_that_may_stay_are_not_changed_to_and_fro() -> None:
    build = CaseBuilder()
    build.apply("multiply", build.variable([0.3, 0.7]), build.variable([1.1, -0.2]))
    wrong = wrong_rule("multiply", lambda g, y, a, b: g * b if (b == b[0]).all() else g * b * 2)
    with wrong:
        finding = verify_case(ZenEngine(), build.case()).findings[0]
        reduced = reduce(ZenEngine(), build.case(), finding)
    assert reduced.case.graph.sizes == (1, 2, 2)
    assert reduced.evaluations < MAX_EVALUATIONS


def test_one_special_element_of_many_is_cut_out() -> None:
    values = np.linspace(0.1, 0.9, 200)
    values[137] = 400.0
    build = CaseBuilder()
    build.apply("negative", build.variable(values))
    with wrong_rule("negative", lambda g, y, x: np.where(x == 400.0, np.nan, -g)):
        finding = verify_case(ZenEngine(), build.case()).findings[0]
        reduced = reduce(ZenEngine(), build.case(), finding)
    assert max(reduced.case.graph.sizes) == 1


def test_a_nan_in_the_cotangent_stays_in_smaller_cases() -> None:
    build = CaseBuilder()
    build.apply("negative", build.variable(np.linspace(0.1, 0.9, 200)))
    case = with_nan(build.case(), 77)
    with wrong_rule("negative", lambda g, y, x: np.nan_to_num(-g)):
        finding = verify_case(ZenEngine(), case).findings[0]
        reduced = reduce(ZenEngine(), case, finding)
    assert max(reduced.case.graph.sizes) == 1
    assert np.isnan(reduced.case.cotangent).all()


def test_axes_of_one_size_are_cut_one_by_one() -> None:
    values = np.linspace(0.1, 0.9, 9).reshape(3, 3)
    values[0, 2] = 400.0
    build = CaseBuilder()
    build.apply("multiply", build.variable(values), build.variable(values + 1))
    with wrong_rule("multiply", lambda g, y, a, b: np.where(a == 400.0, np.nan, g * b)):
        finding = verify_case(ZenEngine(), build.case()).findings[0]
        reduced = reduce(ZenEngine(), build.case(), finding)
    assert max(reduced.case.graph.sizes) == 1


def test_an_operation_that_gives_a_leaf_a_wrong_shape_is_run_alone() -> None:
    build = CaseBuilder()
    x = build.variable([[2.0, 0.5], [0.25, 1.0]])
    tiled = build.apply("sum", build.apply("tile", x, reps=(2, 1)), **WHOLE)
    build.apply("add", build.apply("det", x), tiled)
    with wrong_rule("det", lambda g, y, x: np.ones((1, 1))):
        findings = verify_case(ZenEngine(), build.case()).findings
        reduced = reduce(ZenEngine(), build.case(), findings[0])
    assert len(reduced.case.graph.operations) == 1


def test_a_node_replaced_by_a_plain_operand_is_no_candidate() -> None:
    class Together(ZenEngine):
        """Fails where a product comes before a sine, so that no operation fails alone."""

        product = False

        def leaf(self, kind: LeafKind, value: Any) -> Any:
            self.product = False
            return super().leaf(kind, value)

        def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
            self.product |= operator == "multiply"
            if operator == "sin" and self.product:
                raise ZeroDivisionError
            return super().apply(operator, operands, attributes)

    build = CaseBuilder()
    x, plain = build.variable([0.5, 0.25]), build.leaf(LeafKind.ARRAY, [2.0, 3.0])
    build.apply("sin", build.apply("multiply", plain, x))
    case = build.case()
    finding = verify_case(Together(), case).findings[0]
    assert (finding.verdict, finding.blame.operation) == (Verdict.CRASH, "sin")
    found = reduce(Together(), case, finding)
    assert found.case.graph.operators == {"multiply", "sin"}
    assert found.evaluations > 1
