"""Real functions on balls (python-flint's `arb`), as the derived evaluators call them.

A ball is a midpoint and a radius that together enclose the exact result, whatever the inputs are:
see Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic" (2017).
Outside a function's domain the result is a NaN ball. The working precision is global in FLINT;
`precision` is the one place of this project that sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import add

from flint import arb, ctx, fmpq

Ball = arb

exp = arb.exp
expm1 = arb.expm1
log = arb.log
log1p = arb.log1p
sqrt = arb.sqrt
sin = arb.sin
cos = arb.cos
tanh = arb.tanh
absolute = abs
ratio = fmpq

ZERO = arb(0)
UNIT_STEP = arb(0.5, 0.5)
"""Encloses a step function whose argument's sign is not known."""

ANYTHING = arb(0, float("inf"))
"""Encloses every answer: for questions such as which of 1 and NaN is the larger."""

_LARGEST_INTEGER_EXPONENT = 2**20


_slack: Ball | None = None


@contextmanager
def precision(bits: int, *, rounding: bool = False) -> Iterator[None]:
    """Work with `bits` bits, and put the old precision back.

    With `rounding`, every addition widens its result by the rounding error that *some* order of
    adding could have made, even where the order at hand was exact. The radii then bound what any
    sane evaluation with that precision may lose: a running error analysis (Higham, "Accuracy and
    Stability of Numerical Algorithms", section 3.3) done by the ball arithmetic itself.
    """
    global _slack
    before = ctx.prec, _slack
    ctx.prec = bits
    _slack = arb(0, 2.0**-bits) if rounding else None
    try:
        yield
    finally:
        ctx.prec, _slack = before


def addition() -> Callable[[Ball, Ball], Ball]:
    """How to add two balls at the current precision."""
    return add if _slack is None else _rounded_add


def _rounded_add(a: Ball, b: Ball) -> Ball:
    assert _slack is not None
    return a + b + (abs(a) + abs(b)) * _slack


def total(items: Iterable[Ball]) -> Ball:
    """The sum of balls."""
    if _slack is None:
        return sum(items, ZERO)
    items = list(items)
    return sum(items, ZERO) + sum(map(abs, items), ZERO) * _slack


def maximum(a: Ball | int, b: Ball | int) -> Ball:
    """The larger of two; for balls that overlap, a ball that holds both possibilities."""
    return a.max(b) if isinstance(a, arb) else arb(a).max(b)


def minimum(a: Ball | int, b: Ball | int) -> Ball:
    """The smaller of two; for balls that overlap, a ball that holds both possibilities."""
    return a.min(b) if isinstance(a, arb) else arb(a).min(b)


def power(base: Ball | int, exponent: Ball | int) -> Ball:
    """``base ** exponent`` over the reals.

    Written as exp(exponent * log(base)) for a positive base, so that at working precision the
    radius shows what rounding the exponent does to the result. ``x ** 0`` and ``1 ** y`` are 1 for
    every x and y, as in IEEE 754.
    """
    if not isinstance(exponent, arb):
        exponent = arb(exponent)
    if not isinstance(base, arb):
        base = arb(base)
    if base == 1:
        return arb(1)
    if exponent.is_integer() and abs(exponent) <= _LARGEST_INTEGER_EXPONENT:
        return base**exponent
    if base > 0:
        return (exponent * base.log()).exp()
    if base.is_zero() and exponent > 0:
        return ZERO
    return base**exponent


def step(argument: Ball, at_zero: Ball) -> Ball:
    """Heaviside's step: 0 below zero, 1 above, `at_zero` where the argument is exactly zero."""
    if argument > 0:
        return arb(1)
    if argument < 0:
        return ZERO
    if argument.is_zero():
        return at_zero
    return argument if argument.is_nan() else UNIT_STEP
