"""What an engine does exactly at kinks, ties and edges, put beside the one-sided slopes there.

Nothing is judged here: where the one-sided slopes differ, every engine has to choose, and this is
the record of its choices. Whether it keeps to those that its adapter declares, a campaign checks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import arb

from zenverify.engines.completed import completed
from zenverify.engines.protocol import Engine, limits_of
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Case
from zenverify.graph.graph import Graph, GraphBuilder
from zenverify.operators.balls.arithmetic import precision
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import lift
from zenverify.verification import trace
from zenverify.verification.checks.structure import differentiated

PerElement = tuple[float, ...]

_CLOSE = 1e-6
"""Choices are named, not judged: two that differ by less have the same name."""


@dataclass(frozen=True, slots=True)
class KinkOrEdge:
    """Where an operation has a kink, or an edge.

    Attributes
    ----------
    operation
        Its name in the catalogue.
    operands
        Numbers, or nested lists of numbers.
    attributes
        Those of the call.
    argument
        Of which operand the gradient is looked at.
    """

    operation: str
    operands: tuple[Any, ...]
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    argument: int = 0

    def __str__(self) -> str:
        given = [_text(operand) for operand in self.operands]
        for name, value in self.attributes.items():
            if value is not None and value is not False and value != (0,):
                given.append(f"{name}={_text(value)}")
        return f"{self.operation}({', '.join(given)})"


def _text(item: Any) -> str:
    if isinstance(item, list):
        return f"[{', '.join(map(_text, item))}]"
    return f"{item:g}" if isinstance(item, float) else str(item)


def _ties(operation: str, **attributes: Any) -> Iterator[KinkOrEdge]:
    for count in (2, 3):
        yield KinkOrEdge(operation, ([1.0] * count,), attributes)


PLACES: tuple[KinkOrEdge, ...] = (
    KinkOrEdge("absolute", (0.0,)),
    KinkOrEdge("relu", (0.0,)),
    KinkOrEdge("leaky_relu", (0.0,), {"negative_slope": 0.25}),
    KinkOrEdge("elu", (0.0,), {"alpha": 2.0}),
    KinkOrEdge("selu", (0.0,)),
    KinkOrEdge("hardtanh", (-1.0,), {"min_val": -1.0, "max_val": 1.0}),
    KinkOrEdge("hardtanh", (1.0,), {"min_val": -1.0, "max_val": 1.0}),
    KinkOrEdge("relu6", (0.0,)),
    KinkOrEdge("relu6", (6.0,)),
    KinkOrEdge("hardsigmoid", (-3.0,)),
    KinkOrEdge("hardsigmoid", (3.0,)),
    KinkOrEdge("hardswish", (-3.0,)),
    KinkOrEdge("hardswish", (3.0,)),
    KinkOrEdge("softshrink", (0.5,), {"lambd": 0.5}),
    KinkOrEdge("softshrink", (-0.5,), {"lambd": 0.5}),
    KinkOrEdge("clip", (0.0,), {"lower": 0.0, "upper": 1.0}),
    KinkOrEdge("clip", (1.0,), {"lower": 0.0, "upper": 1.0}),
    *(KinkOrEdge(name, (1.0, 1.0), argument=k) for name in ("maximum", "minimum") for k in (0, 1)),
    *_ties("max", axis=None, keepdims=False),
    *_ties("min", axis=None, keepdims=False),
    *_ties("ptp", axis=None, keepdims=False),
    *_ties("median", axis=None, keepdims=False),
    *_ties("sort", axis=0),
    KinkOrEdge("max_pool1d", ([[[1.0, 1.0]]],), {"kernel": (2,), "stride": (1,), "padding": (0,)}),
    KinkOrEdge("l1_loss", (1.0, 1.0), {"reduction": "sum"}),
    KinkOrEdge("norm", ([0.0, 0.0],), {"ord": None, "axis": None, "keepdims": False}),
    KinkOrEdge("norm", ([0.0, 1.0],), {"ord": 1, "axis": None, "keepdims": False}),
    KinkOrEdge("norm", ([1.0, 1.0],), {"ord": math.inf, "axis": None, "keepdims": False}),
    KinkOrEdge("hypot", (0.0, 0.0)),
    KinkOrEdge("std", ([1.0, 1.0],), {"axis": None, "ddof": 0, "keepdims": False}),
    KinkOrEdge("sqrt", (0.0,)),
    KinkOrEdge("cbrt", (0.0,)),
    KinkOrEdge("log", (0.0,)),
    KinkOrEdge("arcsin", (1.0,)),
    KinkOrEdge("arccosh", (1.0,)),
    KinkOrEdge("power", (0.0, 0.0)),
    KinkOrEdge("power", (0.0, 1.0)),
    KinkOrEdge("power", (0.0, 0.5)),
    KinkOrEdge("power", (0.0, 0.0), argument=1),
    KinkOrEdge("power", (0.0, 2.0), argument=1),
    KinkOrEdge("xlogy", (0.0, 0.0)),
    KinkOrEdge("xlogy", (0.0, 0.0), argument=1),
    KinkOrEdge("sinc", (0.0,)),
    KinkOrEdge("sign", (0.0,)),
    KinkOrEdge("floor", (1.0,)),
)
"""Where engines are known to differ."""


@dataclass(frozen=True, slots=True)
class Convention:
    """What an engine does at one place.

    Attributes
    ----------
    operation, call
        The operation, and the call as text.
    argument
        The number of the operand whose gradient this is, at cotangent 1 of the first element of the
        result.
    gradient
        The engine's, flat; empty if it does not offer the call.
    left, right
        Per element the one-sided slopes; NaN where there is none.
    choice
        What the engine takes: ``"left"``, ``"right"``, ``"mean"`` or ``"between"``; among tied
        elements ``"equal shares"``, ``"first"``, ``"last"``, ``"one of them"``, ``"each in full"``
        or ``"none"``; ``"smooth"`` where there is nothing to choose; ``"outside"`` of the slopes;
        where there are none, ``"infinite"``, ``"nan"`` or ``"finite"``; ``"not offered"``.
    """

    operation: str
    call: str
    argument: int
    gradient: PerElement
    left: PerElement
    right: PerElement
    choice: str


def conventions_of(engine: Engine, places: Sequence[KinkOrEdge] = PLACES) -> Iterator[Convention]:
    """What an engine does at each place.

    Parameters
    ----------
    engine
        Any engine.
    places
        Where to look.

    Raises
    ------
    UsageError
        If the engine lacks what its missing capabilities could be made of.
    """
    whole = completed(engine)
    dtype = limits_of(engine).dtypes[0]
    for place in places:
        case = _case(place, dtype)
        left, right = _slopes(case, place.argument)
        gradient = _gradient(whole, case, place.argument)
        choice = "not offered" if gradient is None else name_of(gradient, left, right)
        yield Convention(
            place.operation, str(place), place.argument, gradient or (), left, right, choice
        )


def _case(place: KinkOrEdge, dtype: str) -> Case:
    build = GraphBuilder()
    values = [np.array(operand, dtype) for operand in place.operands]
    leaves = [build.variable(value.shape, dtype) for value in values]
    build.apply(place.operation, *leaves, **place.attributes)
    graph = build.graph()
    cotangent = np.zeros(graph.shapes[graph.root], dtype)
    cotangent.flat[0] = 1
    return Case(graph, tuple(values), cotangent)


def _slopes(case: Case, argument: int) -> tuple[PerElement, PerElement]:
    """Per element of the operand, the slopes of the first element of the result on either side.

    Of three tied elements the median has slope 0 in each, if it moves alone. Where that is so, the
    least and the largest slope nearby are taken: there one of them is the median and has slope 1.
    """
    with precision(128):
        operands = [lift(value) for value in case.values]
        left = _slopes_at(case.graph, operands, argument, -1)
        right = _slopes_at(case.graph, operands, argument, 1)
        here = operands[argument]
        if left != right or not 1 < len(here) == sum(item == here[0] for item in here):
            return left, right
        nearby = []
        for order in permutations(range(len(here))):
            moved = [item + arb(2) ** -20 * rank for item, rank in zip(here, order, strict=True)]
            aside = [*operands[:argument], moved, *operands[argument + 1 :]]
            nearby.append(_slopes_at(case.graph, aside, argument, 1))
    every = list(zip(*nearby, strict=True))
    return tuple(map(min, every)), tuple(map(max, every))


def _slopes_at(graph: Graph, operands: Sequence[Balls], argument: int, sign: int) -> PerElement:
    program = graph.programs[graph.root]
    found = []
    for element in range(len(operands[argument])):
        tangents = [[arb(0)] * len(operand) for operand in operands]
        tangents[argument][element] = arb(sign)
        moved = program.push(operands, tangents)[0]
        found.append(0.0 + sign * float(moved.mid()) if moved.is_finite() else math.nan)
    return tuple(found)


def _gradient(engine: Engine, case: Case, argument: int) -> PerElement | None:
    """The engine's, flat; None if it does not offer the call."""
    graph: Graph = case.graph
    if graph.apply(graph.root).operator not in engine.operators:
        return None
    try:
        _, gradients = differentiated(engine, case)
    except (UnsupportedError, trace.EngineFault):
        return None
    return tuple(
        gradients[graph.apply(graph.root).operands[argument]].astype(float).ravel().tolist()
    )


def name_of(gradient: Sequence[float], left: Sequence[float], right: Sequence[float]) -> str:
    """A name for what was chosen between slopes from the left and from the right.

    Parameters
    ----------
    gradient, left, right : sequence of float
        One number per element of the operand.

    Examples
    --------
    >>> name_of([0.5], [0.0], [1.0])
    'mean'
    >>> name_of([1.0, 0.0], [0.0, 0.0], [1.0, 1.0])
    'first'
    """
    sides = list(zip(gradient, left, right, strict=True))
    if any(math.isnan(low) or math.isnan(high) for _, low, high in sides):
        return _undefined(gradient)
    kinked = [(g, low, high) for g, low, high in sides if not _same(low, high)]
    if any(_same(low, high) and not _same(g, low) for g, low, high in sides):
        return "outside"
    if not kinked:
        return "smooth"
    if any(not min(low, high) - _CLOSE <= g <= max(low, high) + _CLOSE for g, low, high in kinked):
        return "outside"
    if len(kinked) == 1 or all(_same(low, -high) for _, low, high in kinked):
        return _side(kinked)
    return _shares(kinked)


def _undefined(gradient: Sequence[float]) -> str:
    if all(map(math.isinf, gradient)):
        return "infinite"
    if any(map(math.isnan, gradient)):
        return "nan"
    return "finite"


def _side(kinked: Sequence[tuple[float, float, float]]) -> str:
    names = {"left": 1, "right": 2}
    for name, position in names.items():
        if all(_same(one[0], one[position]) for one in kinked):
            return name
    if all(_same(g, (low + high) / 2) for g, low, high in kinked):
        return "mean"
    return "between"


def _shares(kinked: Sequence[tuple[float, float, float]]) -> str:
    """Which of the tied elements gets how much of the cotangent."""
    shares = [g / max(low, high, key=abs) for g, low, high in kinked]
    count = len(shares)
    named = {
        "equal shares": [1 / count] * count,
        "first": [1.0] + [0.0] * (count - 1),
        "last": [0.0] * (count - 1) + [1.0],
        "each in full": [1.0] * count,
        "none": [0.0] * count,
    }
    for name, expected in named.items():
        if all(map(_same, shares, expected)):
            return name
    return "one of them" if sorted(shares)[-2:] == [0.0, 1.0] else "between"


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE
