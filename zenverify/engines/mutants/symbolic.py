"""A program's result in SymPy's terms, and what that says of its slopes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import sympy
import sympy.codegen.cfunctions  # the expressions of kernels use it

from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.fill import Fill
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.homogeneous import Homogeneous
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.sort import Sort
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum

Terms = Sequence[sympy.Expr]


def symbols_of(program: Program) -> list[list[sympy.Symbol]]:
    """A real symbol for each element of each operand."""
    numbers = itertools.count()
    return [[sympy.Symbol(f"x{next(numbers)}", real=True) for _ in range(n)] for n in program.sizes]


def buffers_in_symbols(program: Program, operands: Sequence[Terms]) -> list[Terms] | None:
    """The elements of all buffers where the operands are finite; None if it solves equations.

    Of a sort, only rows of one element can be told.
    """
    buffers = list(operands)
    for step in program.steps:
        found = _stepped(step, [buffers[source] for source in step.sources])
        if found is None:
            return None
        buffers.append(found)
    return buffers


def _result(program: Program, operands: Sequence[Terms]) -> Terms | None:
    buffers = buffers_in_symbols(program, operands)
    return None if buffers is None else buffers[-1]


def _stepped(step: Step, sources: list[Terms]) -> Terms | None:
    match step:
        case Move():
            every = [*itertools.chain(*sources), sympy.Integer(0)]
            return [every[place] for place in step.indices]
        case Map():
            return [step.kernel.expression(sympy, *point) for point in zip(*sources, strict=True)]
        case Fill():
            return [sympy.Rational(item) for item in step.items]
        case Finite():
            return sources[0]
        case Sum():
            return [sympy.Add(*row) for row in _rows(sources[0], step.width, step.rows)]
        case Extremum():
            best = sympy.Max if step.largest else sympy.Min
            return [best(*row) for row in _rows(sources[0], step.width, step.rows)]
        case Sort() if step.width == 1:
            return sources[0]
        case Homogeneous():
            return _result(step.program, sources)
    return None


def _rows(items: Terms, width: int, rows: int) -> Iterator[Terms]:
    return (items[row * width : (row + 1) * width] for row in range(rows))


def slopes_ignore(program: Program, position: int, operand: int) -> bool:
    """Whether no slope in one operand depends on the elements of an operand, perhaps the same."""
    symbols = symbols_of(program)
    result = _result(program, symbols)
    if result is None:
        return False
    ignored = set(symbols[operand])
    return all(
        ignored.isdisjoint(element.diff(symbol).free_symbols)
        for element in result
        for symbol in element.free_symbols.intersection(symbols[position])
    )


def is_even(program: Program, position: int) -> bool:
    """Whether the sign of no element of an operand matters."""
    symbols = symbols_of(program)
    result = _result(program, symbols)
    # Of a positive number and its negative SymPy finds the same powers and magnitudes.
    positive = sympy.Symbol("p", positive=True)
    return result is not None and all(
        element.xreplace({symbol: positive}) == element.xreplace({symbol: -positive})
        for element in result
        for symbol in element.free_symbols.intersection(symbols[position])
    )


def vanish_at_ties(rows: Terms, width: int) -> bool:
    """Whether rows are of an operand's elements less what they share, their mean for instance.

    So a row is zero where the elements tie that it is made of, and nowhere else.
    """
    several = [rows[start : start + width] for start in range(0, len(rows), max(width, 1))]
    tied = sympy.Symbol("t", real=True)
    return all(
        sympy.expand(item.xreplace(dict.fromkeys(item.free_symbols, tied))) == 0
        and (not place or _is_difference(sympy.expand(item - row[0])))
        for row in several
        for place, item in enumerate(row)
    )


def _is_difference(item: sympy.Expr) -> bool:
    symbols = item.free_symbols
    return len(symbols) == 2 and item.diff(*symbols) == 0 and sum(map(item.diff, symbols)) == 0
