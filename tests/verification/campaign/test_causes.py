"""One cause, one headline: what the walk makes wrong, and what a rule does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.faulty_library.engine import FaultyLibrary
from tests.verification.prepared import unary
from zenverify.engines.protocol import ACCUMULATION, BROADCASTING, Engine
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import Tensor
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.causes import causes_of
from zenverify.verification.campaign.headlines import headline_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.traits import failing_traits
from zenverify.verification.events import Bucket, Cause, Finding, RunFinished
from zenverify.verification.verdict import Blame, BucketKey, Pass, Verdict


def caused(engine: Engine, graphs: int = 400, operators: Sequence[str] = ()) -> RunFinished:
    options = CampaignOptions(seed=11, graphs=graphs, operators=tuple(operators) or None)
    *_, end = run(engine, options)
    assert isinstance(end, RunFinished)
    keys = [key for cause in end.causes for key in cause.findings]
    assert sorted(map(str, keys)) == sorted(str(bucket.key) for bucket in end.buckets)
    return end


def bucket(
    verdict: Verdict,
    operation: str,
    argument: int | None = 0,
    condition: str = "always",
    during: Pass = Pass.REVERSE,
    exception: str = "",
    function: str = "",
) -> Bucket:
    finding = Finding(
        verdict,
        Blame(1, operation, argument, condition),
        "local adjoint",
        "wrong",
        during=during,
        exception=exception,
        function=function,
    )
    return Bucket(finding.bucket, finding, unary("tanh", at=0.5), 1, 1, None)


def sorted_causes(*buckets: Bucket) -> tuple[Cause, ...]:
    return causes_of(ZenEngine(), buckets, 10.0)


@pytest.mark.parametrize(
    "fault, place, says",
    [
        ("prefix", BROADCASTING, "not summed to the operand's shape, where an operand is a number"),
        ("trailing", BROADCASTING, "an operand has fewer axes"),
        ("ones", BROADCASTING, "an operand has axes of size one"),
        ("nan", ACCUMULATION, "NaN is replaced by a finite number"),
        ("repeated", ACCUMULATION, "an operand that comes twice"),
        ("early", ACCUMULATION, "handed on before all contributions to it have arrived"),
        ("dtype", ACCUMULATION, "gradients of float32"),
    ],
)
def test_a_fault_of_the_walk_is_one_headline(fault: str, place: str, says: str) -> None:
    end = caused(FaultyLibrary(frozenset({fault})))
    (cause,) = end.causes
    assert cause.place == place
    assert says in cause.headline
    assert len(cause.operations) > 1


class Overwrites(FaultyLibrary):
    """Sets a gradient in place of adding to it."""

    def backward(self, root: Any, cotangent: Any) -> None:
        held = {root: cotangent}
        from benchmarks.faulty_library.tensor import contributions, reversed_postorder

        order = reversed_postorder(root)
        with np.errstate(all="ignore"):
            for node in order:
                held.update(contributions(node, held[node], self.faults))
                node.gradient = np.asarray(node.gradient + held[node])


def test_contributions_that_are_not_added_up_are_one_headline() -> None:
    end = caused(Overwrites(frozenset()), graphs=150)
    causes = [cause for cause in end.causes if "several consumers" in cause.headline]
    assert len(causes) == 1
    assert all("walk over the graph" in cause.headline for cause in end.causes)


class OneUnsummed(ZenEngine):
    """One operation that does not sum what it contributes to a smaller operand."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator != "add" or not all(isinstance(one, Tensor) for one in operands):
            return super().apply(operator, operands, attributes)
        x, y = operands
        return Tensor.from_operation(
            x.value + y.value, [x, y], [lambda g: g * 2, lambda g: g * 2], name="sum of two"
        )


def test_an_operation_that_is_wrong_alone_is_no_fault_of_the_walk() -> None:
    end = caused(OneUnsummed(), graphs=60, operators=("add", "subtract", "multiply", "exp"))
    assert {cause.place for cause in end.causes} == {"add"}


def test_a_right_walk_fails_no_trait() -> None:
    assert not list(failing_traits(ZenEngine(), 10.0))
    assert not list(failing_traits(FaultyLibrary(frozenset()), 10.0))


def test_one_rule_has_one_headline_whatever_the_condition_and_verdict() -> None:
    (cause,) = sorted_causes(
        bucket(Verdict.DISPUTED, "tanh", condition="float32"),
        bucket(Verdict.ENGINE_WRONG, "tanh"),
        bucket(Verdict.INACCURATE, "tanh", condition="extreme values"),
    )
    assert cause.headline == "the derivative of tanh with respect to argument 0 is wrong"
    assert cause.findings[0] == bucket(Verdict.ENGINE_WRONG, "tanh").key


def test_both_arguments_of_one_operation_are_one_headline() -> None:
    (cause,) = sorted_causes(
        bucket(Verdict.ENGINE_WRONG, "arctan2", 1), bucket(Verdict.ENGINE_WRONG, "arctan2", 0)
    )
    assert cause.headline.endswith("arctan2 with respect to arguments 0 and 1 is wrong")


def test_value_and_derivative_kink_and_rule_are_two() -> None:
    value = bucket(Verdict.ENGINE_WRONG, "relu", None, during=Pass.FORWARD)
    rule = bucket(Verdict.NON_FINITE, "relu", condition="kink")
    other = bucket(Verdict.ENGINE_WRONG, "relu", condition="broadcast")
    assert len(sorted_causes(value, rule, other)) == 3


def test_crashes_in_one_function_are_one_headline() -> None:
    one = bucket(
        Verdict.CRASH, "add", None, "always", Pass.REVERSE, "IndexError", "Tensor.backward"
    )
    two = bucket(
        Verdict.CRASH, "exp", None, "always", Pass.REVERSE, "IndexError", "Tensor.backward"
    )
    other = bucket(Verdict.CRASH, "exp", None, "always", Pass.REVERSE, "KeyError", "Tensor.item")
    first, second = sorted_causes(one, other, two)
    assert first.operations == ("add", "exp")
    assert first.headline == "Tensor.backward raises IndexError, in the reverse pass: add, exp"
    assert second.operations == ("exp",)


@pytest.mark.parametrize(
    "key, headline",
    [
        (
            bucket(Verdict.STRUCTURE, ACCUMULATION, None, during=Pass.SECOND_REVERSE).key,
            (
                "the walk over the graph, second reverse pass: a wrong shape or dtype, shared or "
                "changed memory, or state that is left"
            ),
        ),
        (
            replace(bucket(Verdict.TIMEOUT, "exp", None).key, ordinal=2),
            "exp: it does not return in time",
        ),
        (
            bucket(Verdict.TIMEOUT, "exp", None, during=Pass.FORWARD).key,
            "exp, forward pass: it does not return in time",
        ),
        (
            bucket(Verdict.CRASH, "exp", None, exception="ValueError").key,
            "exp, ValueError: it raises",
        ),
        (
            bucket(Verdict.INACCURATE, "exp", condition="extreme values").key,
            "the derivative of exp with respect to argument 0 loses digits (extreme values)",
        ),
        (
            bucket(Verdict.ENGINE_WRONG, ACCUMULATION, None, "shared node").key,
            (
                "the walk over the graph: the sum of what a node's consumers contribute is wrong "
                "(shared node)"
            ),
        ),
    ],
)
def test_a_headline_says_what_is_wrong_in_words(key: BucketKey, headline: str) -> None:
    assert headline_of([key]) == headline
