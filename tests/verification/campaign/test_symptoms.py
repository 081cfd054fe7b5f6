"""Buckets hold one fault each: a second failure with a bucket's key has a bucket of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import Tensor
from zenverify.verification.campaign.buckets import Collected, collect
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.reduce import reduce
from zenverify.verification.campaign.symptoms import symptom_of, way_of
from zenverify.verification.events import Bucket, Finding
from zenverify.verification.verdict import Blame, Pass, Verdict
from zenverify.verification.verify import verify_case

OPTIONS = CampaignOptions(seed=1)


def product(*shapes: tuple[int, ...]) -> Case:
    build = CaseBuilder()
    random_ = np.random.default_rng(3)
    operands = [build.variable(random_.uniform(0.5, 2.0, shape)) for shape in shapes]
    build.apply("matmul", *operands)
    return build.case()


VECTORS = product((3,), (3,))
MATRICES = product((2, 3), (3, 2))
BATCH = product((2, 3, 2), (2, 2, 3))


class Crashes(ZenEngine):
    """A product that raises for matrices, and elsewhere for vectors."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == "matmul" and operands[0].value.ndim > 1:
            raise ValueError("matrices")
        if operator == "matmul":
            raise ValueError("vectors")
        return super().apply(operator, operands, attributes)


Wrong = Callable[[Any, Any], tuple[Any, Any]]


class WrongProducts(ZenEngine):
    """A product whose derivatives are changed, by the number of axes."""

    def __init__(self, changed: Callable[[int, Any], Any]) -> None:
        self._changed = changed

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        right = super().apply(operator, operands, attributes)
        if operator != "matmul":
            return right
        axes = operands[0].value.ndim
        left, other = right.grads
        return Tensor.from_operation(
            right.value,
            operands,
            [lambda g: self._changed(axes, left(g)), other],
            name="product",
        )


def collected(engine: ZenEngine, *cases: Case) -> list[Bucket]:
    tally = Collected()
    for case in cases:
        list(collect(engine, OPTIONS, tally, case, verify_case(engine, case).findings))
    return list(tally.buckets.values())


@pytest.mark.parametrize("cases", [(MATRICES, VECTORS), (VECTORS, MATRICES)])
def test_two_crashes_on_two_lines_are_two_buckets(cases: tuple[Case, Case]) -> None:
    first, second = collected(Crashes(), *cases)
    assert [first.key.ordinal, second.key.ordinal] == [1, 2]
    assert {bucket.finding.message.split(" (")[0] for bucket in (first, second)} == {
        "the forward pass raised ValueError: matrices",
        "the forward pass raised ValueError: vectors",
    }
    assert str(second.key).endswith("in Crashes.apply, failure 2")


def test_a_reduced_crash_is_raised_by_the_line_that_it_was() -> None:
    (finding,) = verify_case(Crashes(), MATRICES).findings
    reduced = reduce(Crashes(), MATRICES, finding)
    assert reduced.finding.raised_at == finding.raised_at
    assert len(reduced.case.graph.shapes[0]) == 2


def test_what_is_wrong_for_batches_only_is_not_merged_with_what_is_wrong_for_vectors() -> None:
    def changed(axes: int, part: Any) -> Any:
        if axes == 1:
            return part[::-1].copy()
        return np.roll(part, 1, axis=0) if axes == 3 else part

    found = collected(WrongProducts(changed), VECTORS, BATCH)
    assert [len(bucket.case.graph.shapes[0]) for bucket in found] == [1, 3]
    found = collected(WrongProducts(changed), BATCH)
    assert sorted(len(bucket.case.graph.shapes[0]) for bucket in found) == [1, 3]


def test_one_fault_has_one_bucket_however_the_operation_is_called() -> None:
    (bucket,) = collected(WrongProducts(lambda _, part: -part), BATCH, MATRICES, VECTORS)
    assert bucket.count == 3
    assert bucket.key.ordinal == 1


def found(case: Case, verdict: Verdict = Verdict.ENGINE_WRONG, argument: int = 0) -> Finding:
    root = case.graph.root
    blame = Blame(root, case.graph.operator_of(root), argument, "broadcast")
    return Finding(verdict, blame, "local adjoint", "wrong", during=Pass.REVERSE)


def test_the_way_of_an_elementwise_operation_is_how_its_operand_is_broadcast() -> None:
    build = CaseBuilder()
    build.apply("add", build.variable([1.0, 2.0]), build.variable([[1.0, 2.0]]))
    case = build.case()
    assert way_of(case, found(case)) == ("fewer axes",)
    assert way_of(case, found(case, argument=1)) == ("",)


@pytest.mark.parametrize("factor, symptom", [(-1.0, "times -1"), (0.0, "times 0"), (1.0, "")])
def test_a_symptom_is_the_factor_that_all_numbers_are_wrong_by(factor: float, symptom: str) -> None:
    engine = WrongProducts(lambda _, part: factor * part)
    assert symptom_of(engine, MATRICES, found(MATRICES)) == symptom
