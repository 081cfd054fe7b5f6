"""The tables that set zenverify beside its peers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.measures.hunting import Search
from benchmarks.measures.side_by_side import OURS, Trial
from benchmarks.measures.smallest_error import ERRORS, Limit
from benchmarks.measures.table import Table, figure, share
from benchmarks.peers.peer import PEERS

TOOLS = (OURS, *(peer.name for peer in PEERS))
MISSING = "not installed"

_SAME_CALLS = (
    "Each fault at 4, 100 and 1,000 elements, once in a call of the operation alone and once "
    "behind a mask. A tool that complains of the right rule in the same call has found nothing."
)
_INEXPRESSIBLE = (
    "A dash: no peer was given such a fault. Faults of the walk over the graph, of gradients that "
    "are handed out, and rules that write to their inputs sit in the engine's own machinery, where "
    "each library has its own; history needs a second call, which no check of theirs makes; and "
    "kinks, ties, NaN and overflow show at values at which a finite difference has no answer, so "
    "calls on ordinary values do not meet them."
)

_TIMES = (
    "`blamed`: the operation and the argument are named; no peer says either. `alarms`: "
    "complaints of the right rule. `found per minute`: over all checks, those in vain too."
)
_SEARCHES = (
    "What is not found costs all the seconds that a tool is given for a fault, so `found per "
    "minute` depends on how many these are; `ms, where found` is the median without them. "
    "zenverify draws graphs with the operation, and the drawing is counted. A peer is handed "
    "thirty calls of 4 elements on ordinary values, over and over, and only its checks are "
    "counted. `masked`: the peer's call stands in a function that hides it. zenverify draws the "
    "same graphs either way."
)
_ALARMS = "`alarms`: graphs in which it complains of the right rules, and so finds nothing."


def by_class(trials: Sequence[Trial], kinds: Iterable[str]) -> Table:
    """Found per class and tool, alone and masked."""
    asked = {trial.tool for trial in trials}
    rows = []
    for kind in (*sorted(kinds), "all"):
        members = [trial for trial in trials if kind in (trial.kind, "all")]
        cells = []
        for tool in TOOLS:
            mine = [trial for trial in members if trial.tool == tool]
            halves = [[t for t in mine if bool(t.mask) is hidden] for hidden in (False, True)]
            text = [share(sum(t.found for t in half), len(half)) for half in halves]
            cells.append("; ".join(text) if mine else ("-" if tool in asked else MISSING))
        rows.append((kind, *cells))
    return Table(
        "The same faults in the same calls: found alone; found masked",
        ("class", *TOOLS),
        rows,
        (_SAME_CALLS, _INEXPRESSIBLE),
    )


def by_size(trials: Sequence[Trial]) -> Table:
    """Found, alarms and time per tool and size."""
    rows = []
    for hidden in (False, True):
        for size in sorted({trial.size for trial in trials}):
            for tool in TOOLS:
                mine = [t for t in trials if (t.tool, t.size, bool(t.mask)) == (tool, size, hidden)]
                label = f"{tool}, {size:,} elements, {'masked' if hidden else 'alone'}"
                rows.append((label, *_timed(mine)) if mine else (label, *[MISSING] * 6))
    return Table(
        "The same faults in the same calls: time",
        ("tool", "found", "blamed", "alarms", "ms, median", "ms, mean", "found per minute"),
        rows,
        (_TIMES,),
    )


def _timed(trials: Sequence[Trial]) -> Sequence[str]:
    found, seconds = sum(t.found for t in trials), [t.seconds for t in trials]
    blamed = sum(t.blamed for t in trials) if trials[0].tool == OURS else 0
    return (
        share(found, len(trials)),
        share(blamed, len(trials)) if blamed else "-",
        str(sum(t.alarm for t in trials)),
        figure(1e3 * median(seconds)),
        figure(1e3 * sum(seconds) / len(seconds)),
        figure(60 * found / sum(seconds)),
    )


def by_search(searches: Sequence[Search], patience: float) -> Table:
    """Found within a time, and per minute."""
    limits = [limit for limit in (0.001, 0.01, 0.1, 1.0) if limit < patience] + [patience]
    ours = _rate([s for s in searches if s.tool == OURS])
    rows = []
    for hidden in (False, True):
        for tool in TOOLS:
            mine = [s for s in searches if s.tool == tool and (s.hidden is hidden or tool == OURS)]
            label = f"{tool}, {'masked' if hidden else 'alone'}"
            if not mine:
                rows.append((label, *[MISSING] * (len(limits) + 4)))
                continue
            # What is still missing when patience runs out was not found.
            within = [sum(s.found and s.seconds <= limit for s in mine) for limit in limits[:-1]]
            hits = [s for s in mine if s.found]
            ratio = "" if tool == OURS else figure(ours / _rate(mine)) if _rate(mine) else "all"
            rows.append(
                (
                    label,
                    *map(str, within),
                    share(len(hits), len(mine)),
                    figure(1e3 * median(s.seconds for s in hits)) if hits else "-",
                    figure(sum(s.seconds for s in mine)),
                    figure(_rate(mine)),
                    ratio,
                )
            )
    return Table(
        "Each tool looks for each fault until it complains",
        (
            "tool",
            *(f"in {limit:g} s" for limit in limits),
            "ms, where found",
            "seconds",
            "found per minute",
            "ours, times as many",
        ),
        rows,
        (_SEARCHES,),
    )


def _rate(searches: Sequence[Search]) -> float:
    return 60 * sum(s.found for s in searches) / sum(s.seconds for s in searches)


def by_error(limits: Sequence[Limit], dtype: str) -> Table:
    """In how many graphs each error is found."""
    errors = ERRORS[dtype]
    rows = []
    for tool in TOOLS:
        mine = [limit for limit in limits if (limit.tool, limit.dtype) == (tool, dtype)]
        if not mine:
            rows.append((tool, *[MISSING] * (len(errors) + 1)))
            continue
        # A little room, since 1e-13 is not exact either way.
        counts = [
            sum(m.smallest is not None and m.smallest <= 1.01 * e for m in mine) for e in errors
        ]
        rows.append((tool, *map(str, counts), str(sum(m.alarm for m in mine))))
    graphs = len({limit.graph for limit in limits if limit.dtype == dtype})
    return Table(
        f"One rule off by a factor of 1 + error, in {graphs} graphs of 20 operations, {dtype}",
        ("tool", *(f"{error:.0e}" for error in errors), "alarms"),
        rows,
        (_ALARMS,),
    )
