from dataclasses import replace

import pytest

from tests.output.runs import FINDING, ball, witness
from zenverify.output.model.numbers import agreeing
from zenverify.output.model.sentence import (
    digits_lost,
    how_wrong,
    sentence_of,
    subject_of,
    title_of,
)
from zenverify.verification.events import Finding
from zenverify.verification.verdict import ACCUMULATION, Blame, Interval, Pass, Verdict

NAN = float("nan")


@pytest.mark.parametrize(
    "engine, truth, words",
    [
        (-0.25, 0.25, "has the wrong sign"),
        (-0.75, 0.25, "has the wrong sign, and another size"),
        (0.75, 0.25, "is 3 times too large"),
        (0.125, 0.5, "is 4 times too small"),
        (0.45, 0.5, "is 10 % too small"),
        (0.5 * (1 + 1e-7), 0.5, "is right to 7 digits only"),
        (0.5, 0.0, "is 0.5 where it should be zero"),
        (0.0, 0.5, "is zero where it should be 0.5"),
        (NAN, 0.5, "is nan where it should be 0.5"),
        (0.5, NAN, "is 0.5 where it is undefined"),
        (float("inf"), NAN, "is inf where it is undefined"),
    ],
)
def test_the_error_in_words(engine: float, truth: float, words: str) -> None:
    symbolic = Interval(NAN, NAN) if truth != truth else ball(truth)
    assert how_wrong(replace(witness(0), engine=engine, symbolic=symbolic)) == words


def test_lost_bits_are_those_of_the_dtype() -> None:
    assert digits_lost(replace(witness(0), error=7.0), "float64") == "loses 3 of its 53 bits"
    assert digits_lost(replace(witness(0), error=1e30), "float32") == "loses 24 of its 24 bits"
    assert digits_lost(replace(witness(0), error=None), "float64") == ""


@pytest.mark.parametrize(
    "verdict, during, title",
    [
        (Verdict.ENGINE_WRONG, Pass.REVERSE, "Wrong gradient"),
        (Verdict.ENGINE_WRONG, Pass.FORWARD, "Wrong value"),
        (Verdict.INACCURATE, Pass.FORWARD, "Inaccurate value"),
        (Verdict.NON_FINITE, Pass.FORWARD, "Value not finite, or wrongly finite"),
        (Verdict.CRASH, Pass.FORWARD, "Crash"),
        (Verdict.DISPUTED, Pass.REVERSE, "Disputed gradient"),
    ],
)
def test_wrong_values_are_headed_as_wrong_values(
    verdict: Verdict, during: Pass, title: str
) -> None:
    assert title_of(replace(FINDING, verdict=verdict, during=during)) == title


def test_the_sentence_says_pass_condition_operation_argument_and_error() -> None:
    finding = replace(FINDING, blame=Blame(4, "tanh", 0, "broadcast"))
    assert sentence_of(finding) == (
        "In the reverse pass, where operands are broadcast, the derivative of tanh with respect to "
        "x (argument 0) is 2 times too large."
    )
    close = replace(witness(3), engine=0.25 * (1 + 1e-7), error=4.5e8)
    assert sentence_of(replace(FINDING, witnesses=(close,))) == (
        "In the reverse pass, the derivative of tanh with respect to x (argument 0) is right to 7 "
        "digits only: it loses 29 of its 53 bits."
    )
    raised = Finding(
        Verdict.CRASH,
        Blame(1, "cos", None, "always"),
        "structure",
        "it raised",
        during=Pass.FORWARD,
    )
    assert sentence_of(raised) == "In the forward pass: it raised."
    told = replace(raised, message="the forward pass raised E")
    assert sentence_of(told) == "The forward pass raised E."
    told = replace(told, blame=replace(told.blame, condition="float32"))
    assert sentence_of(told) == "In float32, the forward pass raised E."


@pytest.mark.parametrize(
    "blame, subject",
    [
        (
            Blame(0, ACCUMULATION, None, "always"),
            "the sum of what a node's consumers contribute to its gradient",
        ),
        (Blame(0, "variable", None, "always"), "the gradient of a variable"),
        (
            Blame(1, "stack", 2, "always"),
            "the derivative of stack with respect to operand 2 (argument 2)",
        ),
        (Blame(1, "my_own", 0, "always"), "the derivative of my_own with respect to argument 0"),
    ],
)
def test_the_subject(blame: Blame, subject: str) -> None:
    assert subject_of(replace(FINDING, blame=blame)) == subject


@pytest.mark.parametrize(
    "number, truth, same",
    [
        ("0.5378", "0.5412", 3),
        ("-0.57", "0.57", 0),
        ("1.3888001e-11", "1.3887943e-11", 5),
        ("1.3888001e-11", "1.3888001e-12", 0),
        ("10.5", "1.05", 0),
        ("-3.0", "-4.0", 0),
        ("nan", "0.5", 0),
        ("0.25", "0.25000000000000000", 4),
    ],
)
def test_the_digits_that_agree(number: str, truth: str, same: int) -> None:
    assert agreeing(number, truth) == same
