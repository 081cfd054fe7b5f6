"""Small cases, and engines with a fault planted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.faults import FAULTS
from zenverify.engines.protocol import Engine
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array, Case
from zenverify.graph.drawing import single_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.operators.derivation.evaluators import Derived
from zenverify.operators.operator import Instance, Operator
from zenverify.tensor import OPERATIONS
from zenverify.verification.events import Finding
from zenverify.verification.verify import CaseResult, verify_case

WHOLE = {"axis": None, "keepdims": False}
"""The attributes of a reduction to a single number."""


def filled(operator: Operator, instance: Instance, filling: Filling, seed: int = 0) -> Case:
    """An operator called in one way, float64, on trainable leaves of their own."""
    structure = single_structure(lambda count: 0, operator, instance, Dtypes.FLOAT64)
    return fill(structure, filling, seed)


class CaseBuilder:
    """Builds a graph and gives its leaves values at the same time."""

    def __init__(self) -> None:
        self._build = GraphBuilder()
        self._values: list[Array] = []

    def leaf(self, kind: LeafKind, value: ArrayLike, dtype: str = "float64") -> int:
        array = np.asarray(value, dtype=dtype)
        self._values.append(array)
        return self._build.leaf(kind, array.shape, dtype)

    def variable(self, value: ArrayLike, dtype: str = "float64") -> int:
        return self.leaf(LeafKind.VARIABLE, value, dtype)

    def constant(self, value: ArrayLike) -> int:
        return self.leaf(LeafKind.CONSTANT, value)

    def number(self, value: float) -> int:
        return self.leaf(LeafKind.NUMBER, value)

    def apply(self, operator: str, *operands: int, **attributes: Any) -> int:
        return self._build.apply(operator, *operands, **attributes)

    def case(
        self,
        cotangent: ArrayLike | None = None,
        further: Mapping[int, ArrayLike] = MappingProxyType({}),
    ) -> Case:
        """The case; its cotangent is ones by default. `further` has those of further roots."""
        graph = self._build.graph(*further)
        seeds = {
            **further,
            graph.root: np.ones(graph.shapes[-1]) if cotangent is None else cotangent,
        }
        *others, last = (np.asarray(seeds[root], graph.dtypes[root]) for root in graph.roots)
        return Case(graph, tuple(self._values), last, tuple(others))


def unary(
    *operators: str, at: ArrayLike, cotangent: ArrayLike | None = None, dtype: str = "float64"
) -> Case:
    """Operators of one argument, one after the other."""
    build = CaseBuilder()
    node = build.variable(at, dtype)
    for operator in operators:
        node = build.apply(operator, node)
    return build.case(cotangent)


def binary(operator: str, left: ArrayLike, right: ArrayLike) -> Case:
    build = CaseBuilder()
    build.apply(operator, build.variable(left), build.variable(right))
    return build.case()


def square_of_tanh(at: float = 0.5) -> Case:
    """``tanh(x) * tanh(x)``: a shared node, and the same operand twice."""
    build = CaseBuilder()
    y = build.apply("tanh", build.variable(at))
    build.apply("multiply", y, y)
    return build.case()


def only(result: CaseResult) -> Finding:
    """The one finding of a result."""
    assert len(result.findings) == 1, [(f.verdict, f.message) for f in result.findings]
    return result.findings[0]


def finding_of(case: Case, engine: Engine | None = None, timeout: float = 10.0) -> Finding:
    """The one finding about a case, by default on the Zen engine as it is now."""
    return only(verify_case(engine or ZenEngine(), case, timeout=timeout))


Rule = Callable[..., Any]


@contextmanager
def wrong_rule(operation: str, pullback: Rule, argument: int = 0) -> Iterator[None]:
    """The Zen engine with another pullback of one argument."""
    good = OPERATIONS[operation]
    pullbacks = list(good.pullbacks)
    pullbacks[argument] = pullback
    with _planted(operation, replace(good, pullbacks=tuple(pullbacks))):
        yield


@contextmanager
def wrong_value(operation: str, forward: Rule) -> Iterator[None]:
    """The Zen engine with another forward rule."""
    with _planted(operation, replace(OPERATIONS[operation], forward=forward)):
        yield


@contextmanager
def _planted(operation: str, changed: Any) -> Iterator[None]:
    good = OPERATIONS[operation]
    OPERATIONS[operation] = changed
    try:
        yield
    finally:
        OPERATIONS[operation] = good


@contextmanager
def derived_otherwise(name: str, change: Callable[[Derived], Derived]) -> Iterator[None]:
    """The catalogue with another derivation of an operator's kernel: SymPy in error."""
    kernel = catalogue.get(name).kernel
    assert kernel is not None
    good = kernel.derived
    kernel.__dict__["derived"] = change(good)
    _forget_programs()
    try:
        yield
    finally:
        kernel.__dict__["derived"] = good
        _forget_programs()


def _forget_programs() -> None:
    for operator in catalogue.all_operators():
        operator.__dict__.pop("_programs", None)


def scaled_partial(factor: float) -> Callable[[Derived], Derived]:
    """A kernel of one argument whose partial is wrong by a factor."""

    def change(good: Derived) -> Derived:
        def linear(*point: Any) -> tuple[Any, ...]:
            value, partial = good.linear(*point)
            return value, partial * factor

        return replace(good, linear=linear)

    return change


def planted(name: str) -> AbstractContextManager[None]:
    """A fault of the benchmarks' catalogue."""
    (fault,) = [fault for fault in FAULTS if fault.name == name]
    return fault.plant()
