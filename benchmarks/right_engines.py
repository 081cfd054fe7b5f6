"""A zoo of right engines: whatever they do is right, so no alarm about them is.

    python -m benchmarks.right_engines [--graphs 20000] [--seed N] [--only NAME] [--jobs N]

Each is the Zen engine with one unusual habit. Right means: another association of the declared
expression, or another formula whose intermediate results are no larger. Prints a line for each
engine, and every alarm. Exit code 1 after any.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from benchmarks.processes import in_processes
from zenverify.engines.protocol import LEFT, RIGHT, Array, AtKink, LeafKind
from zenverify.engines.zen import ZenEngine
from zenverify.graph.limits import Limits
from zenverify.tensor import OPERATIONS, Tensor, walk
from zenverify.tensor.operation import Operation
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import FailureMinimised, RunFinished

Rules = Mapping[str, Operation]


class RightEngine(ZenEngine):
    """The Zen engine with a walk of its own, which subclasses change in one habit."""

    rules: Rules = MappingProxyType({})
    """What stands in place of the Zen engine's own operations."""
    probe = None  # type: ignore[assignment]  # probed by products and sums, as most engines are

    def __init__(self) -> None:
        self.name = type(self).__name__

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        with self._installed():
            return super().apply(operator, operands, attributes)

    @contextmanager
    def _installed(self) -> Iterator[None]:
        kept = {name: OPERATIONS[name] for name in self.rules}
        OPERATIONS.update(self.rules)
        try:
            yield
        finally:
            OPERATIONS.update(kept)

    def backward(self, root: Any, cotangent: Array) -> None:
        with self._installed(), np.errstate(all="ignore"):
            for node, received in self.pulled(root, cotangent).items():
                self.keep(node, np.asarray(received, node.array.dtype))

    def keep(self, node: Tensor, received: Array) -> None:
        """Add to what a node has, or set it."""
        held = node.accumulated
        node.accumulated = received.copy() if held is None else np.asarray(held + received)
        node.owns_gradient = True

    def pulled(self, root: Tensor, cotangent: Array) -> dict[Tensor, Array]:
        """The cotangents of everything that the root depends on."""
        received: dict[Tensor, list[Array]] = {root: [cotangent]}
        totals: dict[Tensor, Array] = {}
        for node in reversed(walk.postorder(root)):
            totals[node] = np.asarray(self.total(received[node]), node.array.dtype)
            for position, dependency in enumerate(node.dependencies):
                if dependency.trainable:
                    part = self.contribution(node, position, totals[node])
                    received.setdefault(dependency, []).append(part)
        return totals

    def total(self, parts: Sequence[Array]) -> Array:
        """The sum of what arrives at a node."""
        held = parts[0]
        for part in parts[1:]:
            held = held + part
        return held

    def contribution(self, node: Tensor, position: int, cotangent: Array) -> Array:
        """What a node's cotangent contributes to one of its dependencies."""
        arguments = (cotangent, node.array, *node.operands)
        return walk.contribution(walk.operation_of(node), position, arguments, node.keywords)


class WalksPaths(RightEngine):
    """Follows every path from the root by itself; with nothing to count its calls by."""

    counted = None  # type: ignore[assignment]  # what it costs is not asked

    def pulled(self, root: Tensor, cotangent: Array) -> dict[Tensor, Array]:
        totals: dict[Tensor, Array] = {}
        waiting = [(root, cotangent)]
        for _ in range(50_000):
            if not waiting:
                return totals
            node, here = waiting.pop()
            here = np.asarray(here, node.array.dtype)
            totals[node] = totals[node] + here if node in totals else here
            waiting += [
                (dependency, self.contribution(node, position, here))
                for position, dependency in enumerate(node.dependencies)
                if dependency.trainable
            ]
        return super().pulled(root, cotangent)


class AddsBackwards(RightEngine):
    """Adds what arrives at a node in the opposite order."""

    def total(self, parts: Sequence[Array]) -> Array:
        return super().total(parts[::-1])


class AddsInAnyOrder(RightEngine):
    """Adds in another order each time, as threads do."""

    def total(self, parts: Sequence[Array]) -> Array:
        order = np.random.default_rng().permutation(len(parts))
        return super().total([parts[place] for place in order])


class AddsOneByOne(RightEngine):
    """Adds each contribution to what earlier calls have left, and not their sum."""

    def backward(self, root: Any, cotangent: Array) -> None:
        with self._installed(), np.errstate(all="ignore"):
            received: dict[Tensor, list[Array]] = {root: [cotangent]}
            for node in reversed(walk.postorder(root)):
                total = np.asarray(self.total(received[node]), node.array.dtype)
                for part in received[node]:
                    self.keep(node, np.asarray(part, node.array.dtype))
                for position, dependency in enumerate(node.dependencies):
                    if dependency.trainable:
                        part = self.contribution(node, position, total)
                        received.setdefault(dependency, []).append(part)


class ExtendedSums(RightEngine):
    """Adds up in long double, also inside products of matrices."""

    def total(self, parts: Sequence[Array]) -> Array:
        return np.asarray(sum(part.astype(np.longdouble) for part in parts))


def _reducing(sums: Callable[[Array], Array]) -> Rules:
    """`sum`, `mean` and `matmul` by a sum over the last axis."""

    def total(x: Array, axis: Any, keepdims: bool) -> Array:
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        places = sorted(place % x.ndim for place in axes) if x.ndim else []
        others = [place for place in range(x.ndim) if place not in places]
        rows = x.transpose([*others, *places]).reshape([x.shape[place] for place in others] + [-1])
        shape = [1 if place in places else size for place, size in enumerate(x.shape)]
        found = np.asarray(sums(rows), x.dtype)
        return found.reshape(shape) if keepdims else found

    def mean(x: Array, axis: Any, keepdims: bool) -> Array:
        found = total(x, axis, keepdims)
        return np.asarray(found / np.asarray(x.size / max(found.size, 1), x.dtype), x.dtype)

    def product(x: Array, y: Array) -> Array:
        if x.ndim != 2 or y.ndim != 2:
            return OPERATIONS["matmul"].forward(x, y)
        terms = x[:, None, :] * y.T[None, :, :]
        return np.asarray(sums(terms), terms.dtype)

    plain = OPERATIONS["matmul"]
    return {
        "sum": replace(OPERATIONS["sum"], forward=total),
        "mean": replace(OPERATIONS["mean"], forward=mean),
        "matmul": replace(
            plain,
            forward=lambda x, y: product(x, y) if x.ndim == y.ndim == 2 else plain.forward(x, y),
        ),
    }


def _pairwise(rows: Array) -> Array:
    if rows.shape[-1] < 2:
        return np.asarray(rows.sum(-1))
    half = rows.shape[-1] // 2
    return np.asarray(_pairwise(rows[..., :half]) + _pairwise(rows[..., half:]))


def _backwards(rows: Array) -> Array:
    held: Array = np.zeros(rows.shape[:-1], rows.dtype)
    for place in reversed(range(rows.shape[-1])):
        held = held + rows[..., place]
    return held


class PairwiseSums(RightEngine):
    """Adds halves of halves."""

    rules = _reducing(_pairwise)


class BackwardSums(RightEngine):
    """Adds the last element first."""

    rules = _reducing(_backwards)


class LongDoubleSums(RightEngine):
    """Adds up in more precision than it stores."""

    rules = _reducing(lambda rows: np.add.reduce(rows, axis=-1, dtype=np.longdouble))


class FusedMultiplyAdd(RightEngine):
    """Rounds a product and a sum but once, in products of matrices."""

    @staticmethod
    def _product(x: Array, y: Array) -> Array:
        if not x.ndim == y.ndim == 2:
            return np.asarray(np.matmul(x, y))
        held: Array = np.zeros((x.shape[0], y.shape[1]), np.result_type(x, y))
        for place in range(x.shape[1]):
            terms = x[:, place, None].astype(np.longdouble) * y[None, place]
            held = (held + terms).astype(held.dtype)
        return held

    rules = MappingProxyType({"matmul": replace(OPERATIONS["matmul"], forward=_product)})


def _flushed(array: Array) -> Array:
    tiny = np.finfo(array.dtype).tiny
    return np.asarray(
        np.where(np.abs(array) < tiny, np.copysign(array.dtype.type(0), array), array)
    )


class FlushesToZero(RightEngine):
    """Has no numbers below the smallest normal one."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if isinstance(made, Tensor):
            made.array = np.asarray(_flushed(made.array))
        return made

    def contribution(self, node: Tensor, position: int, cotangent: Array) -> Array:
        return _flushed(np.asarray(super().contribution(node, position, cotangent)))

    def total(self, parts: Sequence[Array]) -> Array:
        return _flushed(np.asarray(super().total(parts)))


class OnlyFloat32(RightEngine):
    """Has one precision."""

    limits = Limits(dtypes=("float32",), mixed=False)


class OnlyNumbers(RightEngine):
    """Has no arrays, and starts from a number with cotangent 1."""

    limits = Limits(dtypes=("float64",), mixed=False, arrays=False, seeded=False)


class OnlyLeaves(RightEngine):
    """Keeps the gradients of leaves only."""

    limits = Limits(inner=False)
    counted = None  # type: ignore[assignment]  # what counts is no leaf

    def gradient(self, handle: Any) -> Array | None:
        leaf = isinstance(handle, Tensor) and not handle.dependencies
        return super().gradient(handle) if leaf else None


class OneCallOnly(RightEngine):
    """Frees its graph after one call."""

    limits = Limits(repeated=False)


class Replaces(RightEngine):
    """A second call replaces the gradients."""

    accumulates = False

    def keep(self, node: Tensor, received: Array) -> None:
        node.accumulated, node.owns_gradient = received.copy(), True


class Recomputes(RightEngine):
    """Keeps no result: a pullback computes its own anew."""

    def contribution(self, node: Tensor, position: int, cotangent: Array) -> Array:
        operation = walk.operation_of(node)
        if operation.custom:
            return super().contribution(node, position, cotangent)
        again = np.asarray(operation.forward(*node.operands, **node.keywords))
        arguments = (cotangent, again, *node.operands)
        return walk.contribution(operation, position, arguments, node.keywords)


class ReadOnlyViews(RightEngine):
    """Hands out views that cannot be written to."""

    def value(self, handle: Any) -> Array:
        return _view(super().value(handle))

    def gradient(self, handle: Any) -> Array | None:
        found = super().gradient(handle)
        return None if found is None else _view(found)


def _view(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


class NumbersForScalars(RightEngine):
    """Computes with NumPy's numbers in place of arrays without axes."""

    def contribution(self, node: Tensor, position: int, cotangent: Array) -> Array:
        found = super().contribution(node, position, cotangent)
        number: Array = found[()]
        return number

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.ARRAY and value.ndim == 0:
            return value[()]
        return super().leaf(kind, value)


def _ruled(name: str, *pullbacks: Callable[..., Any]) -> tuple[str, Operation]:
    return name, replace(OPERATIONS[name], pullbacks=pullbacks)


class FirstSides(RightEngine):
    """Takes the slope from the left at kinks, and says so."""

    conventions: Mapping[str, AtKink] = MappingProxyType(
        {**ZenEngine.conventions, "relu": LEFT, "absolute": LEFT}
    )
    rules = MappingProxyType(
        dict(
            [
                _ruled("relu", lambda g, y, x: g * (x > 0)),
                _ruled("absolute", lambda g, y, x: g * np.where(x > 0, 1, -1).astype(x.dtype)),
            ]
        )
    )


class LastSides(RightEngine):
    """Takes the slope from the right at kinks, and says so."""

    conventions: Mapping[str, AtKink] = MappingProxyType(
        {**ZenEngine.conventions, "relu": RIGHT, "absolute": RIGHT}
    )
    rules = MappingProxyType(
        dict(
            [
                _ruled("relu", lambda g, y, x: g * (x >= 0)),
                _ruled("absolute", lambda g, y, x: g * np.where(x >= 0, 1, -1).astype(x.dtype)),
            ]
        )
    )


class ShortFormulas(RightEngine):
    """Computes slopes from results, as 1 - tanh^2.

    Not y (1 - y) for the sigmoid: far out 1 - y rounds at the size of 1, and the declared slope has
    no intermediate result of that size there.
    """

    rules = MappingProxyType(
        dict(
            [
                _ruled("tanh", lambda g, y, x: g * (1 - y * y)),
                _ruled("reciprocal", lambda g, y, x: -g * (y * y)),
                _ruled("sqrt", lambda g, y, x: g / (2 * y)),
                _ruled("exp", lambda g, y, x: g * y),
            ]
        )
    )


def _eliminated(a: Array, b: Array) -> Array:
    """Gauss's elimination with the largest pivot of each column."""
    a, b = a.copy(), b.copy()
    size = len(a)
    for column in range(size):
        pivot = column + int(np.argmax(np.abs(a[column:, column])))
        a[[column, pivot]], b[[column, pivot]] = a[[pivot, column]], b[[pivot, column]]
        if a[column, column] == 0:
            raise np.linalg.LinAlgError("Singular matrix")
        for row in range(column + 1, size):
            factor = a[row, column] / a[column, column]
            a[row, column:] -= factor * a[column, column:]
            b[row] -= factor * b[column]
    for row in reversed(range(size)):
        b[row] = (b[row] - a[row, row + 1 :] @ b[row + 1 :]) / a[row, row]
    return b


def _inverse(x: Array) -> Array:
    if not np.isfinite(x).all():
        return np.linalg.inv(x)
    size = x.shape[-1]
    found = np.empty_like(x)
    for place in np.ndindex(x.shape[:-2]):
        found[place] = _eliminated(x[place], np.eye(size, dtype=x.dtype))
    return found


class TextbookSolver(RightEngine):
    """Inverts by Gauss's elimination, not by LAPACK."""

    rules = MappingProxyType({})

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator == "inv" and isinstance(made, Tensor):
            try:
                made.array = _inverse(made.operands[0]) if made.operands else made.array
            except np.linalg.LinAlgError:
                return made
        return made


ZOO: tuple[type[RightEngine], ...] = (
    WalksPaths,
    AddsBackwards,
    AddsInAnyOrder,
    AddsOneByOne,
    ExtendedSums,
    PairwiseSums,
    BackwardSums,
    LongDoubleSums,
    FusedMultiplyAdd,
    FlushesToZero,
    OnlyFloat32,
    OnlyNumbers,
    OnlyLeaves,
    OneCallOnly,
    Replaces,
    Recomputes,
    ReadOnlyViews,
    NumbersForScalars,
    FirstSides,
    LastSides,
    ShortFormulas,
    TextbookSolver,
)


def alarms_of(engine: RightEngine, seed: int, graphs: int) -> tuple[int, list[FailureMinimised]]:
    """How many graphs were verified, and the alarms about them."""
    found: list[FailureMinimised] = []
    verified = 0
    for event in run(engine, CampaignOptions(seed, graphs)):
        if isinstance(event, FailureMinimised):
            found.append(event)
        elif isinstance(event, RunFinished):
            verified = event.cases
    return verified, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=20_000, help="of each engine")
    parser.add_argument("--seed", type=int, help="by default from the operating system's entropy")
    parser.add_argument("--only", help="one engine")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    options = parser.parse_args(arguments)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    print(f"seed {seed}")
    kinds = [kind for kind in ZOO if options.only in (None, kind.__name__)]

    def work(place: int) -> tuple[int, list[str]]:
        verified, found = alarms_of(kinds[place](), seed, options.graphs)
        return verified, [f"{event.bucket}: {event.finding.message}" for event in found]

    alarms = 0
    for kind, (verified, found) in zip(
        kinds, in_processes(work, len(kinds), options.jobs, at_once=1), strict=True
    ):
        alarms += len(found)
        print(f"{kind.__name__}: {verified:,} graphs, {len(found)} alarms", flush=True)
        for alarm in found:
            print(f"  {alarm}", flush=True)
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
