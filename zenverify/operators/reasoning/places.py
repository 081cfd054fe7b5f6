"""Kinks, jumps and singularities: where the pieces of an expression meet or end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from flint import arb

from zenverify.operators.balls.arithmetic import ZERO, Ball, precision, step
from zenverify.operators.derivation.derive import Partials, evaluator
from zenverify.operators.domain import Domain
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.reasoning.conditions import NoPole, conditions_of
from zenverify.operators.reasoning.evaluation import Point, number, partials, values
from zenverify.operators.reasoning.samples import generic
from zenverify.operators.reasoning.solving import preimage
from zenverify.operators.reasoning.wording import equation, formula, solved_for

_PRECISION = 256
_TRIES = 6
_STEP = 1e-6
_ZERO = sympy.FiniteSet(0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happens.

    Attributes
    ----------
    words
        For example ``"x = 0"``, in the names of the arguments.
    zero
        An expression that is zero there; None for a place without such an expression.
    points
        Points of it; none where it was not solved.
    """

    words: str
    zero: sympy.Expr | None
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class KernelSetting:
    """The kernel that is looked at.

    Attributes
    ----------
    kernel
        The kernel.
    found
        What SymPy derived.
    domains
        The declared domains, one per argument.
    names
        The arguments' symbols under their own names.
    """

    kernel: Kernel
    found: Partials
    domains: tuple[Domain, ...]
    names: tuple[sympy.Symbol, ...]

    @cached_property
    def renaming(self) -> dict[sympy.Symbol, sympy.Symbol]:
        """From the derivation's symbols to the arguments' own."""
        return dict(zip(self.found.arguments, self.names, strict=True))

    def named(self, expression: sympy.Expr) -> sympy.Expr:
        """The expression in the arguments' own names."""
        return expression.xreplace(self.renaming)

    def zeros(self, zero: sympy.Expr, domains: Sequence[Domain]) -> list[Place]:
        """Where an expression is zero; points are given only inside `domains`."""
        symbols = [s for s in self.found.arguments if s in zero.free_symbols]
        if not symbols:
            return []
        if len(symbols) == 1:
            roots = preimage(zero, symbols[0], _ZERO)
            if isinstance(roots, sympy.FiniteSet) or roots == sympy.S.EmptySet:
                return list(self._roots(symbols[0], roots, domains))
        words = equation(self.named(zero))
        for symbol in symbols:
            if (solved := solved_for(zero, symbol)) is not None:
                return [Place(words, zero, tuple(self._along(symbol, solved, domains)))]
        return [Place(words, zero)]

    def _roots(
        self, symbol: sympy.Symbol, roots: sympy.Set, domains: Sequence[Domain]
    ) -> Iterator[Place]:
        for root in roots:
            words = f"{self.named(symbol)} = {formula(root)}"
            if points := tuple(self._along(symbol, root, domains)):
                yield Place(words, symbol - root, points)

    def _along(
        self, symbol: sympy.Symbol, solved: sympy.Expr, domains: Sequence[Domain]
    ) -> Iterator[Point]:
        """Points inside domains whose coordinate for `symbol` is what the others make it."""
        place = self.found.arguments.index(symbol)
        if solved.is_number:
            at = [number(solved)] * _TRIES
        else:
            solve = evaluator(self.found.arguments, [solved])
            at = [solve(*self.inside(seed))[0] for seed in range(_TRIES)]
        for seed, coordinate in enumerate(at):
            point = list(self.inside(seed))
            point[place] = coordinate
            if coordinate.is_finite() and _strictly(domains[place], float(coordinate)):
                yield tuple(point)

    def inside(self, seed: int) -> Point:
        """A point inside the declared domain at which nothing special is to be expected."""
        return tuple(arb(generic(domain, seed)) for domain in self.domains)


def _strictly(domain: Domain, coordinate: float) -> bool:
    return bool(domain.interior(np.float64(coordinate))) and domain.holds(coordinate)


def kinks(setting: KernelSetting) -> list[Place]:
    """Where a partial jumps inside the declared domain."""
    found = []
    with precision(_PRECISION):
        for position, kink in enumerate(setting.found.kinks):
            for place in setting.zeros(kink, setting.domains):
                if place.points:
                    if any(_jumps(setting.kernel, position, point) for point in place.points):
                        found.append(place)
                elif _changes_sign(setting, kink):
                    found.append(place)
    return _each_once(found)


def _jumps(kernel: Kernel, position: int, point: Point) -> bool:
    """Whether a partial's limits from both sides of a kink differ."""
    derived = kernel.derived
    assert derived.kinks is not None
    steps = [step(kink, arb(0.5)) for kink in derived.kinks(*point)]
    sides = []
    for side in (ZERO, arb(1)):
        steps[position] = side
        sides.append(derived.linear(*point, *steps)[1:])
    return any(not (arb(a) - arb(b)).contains(0) for a, b in zip(*sides, strict=True))


def _changes_sign(setting: KernelSetting, zero: sympy.Expr) -> bool:
    """Whether an expression has both signs inside the domain, on a few points."""
    evaluate = evaluator(setting.found.arguments, [zero])
    found = [evaluate(*setting.inside(seed))[0] for seed in range(4 * _TRIES)]
    return any(ball > 0 for ball in found) and any(ball < 0 for ball in found)


def jumps(setting: KernelSetting) -> list[Place]:
    """Where the value jumps inside the declared domain: signs and roundings."""
    found: list[Place] = []
    value = setting.found.value
    flat = [
        part
        for part in sympy.preorder_traversal(value)
        if type(part).__name__ in ("sign", "floor", "ceiling")
    ]
    with precision(_PRECISION):
        for part in dict.fromkeys(flat):
            inner = part.args[0]
            if type(part).__name__ != "sign":
                found.append(Place(f"{formula(setting.named(inner))} an integer", None))
                continue
            either = sympy.Symbol("s0", real=True)
            sides = evaluator([*setting.found.arguments, either], [value.xreplace({part: either})])
            found += [
                place
                for place in setting.zeros(inner, setting.domains)
                if not place.points or any(_differ(sides, point) for point in place.points)
            ]
    return _each_once(found)


def _differ(sides: Callable[..., tuple[Ball, ...]], point: Point) -> bool:
    (left,), (right,) = sides(*point, arb(-1)), sides(*point, arb(1))
    return not (left - right).contains(0)


def singularities(setting: KernelSetting) -> list[Place]:
    """Where the value or a partial is infinite or undefined, on the border of its domain."""
    found: list[Place] = []
    anywhere = [Domain() for _ in setting.domains]
    with precision(_PRECISION):
        for condition in conditions_of([setting.found.value, *setting.found.partials]):
            if isinstance(condition, NoPole):
                words = f"{formula(setting.named(condition.operand))} = 0, -1, -2, ..."
                found.append(Place(words, None))
            for end in condition.ends:
                if end.is_nonzero:
                    continue
                found += [
                    place
                    for place in setting.zeros(end, anywhere)
                    if not place.points or _is_singular(setting, place.points)
                ]
    return _each_once(found)


def _is_singular(setting: KernelSetting, points: Sequence[Point]) -> bool:
    """Whether value or partials have no limit there, though the value exists nearby."""
    for point in points:
        if all(map(Ball.is_finite, partials(setting.kernel, point))):
            continue
        # Unequal steps, which do not stay on a place such as x = y.
        near = [
            tuple(c + side * k * _STEP * (1 + abs(c)) for k, c in enumerate(point, start=1))
            for side in (-1, 1)
        ]
        if any(not value.is_nan() for value in values(setting.kernel, near)):
            return True
    return False


def _each_once(places: Sequence[Place]) -> list[Place]:
    return list({place.words: place for place in places}.values())
