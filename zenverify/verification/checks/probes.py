"""Check 4: a second run, whose root sees every node at full strength, so that nothing is masked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from zenverify.engines.protocol import Engine, Handle, Probing, offers
from zenverify.graph.case import Array
from zenverify.graph.graph import Graph, LeafKind

_SIGNS = np.where(np.random.default_rng(21).integers(0, 2, 4096) == 0, 1.0, -1.0)
_POOLS = {
    "float64": np.random.default_rng(20).uniform(0.5, 1.5, 4096) * _SIGNS,
    "float32": np.random.default_rng(20).integers(65, 192, 4096) / 128.0 * _SIGNS,
}
"""Float64 probes have all digits, so that a rule shows that rounds them to float32; those of
float32 nodes have few, so that a sum of a few is exact."""


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


def probed_root(engine: Engine, handles: Sequence[Handle], probes: Sequence[Array]) -> Handle:
    """A scalar whose derivative with respect to each handle is its probe."""
    if offers(engine, Probing):
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
