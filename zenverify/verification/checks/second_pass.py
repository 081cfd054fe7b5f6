"""A second call of the reverse pass, on a graph that has gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from zenverify.graph.case import Array
from zenverify.oracles.enclosure import THRESHOLD, UNIT_ROUNDOFF
from zenverify.verification import trace
from zenverify.verification.checks.check import Said
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import flat, structural
from zenverify.verification.verdict import ACCUMULATION, Pass


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """What a second call adds, or puts in place of what is there, against the first pass.

    It may add to what is there in another order than one sum, and go through its own sums in
    another order than the first run did. So where the bits differ, the running errors of both
    passes decide, in both of which each side may be off. Where the terms add up to more than the
    dtype holds, some order of them overflows, and another does not: infinity and NaN pass there.
    """
    probed = recording.probed(session)
    if not probed.same:
        yield "not checked: a second reverse pass, values differ by rounding"
        return
    if not session.can_repeat:
        yield "not checked: a second reverse pass, the engine allows one"
        return
    graph, accumulates = recording.graph, session.engine.accumulates
    nodes = list(recording.gradients)
    second = Pass.SECOND_REVERSE
    before = flat([probed.gradients[node] for node in nodes])
    session.backward_from(graph, probed.run, trace.copied(recording.case.seeds), second)
    now = flat(list(session.copied_gradients(graph, probed.run, nodes, second).values()))
    with np.errstate(all="ignore"):
        expected = before + recording.first if accumulates else recording.first
        if "float32" in graph.dtypes:
            narrow = np.repeat(
                [graph.dtypes[node] == "float32" for node in nodes],
                [graph.sizes[node] for node in nodes],
            )
            expected = np.where(narrow, expected.astype(np.float32), expected)
    if trace.owner_of_difference(now, expected, nodes, graph.sizes) is None:
        return
    seeds: list[Mapping[int, Array]] = [recording.case.seeds]
    if accumulates:
        seeds.append(probed.probes)
    allowed = np.zeros(now.size)
    for entering in seeds:
        errors = probed.local.running_errors(entering)
        allowed += 2 * np.concatenate(
            [np.resize(errors[node] or [0.0], graph.sizes[node]) for node in nodes]
        )
    allowed[np.isnan(allowed)] = np.inf  # where no bound is known, it accuses nobody
    # A running error holds the unit of each term that is added, 8 times and more, on either side.
    unit = UNIT_ROUNDOFF["float32" if "float32" in graph.dtypes else "float64"]
    most = [np.full(graph.sizes[node], np.finfo(graph.numpy_dtypes[node]).max) for node in nodes]
    with np.errstate(all="ignore"):
        overflows = allowed / (THRESHOLD * unit) >= np.concatenate(most)
        close = np.abs(now - expected) <= allowed
        close |= overflows & ~(np.isfinite(now) & np.isfinite(expected))
    node = trace.owner_of_difference(np.where(close, expected, now), expected, nodes, graph.sizes)
    if node is None:
        return
    manner = "add to" if accumulates else "replace"
    yield structural(
        node,
        ACCUMULATION,
        f"a second call of the reverse pass should {manner} the gradient of node {node} "
        f"({graph.operator_of(node)}) with what the first run gave, but for rounding",
        second,
    )
