"""A masked NaN: each rule right, the whole function with a slope, the gradient NaN."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder
from zenverify import Tensor, gradcheck, verify
from zenverify import tensor as zt
from zenverify.engines.protocol import declares_masked_nan, shortcoming
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.verification.campaign.offered import verify_offered
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


class Undeclared(ZenEngine):
    """An engine that says nothing about masked NaN."""

    masked_nan = False


def chosen(operation: str, at: float, *, holds: bool) -> Case:
    """where(c, f(x), 0)."""
    build = CaseBuilder()
    y = build.apply(operation, build.variable(at))
    build.apply("where", y, build.constant(0.0), condition=np.asarray(holds))
    return build.case()


def chain(*operations: str, times: float = 1.0) -> Case:
    """Operations one after the other at zero, and a factor."""
    build = CaseBuilder()
    y = build.variable(0.0)
    for operation in operations:
        y = build.apply(operation, y)
    build.apply("multiply", y, build.constant(times))
    return build.case()


MASKED = {
    "where": chosen("sqrt", 0.0, holds=False),
    "where log": chosen("log", 0.0, holds=False),
    "where beyond the domain": chosen("sqrt", -1.0, holds=False),
    "where reciprocal": chosen("reciprocal", 0.0, holds=False),
    "times zero": chain("sqrt", times=0.0),
    "square of a root": chain("sqrt", "square"),
}
RIGHT = {
    "chosen": chosen("sqrt", 0.0, holds=True),
    "no slope": chain("sqrt"),
    "a root of a root": chain("sqrt", "sqrt", "square"),
    "a kink": chain("square", "sqrt"),
}


@pytest.mark.parametrize("name", MASKED)
def test_a_masked_nan_is_a_finding_of_its_own(name: str) -> None:
    result = verify_case(Undeclared(), MASKED[name])
    (finding,) = result.findings
    assert finding.verdict is Verdict.NON_FINITE
    assert finding.blame.condition == "masked"
    assert finding.blame.operation in ("sqrt", "log", "reciprocal")
    assert "each rule is right" in finding.message
    assert finding.message.endswith("(masked)")


@pytest.mark.parametrize("name", MASKED)
def test_an_engine_may_declare_it(name: str) -> None:
    result = verify_case(ZenEngine(), MASKED[name])
    assert result.verdict is Verdict.AGREE
    assert any(note.startswith("masked NaN, as the engine declares") for note in result.notes)


@pytest.mark.parametrize("name", RIGHT)
def test_where_the_function_has_no_slope_nan_and_infinity_are_right(name: str) -> None:
    result = verify_case(Undeclared(), RIGHT[name])
    assert result.verdict is Verdict.AGREE, result.findings
    assert not any("masked" in note for note in result.notes)


def test_an_engine_that_masks_both_ways_is_right_without_a_declaration() -> None:
    """Where the cotangent is zero, so is the product."""

    class Careful(Undeclared):
        def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
            if operator != "sqrt":
                return super().apply(operator, operands, attributes)
            (x,) = operands
            y = np.sqrt(x.value)

            def rule(g: Any) -> Any:
                return np.where(g == 0, 0.0, g / np.where(g == 0, 1.0, 2 * y))

            return Tensor.from_operation(y, [x], [rule], name="sqrt")

    assert verify_case(Careful(), MASKED["where"]).verdict is Verdict.AGREE


def test_wrappers_forward_the_declaration_and_it_is_true_or_false() -> None:
    assert declares_masked_nan(ZenEngine())
    assert not declares_masked_nan(Undeclared())
    _, result = verify_offered(ZenEngine(), MASKED["where"], 10.0)
    assert result.verdict is Verdict.AGREE

    class Vague(ZenEngine):
        masked_nan = "yes"  # type: ignore[assignment]  # a wrong kind, on purpose

    assert shortcoming(Vague()) == "masked_nan is of type str, expected True or False"


def test_verify_notes_it_and_gradcheck_fails_it() -> None:
    x = Tensor([0.0, 1.0, 4.0])
    mask = np.array([False, True, True])

    def masked(x: Tensor) -> Tensor:
        return zt.where(mask, zt.sqrt(x), 0.0).sum()

    assert "masked NaN, as the engine declares" in str(verify(masked(x)))
    result = gradcheck(masked, x)
    (finding,) = result.findings
    assert (finding.verdict, str(finding.blame)) == (Verdict.NON_FINITE, "sqrt (masked)")
    assert finding.message.startswith("the gradient of input 0 at [0] is nan, and the function has")


def test_gradcheck_passes_what_is_masked_before_and_where_there_is_no_slope() -> None:
    mask = np.array([False, True, True])
    x = Tensor([0.0, 1.0, 4.0])
    assert gradcheck(lambda x: zt.where(mask, zt.sqrt(zt.where(mask, x, 1.0)), 0.0).sum(), x)
    assert gradcheck(lambda x: zt.sqrt(x).sum(), x)
