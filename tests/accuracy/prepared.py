"""Engines that lose digits in known ways, and single cases."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zenverify.engines.extended import extended
from zenverify.engines.protocol import Engine
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import GraphBuilder
from zenverify.tensor import new_operation

Function = Callable[..., Array]


def losing(name: str, forward: Function, pullback: Function) -> Engine:
    """The Zen engine with an elementwise operation of one operand computed otherwise."""
    return extended(ZenEngine(), name, new_operation(name, forward, pullback, broadcasts=True))


def naive_log1p() -> Engine:
    """Loses the small numbers that are added to 1."""
    return losing("log1p", lambda x: np.log(1 + x), lambda g, y, x: g / (1 + x))


def naive_tanh() -> Engine:
    """Right to the last unit of u * S, and without a digit far out."""
    return losing("tanh", np.tanh, lambda g, y, x: g * (1 - y * y))


def case_of(name: str, *columns: list[float], dtype: str = "float64") -> Case:
    """An elementwise operation at several points, with cotangents of one."""
    build = GraphBuilder()
    build.apply(name, *[build.variable((len(column),), dtype) for column in columns])
    values = tuple(np.array(column, dtype) for column in columns)
    return Case(build.graph(), values, np.ones(len(columns[0]), dtype))
