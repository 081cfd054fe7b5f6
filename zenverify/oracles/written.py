"""A graph written out: the SymPy expression of every element of every node.

For reports, and for the project's own tests, which hold the enclosures against `sympy.diff` of the
whole expression. The expressions grow fast: use it on small graphs only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy
import sympy.codegen.cfunctions
from numpy.typing import NDArray

from zenverify.graph.graph import Graph
from zenverify.operators.program import Program
from zenverify.operators.steps.extremum import Extremum
from zenverify.operators.steps.fill import Fill
from zenverify.operators.steps.map import Map
from zenverify.operators.steps.move import Move
from zenverify.operators.steps.sum import Sum

Expressions = NDArray[np.object_]


def leaf_symbols(graph: Graph) -> dict[int, Expressions]:
    """Per leaf, an array of real symbols named ``x{node}_{element}``."""
    found = {}
    for leaf in graph.leaves:
        symbols = [sympy.Symbol(f"x{leaf}_{i}", real=True) for i in range(graph.sizes[leaf])]
        found[leaf] = _array(symbols, graph.shapes[leaf])
    return found


def write_out(graph: Graph) -> list[Expressions]:
    """Per node, an object array of the node's shape with one expression per element."""
    written: list[Expressions] = []
    leaves = leaf_symbols(graph)
    for position, program in enumerate(graph.programs):
        if program is None:
            written.append(leaves[position])
            continue
        operands = [list(written[o].ravel()) for o in graph.apply(position).operands]
        written.append(_array(run(program, operands), graph.shapes[position]))
    return written


def run(program: Program, operands: Sequence[Sequence[sympy.Expr]]) -> list[sympy.Expr]:
    """A program's result on expressions."""
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
                        sympy.sympify(kernel.expression(sympy, *point), strict=True)
                        for point in zip(*sources, strict=True)
                    ]
                )
            case Sum(width=width, rows=rows):
                buffers.append([sympy.Add(*_row(sources[0], r, width)) for r in range(rows)])
            case Extremum(width=width, rows=rows, largest=largest):
                choose = sympy.Max if largest else sympy.Min
                buffers.append([choose(*_row(sources[0], r, width)) for r in range(rows)])
            case Fill(items=items):
                buffers.append([_exact(item) for item in items])
            case _:
                raise TypeError(type(step).__name__)
    return buffers[-1]


def _row(items: Sequence[sympy.Expr], row: int, width: int) -> Sequence[sympy.Expr]:
    return items[row * width : (row + 1) * width]


def _exact(number: float) -> Any:
    return sympy.Integer(int(number)) if number == int(number) else sympy.Rational(number)


def _array(items: Sequence[sympy.Expr], shape: tuple[int, ...]) -> Expressions:
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made.reshape(shape)
