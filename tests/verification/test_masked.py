"""Masked reductions, where what is left out may be infinite; a part of an array that is set."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder
from zenverify.engines.protocol import Array, Engine, LeafKind
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import Tensor, masked_logsumexp, masked_softmax, set_at
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import FailureMinimised
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

MASKED = ("masked_softmax", "masked_logsumexp")
LEFT_OUT = (np.inf, -np.inf, np.nan, 1e300)


def masked(operator: str, left_out: float, *, given: bool = False) -> Case:
    build = CaseBuilder()
    x = build.variable([[0.5, left_out, -1.0], [left_out, 2.0, left_out]])
    mask = [[True, False, True], [False, True, False]]
    attributes: dict[str, Any] = {"axis": 1}
    if operator == "masked_logsumexp":
        attributes["keepdims"] = True
    if given:
        leaf = build.leaf(LeafKind.CONSTANT, mask, "bool")
        build.apply(operator, x, given={"mask": leaf}, **attributes)
        return build.case()
    build.apply(operator, x, mask=np.array(mask), **attributes)
    case = build.case()
    cotangent = np.arange(case.cotangent.size, dtype=float).reshape(case.cotangent.shape) + 1
    return Case(case.graph, case.values, cotangent)


@pytest.mark.parametrize("left_out", LEFT_OUT)
@pytest.mark.parametrize("operator", MASKED)
@pytest.mark.parametrize("given", [False, True])
def test_what_is_left_out_does_not_enter(operator: str, left_out: float, given: bool) -> None:
    result = verify_case(ZenEngine(), masked(operator, left_out, given=given))
    assert result.verdict is Verdict.AGREE, result.findings
    assert result.notes == () or "difference unreliable" in result.notes[0]


class Multiplying(ZenEngine):
    """It multiplies what is left out by zero: the value is right, and the gradient NaN."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator not in MASKED:
            return made
        (x,) = operands
        wrong = np.where(np.isinf(x.value), np.nan, 0.0)

        def pull(cotangent: Array) -> Array:
            return np.asarray(made.grads[0](cotangent) + wrong)

        return Tensor.from_operation(made.value, [x], [pull], name=operator)


@pytest.mark.parametrize("operator", MASKED)
def test_a_gradient_that_what_is_left_out_makes_nan_is_found(operator: str) -> None:
    assert verify_case(Multiplying(), masked(operator, 1.0)).verdict is Verdict.AGREE
    result = verify_case(Multiplying(), masked(operator, -np.inf))
    finding = result.findings[0]
    assert finding.verdict is Verdict.NON_FINITE
    assert (finding.blame.operation, finding.blame.argument) == (operator, 0)


class Unmasked(ZenEngine):
    """Its rule forgets the mask."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator != "masked_softmax":
            return made
        (x,) = operands
        whole = ZenEngine.apply(self, "softmax", [Tensor(x.value)], {"axis": attributes["axis"]})
        return Tensor.from_operation(made.value, [x], [whole.grads[0]], name=operator)


def _trainable(operand: Any) -> bool:
    return isinstance(operand, Tensor) and operand.trainable


class ReplacedKeepsItsGradient(ZenEngine):
    """What is replaced by `set_at` gets the cotangent of what took its place."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator != "set_at" or not all(map(_trainable, operands)):
            return made
        return Tensor.from_operation(
            made.value, operands, [lambda g: g, made.grads[1]], name=operator
        )


class ValuesNotSummed(ZenEngine):
    """Values that are broadcast get the cotangent of one of their places only."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator != "set_at" or not all(map(_trainable, operands)):
            return made
        shape = operands[1].shape

        def pull(cotangent: Array) -> Array:
            part = cotangent[attributes["key"]]
            if part.size == math.prod(shape):
                return np.asarray(made.grads[1](cotangent))
            return np.full(shape, part.ravel()[0])

        return Tensor.from_operation(made.value, operands, [made.grads[0], pull], name=operator)


@pytest.mark.parametrize(
    "engine, operation, argument",
    [
        (Multiplying(), "masked_softmax", 0),
        (Multiplying(), "masked_logsumexp", 0),
        (Unmasked(), "masked_softmax", 0),
        (ReplacedKeepsItsGradient(), "set_at", 0),
        (ValuesNotSummed(), "set_at", 1),
    ],
)
def test_a_run_finds_it(engine: Engine, operation: str, argument: int) -> None:
    options = CampaignOptions(seed=1, graphs=300, operators=(operation, "add", "sum", "softmax"))
    found = {
        (event.finding.blame.operation, event.finding.blame.argument)
        for event in run(engine, options)
        if isinstance(event, FailureMinimised)
    }
    assert (operation, argument) in found


def test_a_part_is_set() -> None:
    x, y = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([5.0, 6.0])
    made = set_at(x, 0, y)
    assert made.value.tolist() == [[5.0, 6.0], [3.0, 4.0]]
    assert x.value.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    made.get_gradients([[1.0, 2.0], [3.0, 4.0]])
    assert x.gradient.tolist() == [[0.0, 0.0], [3.0, 4.0]]
    assert y.gradient.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="the key names an element twice"):
        set_at(x, ([0, 0],), y)
    with pytest.raises(ValueError, match=r"values of shape \(2,\) do not fit a part of \(\)"):
        set_at(x, (0, 0), y)


def test_masks_that_do_not_fit() -> None:
    with pytest.raises(TypeError, match=r"the mask has shape \(2,\) and dtype int64"):
        masked_softmax([1.0, 2.0], [1, 0])
    with pytest.raises(ValueError, match=r"a mask of shape \(3,\) does not fit"):
        masked_logsumexp([1.0, 2.0], [True, False, True])
    assert masked_softmax([1.0, np.nan], [True, False]).value.tolist() == [1.0, 0.0]


def test_a_crash_nearby_of_a_call_with_an_array_among_its_attributes_is_one_of_the_engine() -> None:
    """Two calls are told apart by their attributes, also by arrays."""

    class Fragile(ZenEngine):
        def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
            if operator == "take" and not operands[0].trainable:
                raise RuntimeError("no constants")
            return super().apply(operator, operands, attributes)

    build = CaseBuilder()
    x = build.variable([1.0, 2.0, 3.0])
    first = build.apply("take", x, indices=np.array([0, 1]), axis=0)
    build.apply("take", first, indices=np.array([1, 0, 1]), axis=0)
    (finding,) = verify_case(Fragile(), build.case()).findings
    assert finding.verdict is Verdict.CRASH
    assert finding.blame.operation == "take"
