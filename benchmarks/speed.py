"""What verification costs, in multiples of a plain NumPy forward pass of the same graph.

Per size, random float64 graphs over the operations that NumPy has too (its ufuncs, and those of the
table below) are drawn as a campaign draws them (3 to 4 elements per node on average, at most 12;
ordinary values) until they have that many operations. NumPy must give the engine's result.
Timed on each of them, by turns and in one process:

- *NumPy*: the forward pass as a good NumPy user would write it, a flat list of prepared calls;
- *engine*: `zenverify.Tensor` forward and backward, with the gradients of all nodes;
- *verified*: `verify_case(engine, case, difference=False)`;
- *differences*: `verify_case(engine, case)`, with the third witness.

What depends on the graph alone is prepared before, as in a campaign, which fills each graph with
many values. Every graph counts with its fastest repeat, in processor time. A table row gives the
mean over all graphs of one size, in microseconds, and as a multiple of NumPy's. The last line says
how much the cost grows when the graph is four times as large.

Run it with ``python -m benchmarks.speed``; ``--json`` prints the numbers alone.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from zenverify.engines.registry import load
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.graph import Graph, Leaf
from zenverify.graph.structure import Dtypes, Structure
from zenverify.operators import catalogue
from zenverify.operators.attributes import thaw_attributes
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

Array = NDArray[np.float64]
Axis = int | tuple[int, ...] | None
Pair = tuple[int, int]

SIZES = (5, 20, 80, 320)


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _softmax(x: Array, axis: Axis) -> Array:
    terms = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(terms / terms.sum(axis=axis, keepdims=True))


def _logsumexp(x: Array, axis: Axis, keepdims: bool) -> Array:
    highest = x.max(axis=axis, keepdims=True)
    total = np.log(np.exp(x - highest).sum(axis=axis, keepdims=True)) + highest
    return np.asarray(total if keepdims else total.squeeze(axis))


def _log_softmax(x: Array, axis: Axis) -> Array:
    return np.asarray(x - _logsumexp(x, axis, True))


def _conv2d(x: Array, w: Array, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> Array:
    rows, columns = padding
    padded = np.pad(x, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    reach = [d * (k - 1) + 1 for k, d in zip(w.shape[2:], dilation, strict=True)]
    windows = sliding_window_view(padded, reach, axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    images = windows.reshape(len(x), groups, w.shape[1], *windows.shape[2:])
    kernels = w.reshape(groups, len(w) // groups, *w.shape[1:])
    products = np.einsum("ngcijhw,gochw->ngoij", images, kernels)
    return np.asarray(products.reshape(len(x), len(w), *products.shape[3:]))


NUMPY: dict[str, Callable[..., Any]] = {
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(x, 0),
    "relu": lambda x: np.maximum(x, 0),
    "clip": lambda x, lower, upper: np.clip(x, lower, upper),
    "where": lambda x, y, condition: np.where(condition, x, y),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "conv2d": _conv2d,
    "flatten": lambda x: x.reshape(-1),
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, axes: x.transpose(axes),
    "squeeze": lambda x, axis: x.squeeze(axis),
    "sum": lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims),
    "mean": lambda x, axis, keepdims: x.mean(axis=axis, keepdims=keepdims),
    "prod": lambda x, axis, keepdims: x.prod(axis=axis, keepdims=keepdims),
    "max": lambda x, axis, keepdims: x.max(axis=axis, keepdims=keepdims),
    "min": lambda x, axis, keepdims: x.min(axis=axis, keepdims=keepdims),
    "var": lambda x, axis, keepdims, ddof: x.var(axis=axis, keepdims=keepdims, ddof=ddof),
    "index": lambda x, key: x[key],
    "stack": lambda *operands, axis: np.stack(operands, axis),
    "concatenate": lambda *operands, axis: np.concatenate(operands, axis),
}
"""Where NumPy's own function of the operator's name is not what one would call."""


def has_numpy(name: str) -> bool:
    """Whether the forward pass of an operation can be written in plain NumPy here."""
    return name in NUMPY or isinstance(getattr(np, name, None), np.ufunc)


@dataclass(frozen=True, slots=True)
class Call:
    """One prepared call: a function, the positions of its operands, its keyword arguments."""

    function: Callable[..., Any]
    operands: tuple[int, ...]
    attributes: dict[str, Any]


def numpy_calls(graph: Graph) -> list[Call]:
    """The graph's operations as plain NumPy calls."""
    return [
        Call(
            NUMPY.get(node.operator) or getattr(np, node.operator),
            node.operands,
            thaw_attributes(node.attributes),
        )
        for node in map(graph.apply, graph.operations)
    ]


def numpy_pass(case: Case) -> Callable[[], Any]:
    """The forward pass in plain NumPy, which gives the root's value."""
    graph = case.graph
    values: list[Any] = [None] * len(graph.nodes)
    for leaf, value in zip(graph.leaves, case.values, strict=True):
        values[leaf] = value
    calls = [
        (position, call.function, call.operands, call.attributes)
        for position, call in zip(graph.operations, numpy_calls(graph), strict=True)
    ]

    def run() -> Any:
        with np.errstate(all="ignore"):
            for position, function, operands, attributes in calls:
                values[position] = function(*[values[i] for i in operands], **attributes)
        return values[-1]

    return run


def engine_pass(engine: ZenEngine, case: Case) -> Callable[[], list[Any]]:
    """Forward and backward on the engine, up to every node's gradient."""
    graph = case.graph
    attributes = [
        None if isinstance(node, Leaf) else thaw_attributes(node.attributes) for node in graph.nodes
    ]

    def run() -> list[Any]:
        handles: list[Any] = []
        values = iter(case.values)
        for node, keywords in zip(graph.nodes, attributes, strict=True):
            if isinstance(node, Leaf):
                handles.append(engine.leaf(node.kind, next(values)))
            else:
                assert keywords is not None
                operands = [handles[operand] for operand in node.operands]
                handles.append(engine.apply(node.operator, operands, keywords))
        engine.backward(handles[-1], case.cotangent)
        return handles

    return run


def structure_of(operations: int, seed: int) -> Structure:
    """A random graph of about that many operations, those that join its loose ends included."""
    operators = [one for one in catalogue.all_operators() if has_numpy(one.name)]
    structure = None
    for drawn in range(max(1, operations // 3), operations + 1, max(1, operations // 40)):
        draw = random.Random(seed).randrange
        structure = draw_structure(
            lambda count, draw=draw: draw(count), operators, drawn, Dtypes.FLOAT64
        )
        if len(structure.graph.operations) >= operations:
            break
    assert structure is not None
    return structure


@dataclass(frozen=True, slots=True)
class Row:
    """All graphs of one size, in seconds per graph."""

    size: int
    graphs: int
    operations: float
    elements_per_node: float
    numpy: float
    engine: float
    verified: float
    differences: float


def fastest(functions: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Each function's fastest call; the functions take turns."""
    best = [float("inf")] * len(functions)
    for _ in range(repeats):
        for number, function in enumerate(functions):
            start = time.process_time()
            function()
            best[number] = min(best[number], time.process_time() - start)
    return best


def measure(size: int, graphs: int, repeats: int) -> Row:
    """Measure random graphs of one size.

    Raises
    ------
    RuntimeError
        If a graph does not verify: its cost would be that of a failure. If NumPy's result is
        another than the engine's.
    """
    engine = load("zen")
    assert isinstance(engine, ZenEngine)
    totals = np.zeros(4)
    operations = nodes = elements = 0
    for seed in range(graphs):
        case = fill(structure_of(size, seed), Filling.ORDINARY, seed)
        verdict = verify_case(engine, case).verdict
        if verdict is not Verdict.AGREE:
            raise RuntimeError(f"graph {seed} of {size} operations: {verdict}")
        found, expected = numpy_pass(case)(), engine.value(engine_pass(engine, case)()[-1])
        if not np.allclose(found, expected, rtol=1e-6, equal_nan=True):
            raise RuntimeError(f"graph {seed} of {size} operations: NumPy's result is another")
        operations += len(case.graph.operations)
        nodes += len(case.graph.nodes)
        elements += sum(case.graph.sizes)
        totals += fastest(
            [
                numpy_pass(case),
                engine_pass(engine, case),
                lambda case=case: verify_case(engine, case, difference=False),  # type: ignore[misc]
                lambda case=case: verify_case(engine, case),  # type: ignore[misc]
            ],
            repeats,
        )
    seconds = (totals / graphs).tolist()
    return Row(size, graphs, operations / graphs, elements / nodes, *seconds)


def table(rows: Sequence[Row]) -> str:
    """The rows as text."""
    lines = [
        (
            f"{'operations':>10}  {'elements/node':>13}  {'NumPy us':>9}  "
            f"{'engine us':>16}  {'verified us':>18}  {'differences us':>19}"
        )
    ]
    for row in rows:
        cells = "  ".join(
            f"{1e6 * seconds:>{width}.0f} ({seconds / row.numpy:>5.1f} x)"
            for seconds, width in ((row.engine, 6), (row.verified, 8), (row.differences, 9))
        )
        lines.append(
            f"{row.operations:>10.1f}  {row.elements_per_node:>13.1f}  {1e6 * row.numpy:>9.0f}  "
            f"{cells}"
        )
    by_size = {row.size: row for row in rows}
    if {80, 320} <= set(by_size):
        small, large = by_size[80], by_size[320]
        lines.append(
            f"from {small.operations:.1f} to {large.operations:.1f} operations: NumPy "
            f"{large.numpy / small.numpy:.2f} x, verified {large.verified / small.verified:.2f} x"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="What verification costs, in NumPy passes.")
    parser.add_argument("--graphs", type=int, default=8, help="random graphs per size")
    parser.add_argument("--repeats", type=int, default=7, help="repeats per graph")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="operations")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    rows = [measure(size, options.graphs, options.repeats) for size in options.sizes]
    report = json.dumps([asdict(row) for row in rows], indent=1) if options.json else table(rows)
    sys.stdout.write(report + "\n")


if __name__ == "__main__":
    main()
