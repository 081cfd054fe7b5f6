"""Evaluating with more and more precision, until an enclosure is narrow enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from zenverify.operators.balls.arithmetic import precision

T = TypeVar("T")


def until(
    enough: Callable[[T], bool],
    evaluate: Callable[[Sequence[int]], Sequence[T]],
    places: Sequence[int],
    bits: Sequence[int],
) -> list[T]:
    """What is found at each place, evaluated again with more bits where it is not enough.

    Parameters
    ----------
    enough
        Whether more precision is not needed for what was found at a place.
    evaluate
        ``evaluate(places)`` gives what is found at some of the places, at the precision that is
        set when it is called.
    places
        Where.
    bits
        The precisions to try, in turn. What the last one gives stands.

    Examples
    --------
    >>> from flint import arb
    >>> differences = lambda places: [(1 + arb(10) ** -p) - 1 for p in places]
    >>> found = until(lambda ball: ball > 0, differences, [3, 30, 300], (64, 256))
    >>> [bool(ball > 0) for ball in found]
    [True, True, False]
    """
    found: dict[int, T] = {}
    left = list(places)
    for each in bits:
        if not left:
            break
        with precision(each):
            found.update(zip(left, evaluate(left), strict=True))
        left = [place for place in left if not enough(found[place])]
    return [found[place] for place in places]
