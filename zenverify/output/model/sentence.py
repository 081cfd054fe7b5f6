"""What is wrong, in a title and a sentence: for who has ten seconds."""

from __future__ import annotations

import math

from zenverify.operators import catalogue
from zenverify.output.model.numbers import significant
from zenverify.output.model.printable import shortened
from zenverify.verification.blame.wording import article
from zenverify.verification.events import Finding
from zenverify.verification.verdict import ACCUMULATION, Pass, Verdict, Witnesses

_TITLES = {
    Verdict.ENGINE_WRONG: "Wrong gradient",
    Verdict.EXPRESSION_WRONG: "Wrong expression",
    Verdict.DISPUTED: "Disputed gradient",
    Verdict.INACCURATE: "Inaccurate gradient",
    Verdict.NON_FINITE: "Gradient not finite, or wrongly finite",
    Verdict.CRASH: "Crash",
    Verdict.NON_DETERMINISTIC: "Another number each time",
    Verdict.TIMEOUT: "Timeout",
    Verdict.STRUCTURE: "Wrong structure",
    Verdict.CONVENTION: "Wrong choice at a kink",
}

_OF_VALUES = {
    Verdict.ENGINE_WRONG: "Wrong value",
    Verdict.DISPUTED: "Disputed value",
    Verdict.INACCURATE: "Inaccurate value",
    Verdict.NON_FINITE: "Value not finite, or wrongly finite",
}

_CONDITIONS = {
    "always": "",
    "repeated operand": "where an operand is repeated",
    "domain edge": "at an edge of the domain",
    "broadcast": "where operands are broadcast",
    "extreme values": "where an operand is very large or very small",
    "float32": "in float32",
    "zeros": "where an operand is zero",
    "kink": "at a kink",
    "shared node": "where a node has several consumers",
}

_BITS = {"float64": 53, "float32": 24}


def title_of(finding: Finding) -> str:
    """What kind of discrepancy it is: ``"Wrong value"``, ``"Wrong gradient"``."""
    if is_of_value(finding) and finding.verdict in _OF_VALUES:
        return _OF_VALUES[finding.verdict]
    return _TITLES.get(finding.verdict, str(finding.verdict))


def is_of_value(finding: Finding) -> bool:
    """Whether a value is wrong, and not a gradient."""
    return finding.during is Pass.FORWARD or finding.check == "forward"


def when(condition: str) -> str:
    """The condition in words; empty where there is none."""
    return _CONDITIONS.get(condition, f"under the condition {condition!r}")


def subject_of(finding: Finding) -> str:
    """What is wrong: ``"the derivative of tanh with respect to x (argument 0)"``."""
    blame = finding.blame
    if is_of_value(finding):
        return f"the value of {blame.operation}"
    if blame.operation == ACCUMULATION:
        return "the sum of what a node's consumers contribute to its gradient"
    if blame.argument is None:
        return f"the gradient of {article(blame.operation)}"
    name = ""
    if blame.operation in catalogue.names():
        operator = catalogue.get(blame.operation)
        name = f"operand {blame.argument}"
        if not operator.variadic and blame.argument < len(operator.arguments):
            name = operator.argument(blame.argument).name
    place = f"argument {blame.argument}"
    respect = f"{name} ({place})" if name else place
    return f"the derivative of {blame.operation} with respect to {respect}"


def sentence_of(finding: Finding, dtype: str = "float64") -> str:
    """The operation, the argument, the pass, the condition, and how wrong it is.

    Parameters
    ----------
    finding
        What is wrong.
    dtype
        Of the number that is wrong.
    """
    where = f"In the {finding.during}"
    condition = when(finding.blame.condition)
    if not finding.witnesses and finding.message.startswith(f"the {finding.during} "):
        said = ", ".join(filter(None, (condition, shortened(finding.message))))
        return f"{said[0].upper()}{said[1:]}."
    if condition:
        where += f", {condition}"
    if not finding.witnesses:
        return f"{where}: {shortened(finding.message)}."
    witness = finding.witnesses[0]
    how = how_wrong(witness)
    if how.startswith("is right to") and (lost := digits_lost(witness, dtype)):
        how += f": it {lost}"
    return f"{where}, {subject_of(finding)} {how}."


def how_wrong(witness: Witnesses) -> str:
    """The error in words: ``"has the wrong sign"``, ``"is 3 times too large"``."""
    truth, number = middle(witness), witness.engine
    if truth is None:
        if math.isfinite(number):
            return f"is {significant(number)} where it is undefined"
        return f"is {number} where it is undefined"
    if not math.isfinite(number):
        return f"is {number} where it should be {significant(truth)}"
    if truth == 0:
        return f"is {significant(number)} where it should be zero"
    if number == 0:
        return f"is zero where it should be {significant(truth)}"
    if abs(number + truth) <= 1e-6 * abs(truth):
        return "has the wrong sign"
    ratio = number / truth
    off = abs(ratio - 1)
    if ratio < 0:
        return "has the wrong sign, and another size"
    if off < 0.01:
        digits = int(1e-6 - math.log10(off)) if off > 0 else 17
        return f"is right to {digits} digits only"
    if ratio >= 2:
        return f"is {ratio:.3g} times too large"
    if ratio <= 0.5:
        return f"is {1 / ratio:.3g} times too small"
    return f"is {100 * off:.3g} % too {'large' if ratio > 1 else 'small'}"


def digits_lost(witness: Witnesses, dtype: str) -> str:
    """How many of its bits are wrong; empty where that cannot be said."""
    if witness.error is None:
        return ""
    bits = _BITS[dtype]
    lost = min(bits, round(math.log2(1 + witness.error)))
    return f"loses {lost} of its {bits} bits"


def middle(witness: Witnesses) -> float | None:
    """The truth as a number; None where it is not known or not finite."""
    truth = witness.symbolic
    if truth is None or not (math.isfinite(truth.low) and math.isfinite(truth.high)):
        return None
    return truth.low if truth.low == truth.high else truth.low / 2 + truth.high / 2
