"""Choose the regression corpus of the Zen engine: few cases that expose most faults.

    python -m benchmarks.seed_corpus [--of A,B] [--share S] [--cases N] [--seed N] [--jobs N]
                                     [--corpus DIR] [--write] [--list]

For each operation, a campaign on it alone draws cases, and every fault of the catalogue that
concerns it is planted (`zenverify faults`). What the entries of the corpus expose needs no other
case; then, again and again, the case is taken that exposes most of the faults that are left. Of all
operations together as many are taken as expose the wanted share of the faults that change a
number, and for each operation the case with the largest residual of a right engine. `--write` adds
them to the corpus; their reasons say what they are there for.

Without `--write` it says what the corpus exposes as it stands: every entry that contains the
fault's operation is verified as replay does. A fault that changes no number in any of the cases is
none, nor is one that changes numbers only where an infinity has entered. It counts class by class;
`--list` names those that are missed. Exit code 1 if less than the share is exposed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.faults_found import no_fault
from benchmarks.processes import in_processes
from benchmarks.rule_calls import RuleCalls
from zenverify.corpus.entry import Entry, read_entry
from zenverify.corpus.writing import engine_folder, entry_of, write_entry
from zenverify.engines.zen import ZenEngine
from zenverify.errors import CaseFormatError
from zenverify.faults.catalogue import TRAVERSAL, Fault, faults_of
from zenverify.graph.case import Case
from zenverify.tensor import OPERATIONS
from zenverify.verification.campaign.cases import draw_cases
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.checks.cost import chain, ladder
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

_ELEMENTS = 30
_NODES = 10
"""The largest case that is taken: an entry is to be read."""

_TRIED = 12
_TRIED_OF_WALK = 100
"""So many cases in which a fault makes a difference are verified before it counts as missed. One
of the walk may make a difference in any."""

_LADDERS = (2, 3, 24)
_CHAINS = (40, 1200)
"""Levels and lengths of what a walk is seen on that goes by paths, stops, or is a recursion."""


@dataclass(slots=True)
class Candidate:
    """A case that may come into the corpus.

    Attributes
    ----------
    case
        The case.
    exposed
        The names of the faults that it exposes.
    finding
        What it found first.
    residual
        The largest residual of the right engine, in units of u * S.
    """

    case: Case
    exposed: set[str] = field(default_factory=set)
    finding: Finding | None = None
    residual: float = 0.0

    def __reduce__(self) -> tuple[Any, ...]:
        # A graph holds closures, which no process can send.
        return _again, (self.case.to_json(), self.exposed, self.finding, self.residual)


def _again(text: str, *others: Any) -> Candidate:
    return Candidate(Case.from_json(text), *others)


@dataclass(slots=True)
class Cover:
    """What is known of one operation, or of the traversal.

    Attributes
    ----------
    operation
        Its name.
    kept
        The faults that the corpus exposes as it stands.
    chosen
        Further cases, each with what it exposes beyond those before it.
    hardest
        The case with the largest residual, where no other is it.
    missed
        The faults that change a number and that no case exposes.
    none
        The faults that change none.
    """

    operation: str
    kept: set[str] = field(default_factory=set)
    chosen: list[Candidate] = field(default_factory=list)
    hardest: Candidate | None = None
    missed: list[str] = field(default_factory=list)
    none: int = 0


def small_cases(operation: str, seed: int, most: int) -> list[Case]:
    """The first small cases of a campaign on an operation alone; for the traversal, on all."""
    engine = ZenEngine()
    names = tuple(sorted(engine.operators)) if operation in TRAVERSAL else (operation,)
    drawn = draw_cases(CampaignOptions(seed=seed, max_nodes=_NODES), names)
    small = (
        case
        for case in islice(drawn, 8 * most)
        if sum(case.graph.sizes) <= _ELEMENTS and len(case.graph.nodes) <= _NODES
    )
    walks = [*map(ladder, _LADDERS), *map(chain, _CHAINS)] if operation in TRAVERSAL else []
    return [*walks, *islice(small, most)]


def cover_of(operation: str, entries: Sequence[Entry], seed: int, most: int) -> Cover:
    """Choose the cases of one operation."""
    engine = ZenEngine()
    cover = Cover(operation)
    faults = {fault.name: fault for fault in faults_of(engine, [operation])}
    kept = [Candidate(entry.case) for entry in entries if _concerns(entry.case, operation)]
    drawn = [Candidate(case) for case in small_cases(operation, seed, most)]
    drawn = [one for one in drawn if _is_right(engine, one)]
    differing = _differing(engine, operation, faults, [*kept, *drawn])
    left = set(faults)
    for candidate in kept:
        _expose(
            engine, candidate, [faults[name] for name in sorted(left & differing[id(candidate)])]
        )
        left -= candidate.exposed
        cover.kept |= candidate.exposed
    tried: dict[str, int] = defaultdict(int)
    most_tried = _TRIED_OF_WALK if operation in TRAVERSAL else _TRIED
    pool = list(drawn)
    walks = operation in TRAVERSAL  # whose cases stand in the order in which they are to be tried
    while pool:
        open_faults = {name for name in left if tried[name] < most_tried}
        best = max(
            pool,
            key=lambda one: (
                len(open_faults & differing[id(one)]),
                0 if walks else -_size(one.case),
            ),
        )
        hoped = sorted(open_faults & differing[id(best)])
        if not hoped:
            break
        pool.remove(best)
        _expose(engine, best, [faults[name] for name in hoped])
        for name in hoped:
            tried[name] += 1
        left -= best.exposed
        if best.exposed:
            cover.chosen.append(best)
    hardest = max(drawn, key=lambda one: one.residual, default=None)
    if hardest is not None and hardest not in cover.chosen and hardest.residual > 0:
        hoped = sorted(differing[id(hardest)])[:_TRIED]
        _expose(engine, hardest, [faults[name] for name in hoped])
        cover.hardest = hardest if hardest.finding is not None else None
    for name in sorted(left):
        met = [(0, one.case) for one in (*kept, *drawn) if name in differing[id(one)]]
        if not met or (operation not in TRAVERSAL and no_fault(engine, faults[name], met)):
            cover.none += 1
        else:
            cover.missed.append(name)
    return cover


def _size(case: Case) -> int:
    return len(case.graph.nodes) + sum(case.graph.sizes)


def _concerns(case: Case, operation: str) -> bool:
    return operation in TRAVERSAL or operation in case.graph.operators


def _is_right(engine: ZenEngine, candidate: Candidate) -> bool:
    """Whether readers take it and the right engine passes; the residual is noted."""
    try:
        Case.from_json(candidate.case.to_json())
    except CaseFormatError:
        return False
    result = verify_case(engine, candidate.case)
    candidate.residual = result.worst_units
    return result.verdict is Verdict.AGREE


def _differing(
    engine: ZenEngine,
    operation: str,
    faults: dict[str, Fault],
    candidates: Sequence[Candidate],
) -> dict[int, set[str]]:
    """By candidate, the faults that make a difference in it; of the traversal, all may."""
    found: dict[int, set[str]] = {id(one): set() for one in candidates}
    if operation in TRAVERSAL:
        return {place: set(faults) for place in found}
    calls = RuleCalls(engine, operation, [(i, one.case) for i, one in enumerate(candidates)])
    for name, fault in faults.items():
        with fault.mutant.plant():
            for place in calls.differing():
                found[id(candidates[place])].add(name)
    return found


def _expose(engine: ZenEngine, candidate: Candidate, faults: Sequence[Fault]) -> None:
    """Plant faults, and note which of them a case exposes."""
    for fault in faults:
        with fault.mutant.plant():
            result = verify_case(engine, candidate.case)
        failures = [one for one in result.findings if one.verdict.is_failure]
        if failures:
            candidate.exposed.add(fault.name)
            candidate.finding = candidate.finding or failures[0]


def taken(covers: Sequence[Cover], share: float) -> Iterator[Candidate]:
    """The cases of all operations that expose most, until the share is reached."""
    exposed = sum(len(cover.kept) for cover in covers)
    every = exposed + sum(len(cover.missed) for cover in covers)
    every += sum(len(one.exposed) for cover in covers for one in cover.chosen)
    for cover in covers:
        if not cover.kept and cover.chosen:
            exposed += len(cover.chosen[0].exposed)
            yield cover.chosen[0]
    rest = [one for cover in covers for one in cover.chosen[0 if cover.kept else 1 :]]
    for one in sorted(rest, key=lambda one: -len(one.exposed)):
        if exposed >= share * every:
            return
        exposed += len(one.exposed)
        yield one


def _entry(candidate: Candidate, reason: str) -> Entry:
    assert candidate.finding is not None
    return replace(entry_of("zen", candidate.finding, candidate.case), reason=reason)


def _reason(candidate: Candidate) -> str:
    first, *others = sorted(candidate.exposed)
    more = f" and {len(others)} more planted faults" if others else ""
    return f"exposes {first}{more}" if others else f"exposes the planted fault {first}"


def write(covers: Sequence[Cover], share: float, corpus: Path) -> int:
    """Add to the corpus what was chosen, and return how many entries that were."""
    chosen = list(taken(covers, share))
    for one in chosen:
        write_entry(corpus, _entry(one, _reason(one)))
    hardest = [cover.hardest for cover in covers if cover.hardest is not None]
    for one in hardest:
        write_entry(corpus, _entry(one, f"the hardest case: residual of {one.residual:.2f} u * S"))
    return len(chosen) + len(hardest)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", default="", help="these operations only")
    parser.add_argument("--share", type=float, default=0.95)
    parser.add_argument("--cases", type=int, default=160, help="drawn per operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    operators = sorted(OPERATIONS.keys() & ZenEngine().operators)
    places = options.of.split(",") if options.of else [*operators, *TRAVERSAL]
    folder = engine_folder(options.corpus, "zen")
    entries = [read_entry(path) for path in sorted(folder.glob("*.json"))]

    def covered(place: int) -> Cover:
        return cover_of(places[place], entries, options.seed, options.cases)

    covers = []
    for cover in in_processes(covered, len(places), options.jobs):
        covers.append(cover)
        further = sum(len(one.exposed) for one in cover.chosen)
        print(
            f"{cover.operation:<28}{len(cover.kept):>5} exposed, {further:>4} more by "
            f"{len(cover.chosen):>2} cases, {len(cover.missed):>3} missed, {cover.none:>3} none",
            file=sys.stderr,
            flush=True,
        )
    if options.write:
        print(f"{write(covers, options.share, options.corpus)} entries written")
        return 0
    return _told(covers, options.share, len(entries), listed=options.list)


def _told(covers: Sequence[Cover], share: float, entries: int, *, listed: bool) -> int:
    missed = [
        name
        for cover in covers
        for name in (*cover.missed, *(n for one in cover.chosen for n in sorted(one.exposed)))
    ]
    exposed = sum(len(cover.kept) for cover in covers)
    every = exposed + len(missed)
    if listed:
        print(*missed, sep="\n")
    kinds = {fault.name: fault.mutant.kind for fault in faults_of(ZenEngine())}
    found = Counter(kinds[name] for cover in covers for name in cover.kept)
    lacking = Counter(kinds[name] for name in missed)
    for kind in sorted({*found, *lacking}):
        print(f"{kind:<28}{found[kind]:>5} of {found[kind] + lacking[kind]:,}")
    print(
        f"{entries} entries expose {exposed:,} of {every:,} faults that change a number "
        f"({exposed / max(every, 1):.1%}); {sum(cover.none for cover in covers):,} change none"
    )
    return 0 if exposed >= share * every else 1


if __name__ == "__main__":
    sys.exit(main())
