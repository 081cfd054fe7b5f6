"""How large the numbers become that SymPy makes of an expression by itself.

SymPy computes rational numbers exactly, unasked: ``2**(10**10)``, ``(2*x)**(10**10)`` and
``exp(10**10*log(2))`` would keep it busy for ever. So the size of what it could come to is bounded
beforehand, and constants are evaluated in ball arithmetic: one that has no value, or that no float
can hold, is refused too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from zenverify.operators.balls.arithmetic import Ball, exp, power, precision, ratio
from zenverify.operators.text.extent import PART, Extent, over, written_out
from zenverify.operators.text.functions import Function, Sign

_MOST_BITS = 14_000
"""Python writes integers of up to 4,300 digits as text."""
_MOST_PARTS = 1_000
_DEEPEST = 120
_MOST_KINKS = 8
_GREATEST = 2.0**1023
_SMALLEST = 2.0**-1074
_PRECISION = 128

_COUNTED_UP = ("digamma", "gammaln")
"""At an integer SymPy adds or multiplies all those before it."""
_MOST_COUNTED = 1000

_LITERALS_PASS = (
    *("absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh"),
    *("cbrt", "ceil", "cos", "cosh", "digamma", "erf", "erfc", "exp", "exp2", "expm1", "floor"),
    *("gammaln", "log", "log10", "log1p", "log2", "maximum", "minimum", "negative", "relu"),
    *("sigmoid", "sign", "sin", "sinh", "softplus", "sqrt", "tan", "tanh"),
)
"""Functions that leave numbers in their operands as they are; others may square or cube them."""


class RefusedError(Exception):
    """What is wrong, for the reader to say where."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds on what SymPy makes of a subexpression.

    Attributes
    ----------
    constant
        A ball around the value where there is no argument in it, else None.
    bits
        Bounds the bits of the rational numbers in it.
    scale
        Bounds the rational factor that SymPy could pull out of it, and that factor's inverse.
    logarithmic
        Whether there is a logarithm in it, which a power can undo.
    extent
        How large it is written out.
    kinks
        How many functions with kinks or jumps there are in it: SymPy compares the operands of
        nested maxima with each other.
    """

    constant: Ball | None
    bits: float
    scale: float
    logarithmic: bool = False
    extent: Extent = PART
    kinks: int = 0

    def __post_init__(self) -> None:
        if self.bits > _MOST_BITS:
            raise RefusedError("the numbers that come of it are too large")
        if self.extent.parts > _MOST_PARTS:
            raise RefusedError(
                f"too large: {self.extent.parts:,} parts once its functions are written out, at "
                f"most {_MOST_PARTS:,} are allowed"
            )
        if self.extent.depth > _DEEPEST:
            raise RefusedError(
                f"too deep: more than {_DEEPEST} levels once its functions are written out"
            )
        if self.kinks > _MOST_KINKS:
            raise RefusedError(
                f"{self.kinks} functions with kinks, at most {_MOST_KINKS} are allowed"
            )


ARGUMENT = Size(None, 0, 1)


def _check_constant(value: Ball) -> None:
    if not value.is_finite():
        raise RefusedError("it has no finite real value")
    if value.abs_upper() >= _GREATEST:
        raise RefusedError("the constant is larger than any float")
    if not value.contains(0) and value.abs_upper() < _SMALLEST:
        raise RefusedError("the constant is smaller than any float, and not zero")


def of_number(value: Fraction) -> Size:
    """The size of a literal."""
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    with precision(_PRECISION):
        return _constant(Ball(ratio(value.numerator, value.denominator)), bits)


def of_constant(name: str) -> Size:
    """The size of ``pi`` or ``e``."""
    with precision(_PRECISION):
        return _constant(Ball.pi() if name == "pi" else exp(Ball(1)), 0)


def _constant(value: Ball, bits: float) -> Size:
    _check_constant(value)
    magnitude = float(value.abs_upper())
    scale = max(1.0, magnitude, 1 / magnitude if magnitude > 1 / _GREATEST else 1.0)
    return Size(value, bits, scale)


def negated(size: Size) -> Size:
    """The size of an unary minus."""
    constant = None if size.constant is None else -size.constant
    return replace(size, constant=constant, extent=over([size.extent]))


def combined(sign: Sign, left: Size, right: Size) -> Size:
    """The size of an operation between two."""
    logarithmic = left.logarithmic or right.logarithmic
    bits = left.bits + right.bits
    match sign:
        case "+" | "-":
            bits, scale = bits + 1, left.scale + right.scale
        case "*":
            scale = left.scale * right.scale
        case "/":
            if right.constant is not None and right.constant.contains(0):
                raise RefusedError("division by zero")
            scale = left.scale * right.scale
        case "**":
            if right.constant is None and left.constant is not None and not left.constant > 0:
                raise RefusedError("a number with an argument in its exponent must be positive")
            base = left.bits + (right.bits if right.logarithmic else 0)
            bits = right.bits + (base and base * right.scale)
            scale = _power(left.scale, right.scale)
    found = Size(None, bits, scale)
    if left.constant is not None and right.constant is not None:
        with precision(_PRECISION):
            found = _constant(_value(sign, left.constant, right.constant), bits)
    return replace(
        found,
        logarithmic=logarithmic,
        extent=_joined(sign, left, right),
        kinks=left.kinks + right.kinks,
    )


def _joined(sign: Sign, left: Size, right: Size) -> Extent:
    """A sum or product is as deep as its deepest term, however many there are in a row."""
    one, other = left.extent, right.extent
    if sign == "**":
        # The derivative by an exponent that varies holds base and exponent once more.
        return over([one, other] if right.constant is not None else [one, one, other, other])
    return Extent(one.parts + other.parts + 1, max(one.depth, other.depth + 1))


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def _value(sign: Sign, left: Ball, right: Ball) -> Ball:
    operations: dict[Sign, Callable[[], Ball]] = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "**": lambda: power(left, right),
    }
    return operations[sign]()


def called(function: Function, operands: Sequence[Size]) -> Size:
    """The size of a function's call."""
    name = function.kernel.name
    logarithmic = any(size.logarithmic for size in operands)
    scale = math.prod(size.scale for size in operands)
    bits = sum(size.bits for size in operands)
    if name not in _LITERALS_PASS:
        bits, scale = 4 * bits, _power(scale, 4)
    if logarithmic:
        bits += bits and bits * scale
        scale = _power(2, bits)
    constants = [size.constant for size in operands if size.constant is not None]
    found = Size(None, bits, scale)
    if len(constants) == len(operands):
        if name in _COUNTED_UP and any(abs(value) > _MOST_COUNTED for value in constants):
            raise RefusedError(f"expected a constant of at most {_MOST_COUNTED} as its argument")
        found = _constant(_evaluated(function, constants), bits)
    return replace(
        found,
        logarithmic=logarithmic or "log" in name,
        extent=_extent(function, [size.extent for size in operands]),
        kinks=_kinks(function, len(operands)) + sum(size.kinks for size in operands),
    )


def _evaluated(function: Function, constants: Sequence[Ball]) -> Ball:
    evaluate = function.kernel.derived.value
    with precision(_PRECISION):
        return Ball(reduce(evaluate, constants) if function.repeats else evaluate(*constants))


def _kinks(function: Function, count: int) -> int:
    return (count - 1 if function.repeats else 1) if function.kinked else 0


def _extent(function: Function, operands: Sequence[Extent]) -> Extent:
    return over(operands) if function.repeats else written_out(function.kernel, operands)
