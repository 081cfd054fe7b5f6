"""Numbers as a reader wants to see them."""

from __future__ import annotations

import math

from zenverify.verification.verdict import Interval

_NO_ANSWER = "—"

_WIDE = 1e-6
"""An enclosure wider than this, relative to its ends, is shown by its ends: it holds more than one
answer, as at a kink. Rounding leaves it far narrower."""


def counted(count: int, thing: str, plural: str = "") -> str:
    """``"1 graph"``, ``"1,200 graphs"``."""
    return f"{count:,} {thing if count == 1 else plural or thing + 's'}"


def duration(seconds: float) -> str:
    """``"0.4 s"``, ``"2 min 05 s"``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def enclosure(answer: Interval | None, engine: float) -> str:
    """The symbolic answer: both ends if they lie apart, else its midpoint.

    The midpoint has as many digits as tell it from the engine's number, and at least 17.
    """
    if answer is None:
        return _NO_ANSWER
    if math.isnan(answer.low) or math.isnan(answer.high):
        return answer.reason or _NO_ANSWER
    if _is_wide(answer):
        return f"[{answer.low!r}, {answer.high!r}]"
    if not answer.decimal:
        return repr(_midpoint(answer))
    return answer.beside(engine)


def estimate(answer: Interval | None) -> str:
    """The finite difference: its midpoint, to the digits that its error allows, and the error."""
    if answer is None:
        return _NO_ANSWER
    if math.isnan(answer.low) or math.isnan(answer.high):
        return answer.reason or _NO_ANSWER
    middle, error = _midpoint(answer), answer.high / 2 - answer.low / 2
    if not math.isfinite(error):
        return f"[{answer.low!r}, {answer.high!r}]"
    return f"{middle:.{_significant_digits(middle, error)}g} ± {error:.1e}"


def significant(number: float, digits: int = 5) -> str:
    """A number to a few digits, for a sentence or a picture."""
    return f"{number:.{digits}g}"


def agreeing(number: str, truth: str) -> int:
    """How many leading characters of two numbers' texts are the same, if they are as large.

    What is to be coloured as agreeing: digits up to the first that differs, never a lone sign.
    """
    if _magnitude(number) != _magnitude(truth):
        return 0
    same = 0
    for ours, theirs in zip(number, truth, strict=False):
        if ours != theirs or ours in "en":
            break
        same += 1
    return same if any(char.isdigit() for char in number[:same]) else 0


def _magnitude(text: str) -> tuple[str, int]:
    """The exponent, and how many digits stand before the point."""
    mantissa, _, exponent = text.partition("e")
    return exponent, len(mantissa.partition(".")[0])


def units(error: float | None) -> str:
    """An error in units in the last place."""
    return _NO_ANSWER if error is None else f"{error:.3g}"


def residual(worst: float) -> str:
    """The largest residual that was measured; zero if every number was so near that none was."""
    return f"{worst:.3g} units of u * S" if worst else "none measured"


def _is_wide(answer: Interval) -> bool:
    if answer.low == answer.high:
        return False
    width = answer.high - answer.low
    return math.isinf(width) or width > _WIDE * max(abs(answer.low), abs(answer.high))


def _midpoint(answer: Interval) -> float:
    return answer.low if answer.low == answer.high else answer.low / 2 + answer.high / 2


def _significant_digits(value: float, error: float) -> int:
    if error == 0 or value == 0:
        return 17
    return min(max(math.ceil(math.log10(abs(value) / error)) + 1, 1), 17)
