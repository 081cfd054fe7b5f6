"""Check 4: a second run, whose root sees every node at full strength, so that nothing is masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

import numpy as np

from zenverify.engines.protocol import Engine, Handle, Probing
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, LeafKind
from zenverify.verification import trace
from zenverify.verification.trace import BACKWARD, Place, Trace
from zenverify.verification.verdict import Verdict

_SIGNS = np.where(np.random.default_rng(21).integers(0, 2, 4096) == 0, 1.0, -1.0)
_POOLS = {
    "float64": np.random.default_rng(20).uniform(0.5, 1.5, 4096) * _SIGNS,
    "float32": np.random.default_rng(20).integers(65, 192, 4096) / 128.0 * _SIGNS,
}
"""Float64 probes have all digits, so that a rule shows that rounds them to float32; those of
float32 nodes have few, so that a sum of a few is exact."""

_NEEDED = frozenset({"multiply", "sum", "add"})
"""What an engine that cannot seed cotangents must offer, so that products can be added up."""


def can_probe(engine: Engine) -> bool:
    """Whether there is a way to give every node a cotangent of its own."""
    return isinstance(engine, Probing) or engine.operators >= _NEEDED


def make_probes(graph: Graph) -> dict[int, Array]:
    """A fixed cotangent of order one for every trainable node, of its shape and dtype."""
    nodes = [node for node, wanted in enumerate(graph.trainable) if wanted]
    ends = list(accumulate([graph.sizes[node] for node in nodes], initial=0))
    numbers = {dtype: np.resize(pool, ends[-1]) for dtype, pool in _POOLS.items()}
    return {
        node: numbers[graph.dtypes[node]][start:end]
        .reshape(graph.shapes[node])
        .astype(graph.numpy_dtypes[node])
        for node, (start, end) in zip(nodes, pairwise(ends), strict=True)
    }


def run_probed(
    engine: Engine,
    case: Case,
    probes: Mapping[int, Array],
    timeout: float,
    calls: Counter[int] | None,
) -> tuple[Trace, dict[int, Array]]:
    """Run a case again, on a graph of its own, and differentiate the probed root.

    Parameters
    ----------
    engine, case, probes
        What to run.
    timeout
        Seconds that one pass may take.
    calls
        Where to count how often each variable's rule is called; None not to.

    Raises
    ------
    EngineFault
        If the engine does not get through.
    """
    graph = case.graph
    run = trace.forward(engine, case, timeout, calls)
    handles = [run.handles[node] for node in probes]
    place = Place(graph, graph.root, "seeding the probes", BACKWARD)
    with trace.time_limit(timeout), trace.at_work(place):
        root = probed_root(engine, handles, list(probes.values()))
        value = engine.value(root)
        if not isinstance(value, np.ndarray) or value.shape != ():
            raise place.fault(
                Verdict.STRUCTURE, "the probed root is not a scalar with an array as its value"
            )
    trace.backward(engine, graph, root, np.ones((), dtype=value.dtype), timeout)
    return run, trace.gradients_of(engine, graph, run.handles, probes, timeout)


def probed_root(engine: Engine, handles: Sequence[Handle], probes: Sequence[Array]) -> Handle:
    """A scalar whose derivative with respect to each handle is its probe."""
    if isinstance(engine, Probing):
        return engine.probe(handles, probes)
    parts = []
    for handle, probe in zip(handles, probes, strict=True):
        weight = engine.leaf(LeafKind.CONSTANT, probe)
        product = engine.apply("multiply", [handle, weight], {})
        parts.append(engine.apply("sum", [product], {"axis": None, "keepdims": False}))
    total = parts[0]
    for part in parts[1:]:
        total = engine.apply("add", [total, part], {})
    return total
