"""A graph written out: the SymPy expression of every element of every node.

For reports, and for the project's own tests, which hold the enclosures against `sympy.diff` of the
whole expression. The expressions grow fast: use it on small graphs only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy
from numpy.typing import NDArray

from zenverify.graph.graph import Graph
from zenverify.operators.derivation.written import expressions_of

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
    found: list[Expressions] = []
    leaves = leaf_symbols(graph)
    for position, program in enumerate(graph.programs):
        if program is None:
            found.append(leaves[position])
            continue
        operands = [list(found[o].ravel()) for o in graph.apply(position).operands]
        result = expressions_of(program, operands, f"y{position}")
        found.append(_array(result, graph.shapes[position]))
    return found


def _array(items: Sequence[sympy.Expr], shape: tuple[int, ...]) -> Expressions:
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made.reshape(shape)
