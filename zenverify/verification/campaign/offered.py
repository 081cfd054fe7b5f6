"""As much of a drawn graph as an engine offers: one call that it lacks must not cost the rest."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.verification.blame.locate import values_of
from zenverify.verification.campaign.pruning import pruned
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, calls_of, verify_case


def verify_offered(
    engine: Engine, case: Case, timeout: float, *, whole: bool = True, probed: bool = True
) -> tuple[Case, CaseResult]:
    """Verify a case without the calls that the engine refuses.

    The result of such a call becomes a variable. A refused root gives way to the operation before
    it. What was left out is among the notes.

    Parameters
    ----------
    engine
        The engine under test.
    case
        The case.
    timeout
        Seconds that one pass of the engine may take.
    whole
        Whether to compose and to difference the whole graph too.
    probed
        As `verify_case` takes it.

    Returns
    -------
    Case, CaseResult
        What was verified, and with what result: ``UNSUPPORTED`` where nothing is left.
    """
    left_out: list[Finding] = []
    drawn = case
    verified = partial(
        verify_case, engine, difference=whole, composed=whole, probed=probed, timeout=timeout
    )
    result = verified(case)
    while result.verdict is Verdict.UNSUPPORTED:
        refused = result.findings[0]
        left_out.append(refused)
        smaller = _without(engine, case, refused.blame.node, timeout)
        if smaller is None:
            break
        case = smaller
        result = verified(case)
    gone = left_out[:-1] if result.verdict is Verdict.UNSUPPORTED else left_out
    notes = [
        f"not offered, and left out of graphs: some calls of {one.blame.operation}" for one in gone
    ]
    found = replace(result, notes=(*notes, *result.notes), refused=tuple(left_out))
    return case, replace(found, drawn=calls_of(drawn.graph)) if left_out else found


def _without(engine: Engine, case: Case, position: int, timeout: float) -> Case | None:
    graph = case.graph
    kept = [p for p in graph.operations if p != position and graph.trainable[p]]
    if position == graph.root:
        kept = [p for p in kept if p < position]
    if not kept or position in graph.leaves:
        return None
    with np.errstate(over="ignore"):  # what float32 does not hold is made finite
        values = [_made_finite(value) for value in values_of(engine, case, timeout)]
    for leaf, value in zip(graph.leaves, case.values, strict=True):
        values[leaf] = value
    return pruned(graph, values, {position: None}, kept[-1], case.seeds)


def _made_finite(value: Array) -> Array:
    """Ones where there is no value, so that the rest of the graph is not lost with it."""
    made: Array = np.where(np.isfinite(value), value, np.ones_like(value))
    return made
