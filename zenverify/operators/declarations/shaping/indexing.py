"""Elements chosen by keys and by arrays of integers, and added where these say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.attributes import Integers
from zenverify.operators.declarations.movement import ROOM, fits, movement, one_of
from zenverify.operators.operator import Choose, Instance
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _index(builder: ProgramBuilder, x: Buffer, *, key: Any) -> Buffer:
    affordable(_most_chosen(x.shape, key if isinstance(key, tuple) else (key,)))
    return x[key]


def _most_chosen(shape: Shape, key: tuple[Any, ...]) -> int:
    """No fewer elements than a key chooses: those of its arrays, times the axes without one."""
    arrays = [part for part in key if isinstance(part, np.ndarray)]
    if not arrays:
        return 0
    widths = [
        part.ndim
        if isinstance(part, np.ndarray) and part.dtype == bool
        else int(part is not None and part is not Ellipsis)
        for part in key
    ]
    elements = 1
    axis = 0
    for part, width in zip(key, widths, strict=True):
        if part is Ellipsis:
            width = max(len(shape) - sum(widths), 0)
        if part is Ellipsis or isinstance(part, slice):
            elements *= math.prod(shape[axis : axis + width])
        axis += width
    elements *= math.prod(shape[axis:])
    counts = [(int(part.sum()),) if part.dtype == bool else part.shape for part in arrays]
    return elements * math.prod(np.broadcast_shapes(*counts))


def _take(builder: ProgramBuilder, x: Buffer, *, axis: int | None, indices: Integers) -> Buffer:
    along = x.size if axis is None else x.shape[axis]
    affordable(np.size(indices) * (x.size // max(along, 1)))
    return builder.move(lambda n: np.take(n, indices, axis), x)


def _take_along_axis(
    builder: ProgramBuilder, x: Buffer, *, axis: int | None, indices: Integers
) -> Buffer:
    affordable(np.size(indices) * max([1, *x.shape]))
    return builder.move(lambda n: np.take_along_axis(n, indices, axis), x)


def _gather(builder: ProgramBuilder, x: Buffer, *, dim: int, index: Integers) -> Buffer:
    places = _places(x.shape, dim, index)
    return builder.move(
        lambda n: np.array([n[place] for place in places], int).reshape(index.shape), x
    )


def _scatter_add(
    builder: ProgramBuilder, x: Buffer, src: Buffer, *, dim: int, index: Integers
) -> Buffer:
    if src.ndim != x.ndim or any(np.greater(index.shape, src.shape)):
        raise GraphError(f"an index of shape {index.shape} does not fit {src.shape}")
    addends: dict[Shape, list[Shape]] = {place: [] for place in np.ndindex(x.shape)}
    for place, source in zip(_places(x.shape, dim, index), np.ndindex(index.shape), strict=True):
        addends[place].append(source)
    most = max(map(len, addends.values()), default=0)
    affordable(x.size * (most + 1))

    def terms(to: Any, of: Any) -> Any:
        """Per element, itself and its addends, filled up with zeros."""
        rows = [
            [to[place], *(of[source] for source in sources), *[-1] * (most - len(sources))]
            for place, sources in addends.items()
        ]
        return np.array(rows, int).reshape(*x.shape, most + 1)

    return builder.move(terms, x, src).sum(-1)


def _set_at(builder: ProgramBuilder, x: Buffer, values: Buffer, *, key: Any) -> Buffer:
    affordable(_most_chosen(x.shape, key if isinstance(key, tuple) else (key,)))

    def put(numbers: Any, others: Any) -> Any:
        made = numbers.copy()
        made[key] = others
        return made

    return builder.move(put, x, values)


def _sample_set_at(choose: Choose, shape: Shape) -> Instance | None:
    """Keys that name no element twice; values of the part's shape, or broadcast to it."""
    places = np.arange(math.prod(shape)).reshape(shape)
    options = [
        one for one in _keys(shape) if len(np.unique(places[one["key"]])) == places[one["key"]].size
    ]
    if not options:
        return None
    number, attributes = sampling.pick(choose, list(enumerate(options)))
    part = np.shape(places[attributes["key"]])
    # One shape per key, so that a sweep is short: the part's, a row of ones, a number.
    values: Shape = (part, (*part[:-1], *(1 for _ in part[-1:])), ())[number % 3]
    return Instance((shape, values), attributes)


def _places(shape: Shape, dim: int, index: Any) -> list[Shape]:
    """Per element of the indices, in row-major order, the place that it means in an array."""
    if index.ndim != len(shape) or not -index.ndim <= dim < index.ndim:
        raise GraphError(f"dimension {dim} and an index of shape {index.shape} for {shape}")
    along = dim % index.ndim
    places = []
    for position in np.ndindex(index.shape):
        place = (*position[:along], int(index[position]), *position[along + 1 :])
        if not all(0 <= number < size for number, size in zip(place, shape, strict=True)):
            raise GraphError(f"there is no element {place} in an array of shape {shape}")
        places.append(place)
    return places


def _keys(shape: Shape) -> Iterator[dict[str, Any]]:
    if not shape or 0 in shape:
        return iter(())
    last = shape[0] - 1
    even = np.arange(shape[0]) % 2 == 0
    keys: list[tuple[Any, ...]] = [
        (slice(0, last),),
        (np.array([0, last, 0]),),
        (Ellipsis, np.array([0, 0, -1])),
        (even,),
        (np.arange(math.prod(shape)).reshape(shape) % 3 != 1,),
    ]
    if len(shape) == 1:
        keys += [
            (0,),
            (slice(None, None, -1),),
            (np.array([[-1], [0]]),),
            (None, slice(None)),
            (Ellipsis, None, -1),
        ]
    if len(shape) == 2:
        keys += [
            (slice(None), 0),
            (np.array([0, 0]), np.array([0, -1])),
            (0, Ellipsis, slice(None, None, -1)),
            (np.array([last, 0, 0]), slice(None)),
            (slice(None, None, 2), np.arange(shape[1]) % 2 == 0),
            (even, np.array([0])),
            (None, even, 0),
            (np.array([[-1], [0]]),),
        ]
    if len(shape) > 2:
        keys += [
            (np.array([0, last]), slice(None), np.array([0, -1])),
            (even, slice(None), np.array([-1])),
            (np.ones(shape[:2], bool), slice(1)),
            (0, np.ones(shape[1:], bool)),
            (Ellipsis, None, -1),
        ]
    return ({"key": key} for key in keys)


def _takes(shape: Shape) -> Iterator[dict[str, Any]]:
    if 0 in shape:
        yield from ({"indices": np.array([], int), "axis": axis} for axis in (None, 0))
        return
    size = math.prod(shape)
    ways: list[tuple[list[Any] | int, int | None]] = [
        ([0, size - 1, -1, 0], None),
        ([[-size], [0]], None),
    ]
    if shape:
        ways += [([-1, 0, -1], 0), ([[0], [-1]], -1), (-1, -len(shape)), ([], -1)]
    if len(shape) > 2:
        ways += [([0, 0, -1], 1), (0, -2)]
    for indices, axis in ways:
        chosen = np.array(indices, int)
        if fits(np.take(np.empty(shape), chosen, axis).shape):
            yield {"indices": chosen, "axis": axis}


def _lines(shape: Shape) -> Iterator[dict[str, Any]]:
    if not shape or 0 in shape:
        return
    yield {"indices": np.array([0, -1, math.prod(shape) - 1, 0]), "axis": None}
    for axis in dict.fromkeys((-1, 0, len(shape) // 2)):
        along = axis % len(shape)
        whole = (*shape[:along], 2, *shape[along + 1 :])
        yield {"indices": _varied(whole, shape[along]) - shape[along] % 2, "axis": axis}
        thin = tuple(3 if number == along else 1 for number in range(len(shape)))
        yield {"indices": _varied(thin, shape[along]), "axis": axis}
    yield {"indices": np.empty((*shape[:-1], 0), int), "axis": -1}


def _varied(shape: Shape, below: int) -> Any:
    """Integers from zero up, some of them repeatedly."""
    return np.arange(math.prod(shape)).reshape(shape) ** 2 % below


def _gathers(shape: Shape) -> Iterator[dict[str, Any]]:
    if not shape or 0 in shape:
        return
    for dim in dict.fromkeys((0, -1, len(shape) - 2)):
        if not -len(shape) <= dim < len(shape):
            continue
        along = dim % len(shape)
        smaller = tuple(max(size - 1, 1) for size in shape)
        longer = (*smaller[:along], 3, *smaller[along + 1 :])
        for sizes in filter(fits, dict.fromkeys((shape, smaller, longer))):
            yield {"dim": dim, "index": _varied(sizes, shape[along])}


def _sample_scatter_add(choose: Choose, shape: Shape) -> Instance | None:
    options = list(_gathers(shape))
    if not options:
        return None
    number = choose(len(options))
    source = options[number]["index"].shape
    beyond = tuple(size + 1 for size in source)
    if number % 2 and math.prod(beyond) <= 2 * ROOM:
        source = beyond
    return Instance((shape, source), options[number])


OPERATORS = (
    movement("index", "x[key]: integers, slices, integer arrays, masks", _index, one_of(_keys)),
    movement(
        "take",
        "slices along an axis by their numbers; elements by theirs for None",
        _take,
        one_of(_takes),
        (*sampling.AXIS_SHAPES, (), (0, 2)),
    ),
    movement(
        "take_along_axis",
        "elements of each line along an axis, by their numbers",
        _take_along_axis,
        one_of(_lines),
    ),
    movement(
        "gather", "elements of each line, as PyTorch's gather has it", _gather, one_of(_gathers)
    ),
    movement(
        "scatter_add",
        "src added to the elements of x that the indices name, as PyTorch has it",
        _scatter_add,
        _sample_scatter_add,
        arguments=("x", "src"),
    ),
    movement(
        "set_at",
        "x with values in place of x[key], which names no element twice",
        _set_at,
        _sample_set_at,
        arguments=("x", "values"),
        composed=True,
    ),
)
