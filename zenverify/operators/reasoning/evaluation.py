"""Numbers for SymPy's expressions and for kernels, in balls."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from flint import arb

from zenverify.operators.balls import arithmetic as balls
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.kinks import MEAN
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.steps.map import Map

Point = tuple[Ball, ...]

_DIGITS = 60


def number(value: sympy.Expr) -> Ball:
    """A ball around a number that SymPy has exactly."""
    if value.is_Rational:
        return Ball(balls.ratio(int(value.p), int(value.q)))
    return arb(str(sympy.N(value, _DIGITS))) * arb(1, 1e-50)


def values(kernel: Kernel, points: Sequence[Point]) -> list[Ball]:
    """A kernel's value at each point; its slices are taken into account."""
    if not points:
        return []
    return list(_map(kernel).value(_columns(points)))


def partials(kernel: Kernel, point: Point) -> list[Ball]:
    """A kernel's value and partials at a point, the mean of both sides at a kink."""
    value, found = _map(kernel).linearise(_columns([point]), MEAN)
    return [*value, *(arb(p) if isinstance(p, int) else p[0] for p in found)]


def _map(kernel: Kernel) -> Map:
    return Map(kernel, tuple(range(kernel.arity)))


def _columns(points: Sequence[Point]) -> list[list[Ball]]:
    return [list(column) for column in zip(*points, strict=True)]
