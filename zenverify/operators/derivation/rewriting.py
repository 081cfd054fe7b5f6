"""Rewriting SymPy expressions so that their derivatives are what is meant, and evaluate well.

Only what follows is rewritten, by pattern: `sympy.simplify` can run for ever.
"""

from __future__ import annotations

import sympy
from sympy.codegen import cfunctions

from zenverify.operators.derivation.printer import FUNCTIONS, UnknownFunctionError


class Flat(sympy.Function):  # type: ignore[misc]
    """A function that is constant except for jumps. Its derivative is 0, at a jump too."""

    is_real = True

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.Integer(0)


_FLAT = {f: type(f.__name__, (Flat,), {}) for f in (sympy.floor, sympy.ceiling, sympy.sign)}
"""What stands for SymPy's own: its `sign` is also the derivative of an absolute value, which jumps
at a kink, and it differentiates the others to delta functions."""

_LARGEST_ROOT = 16
"""A power such as 0.1, a float, is no root."""

_EXPANDED = ("Sqrt", "exp2", "fma", "hypot", "log10", "log2")


def prepared(expression: sympy.Expr) -> sympy.Expr:
    """A kernel's expression, ready to be differentiated.

    Raises
    ------
    ValueError
        If it holds a function that has no counterpart on balls.
    """
    value = sympy.sympify(expression, strict=True)
    for name in _EXPANDED:
        function = getattr(cfunctions, name)
        value = value.replace(function, lambda *args, f=function: f(*args).expand(func=True))
    value = value.replace(cfunctions.Cbrt, _cube_root)
    value = value.replace(_is_real_loggamma, lambda real_part: real_part.args[0])
    _refuse_unknown(value)
    return flattened(value)


def flattened(expression: sympy.Expr) -> sympy.Expr:
    """An expression whose `floor`, `ceiling` and `sign` SymPy differentiates to 0."""
    for function, flat in _FLAT.items():
        expression = expression.replace(function, flat)
    return expression


def _is_real_loggamma(part: sympy.Basic) -> bool:
    """Whether it is log |Gamma|, which is what the function on balls computes."""
    return isinstance(part, sympy.re) and isinstance(part.args[0], sympy.loggamma)


def _cube_root(x: sympy.Expr) -> sympy.Expr:
    return sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3)


def partial(value: sympy.Expr, argument: sympy.Symbol) -> sympy.Expr:
    """The derivative of a prepared expression, with Heaviside's step for each kink."""
    return _in_steps(sympy.diff(value.replace(sympy.sinc, _entire_sinc), argument))


def _entire_sinc(x: sympy.Expr) -> sympy.Expr:
    """sin(x) / x as the hypergeometric function that it is: its derivative has no 0 / 0."""
    return sympy.hyper((), (sympy.Rational(3, 2),), -(x**2) / 4)


def _refuse_unknown(value: sympy.Expr) -> None:
    """Let through only what has a counterpart on balls.

    Raises
    ------
    ValueError
        For any other function, and for conditions, which balls that overlap cannot decide.
    """
    for part in sympy.preorder_traversal(value):
        known = type(part).__name__ in FUNCTIONS or isinstance(part, sympy.Max | sympy.Min)
        foreign = isinstance(
            part, sympy.Function | sympy.Piecewise | sympy.core.relational.Relational
        )
        if foreign and not known:
            raise UnknownFunctionError(part)


def _in_steps(slope: sympy.Expr) -> sympy.Expr:
    """Write sign(x) as 2 H(x) - 1, and merge powers so that ``b a**b / a`` has no false pole.

    Of a kink and its negative one is kept, by H(-k) = 1 - H(k).
    """
    slope = slope.replace(lambda e: e.is_Mul, _even)
    slope = slope.replace(sympy.sign, lambda argument: 2 * sympy.Heaviside(argument) - 1)
    slope = slope.replace(
        lambda e: isinstance(e, sympy.Heaviside) and e.args[0].could_extract_minus_sign(),
        lambda e: 1 - sympy.Heaviside(-e.args[0]),
    )
    return sympy.powsimp(slope)


def _even(product: sympy.Expr) -> sympy.Expr:
    """Without kinks that are none: a sign that meets another one, or what it is the sign of."""
    factors = list(product.args)
    for factor in product.args:
        if not isinstance(factor, sympy.sign):
            continue
        (inside,) = factor.args
        flat = _FLAT[sympy.sign](inside)
        merged = {flat: sympy.Integer(1), inside: sympy.Abs(inside)}
        for other in factors:
            base, exponent = other.as_base_exp()
            if base in merged and exponent.is_Integer and exponent > 0:
                factors.remove(factor)
                factors.remove(other)
                factors += [base ** (exponent - 1), merged[base]]
                break
    return product.func(*factors)


def with_roots(expression: sympy.Expr) -> sympy.Expr:
    """Write rational powers of what is never negative as roots, which are real at zero too."""
    return expression.replace(_is_root, lambda e: _root(e.base, e.exp.q) ** e.exp.p)


_root = type("root", (sympy.Function,), {"is_real": True})


def _is_root(e: sympy.Basic) -> bool:
    if not (isinstance(e, sympy.Pow) and e.exp.is_Rational and e.base.is_nonnegative):
        return False
    return not e.base.is_number and 2 < e.exp.q <= _LARGEST_ROOT
