"""One operation of a recording, together with the numbers that it met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zenverify.functions.recording import Node, Value
from zenverify.graph.case import Array


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An operation where it occurs.

    Attributes
    ----------
    number
        Which operation of the recording it is.
    node
        The operation.
    names, operands
        What its operands are called, and their values.
    results, cotangents
        The values of its results, and the cotangents that arrive there.
    """

    number: int
    node: Node
    names: Sequence[str]
    operands: Sequence[Array]
    results: Sequence[Array]
    cotangents: Sequence[Array]


def occurrence_of(
    number: int, node: Node, values: Sequence[Value], gradients: Mapping[int, Array]
) -> Occurrence:
    """The operation of a number, by all values of a recording and the gradients at some."""
    results = [values[result].array for result in node.results]
    return Occurrence(
        number,
        node,
        [values[operand].name for operand in node.operands],
        [values[operand].array for operand in node.operands],
        results,
        [
            gradients.get(result, np.zeros_like(array))
            for result, array in zip(node.results, results, strict=True)
        ],
    )
