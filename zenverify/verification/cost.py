"""Check 7: what a reverse pass costs on ladders of diamonds and on long chains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.events import Finding
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case

LADDER_LEVELS = (2, 3, 12)
CHAIN_LENGTH = 3000
"""Three times Python's default recursion limit."""


def ladder(levels: int) -> Case:
    """Each level adds the one below to itself: 2 edges a level, 2 to the power of levels paths."""
    build = GraphBuilder()
    node = build.variable()
    for _ in range(levels):
        node = build.apply("add", node, node)
    return Case(build.graph(), (np.array(0.5),), np.array(1.0))


def chain(length: int) -> Case:
    """One negation after the other."""
    build = GraphBuilder()
    node = build.variable()
    for _ in range(length):
        node = build.apply("negative", node)
    return Case(build.graph(), (np.array(0.5),), np.array(1.0))


def cost_failures(engine: Engine, timeout: float) -> Iterator[tuple[Case, Finding]]:
    """The cases on which the walk over the graph costs too much, with what was found.

    The smallest failing ladder is enough, as is the chain: nothing about them can be reduced.
    """
    if {"add"} <= engine.operators:
        for levels in LADDER_LEVELS:
            case = ladder(levels)
            result = verify_case(engine, case, difference=False, timeout=timeout)
            costly = [f for f in result.findings if f.check == "cost" or _stuck(f)]
            if costly:
                yield case, costly[0]
                break
    if {"negative"} <= engine.operators:
        case = chain(CHAIN_LENGTH)
        result = verify_case(engine, case, difference=False, timeout=timeout)
        for finding in result.findings[:1]:
            if finding.blame.operation == ACCUMULATION and _stuck(finding):
                yield case, finding


def _stuck(finding: Finding) -> bool:
    return finding.verdict in (Verdict.TIMEOUT, Verdict.CRASH)
