"""How many planted faults the checks find: what a pass is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from zenverify.accuracy.card.card import MutationScore, Survivor
from zenverify.engines.protocol import Engine
from zenverify.faults.planting import mutants_of
from zenverify.graph.case import Case
from zenverify.verification.campaign.hunt import hunt


def mutation_score(engine: Engine, operator: str, cases: Sequence[Case]) -> MutationScore | None:
    """Plant every fault there is into an operation's rule, and see which the checks find.

    Parameters
    ----------
    engine
        The engine under test.
    operator
        The operation.
    cases
        What the faulty engine is verified on, one after the other, until the fault is found.

    Returns
    -------
    MutationScore or None
        None if the engine does not let its rules be replaced.
    """
    mutants = mutants_of(engine, operator)
    if not mutants:
        return None
    harmless = blamed = 0
    survivors: list[Survivor] = []
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for mutant in mutants:
        outcome = hunt(engine, operator, mutant, cases)
        if not outcome.differed:
            harmless += 1
            continue
        every[mutant.kind] += 1
        if outcome.finding is None:
            survivors.append(Survivor(mutant.name, mutant.kind, mutant.argument))
            continue
        found[mutant.kind] += 1
        blamed += outcome.blamed
    return MutationScore(
        planted=len(mutants),
        harmless=harmless,
        found=found.total(),
        blamed=blamed,
        survivors=tuple(survivors),
        by_kind=tuple((kind, found[kind], count) for kind, count in every.items()),
    )
