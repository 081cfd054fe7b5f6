"""torch's functions that put elements in places named by indices, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, moved


def _integers(index: Any) -> Any:
    if not isinstance(index, np.ndarray):
        raise UndeclaredError("an index that is no array")
    return index


def _scatter_add(input: Term, dim: int, index: Any, src: Term) -> Term:
    used = tuple(slice(size) for size in _integers(index).shape)
    return apply("scatter_add", input, moved(lambda n: n[used], src), dim=dim, index=index)


def _index_add(input: Term, dim: int, index: Any, source: Term, *, alpha: float = 1) -> Term:
    if not input.ndim or not source.ndim:
        raise UndeclaredError("scalars")
    column = [1] * input.ndim
    column[dim] = -1
    places = np.broadcast_to(_integers(index).reshape(column), source.shape)
    added = source if alpha == 1 else apply("multiply", source, alpha)
    return apply("scatter_add", input, added, dim=dim, index=places)


def _scatter(input: Term, dim: int, index: Any, src: Term) -> Term:
    if not isinstance(src, Term) or not input.ndim:
        raise UndeclaredError("a number to be put in places")
    used = tuple(slice(size) for size in _integers(index).shape)

    def scattered(numbers: Any, given: Any) -> Any:
        made = numbers.copy()
        places = list(np.indices(index.shape))
        places[dim] = index
        made[tuple(places)] = given[used]
        return made

    return moved(scattered, input, src)


def _index_put(input: Term, indices: Any, values: Term, accumulate: bool = False) -> Term:
    if accumulate or not isinstance(values, Term):
        raise UndeclaredError("a sum of elements put in one place")
    key = tuple(map(_integers, indices))

    def put(numbers: Any, given: Any) -> Any:
        made = numbers.copy()
        made[key] = given
        return made

    return moved(put, input, values)


def _setitem(input: Term, key: Any, value: Any) -> Term:
    """``input[key] = value``, whose result is what the input is behind it."""
    if isinstance(value, Term):

        def put(numbers: Any, given: Any) -> Any:
            made = numbers.copy()
            made[key] = given
            return made

        return moved(put, input, value)
    if not isinstance(value, int | float):
        raise UndeclaredError("what is put in is no number")
    written = np.zeros(input.shape, bool)
    written[key] = True
    return apply("where", float(value), input, condition=written)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "scatter_add": _scatter_add,
    "index_add": _index_add,
    "scatter": _scatter,
    "index_put": _index_put,
    "setitem": _setitem,
}
