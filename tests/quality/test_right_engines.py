"""The zoo of right engines: not one alarm, and a wrong engine among them is found."""

from typing import Any

import pytest

from benchmarks.right_engines import ZOO, AddsOneByOne, RightEngine, WalksPaths, alarms_of
from tests.verification.prepared import CaseBuilder
from zenverify.graph.case import Array, Case
from zenverify.tensor import Tensor
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


@pytest.mark.parametrize("kind", ZOO)
def test_no_alarm_about_a_right_engine(kind: type[RightEngine]) -> None:
    verified, found = alarms_of(kind(), seed=5, graphs=40)
    assert verified == 40
    assert [(event.bucket, event.finding.message) for event in found] == []


def cancelling() -> Case:
    """1e8 exp(x) - 1e8 exp(x) + exp(x) by three paths, with tanh before them."""
    build = CaseBuilder()
    y = build.apply("exp", build.apply("tanh", build.variable(0.3)))
    large = build.apply("multiply", build.number(100000007.0), y)
    small = build.apply("multiply", build.number(-100000008.0), y)
    build.apply("add", build.apply("add", large, small), y)
    return build.case()


def test_paths_whose_sums_cancel_may_be_added_in_any_order() -> None:
    result = verify_case(WalksPaths(), cancelling())
    assert result.verdict is Verdict.AGREE, result.findings


class Off(WalksPaths):
    """Off by more than the terms that cancel explain: 1e8 times the threshold."""

    share = 1e-6

    def pulled(self, root: Tensor, cotangent: Array) -> dict[Tensor, Array]:
        totals = super().pulled(root, cotangent)
        leaf = next(node for node in totals if not node.dependencies)
        return {**totals, leaf: totals[leaf] + self.share}


def test_what_no_order_explains_is_wrong() -> None:
    assert verify_case(Off(), cancelling()).verdict is not Verdict.AGREE


class AddsTwice(AddsOneByOne):
    """Adds in its second call a millionth part too much."""

    def keep(self, node: Tensor, received: Array) -> None:
        again = node.accumulated is not None and not node.dependencies
        super().keep(node, received * (1 + 1e-6) if again else received)


def test_a_second_call_may_add_in_another_order_and_add_nothing_else() -> None:
    build = CaseBuilder()
    x = build.variable([0.1, 0.7])
    y = build.apply("multiply", x, build.apply("tanh", x))
    build.apply("add", y, build.apply("divide", x, build.apply("exp", x)))
    case = build.case([0.3, 0.9])
    assert verify_case(AddsOneByOne(), case).verdict is Verdict.AGREE
    assert verify_case(AddsTwice(), case).verdict is not Verdict.AGREE


def test_the_zoo_is_large() -> None:
    names: set[Any] = {kind.__name__ for kind in ZOO}
    assert len(names) == len(ZOO) >= 14
