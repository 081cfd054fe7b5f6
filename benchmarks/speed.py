"""What verification costs, in multiples of a plain NumPy forward pass of the same graph.

Per size, random float64 graphs over the catalogue, but for four operations that NumPy and SciPy
lack, are drawn as a campaign draws them (3 to 4 elements per node on average, at most 12; ordinary
values) until they have that many operations. NumPy must give the engine's result. Timed on each of
them, by turns and in one process:

- *NumPy*: the forward pass as a good NumPy user would write it, a flat list of prepared calls;
- *engine*: `zenverify.Tensor` forward and backward, with the gradients of all nodes;
- *verified*: `verify_case(engine, case, difference=False)`;
- *differences*: `verify_case(engine, case)`, with the third witness;
- with ``--peers``, the gradient checks of other libraries, where they are installed: torch's slow
  and fast one, JAX's and autograd's, with their defaults, each once, for the root's gradient with
  respect to the leaves.

What depends on the graph alone is prepared before, as in a campaign, which fills each graph with
many values. Every graph counts with its fastest repeat, in processor time. A table row gives the
mean over all graphs of one size, in microseconds, and as a multiple of NumPy's. The last line says
how much the cost grows when the graph is four times as large.

Run it with ``python -m benchmarks.speed``; ``--json`` prints the numbers alone.
``--profile FOLDER`` writes a page per size that says where the verifier's time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

import zenverify
from benchmarks.measures.numpy_passes import has_numpy, numpy_pass
from benchmarks.peers.peer import PEERS, Peer
from benchmarks.peers.tape import tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.graph import Leaf
from zenverify.graph.structure import Dtypes, Structure
from zenverify.operators import catalogue
from zenverify.operators.attributes import thaw_attributes
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

SIZES = (5, 20, 80, 320)


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
    peers: dict[str, float]


def fastest(functions: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Each function's fastest call; the functions take turns."""
    best = [float("inf")] * len(functions)
    for _ in range(repeats):
        for number, function in enumerate(functions):
            start = time.process_time()
            function()
            best[number] = min(best[number], time.process_time() - start)
    return best


def cases_of(size: int, graphs: int) -> list[Case]:
    """Random graphs of one size, filled with ordinary values.

    Raises
    ------
    RuntimeError
        If one does not verify: its cost would be that of a failure. If NumPy's result is another
        than the engine's.
    """
    engine = ZenEngine()
    cases: list[Case] = []
    for seed in count():
        case = fill(structure_of(size, seed), Filling.ORDINARY, seed)
        try:
            found = numpy_pass(case)()
        except np.linalg.LinAlgError:
            continue  # a singular matrix, for which NumPy has no answer
        verdict = verify_case(engine, case).verdict
        if verdict is not Verdict.AGREE:
            raise RuntimeError(f"graph {seed} of {size} operations: {verdict}")
        expected = engine.value(engine_pass(engine, case)()[-1])
        if not np.allclose(found, expected, rtol=1e-6, equal_nan=True):
            raise RuntimeError(f"graph {seed} of {size} operations: NumPy's result is another")
        cases.append(case)
        if len(cases) == graphs:
            break
    return cases


def measure(size: int, graphs: int, repeats: int, peers: Sequence[Peer] = ()) -> Row:
    """Measure random graphs of one size."""
    engine = ZenEngine()
    cases = cases_of(size, graphs)
    totals = np.zeros(4)
    theirs = dict.fromkeys([peer.name for peer in peers], 0.0)
    for case in cases:
        totals += fastest(
            [
                numpy_pass(case),
                engine_pass(engine, case),
                lambda case=case: verify_case(engine, case, difference=False),  # type: ignore[misc]
                lambda case=case: verify_case(engine, case),  # type: ignore[misc]
            ],
            repeats,
        )
        for peer in peers:
            theirs[peer.name] += peer.check(tape_of(case)).seconds / graphs
    numpy, engine_alone, verified, differences = (totals / graphs).tolist()
    return Row(
        size,
        graphs,
        sum(len(case.graph.operations) for case in cases) / graphs,
        sum(sum(case.graph.sizes) for case in cases) / sum(len(case.graph.nodes) for case in cases),
        numpy,
        engine_alone,
        verified,
        differences,
        theirs,
    )


def profile(size: int, graphs: int, repeats: int) -> str:
    """Where the time of verification without differences goes: the functions that take most."""
    engine = ZenEngine()
    cases = cases_of(size, graphs)
    seen = cProfile.Profile()
    for case in cases * repeats:
        seen.runcall(verify_case, engine, case, difference=False)
    page = StringIO()
    stats = pstats.Stats(seen, stream=page)
    stats.sort_stats("cumulative").print_stats("zenverify", 30)
    stats.sort_stats("tottime").print_stats(30)
    root = Path(zenverify.__file__).parents[1]
    return page.getvalue().replace(f"{root}{os.sep}", "")


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
        lines += [
            f"{'':>10}  {name}: {1e6 * seconds:.0f} us ({seconds / row.numpy:.1f} x)"
            for name, seconds in row.peers.items()
        ]
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
    parser.add_argument("--peers", action="store_true", help="the checks of other libraries too")
    parser.add_argument("--profile", type=Path, help="a folder for a page per size")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if options.profile is not None:
        options.profile.mkdir(parents=True, exist_ok=True)
        for size in options.sizes:
            path = options.profile / f"{size}.txt"
            path.write_text(profile(size, options.graphs, options.repeats), encoding="utf-8")
            sys.stdout.write(f"{path}\n")
        return
    peers = [peer for peer in PEERS if peer.is_installed] if options.peers else []
    rows = [measure(size, options.graphs, options.repeats, peers) for size in options.sizes]
    report = json.dumps([asdict(row) for row in rows], indent=1) if options.json else table(rows)
    sys.stdout.write(report + "\n")


if __name__ == "__main__":
    main()
