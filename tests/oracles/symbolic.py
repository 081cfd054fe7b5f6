"""A whole graph differentiated by SymPy at once: slow, and independent of everything else."""

import numpy as np
import sympy
from flint import arb

from zenverify.graph.case import Case
from zenverify.operators.balls.arithmetic import Ball
from zenverify.oracles.written import leaf_symbols, write_out

_DIGITS = 60


def gradients_by_sympy(case: Case) -> dict[tuple[int, int], Ball]:
    """Of all <cotangent, root> with respect to every element of every variable: `sympy.diff`.

    Each is evaluated to 60 digits; the ball allows for the last ten. It is NaN where
    the derivative is not real.
    """
    written = write_out(case.graph)
    terms = [
        sympy.Rational(weight) * expression
        for root, cotangent in case.seeds.items()
        for weight, expression in zip(
            cotangent.ravel().tolist(), written[root].ravel(), strict=True
        )
    ]
    whole = sympy.Add(*terms)
    at: dict[sympy.Symbol, sympy.Expr] = {}
    symbols = leaf_symbols(case.graph)
    for (leaf, names), value in zip(symbols.items(), case.values, strict=True):
        assert names.shape == value.shape, leaf
        at.update(zip(names.ravel(), map(_number, value.ravel().tolist()), strict=True))
    return {
        (leaf, element): _ball(sympy.diff(whole, symbol), at)
        for leaf in symbols
        if case.graph.trainable[leaf]
        for element, symbol in enumerate(np.ravel(symbols[leaf]))
    }


def _number(value: float | int) -> sympy.Expr:
    """Exact: an integer stays one, since it may be an exponent."""
    return (
        sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(value, _DIGITS + 20)
    )


def _ball(expression: sympy.Expr, at: dict[sympy.Symbol, sympy.Expr]) -> Ball:
    number = sympy.N(expression.xreplace(at), _DIGITS)
    if not number.is_extended_real or not number.is_finite:
        return arb("nan")
    return arb(str(number)) * arb(1, 1e-50) + arb(0, 1e-50)
