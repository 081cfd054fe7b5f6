"""Rules that hand on the same polynomial of whatever they are given, as exact algebra shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from sympy import ZZ
from sympy.polys.rings import PolyElement, ring

from zenverify.engines.mutants.drawn import result_of
from zenverify.operators.operator import Instance, Operator
from zenverify.operators.program.builder import Shape

Rule = Callable[..., Any]


class _Term:
    """A polynomial as an element of an array. It can be added and multiplied, and nothing else.

    A rule that decides by its operands' values, or takes functions of them, raises.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, polynomial: PolyElement) -> None:
        self.polynomial = polynomial

    def __add__(self, other: _Term | int) -> _Term:
        return _Term(self.polynomial + _polynomial(other))

    def __sub__(self, other: _Term | int) -> _Term:
        return _Term(self.polynomial - _polynomial(other))

    def __mul__(self, other: _Term | int) -> _Term:
        return _Term(self.polynomial * _polynomial(other))

    def __neg__(self) -> _Term:
        return _Term(-self.polynomial)

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other: object) -> bool:
        raise TypeError("a polynomial has no value to compare")

    def __bool__(self) -> bool:
        raise TypeError("a polynomial has no value")


def _polynomial(item: _Term | int) -> Any:
    return item.polynomial if isinstance(item, _Term) else item


def same_polynomials(
    one: Rule, other: Rule, operator: Operator, calls: Iterable[Instance], position: int
) -> bool:
    """Whether two pullbacks are the same in every one of some calls; False where one is not told.

    Parameters
    ----------
    one, other
        ``rule(cotangent, result, *operands, **attributes)``, for one operand.
    operator, calls
        What they are called for.
    position
        The number of that operand, which a variadic rule is told.
    """
    try:
        return all(_same(one, other, operator, call, position) for call in calls)
    except Exception:  # noqa: BLE001  a rule does with a polynomial what it does with numbers
        return False


def _same(one: Rule, other: Rule, operator: Operator, call: Instance, position: int) -> bool:
    result = result_of(operator, call)
    arrays = tuple(_generic(result, result, *call.shapes))
    attributes = dict(call.attributes)
    if operator.variadic:
        attributes["position"] = position
    first, second = (np.asarray(rule(*arrays, **attributes)) for rule in (one, other))
    return first.shape == second.shape and all(
        _polynomial(a) == _polynomial(b) for a, b in zip(first.flat, second.flat, strict=True)
    )


def _generic(*shapes: Shape) -> Iterator[Any]:
    """Arrays with an indeterminate for each element."""
    _, *indeterminates = ring([f"x{i}" for i in range(sum(map(math.prod, shapes)))], ZZ)
    terms = map(_Term, indeterminates)
    for shape in shapes:
        array = np.empty(shape, object)
        for place in range(array.size):
            array.flat[place] = next(terms)
        yield array
