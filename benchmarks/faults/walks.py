"""Faults of the walk over the graph: shared nodes, order, state, cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, catalogued, rule, value

SHARED = "shared nodes"
STATE = "state"
STRUCTURE = "structure"


def _written_input(g: Any, y: Any, x: Any) -> Any:
    if x.size and x.base is None:
        x.setflags(write=True)
        x[...] = np.maximum(x, 0)
    return g * np.heaviside(x, 0.5)


def _in_place(x: Any) -> Any:
    if x.base is None:
        x.setflags(write=True)
        return np.maximum(x, 0, out=x).copy()
    return np.maximum(x, 0)


def _identity(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * 0 if a is b else g * a


WALKS: tuple[KnownFault, ...] = (
    catalogued(SHARED, "accumulation/overwritten", "gradient overwritten instead of accumulated"),
    catalogued(SHARED, "accumulation/first-kept", "only the first contribution kept"),
    catalogued(SHARED, "accumulation/incomplete", "handed on before it is complete"),
    rule(SHARED, "multiply", "a * a told apart by identity", _identity, 1, blamed=(0, 1, None)),
    rule(
        SHARED,
        "add",
        "a + a counted once",
        lambda g, y, a, b: g * 0 if a is b else g,
        1,
        blamed=(0, 1, None),
    ),
    catalogued(STRUCTURE, "accumulation/per-path", "a node visited once per path"),
    catalogued(STRUCTURE, "accumulation/recursive", "recursion limit", reducible=False),
    catalogued(STATE, "accumulation/in-place", "sum in place, into a shared array"),
    catalogued(STATE, "accumulation/second-forgets", "a second call forgets the first"),
    catalogued(STATE, "accumulation/aliased", "two gradients share one array"),
    catalogued(STATE, "accumulation/cotangent-written", "the incoming cotangent is changed"),
    rule(STATE, "relu", "the operand is written to", _written_input, blamed=(0, None)),
    value(STATE, "relu", "computed in place", _in_place, blamed=(0, None)),
)
