"""Numbers for SymPy's expressions and for kernels, in balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from flint import arb

from zenverify.operators import balls
from zenverify.operators.balls import Ball
from zenverify.operators.kernel import Kernel
from zenverify.operators.kinks import MEAN
from zenverify.operators.printer import BallPrinter
from zenverify.operators.steps.map import Map

Point = tuple[Ball, ...]

_DIGITS = 60


def compiled(
    arguments: Sequence[sympy.Symbol], expressions: Sequence[sympy.Expr]
) -> Callable[..., tuple[Ball, ...]]:
    """A function of balls that evaluates expressions.

    The text that is evaluated is printed from the SymPy tree by `BallPrinter`, which knows names
    of its own making only; so must the arguments' be: see `zenverify.operators.derive.symbols`.
    """
    printer = BallPrinter()
    results = "".join(f"Ball({printer.doprint(expression)}), " for expression in expressions)
    names = ", ".join(map(str, arguments))
    namespace: dict[str, Any] = dict(vars(balls))
    function: Callable[..., tuple[Ball, ...]] = eval(  # noqa: S307
        f"lambda {names}: ({results})", namespace
    )
    return function


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
