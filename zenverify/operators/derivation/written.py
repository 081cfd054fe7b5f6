"""A program in SymPy's terms: the expression of every element of its result.

For reports, and for the project's own tests, which hold the enclosures against `sympy.diff` of the
whole expression. The expressions grow fast: use it on small programs only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import sympy
import sympy.codegen.cfunctions  # the expressions of kernels use it

from zenverify.operators.derivation.rewriting import flattened
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.fill import Fill
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.homogeneous import Homogeneous
from zenverify.operators.program.steps.implicit import Implicit
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.sort import Sort
from zenverify.operators.program.steps.sum import Sum

_MOST_CHOICES = 20


def expressions_of(
    program: Program, operands: Sequence[Sequence[sympy.Expr]], name: str = "y"
) -> list[sympy.Expr]:
    """A program's result on expressions.

    Solutions of equations have no closed form: they are functions of what the equations depend on,
    named after `name`.
    """
    buffers: list[list[sympy.Expr]] = [list(operand) for operand in operands]
    for step in program.steps:
        sources = [buffers[source] for source in step.sources]
        match step:
            case Move(indices=indices):
                joined = [item for source in sources for item in source] + [sympy.Integer(0)]
                buffers.append([joined[i] for i in indices])
            case Map(kernel=kernel):
                buffers.append(
                    [
                        flattened(sympy.sympify(kernel.expression(sympy, *point), strict=True))
                        for point in zip(*sources, strict=True)
                    ]
                )
            case Sum(width=width, rows=rows):
                buffers.append([sympy.Add(*_row(sources[0], r, width)) for r in range(rows)])
            case Extremum(width=width, rows=rows, largest=largest):
                choose = sympy.Max if largest else sympy.Min
                buffers.append([choose(*_row(sources[0], r, width)) for r in range(rows)])
            case Homogeneous(program=inner):
                buffers.append(expressions_of(inner, sources))
            case Sort(width=width, rows=rows):
                buffers.append(
                    [
                        _order_statistic(_row(sources[0], r, width), place)
                        for r in range(rows)
                        for place in range(width)
                    ]
                )
            case Implicit():
                buffers.append(_solutions(step, sources, name))
            case Fill(items=items):
                buffers.append([_exact(item) for item in items])
            case Finite():
                # Symbols stand for finite numbers, which it passes on.
                buffers.append(list(sources[0]))
            case _:
                raise TypeError(type(step).__name__)
    return buffers[-1]


def _solutions(
    step: Implicit, sources: Sequence[Sequence[sympy.Expr]], name: str
) -> list[sympy.Expr]:
    solved = []
    for row in range(step.rows):
        width = [len(source) // step.rows for source in sources]
        given = [item for s, w in zip(sources, width, strict=True) for item in _row(s, row, w)]
        for unknown in range(step.size):
            number = row * step.size + unknown
            solved.append(sympy.Function(f"{name}_{number}", real=True)(*given))
    return solved


def _order_statistic(items: Sequence[sympy.Expr], place: int) -> sympy.Expr:
    """The element that comes to a place when sorted: of each so many the largest, the least.

    With many elements these are more choices than anybody would read: then it is a named function.
    """
    count = len(items)
    if math.comb(count, place + 1) > _MOST_CHOICES:
        return sympy.Function(f"sorted_{place}", real=True)(*items)
    return sympy.Min(*(sympy.Max(*chosen) for chosen in combinations(items, place + 1)))


def _row(items: Sequence[sympy.Expr], row: int, width: int) -> Sequence[sympy.Expr]:
    return items[row * width : (row + 1) * width]


def _exact(number: float) -> Any:
    return sympy.Integer(int(number)) if number == int(number) else sympy.Rational(number)
