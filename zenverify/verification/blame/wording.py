"""What a finding says: one sentence, with the numbers that it is about."""

from __future__ import annotations

import math

import numpy as np

from zenverify.graph.case import Array
from zenverify.operators.operator import Operator
from zenverify.verification.verdict import Verdict, Witnesses

_UNDEFINED = "undefined there"

_SHOWN_ELEMENTS, _FIRST_ELEMENTS = 8, 4
"""Cotangents of more elements are shown by their first."""


def gradient_message(
    verdict: Verdict, operator: Operator, argument: int, witness: Witnesses, cotangent: Array
) -> str:
    """What is wrong with a derivative of an operation that was run alone.

    The numbers are those of the derivative times the cotangent, which is said unless it is one.
    """
    name = f"operand {argument}" if operator.variadic else operator.argument(argument).name
    where = f"the derivative of {operator.name} with respect to {name} (argument {argument})"
    where += cotangent_text(cotangent)
    truth, ulp = _exact(witness), _ulp(witness)
    numbers = _numbers(witness)
    match verdict:
        case Verdict.INACCURATE:
            bits = math.log2(max(witness.error or 1.0, 1.0))
            return f"{where} is right to first order, but loses {bits:.0f} bits: {numbers}{ulp}"
        case Verdict.NON_FINITE:
            return f"{where} should be finite exactly where the truth is: {numbers}"
        case Verdict.CONVENTION:
            return f"{where} is not what the engine declares at a kink: {numbers}"
        case Verdict.EXPRESSION_WRONG:
            return (
                f"the SymPy expression of {operator.name} is at fault: its {where[4:]} disagrees "
                "with the engine, and finite differences side with the engine, which gives "
                f"{witness.engine!r}; the expression's is {truth}{ulp}"
            )
        case Verdict.DISPUTED:
            return f"all three witnesses disagree on {where}: {numbers}{ulp}"
    return f"{where} is wrong: {numbers}{ulp}"


def value_message(verdict: Verdict, operator: str, witness: Witnesses) -> str:
    """What is wrong with an operation's value."""
    exact = _exact(witness)
    expression = f"the expression is {exact}" if exact == _UNDEFINED else f"the expression {exact}"
    numbers = f"the engine gives {witness.engine!r}, {expression}{_ulp(witness)}"
    match verdict:
        case Verdict.EXPRESSION_WRONG:
            return (
                f"the SymPy expression of {operator} is at fault: the engine's derivative is that "
                f"of the engine's value, and not that of the expression: {numbers}"
            )
        case Verdict.INACCURATE:
            return f"the value of {operator} is right to first order, but loses digits: {numbers}"
    return f"the value of {operator} is wrong: {numbers}"


def walk_message(
    node: int,
    operator: str,
    uses: int,
    witness: Witnesses,
    *,
    is_leaf: bool,
    probe: float | None = None,
) -> str:
    """What is wrong with a gradient that the contributions to it do not add up to.

    `probe` is what entered there besides, in a pass that gives every node a cotangent of its own.
    """
    what = f"node {node}, {article(operator)}," if is_leaf else f"node {node} ({operator}),"
    one, several = "1 consumer, is not what that", f"{uses} consumers, is not the sum of what they"
    contributes = f"{one} contributes" if uses == 1 else f"{several} contribute"
    alone = "its rule is" if uses == 1 else "each rule is"
    message = (
        f"the gradient of {what} which has {contributes}, although {alone} right alone: "
        f"{_numbers(witness)}"
    )
    if probe is None:
        return message
    return f"{message}, the probe {probe!r} that enters at the node included"


def composed_message(node: int, operator: str, witness: Witnesses) -> str:
    """What is wrong with a gradient that is right step by step, and not as a whole."""
    return (
        f"the gradient of node {node}, {article(operator)}, element {witness.index}, is outside "
        "the enclosure composed from the leaves, although each step is right locally: "
        f"{_numbers(witness)}{_ulp(witness)}"
    )


def article(operator: str) -> str:
    """``"a variable"``, ``"an exp"``."""
    return f"{'an' if operator[:1] in 'aeio' else 'a'} {operator}"


def cotangent_text(cotangent: Array) -> str:
    """Which cotangent a number is about; nothing where it is one everywhere."""
    if (cotangent == 1).all():
        return ""
    numbers = cotangent.ravel().tolist()
    if len(set(numbers)) == 1 or np.isnan(cotangent).all():
        return f" for the cotangent {numbers[0]!r}"
    if len(numbers) <= _SHOWN_ELEMENTS:
        return f" for the cotangent {cotangent.tolist()!r}"
    first = ", ".join(map(repr, numbers[:_FIRST_ELEMENTS]))
    return f" for the cotangent {first}, ... of shape {cotangent.shape}"


def _numbers(witness: Witnesses) -> str:
    exact = _exact(witness)
    truth = f"the expression is {exact}" if exact == _UNDEFINED else f"the truth is {exact}"
    return f"the engine gives {witness.engine!r}, {truth}"


def _exact(witness: Witnesses) -> str:
    """The truth, to as many digits as tell it from the engine's number."""
    known = witness.symbolic is not None and witness.symbolic.decimal
    if witness.symbolic is None or not known:
        return _UNDEFINED
    return witness.symbolic.beside(witness.engine)


def _ulp(witness: Witnesses) -> str:
    return "" if witness.error is None else f", {witness.error:.3g} units in the last place apart"
