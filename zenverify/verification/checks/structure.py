"""Check 1: shapes, dtypes, mutation, aliasing, state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.verification.blame.wording import article
from zenverify.verification.events import Finding
from zenverify.verification.trace import (
    BACKWARD,
    EngineFault,
    Trace,
    a_few_at_a_time,
    backward_from,
    checked_array,
    copied,
    first_difference,
    flat,
    forward,
    read_gradient_of_each,
    structural,
)
from zenverify.verification.verdict import ACCUMULATION


def differentiated(engine: Engine, case: Case) -> tuple[Trace, dict[int, Array]]:
    """One forward and one reverse pass, and the gradients of all nodes that must have one.

    Raises
    ------
    EngineFault
        If the engine does not get through either pass, or as `read_gradients` does.
    """
    run = forward(engine, case)
    backward_from(engine, case.graph, run.handles, copied(case.seeds))
    return run, read_gradients(engine, case.graph, run)


def read_gradients(
    engine: Engine, graph: Graph, trace: Trace, timeout: float | None = None
) -> dict[int, Array]:
    """The gradients of all nodes that must have one, by node.

    Raises
    ------
    EngineFault
        If the engine raises or hangs; if one is missing, or is not of its value's shape and dtype,
        or a node that needs none has one that is not zero.
    """
    gradients: dict[int, Array] = {}

    def keep(node: int, gradient: object) -> None:
        if graph.differentiated[node]:
            if gradient is None:
                message = "has no gradient, although the root depends on it"
                raise _misplaced(graph, node, message)
            gradients[node] = checked_array(graph, node, "gradient", gradient)
        elif gradient is not None and np.any(np.asarray(gradient)):
            raise _misplaced(graph, node, "has a gradient, although nothing asks for one")

    nodes = [node for node in range(len(trace.handles)) if not graph.is_discrete(node)]
    read_gradient_of_each(engine, graph, trace.handles, nodes, keep, timeout)
    return gradients


def _misplaced(graph: Graph, node: int, message: str) -> EngineFault:
    name = f"node {node}, {article(graph.operator_of(node))},"
    return EngineFault(structural(node, BACKWARD, f"{name} {message}"))


def unchanged(
    case: Case,
    trace: Trace,
    seeds: Mapping[int, Array],
    before: Sequence[Array] | None = None,
) -> Iterable[Finding]:
    """Whether the reverse pass changed what the user owns: inputs, the cotangents, values.

    `before` says what the engine's arrays held, where that is not the values.
    """
    graph = case.graph
    for node, given, now in zip(graph.leaves, case.values, trace.inputs, strict=True):
        if given.tobytes() != now.tobytes():
            yield structural(node, BACKWARD, f"the input array of node {node} changed")
    for root, cotangent in case.seeds.items():
        if seeds[root].tobytes() != cotangent.tobytes():
            yield structural(root, BACKWARD, "the incoming cotangent changed")
    changed = first_difference(graph, trace.values if before is None else before, trace.arrays)
    if changed is not None:
        message = f"the reverse pass changed the value of node {changed}"
        yield structural(changed, BACKWARD, message)


def aliasing(
    graph: Graph, trace: Trace, gradients: Mapping[int, Array], seeds: Mapping[int, Array]
) -> Iterable[Finding]:
    """Whether a gradient shares memory with another, a value, an input or a cotangent.

    Found by writing: each gradient is filled with a number of its own, and nothing else may
    change. It is for the caller to put the gradients back.
    """
    writable = {n: g for n, g in gradients.items() if g.size and g.flags.writeable}
    if not writable:
        return
    kept: Sequence[Array] = [*trace.arrays, *trace.inputs, *seeds.values()]
    parts = a_few_at_a_time(kept)
    before = [flat(kept[part]) for part in parts]
    for node, gradient in writable.items():
        gradient.fill(node + 1)
    for node, gradient in writable.items():
        foreign = gradient[gradient != node + 1]
        if foreign.size:
            other = round(float(foreign[0])) - 1
            yield structural(
                node,
                ACCUMULATION,
                f"the gradients of nodes {node} and {other} share memory",
            )
            return
    # What lies last are the cotangents; a root keeps its own by no rule's fault.
    last = len(kept) - len(seeds)
    for part, was in zip(parts, before, strict=True):
        now = flat(kept[part])
        if np.array_equal(was, now, equal_nan=True):
            continue
        place = int(np.flatnonzero(~((was == now) | (np.isnan(was) & np.isnan(now))))[0])
        owner = round(float(now[place])) - 1
        ends = np.cumsum([array.size for array in kept[part]])
        kept_seed = (
            owner in seeds and part.start + int(np.searchsorted(ends, place, "right")) >= last
        )
        yield structural(
            owner,
            ACCUMULATION if kept_seed else graph.operator_of(owner),
            f"the gradient of node {owner} shares memory with a value, an input or the cotangent",
        )
        return
