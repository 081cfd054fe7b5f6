"""The cotangents that a function is checked with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zenverify.functions.recording import Node, Value
from zenverify.graph.case import Array


def cotangents_at(values: Sequence[Value], places: Sequence[int]) -> dict[int, Array]:
    """Cotangents of order one, the same at each call.

    Those of float64 have all digits, so that a rule shows that rounds them to float32.
    """
    draw, digits = np.random.default_rng(20), np.random.default_rng(21)
    found = {}
    for place in dict.fromkeys(places):
        array = values[place].array
        sizes = draw.integers(65, 192, array.shape) / 128.0
        signs = draw.integers(0, 2, array.shape) * 2 - 1
        if array.dtype == np.float64:
            sizes += digits.uniform(-1, 1, array.shape) / 256.0
        found[place] = np.asarray(sizes * signs, dtype=array.dtype)
    return found


def cotangents_of(node: Node, values: Sequence[Value]) -> list[Array]:
    """The same at each result of an operation."""
    found = cotangents_at(values, node.results)
    return [found[place] for place in node.results]
