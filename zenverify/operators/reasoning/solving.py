"""Where a function of one argument takes values in a set: exactly, or not at all.

SymPy's own solvers can run for ever or give up with an error. Here a function is taken apart from
outside inward (a sum with a number, a product with a number, a monotone function, a power), down to
a polynomial or a quotient of two, whose roots SymPy isolates. Whatever has another form is left
unsolved.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import sympy
from sympy.codegen import cfunctions

_HIGHEST_DEGREE = 8
_GREATEST = 1e300
_LARGEST_QUOTIENT = 40
_MOST_OPERATIONS = 100
_REALS = sympy.Interval(-sympy.oo, sympy.oo)
_POSITIVE = sympy.Interval.open(0, sympy.oo)
_NONNEGATIVE = sympy.Interval(0, sympy.oo)

_Map = Callable[[sympy.Expr], sympy.Expr]

_INCREASING: dict[type[sympy.Function], tuple[_Map, sympy.Interval]] = {
    sympy.exp: (sympy.log, _POSITIVE),
    sympy.log: (sympy.exp, _REALS),
    sympy.sinh: (sympy.asinh, _REALS),
    sympy.asinh: (sympy.sinh, _REALS),
    sympy.tanh: (sympy.atanh, sympy.Interval.open(-1, 1)),
    cfunctions.log1p: (lambda value: sympy.exp(value) - 1, _REALS),
    cfunctions.expm1: (lambda value: sympy.log(1 + value), sympy.Interval.open(-1, sympy.oo)),
}
"""The inverses of increasing functions of all reals, or of all where they are defined; ranges."""


def preimage(expression: sympy.Expr, symbol: sympy.Symbol, target: sympy.Set) -> sympy.Set | None:
    """The values of a symbol for which an expression is in a set of numbers.

    Parameters
    ----------
    expression
        In no other symbol.
    symbol
        A real one.
    target
        A union of intervals and points.

    Returns
    -------
    sympy.Set or None
        A union of intervals and points; None if the expression has a form that is not solved.
    """
    if expression == symbol:
        return target
    if expression.count_ops() > _MOST_OPERATIONS or not all(map(_is_moderate, _ends(target))):
        return None
    if expression.is_rational_function(symbol):
        if _size(expression, symbol) > _LARGEST_QUOTIENT:
            return None
        return _of_quotient(expression, symbol, target)
    number, rest = expression.as_independent(symbol, as_Add=True)
    if number != 0:
        return preimage(rest, symbol, _mapped(target, lambda value: value - number))
    number, rest = expression.as_independent(symbol, as_Add=False)
    if number != 1:
        if not (number.is_positive or number.is_negative):
            return None
        scaled = _mapped(target, lambda value: value / number, turned=bool(number.is_negative))
        return preimage(rest, symbol, scaled)
    return _of_function(expression, symbol, target)


def _ends(target: sympy.Set) -> set[sympy.Expr]:
    """The finite ends of intervals, and the points."""
    return {
        end
        for piece in _pieces(target)
        for end in (piece.args if isinstance(piece, sympy.FiniteSet) else piece.args[:2])
        if end.is_finite
    }


def _is_moderate(end: sympy.Expr) -> bool:
    """Whether a float holds it: the exponential of what none holds would take for ever."""
    return bool(abs(sympy.N(end, 15)) < _GREATEST)


def _of_function(
    expression: sympy.Expr, symbol: sympy.Symbol, target: sympy.Set
) -> sympy.Set | None:
    if isinstance(expression, sympy.Abs):
        return preimage(expression.args[0], symbol, _mirrored(target))
    if isinstance(expression, sympy.Max | sympy.Min):
        return _of_extremum(expression, symbol, target)
    if isinstance(expression, sympy.Pow):
        return _of_power(expression, symbol, target)
    if type(expression) in _INCREASING:
        inverse, reach = _INCREASING[type(expression)]
        inside = _mapped(target.intersect(reach), _with_ends(inverse, reach))
        return preimage(expression.args[0], symbol, inside)
    return None


def _of_power(expression: sympy.Pow, symbol: sympy.Symbol, target: sympy.Set) -> sympy.Set | None:
    base, exponent = expression.as_base_exp()
    if not (exponent.is_Rational and exponent > 0):
        return None
    inverse = _with_ends(lambda value: value ** (1 / exponent), _NONNEGATIVE)
    roots = _mapped(target.intersect(_NONNEGATIVE), inverse)
    if not exponent.is_Integer:
        return preimage(base, symbol, roots)
    if exponent % 2 == 0:
        return preimage(base, symbol, _mirrored(roots))
    below = _mapped(target, lambda value: -value, turned=True).intersect(_POSITIVE)
    negative = _mapped(_mapped(below, inverse), lambda value: -value, turned=True)
    return preimage(base, symbol, sympy.Union(roots, negative))


def _of_extremum(
    expression: sympy.Max | sympy.Min, symbol: sympy.Symbol, target: sympy.Set
) -> sympy.Set | None:
    """Of a number and one expression."""
    inner = [argument for argument in expression.args if argument.has(symbol)]
    outer = [argument for argument in expression.args if not argument.has(symbol)]
    if len(inner) != 1 or len(outer) != 1:
        return None
    if isinstance(expression, sympy.Max):
        beyond = sympy.Interval.open(outer[0], sympy.oo)
    else:
        beyond = sympy.Interval.open(-sympy.oo, outer[0])
    inside = target.intersect(beyond)
    if outer[0] in target:
        inside = sympy.Union(inside, _REALS - beyond)
    return preimage(inner[0], symbol, inside)


def _mirrored(target: sympy.Set) -> sympy.Set:
    """The numbers whose absolute value is in a set."""
    right = target.intersect(_NONNEGATIVE)
    return sympy.Union(right, _mapped(right, lambda value: -value, turned=True))


def _with_ends(inverse: _Map, reach: sympy.Interval) -> _Map:
    """The inverse of an increasing function, with its limits at the open ends of its range."""

    def at(value: sympy.Expr) -> sympy.Expr:
        if value == reach.start and reach.left_open:
            return -sympy.oo
        return sympy.oo if value == reach.end and reach.right_open else inverse(value)

    return at


def _mapped(numbers: sympy.Set, function: _Map, *, turned: bool = False) -> sympy.Set:
    """A set's image under a monotone function; `turned` if that decreases."""
    return sympy.Union(*(_mapped_piece(piece, function, turned) for piece in _pieces(numbers)))


def _mapped_piece(piece: sympy.Set, function: _Map, turned: bool) -> sympy.Set:
    if isinstance(piece, sympy.FiniteSet):
        return sympy.FiniteSet(*map(function, piece.args))
    low, high = function(piece.start), function(piece.end)
    if turned:
        return sympy.Interval(high, low, piece.right_open, piece.left_open)
    return sympy.Interval(low, high, piece.left_open, piece.right_open)


def _pieces(numbers: sympy.Set) -> Sequence[sympy.Set]:
    if isinstance(numbers, sympy.Union):
        return list(numbers.args)
    return [] if numbers == sympy.S.EmptySet else [numbers]


def _size(quotient: sympy.Expr, symbol: sympy.Symbol) -> int:
    """Bounds the degrees that a quotient of polynomials has once it is multiplied out."""
    if quotient.is_Pow:
        base, exponent = quotient.as_base_exp()
        return int(abs(exponent)) * _size(base, symbol)
    if quotient == symbol:
        return 1
    return sum(_size(argument, symbol) for argument in quotient.args)


def _of_quotient(
    expression: sympy.Expr, symbol: sympy.Symbol, target: sympy.Set
) -> sympy.Set | None:
    above, below = sympy.fraction(sympy.together(expression))
    limits = _ends(target)
    poles = _roots(below, symbol)
    if poles is None:
        return None
    values: dict[sympy.Expr, sympy.Expr] = {}
    for limit in limits:
        found = _roots(above - limit * below, symbol)
        if found is None:
            return None
        values |= dict.fromkeys(found, limit)
    return _pieced(expression, symbol, target, values, poles)


def _roots(polynomial: sympy.Expr, symbol: sympy.Symbol) -> list[sympy.Expr] | None:
    """The real roots of a polynomial; None if they cannot be computed."""
    if not polynomial.has(symbol):
        return []
    poly = sympy.Poly(polynomial, symbol)
    if poly.degree() > _HIGHEST_DEGREE or poly.is_zero:
        return None
    if poly.degree() == 1:
        factor, rest = poly.all_coeffs()
        return [-rest / factor]
    if not all(number.is_Rational for number in poly.all_coeffs()):
        return None
    return list(dict.fromkeys(sympy.real_roots(poly)))


def _pieced(
    expression: sympy.Expr,
    symbol: sympy.Symbol,
    target: sympy.Set,
    values: Mapping[sympy.Expr, sympy.Expr],
    poles: Sequence[sympy.Expr],
) -> sympy.Set | None:
    """Try one point of every piece that the line is cut into: at poles, and at known values."""
    cuts = sorted({*values, *poles}, key=float)
    ends = [-sympy.oo, *cuts, sympy.oo]
    found = [sympy.FiniteSet(cut) for cut in cuts if cut not in poles and values[cut] in target]
    for number, probe in enumerate(_between([float(cut) for cut in cuts])):
        inside = target.contains(expression.xreplace({symbol: sympy.Rational(probe)}))
        if inside not in (True, False):
            return None
        if inside:
            found.append(sympy.Interval.open(ends[number], ends[number + 1]))
    return sympy.Union(*found)


def _between(places: Sequence[float]) -> list[float]:
    if not places:
        return [0.5]
    middles = [(low + high) / 2 for low, high in itertools.pairwise(places)]
    return [places[0] - 1 - abs(places[0]), *middles, places[-1] + 1 + abs(places[-1])]
