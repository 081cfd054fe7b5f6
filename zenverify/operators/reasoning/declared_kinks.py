"""Declared kinks, which are words, held against the places that follow from the expression."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flint import arb

from zenverify.errors import UsageError
from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.derivation.derive import evaluator
from zenverify.operators.reasoning.evaluation import Point
from zenverify.operators.reasoning.places import KernelSetting, Place
from zenverify.operators.reasoning.samples import generic
from zenverify.operators.text.expressions import constant

_EQUATION = re.compile(r"(\|?)\s*([A-Za-z_]\w*)\s*(\|?)\s*=\s*([^:]+?)\s*(?::.*)?")
_PRECISION = 128
_SLACK = 1e-12
_TRIES = 4


def compare(
    setting: KernelSetting, declared: Sequence[str], follows: Sequence[Place], also: Sequence[Place]
) -> list[str]:
    """What is wrong with the declared kinks, in sentences.

    Only ``name = number``, ``|name| = number`` and ``name = name`` are understood. Where other
    words are declared they may mean any place, and none is called undeclared.

    Parameters
    ----------
    setting
        The kernel.
    declared
        The declared kinks.
    follows
        The kinks and jumps that follow from the expression.
    also
        Other places that may be declared as kinks: singularities.
    """
    problems = []
    points: list[Point] = []
    understood = True
    with precision(_PRECISION):
        for words in declared:
            found = _points(setting, words)
            if found is None:
                understood = False
                continue
            points += found
            if not any(_covers(setting, found, place) for place in [*follows, *also]):
                problems.append(f"the declared kink {words!r} does not follow from the expression")
        if understood:
            problems += [
                f"a kink at {place.words} follows from the expression and is not declared"
                for place in follows
                if not _covers(setting, points, place)
            ]
    return problems


def _points(setting: KernelSetting, words: str) -> list[Point] | None:
    """Points of a declared kink; None if the words are not understood."""
    match = _EQUATION.fullmatch(words.strip())
    names = [str(symbol) for symbol in setting.names]
    if match is None or match[2] not in names or bool(match[1]) != bool(match[3]):
        return None
    left, right = names.index(match[2]), match[4]
    points = [[arb(generic(d, seed)) for d in setting.domains] for seed in range(_TRIES)]
    if right in names:
        other = names.index(right)
        for point in points:
            point[left] = point[other]
        return [tuple(point) for point in points]
    try:
        size = constant("kink", right)
    except UsageError:
        return None
    ends: list[Ball] = [size, -size] if match[1] else [size]
    return [(*point[:left], end, *point[left + 1 :]) for point in points for end in ends]


def _covers(setting: KernelSetting, points: Sequence[Point], place: Place) -> bool:
    """Whether one of the points belongs to a place; what has no equation may hold any."""
    if place.zero is None:
        return True
    evaluate = evaluator(setting.found.arguments, [place.zero])
    slack = arb(1, _SLACK)
    return any(
        evaluate(*(coordinate * slack for coordinate in point))[0].contains(0) for point in points
    )
