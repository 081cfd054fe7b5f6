"""Real functions on balls (python-flint's `arb`), as the derived evaluators call them.

A ball is a midpoint and a radius that together enclose the exact result, whatever the inputs are:
see Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic" (2017).
Outside a function's domain the result is a NaN ball. The working precision is global in FLINT;
`precision` is the one place of this project that sets it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from operator import add
from types import FunctionType
from typing import Any, NamedTuple, cast

from flint import arb, ctx, fmpq

Ball = arb

exp = arb.exp
expm1 = arb.expm1
log = arb.log
log1p = arb.log1p
sqrt = arb.sqrt
sin = arb.sin
cos = arb.cos
tan = arb.tan
atan = arb.atan
sinh = arb.sinh
cosh = arb.cosh
tanh = arb.tanh
asinh = arb.asinh
acosh = arb.acosh
atanh = arb.atanh
erf = arb.erf
erfc = arb.erfc
floor = arb.floor
ceiling = arb.ceil
absolute = abs
ratio = fmpq

ZERO = arb(0)
NAN = arb("nan")
UNIT_STEP = arb(0.5, 0.5)
"""Encloses a step function whose argument's sign is not known."""

ANYTHING = arb(0, float("inf"))
"""Encloses every answer: for questions such as which of 1 and NaN is the larger."""

_LARGEST_INTEGER_EXPONENT = 2**20


class FloatRange(NamedTuple):
    """Where floats end: what a step of a formula may lose there.

    Attributes
    ----------
    smallest
        The smallest normal number. A result below it may be flushed to zero, or keep few digits.
    largest
        The largest number. A result beyond it may be anything.
    """

    smallest: float
    largest: float = math.inf


class Settings(NamedTuple):
    """What `precision` sets besides FLINT's bits, and describes.

    Attributes
    ----------
    slack
        A ball around zero as wide as the relative rounding error of an addition; None for none.
    nearby, allowance, within, doubting
        As `precision` takes them.
    """

    slack: Ball | None = None
    nearby: bool = False
    allowance: int = 1
    within: FloatRange | None = None
    doubting: bool = False


_settings = Settings()


def settings_key() -> tuple[int, bool, bool, int, FloatRange | None, bool]:
    """What tells the present settings from others, for what is evaluated once under each."""
    slack, nearby, allowance, within, doubting = _settings
    return ctx.prec, slack is not None, nearby, allowance, within, doubting


@contextmanager
def precision(
    bits: int,
    *,
    rounding: bool = False,
    nearby: bool = False,
    allowance: int = 1,
    within: FloatRange | None = None,
    doubting: bool = False,
) -> Iterator[None]:
    """Work with `bits` bits, and put the old precision back.

    With `rounding`, every addition widens its result by the rounding error that *some* order of
    adding could have made, even where the order at hand was exact. The radii then bound what any
    sane evaluation with that precision may lose: a running error analysis (Higham, "Accuracy and
    Stability of Numerical Algorithms", section 3.3) done by the ball arithmetic itself.

    With `nearby` as well, a function at a ball that holds a pole has for its value what it has
    around the pole, as far as floats come near it, instead of anything.

    The `allowance` is how many times a slope may miss what encloses it where rounding has left
    nothing of an argument: fewer bits do not widen that.

    Given what the floats are `within`, every step of a formula may leave their range as well: each
    result that may be below the smallest normal number is widened by that number, and one that may
    be beyond the largest can be anything. Later steps carry both along.

    When `doubting`, an expression at an exact point can be anything, and not NaN, where a part of
    it is too wide to tell whether there is a value: log(1 - erfc(x) / 2) where erfc(x) is 2 but for
    more digits than there are. Not where a part is exactly at a pole, or surely beyond it.
    """
    global _settings
    before = ctx.prec, _settings
    ctx.prec = bits
    slack = arb(0, 2.0**-bits) if rounding else None
    _settings = Settings(slack, nearby, allowance, within, doubting)
    try:
        yield
    finally:
        ctx.prec, _settings = before


def looks_nearby() -> bool:
    """Whether `precision` asks for the values around a pole."""
    return _settings.nearby


def allowance() -> int:
    """How many times `precision` lets a slope miss what encloses it near zero."""
    return _settings.allowance


def rounding_unit() -> float:
    """The relative rounding error that `precision` allows for; zero without `rounding`."""
    slack = _settings.slack
    return 0.0 if slack is None else float(slack.rad())


def smallest_normal() -> float:
    """What underflow may cost a result, as `precision` has it; zero if it does not matter."""
    return 0.0 if _settings.within is None else _settings.within.smallest


def largest() -> float:
    """Where results overflow, as `precision` has it; infinite if it does not matter."""
    return math.inf if _settings.within is None else _settings.within.largest


def leaves_range() -> bool:
    """Whether `precision` asks for what steps lose that leave the range of the floats."""
    return _settings.within is not None


def kept(ball: Ball) -> Ball:
    """What a step's result may be in floats that have a smallest and a largest number.

    An exact zero is no underflow.
    """
    within = _settings.within
    if within is None or ball.is_zero():
        return ball
    if not abs(ball) <= within.largest:
        return ball if ball.is_nan() else ANYTHING
    return ball if abs(ball) >= within.smallest else ball + arb(0, within.smallest)


def stepwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function at hand, or where floats may leave their range, one that does it step by step.

    Parameters
    ----------
    function
        What was derived from an expression: arithmetic, and functions of this module.
    """
    if _settings.within is not None:
        return _stepwise(function)
    return _doubtful(function) if _settings.doubting else function


@lru_cache(maxsize=1024)
def _stepwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same code over numbers that mind the range of the floats at each step."""
    again = _over(function, _minding)

    def evaluated(*arguments: Ball) -> Any:
        return again(*map(_Minding, arguments))

    return evaluated


@lru_cache(maxsize=1024)
def _doubtful(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same code over numbers of which a part may be too wide to have a value."""
    again = _over(function, _doubting)

    def evaluated(*arguments: Ball) -> Any:
        exact = all(map(arb.is_exact, arguments))
        return again(*map(_Doubting, arguments)) if exact else function(*arguments)

    return evaluated


def _over(
    function: Callable[..., Any], wrapped: Callable[[Callable[..., Ball]], Callable[..., Ball]]
) -> Callable[..., Any]:
    """The same code, which calls wrapped functions."""
    code = cast(FunctionType, function)
    names = {
        name: wrapped(item) if name in code.__code__.co_names and _computes(item) else item
        for name, item in code.__globals__.items()
    }
    return FunctionType(code.__code__, names, code.__name__, code.__defaults__, code.__closure__)


def _computes(item: object) -> bool:
    return callable(item) and not isinstance(item, type)


def _minding(function: Callable[..., Ball]) -> Callable[..., Ball]:
    if function is sqrt:
        return lambda x: _Minding(kept(root(x, 2)))
    return lambda *arguments: _Minding(kept(function(*arguments)))


def _doubting(function: Callable[..., Ball]) -> Callable[..., Ball]:
    return lambda *arguments: _doubted(function(*arguments), arguments)


def _doubted(result: Any, arguments: Iterable[Any]) -> Any:
    """Anything in place of NaN, if that comes of an argument that is not known well enough."""
    if result is NotImplemented:
        return result
    result = _Doubting(result)
    balls = [one for one in arguments if isinstance(one, arb)]
    if not result.is_nan() or any(map(arb.is_nan, balls)) or all(map(arb.is_exact, balls)):
        return result
    return _Doubting(ANYTHING) if _may_have_value(balls) else result


def _may_have_value(balls: Iterable[Ball]) -> bool:
    """Whether some argument holds zero, where a logarithm, a root or a quotient begins or ends."""
    return any(not ball.is_exact() and ball.contains(ZERO) for ball in balls)


class _Doubting(arb):
    """A ball of which every operation that has no value says whether that is for want of digits."""

    def __neg__(self) -> _Doubting:
        return _Doubting(super().__neg__())

    def __add__(self, other: Any) -> Any:
        return _doubted(super().__add__(other), (self, other))

    def __radd__(self, other: Any) -> Any:
        return _doubted(super().__radd__(other), (self, other))

    def __sub__(self, other: Any) -> Any:
        return _doubted(super().__sub__(other), (self, other))

    def __rsub__(self, other: Any) -> Any:
        return _doubted(super().__rsub__(other), (self, other))

    def __mul__(self, other: Any) -> Any:
        return _doubted(super().__mul__(other), (self, other))

    def __rmul__(self, other: Any) -> Any:
        return _doubted(super().__rmul__(other), (self, other))

    def __truediv__(self, other: Any) -> Any:
        return _doubted(super().__truediv__(other), (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return _doubted(super().__rtruediv__(other), (self, other))


class _Minding(arb):
    """A ball of which every sum, product and quotient minds the range of the floats."""

    def __neg__(self) -> _Minding:
        return _Minding(super().__neg__())

    def __add__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__add__(other)))

    def __radd__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__radd__(other)))

    def __sub__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__sub__(other)))

    def __rsub__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__rsub__(other)))

    def __mul__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__mul__(other)))

    def __rmul__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__rmul__(other)))

    def __truediv__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__truediv__(other)))

    def __rtruediv__(self, other: Any) -> _Minding:
        return _Minding(kept(super().__rtruediv__(other)))


def addition() -> Callable[[Ball, Ball], Ball]:
    """How to add two balls at the current precision."""
    return add if _settings.slack is None else _rounded_add


def _rounded_add(a: Ball, b: Ball) -> Ball:
    slack = _settings.slack
    assert slack is not None
    return kept(a + b + (abs(a) + abs(b)) * slack)


def total(items: Iterable[Ball]) -> Ball:
    """The sum of balls."""
    slack = _settings.slack
    if slack is None:
        return sum(items, ZERO)
    items = list(items)
    return kept(sum(items, ZERO) + sum(map(abs, items), ZERO) * slack)


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
        return _whole_power(base, exponent)
    if base > 0:
        return (exponent * base.log()).exp()
    if base.is_zero() and exponent > 0:
        return ZERO
    return base**exponent


def _whole_power(base: Ball, exponent: Ball) -> Ball:
    """A power by a whole number, also of a ball around zero, of which FLINT gives none."""
    if base.is_exact() or not base.mid().is_zero() or not exponent > 0:
        return base**exponent
    reach = base.rad() ** exponent
    if not reach.is_finite():
        return ANYTHING
    around = arb(0, reach.upper())
    return (
        around if not (exponent / 2).is_integer() else arb(around.upper() / 2, around.upper() / 2)
    )


def step(argument: Ball, at_zero: Ball) -> Ball:
    """Heaviside's step: 0 below zero, 1 above, `at_zero` where the argument is exactly zero."""
    if argument > 0:
        return arb(1)
    if argument < 0:
        return ZERO
    if argument.is_zero():
        return at_zero
    return argument if argument.is_nan() else UNIT_STEP


def _of_numbers(function: Callable[[Ball], Ball]) -> Callable[[Ball], Ball]:
    """A function that FLINT gives a value even where its argument is NaN."""
    return lambda x: x if x.is_nan() else function(x)


sign = _of_numbers(arb.sgn)
"""1, -1, or 0 at zero; for a ball around zero, one that holds all three."""

sinc = _of_numbers(arb.sinc)
"""``sin(x) / x``, and 1 at zero."""

asin = _of_numbers(arb.asin)
acos = _of_numbers(arb.acos)


def root(x: Ball, degree: int) -> Ball:
    """The root of what is known not to be negative, also where its ball reaches below zero."""
    if x > 0:
        return x.root(degree)
    if x.is_zero():
        return ZERO
    upper = x.upper()
    return ZERO.union(upper.root(degree)) if upper > 0 else NAN


def atan2(y: Ball, x: Ball) -> Ball:
    """The angle of the point (x, y).

    On the cut, y = 0 and x <= 0, it encloses both -pi and pi: floats decide by the sign of their
    zeros, which the reals do not have.
    """
    if x.is_nan() or y.is_nan():
        return NAN
    if y.is_zero() and x <= 0:
        return arb(0, 1) * arb.pi()
    return arb.atan2(y, x)


def _between_ends(function: Callable[[Ball], Ball], x: Ball) -> Ball:
    return function(x.lower()).union(function(x.upper()))


_LOWEST_LOGGAMMA = arb(-0.1215)
"""Near 1.46; what lies between the ends of a wide ball may be as low."""


def loggamma(x: Ball) -> Ball:
    """The real part of the logarithm of Gamma, log |Gamma(x)|."""
    if x > 0:
        found = x.lgamma()
        return found if found.is_finite() else _between_ends(arb.lgamma, x).union(_LOWEST_LOGGAMMA)
    if x < 0:
        return (arb.pi() / abs(x.sin_pi())).log() - (1 - x).lgamma()
    return NAN


def digamma(x: Ball) -> Ball:
    """The derivative of log Gamma, reflected for x < 0.

    It increases for x > 0, so the values at its ends enclose that of a wide ball.
    """
    if x > 0:
        found = x.digamma()
        return found if found.is_finite() else _between_ends(arb.digamma, x)
    if x < 0:
        return (1 - x).digamma() - arb.pi() * x.cot_pi()
    return NAN


def trigamma(x: Ball) -> Ball:
    """The second derivative of log Gamma: Hurwitz's zeta(2, x), reflected for x < 0.

    See NIST's Digital Library of Mathematical Functions, 5.15.1 and 5.15.6.
    """
    if x > 0:
        return arb(2).zeta(x)
    if x < 0:
        return (arb.pi() / x.sin_pi()) ** 2 - arb(2).zeta(1 - x)
    return NAN


def hypergeometric(parameter: fmpq, x: Ball) -> Ball:
    """Confluent 0F1(; parameter; x).

    The series cancels where x is far below zero. There it is written as a Bessel function
    (Digital Library of Mathematical Functions, 10.16.9).
    """
    b = arb(parameter)
    if not x < -1:
        return x.hypgeom_0f1(b)
    z = 2 * (-x).sqrt()
    return b.gamma() * power(z / 2, 1 - b) * z.bessel_j(b - 1)
