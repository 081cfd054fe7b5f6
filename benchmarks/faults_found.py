"""Plant every fault of the engine's catalogue, and see whether the default campaign finds it.

    python -m benchmarks.faults_found [--of A,B] [--only TEXT] [--every N] [--graphs N] [--seed N]
                                      [--no-reduce] [--json] [--lines] [--save FILE] [--jobs N]

The graphs of the default campaign are drawn once. A fault in the rule of an operation shows only in
graphs that contain it, so these are verified with the fault planted, in the campaign's order, until
it is found; a fault of the walk meets every graph. Graphs are counted as the campaign counts them,
those without the operation included; seconds are those of the hunt and the reduction.

With `--save` a JSON line per fault is added to a file as soon as the fault is done, and the faults
that the file holds already are not hunted again: what was interrupted goes on.

Prints the faults that were missed, blamed on something else or not reduced, and a table per class.
A fault that changed no number in any of the graphs is none: these are counted apart, and listed.
So are those that changed numbers only in graphs in which a value or a gradient of the right engine
is infinite: the expression is undefined there. Exit code 1 if another fault was missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.processes import in_processes
from benchmarks.rule_calls import Numbered, RuleCalls
from zenverify.engines.protocol import ACCUMULATION
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import TRAVERSAL, Fault, faults_of
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.hunt import Hunt, hunt, is_blamed
from zenverify.verification.campaign.options import DEFAULT_GRAPHS, CampaignOptions
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.recording import record_case
from zenverify.verification.session import EngineSession

NEVER_MET = "changed no number"
"""In none of the graphs; that does not say that it never can."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the campaign made of a fault.

    Attributes
    ----------
    name, kind, what
        The fault.
    differed
        Whether it changed a number at all, in a graph that has a truth.
    reason
        Why it is no fault in these graphs, if it is none.
    found, blamed
        Whether it was found; whether the right operation and argument were blamed, by the case
        that showed it or once that was reduced.
    blame
        What was blamed, in words.
    operations, elements
        The reduced graph; zero if there is none.
    graphs
        The number of the graph in the campaign that showed it.
    seconds
        What the hunt and the reduction took.
    """

    name: str
    kind: str
    what: str
    differed: bool
    reason: str
    found: bool
    blamed: bool
    blame: str
    operations: int
    elements: int
    graphs: int
    seconds: float


def by_operation(cases: Iterable[Case]) -> tuple[list[Numbered], dict[str, list[Numbered]]]:
    """All cases with their numbers, and for each operation those that contain it."""
    every: list[Numbered] = []
    of: dict[str, list[Numbered]] = defaultdict(list)
    for number, case in enumerate(cases, 1):
        every.append((number, case))
        for name in case.graph.operators:
            of[name].append((number, case))
    return every, of


def outcome_of(fault: Fault, cases: Sequence[Numbered], *, reduced: bool) -> Outcome:
    """Hunt one fault."""
    engine = ZenEngine()
    start = time.perf_counter()
    met: list[Numbered] = []
    recorded = _recorded_calls(engine, fault, cases)
    numbers = {id(case): number for number, case in cases}
    options = CampaignOptions(seed=0)  # which graphs get probes does not depend on the seed
    found = hunt(
        engine,
        fault.operation,
        fault.mutant,
        _meeting(recorded, cases, met),
        probed=lambda case: options.asks_for_probes(numbers[id(case)] - 1, case.graph),
    )
    small = _reduced(engine, fault, found) if reduced else None
    operations, elements = _size(small)
    finding = found.finding if small is None else small.finding
    blamed = found.blamed or (
        finding is not None and is_blamed(finding, fault.operation, fault.mutant.argument)
    )
    seconds = time.perf_counter() - start
    reason = "" if found.finding else no_fault(engine, fault, met)
    return Outcome(
        name=fault.name,
        kind=fault.mutant.kind,
        what=fault.mutant.name,
        differed=not reason,
        reason=reason,
        found=found.finding is not None,
        blamed=blamed,
        blame="" if finding is None else f"{finding.verdict}: {finding.blame}",
        operations=operations,
        elements=elements,
        graphs=met[found.position][0] if found.finding else 0,
        seconds=seconds,
    )


_recorded: list[RuleCalls] = []
"""The calls of the last operation's rules: its faults come one after the other."""


def _recorded_calls(engine: ZenEngine, fault: Fault, cases: Sequence[Numbered]) -> RuleCalls | None:
    """The calls of the fault's operation; None for a fault of the walk."""
    if fault.operation in TRAVERSAL:
        return None
    if not _recorded or not _recorded[0].are_of(fault.operation, cases):
        _recorded[:] = [RuleCalls(engine, fault.operation, cases)]
    return _recorded[0]


def _meeting(
    recorded: RuleCalls | None, cases: Sequence[Numbered], met: list[Numbered]
) -> Iterator[Case]:
    """The cases in which a fault makes a difference; for one of the walk, all. Adds them to `met`.

    To be used while the fault is planted.
    """
    places = range(len(cases)) if recorded is None else recorded.differing()
    for place in places:
        met.append(cases[place])
        yield cases[place][1]


def no_fault(engine: ZenEngine, fault: Fault, met: Sequence[Numbered]) -> str:
    """Why a fault that was not found is none; empty if it is one."""
    if fault.operation in TRAVERSAL and not fault.mutant.has_differed():
        return NEVER_MET
    for _, case in met:
        right, finite = _gradients(engine, case)
        with fault.mutant.plant():
            wrong, _ = _gradients(engine, case)
        if finite and right != wrong:
            return ""
    return "changed numbers only where an infinity had entered" if met else NEVER_MET


def _gradients(engine: ZenEngine, case: Case) -> tuple[list[bytes], bool]:
    """The gradients that a case and its probes give, and whether no number is infinite."""
    session = EngineSession(engine)
    recording = record_case(case, session)
    gradients = [*recording.gradients.values(), *recording.probed(session).gradients.values()]
    finite = not any(np.isinf(array).any() for array in (*recording.values, *gradients))
    return [array.tobytes() for array in gradients], finite


def _reduced(engine: ZenEngine, fault: Fault, found: Hunt) -> Reduced | None:
    """What the campaign would make of the case that showed a fault."""
    if found.case is None or found.finding is None:
        return None
    long = len(found.case.graph.operations) > 1000
    if long and found.finding.blame.operation == ACCUMULATION:
        return None  # the chain fails by its length, and the campaign keeps it as it is
    with fault.mutant.plant():
        return reduce(engine, found.case, found.finding)


def _size(reduced: Reduced | None) -> tuple[int, int]:
    """Operations and elements of the leaves of the reduced graph."""
    if reduced is None:
        return 0, 0
    graph = reduced.case.graph
    return len(graph.operations), sum(graph.sizes[leaf] for leaf in graph.leaves)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", default="", help="faults of these operations only")
    parser.add_argument("--only", default="", help="faults whose name or class holds this")
    parser.add_argument("--every", type=int, default=1, help="take every N-th fault")
    parser.add_argument("--graphs", type=int, default=DEFAULT_GRAPHS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-reduce", action="store_true", help="do not reduce what was found")
    parser.add_argument("--save", type=Path, help="a file that keeps what is done")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--lines", action="store_true", help="print a line per fault too")
    parser.add_argument("--json", action="store_true", help="print a JSON object per fault")
    options = parser.parse_args()
    named = options.of.split(",") if options.of else None
    faults = [
        fault
        for fault in faults_of(ZenEngine(), named)
        if options.only in fault.name or options.only in fault.mutant.kind
    ][:: options.every]
    outcomes = _read(options.save)
    done = {one.name for one in outcomes}
    waiting = [fault for fault in faults if fault.name not in done]
    for outcome in _hunted(waiting, options):
        outcomes.append(outcome)
        line = json.dumps(asdict(outcome))
        if options.save is not None:
            with options.save.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        if options.json:
            print(line, flush=True)
        elif options.lines:
            print(_line(outcome), flush=True)
    if not options.json:
        _print(outcomes)
    return 1 if any(one.differed and not one.found for one in outcomes) else 0


def _read(file: Path | None) -> list[Outcome]:
    """What was saved; nothing if there is no such file yet."""
    if file is None or not file.exists():
        return []
    with file.open(encoding="utf-8") as lines:
        return [Outcome(**json.loads(line)) for line in lines]


def _hunted(faults: Sequence[Fault], options: argparse.Namespace) -> Iterator[Outcome]:
    """The outcomes in the faults' order, from one process or several."""
    if not faults:
        return
    drawn = cases_of(CampaignOptions(seed=options.seed), catalogue.names())
    every, of = by_operation(islice(drawn, options.graphs))

    def hunted(place: int) -> Outcome:
        fault = faults[place]
        cases = every if fault.operation in TRAVERSAL else of[fault.operation]
        return outcome_of(fault, cases, reduced=not options.no_reduce)

    yield from in_processes(hunted, len(faults), options.jobs)


def _line(one: Outcome) -> str:
    if not one.differed:
        return f"-     {one.name:<45} {one.reason}: {one.what}"
    if not one.found:
        return f"MISS  {one.name:<45} {one.what}"
    mark = "ok  " if one.blamed else "ELSE"
    size = f"{one.operations} operations, {one.elements} elements"
    return f"{mark}  {one.name:<45} {size}, graph {one.graphs}, {one.seconds:.2f} s  {one.blame}"


def _print(outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        if not one.found or not one.blamed:
            print(_line(one))
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[one.kind].append(one)
    print(
        f"\n{'class':<20}{'planted':>8}{'none':>6}{'found':>12}{'blamed':>12}"
        f"{'operations':>13}{'elements':>13}{'graphs':>9}{'seconds':>9}"
    )
    print(f"{'':<46}{'':>12}{'median, max':>13}{'median, max':>13}{'median':>9}{'median':>9}")
    for kind, members in [*sorted(groups.items()), ("all", list(outcomes))]:
        print(_row(kind, members))


def _row(kind: str, members: Sequence[Outcome]) -> str:
    real = [one for one in members if one.differed]
    found = [one for one in real if one.found]
    small = [one for one in found if one.operations]
    return (
        f"{kind:<20}{len(members):>8}{len(members) - len(real):>6}"
        f"{_share(len(found), len(real)):>12}"
        f"{_share(sum(one.blamed for one in found), len(found)):>12}"
        f"{_spread([one.operations for one in small]):>13}"
        f"{_spread([one.elements for one in small]):>13}"
        f"{median([one.graphs for one in found] or [0]):>9.0f}"
        f"{median([one.seconds for one in found] or [0]):>9.2f}"
    )


def _share(some: int, every: int) -> str:
    return f"{some}/{every}"


def _spread(numbers: Sequence[int]) -> str:
    return f"{median(numbers):.0f}, {max(numbers)}" if numbers else "-"


if __name__ == "__main__":
    sys.exit(main())
