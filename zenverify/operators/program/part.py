"""A part of a program: what some elements of its result are computed from, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.fill import Fill
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum

Marks = NDArray[np.bool_]


def reached(program: Program, operands: Mapping[int, Marks]) -> Marks:
    """Which elements of the result depend on some of the operands' elements.

    Parameters
    ----------
    program
        Of steps that move, map, sum, or take the largest.
    operands
        Per operand that counts, which of its elements do.
    """
    buffers: list[Marks] = [
        operands.get(number, np.zeros(size, np.bool_)) for number, size in enumerate(program.sizes)
    ]
    for one in program.steps:
        given = [buffers[source] for source in one.sources]
        match one:
            case Move():
                joined = np.concatenate([*given, [False]])
                buffers.append(np.asarray(joined[one.array]))
            case Sum() | Extremum():
                buffers.append(np.asarray(given[0].reshape(one.rows, one.width).any(axis=1)))
            case _:
                marked = np.zeros(one.length([len(mark) for mark in given]), np.bool_)
                for mark in given:
                    marked = marked | mark
                buffers.append(marked)
    return buffers[-1]


def part_of(program: Program, wanted: Marks) -> tuple[Program, list[Marks]]:
    """The part of a program that computes some elements of its result, in their order.

    Returns
    -------
    Program, list
        The part; and per operand which of its elements the part takes, in their order.
    """
    count = len(program.sizes)
    lengths = list(program.sizes)
    for one in program.steps:
        lengths.append(one.length([lengths[source] for source in one.sources]))
    needed = [np.zeros(length, np.bool_) for length in lengths]
    needed[-1] |= wanted
    inputs: dict[int, list[Marks]] = {}
    for number, one in program.backward:
        inputs[number] = _inputs(one, needed[count + number])
        for source, mark in zip(one.sources, inputs[number], strict=True):
            needed[source] |= mark
    steps: list[Step] = []
    places = list(range(count))
    for number, one in enumerate(program.steps):
        own = needed[count + number]
        sources = []
        for source, mark in zip(one.sources, inputs[number], strict=True):
            place = places[source]
            if not np.array_equal(mark, needed[source]):
                taken = np.flatnonzero(mark[needed[source]])
                size = int(needed[source].sum())
                steps.append(Move((place,), (size,), taken))
                place = count + len(steps) - 1
            sources.append(place)
        steps.append(_shortened(one, own, tuple(sources), inputs[number]))
        places.append(count + len(steps) - 1)
    part = replace(
        program,
        sizes=tuple(int(mark.sum()) for mark in needed[:count]),
        steps=tuple(steps),
        shape=(int(wanted.sum()),),
        work=0,
    )
    return part, needed[:count]


def _inputs(one: Step, own: Marks) -> list[Marks]:
    """Per source, which elements some elements of a step's result are made of."""
    match one:
        case Move():
            marks = np.zeros(sum(one.sizes) + 1, np.bool_)
            marks[one.array[own]] = True
            return np.split(marks[:-1], np.cumsum(one.sizes)[:-1])
        case Sum() | Extremum():
            return [np.repeat(own, one.width)]
        case Map() | Finite():
            return [own for _ in one.sources]
        case Fill():
            return []
    raise TypeError(f"no part of a {type(one).__name__}")


def _shortened(one: Step, own: Marks, sources: tuple[int, ...], inputs: Sequence[Marks]) -> Step:
    """The step that gives some elements of the result, from those elements of the sources."""
    match one:
        case Move():
            marks = np.concatenate([*inputs, [True]])
            renumbered = np.cumsum(marks) - 1
            array = renumbered[one.array[own]]
            sizes = tuple(int(mark.sum()) for mark in inputs)
            return replace(one, sources=sources, sizes=sizes, array=array)
        case Sum() | Extremum():
            return replace(one, sources=sources, rows=int(own.sum()))
        case Fill():
            return Fill(tuple(np.array(one.items)[own].tolist()), sources)
    assert isinstance(one, Map | Finite)
    return replace(one, sources=sources)
