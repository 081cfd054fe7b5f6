"""What the default campaign makes of the catalogue of faults, and of the engine without any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median

from benchmarks.faults_found import Outcome, by_operation, outcome_of
from benchmarks.measures.table import Table, figure, share
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import TRAVERSAL, faults_of
from zenverify.operators import catalogue
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import DEFAULT_GRAPHS, CampaignOptions
from zenverify.verification.events import RunFinished

_READING = (
    "`operations` and `elements` are those of the reduced graph: median, largest. `graphs` and "
    "`seconds` are what it took to find and reduce one, median."
)


def outcomes(every: int, seed: int) -> Iterator[Outcome]:
    """Hunt one fault in `every` of the rules, and all of the walk, in the default campaign."""
    drawn = cases_of(CampaignOptions(seed=seed), catalogue.names())
    cases, of = by_operation(islice(drawn, DEFAULT_GRAPHS))
    walks = list(faults_of(ZenEngine(), TRAVERSAL))
    rules = list(faults_of(ZenEngine(), sorted(ZenEngine.operators)))[::every]
    for fault in (*walks, *rules):
        fitting = cases if fault.operation in TRAVERSAL else of[fault.operation]
        yield outcome_of(fault, fitting, reduced=True)


def alarms(graphs: int, seed: int) -> RunFinished:
    """Run the campaign on the engine without a fault."""
    *_, end = run(ZenEngine(), CampaignOptions(seed=seed, graphs=graphs))
    assert isinstance(end, RunFinished)
    return end


def found_table(found: Sequence[Outcome], clean: RunFinished) -> Table:
    """Per class of faults, what became of them."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        groups[one.kind].append(one)
    none = sum(not one.differed for one in found)
    wrong = clean.cases - clean.verdicts.get("AGREE", 0)
    return Table(
        "Faults of the catalogue in the default campaign",
        ("class", "faults", "found", "blamed", "operations", "elements", "graphs", "seconds"),
        [_row(kind, members) for kind, members in (*sorted(groups.items()), ("all", found))],
        (
            _READING,
            f"Faults that changed no number, and are left out: {none} of {len(found)}.",
            f"False alarms without a fault: {wrong} in {clean.cases:,} graphs.",
        ),
    )


def _row(kind: str, members: Sequence[Outcome]) -> Sequence[str]:
    real = [one for one in members if one.differed]
    hits = [one for one in real if one.found]
    small = [one for one in hits if one.operations]
    return (
        kind,
        str(len(real)),
        share(len(hits), len(real)),
        share(sum(one.blamed for one in hits), len(hits)),
        _spread([one.operations for one in small]),
        _spread([one.elements for one in small]),
        figure(median([one.graphs for one in hits] or [0])),
        figure(median([one.seconds for one in hits] or [0])),
    )


def _spread(numbers: Sequence[int]) -> str:
    return f"{median(numbers):.0f}, {max(numbers)}" if numbers else "-"
