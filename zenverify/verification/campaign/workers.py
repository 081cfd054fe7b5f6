"""The graphs of a campaign verified in several processes, in the order in which they are drawn.

Every process draws all graphs, which is quick, and fills and verifies those of the chunks that it
is given. What comes back is put together in the order of the drawing, so that a seed means the same
however many processes there are, and whichever is the faster.
"""

from __future__ import annotations

import atexit
import signal
from collections import deque
from collections.abc import Collection, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing.synchronize import Event as StopEvent

from zenverify.engines import registry
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Engine, limits_of
from zenverify.errors import UsageError
from zenverify.graph.case import Case
from zenverify.processes import SPAWN, pool_of
from zenverify.verification.campaign.cases import Draft, drafts_of
from zenverify.verification.campaign.offered import verify_offered
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.verify import CaseResult

_CHUNK = 16
"""Graphs that are sent together."""

_AHEAD = 3
"""So many chunks per process are under way, or wait to be looked at."""


@dataclass(frozen=True, slots=True)
class Here:
    """A graph that was drawn, to be verified in this process."""

    engine: Engine
    case: Case
    timeout: float
    whole: bool
    probed: bool

    @property
    def names(self) -> frozenset[str]:
        """The operations in it, and the kinds of its leaves."""
        return _names(self.case)

    def verified(self) -> tuple[Case, CaseResult]:
        """As much of it as the engine offers, and the result."""
        return verify_offered(
            self.engine, self.case, self.timeout, whole=self.whole, probed=self.probed
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A graph that another process has verified; its JSON only where something is wrong."""

    names: frozenset[str]
    text: str
    result: CaseResult | None
    whole: bool

    def verified(self) -> tuple[Case | None, CaseResult]:
        """The graph, where something is wrong with it, and the result."""
        assert self.result is not None  # it was not run where an operation had hung before
        return Case.from_json(self.text) if self.text else None, self.result


Drawn = Here | Elsewhere | None
"""None for a graph that is beyond the engine's limits."""


@dataclass(frozen=True, slots=True)
class Workers:
    """What a process needs to verify its share.

    Attributes
    ----------
    jobs
        How many processes.
    engine
        The engine, as ``--engine`` takes it: each process loads its own.
    fault
        The fault to plant first, by its name; empty for none.
    """

    jobs: int
    engine: str
    fault: str = ""


def in_this_process(
    engine: Engine, options: CampaignOptions, names: tuple[str, ...]
) -> Generator[Drawn, None, None]:
    """The graphs of a campaign, to be verified one after the other."""
    for number, draft in enumerate(drafts_of(options, names, limits_of(engine))):
        if draft is None:
            yield None
            continue
        case, whole = draft(), options.asks_for_whole(number)
        probed = options.asks_for_probes(number, case.graph)
        yield Here(engine, case, options.timeout, whole, probed)


def in_processes(
    workers: Workers, options: CampaignOptions, names: tuple[str, ...], hung: Collection[str]
) -> Generator[Drawn, None, None]:
    """The same graphs, verified in other processes.

    Parameters
    ----------
    workers
        How many, and of which engine.
    options, names
        What to draw, and from which operations.
    hung
        The operations that did not return so far: filled by the caller as it learns of them. No
        process sets out on a graph that holds one.

    Raises
    ------
    UsageError
        If a process ends without a word, twice at the same graphs.
    """
    stop = SPAWN.Event()
    shared = replace(options, keep=None, enough=None, planted=None)
    chunk, failed = 0, -1
    while True:
        stop.clear()
        try:
            with pool_of(workers.jobs, _start, workers, shared, names, stop) as pool:
                try:
                    for given, ended in _in_order(pool, chunk, workers.jobs, hung):
                        chunk += 1
                        yield from given
                        if ended:
                            return
                finally:
                    stop.set()
        except BrokenProcessPool as error:
            if failed == chunk:
                raise UsageError(
                    f"a process that verified graphs {_CHUNK * chunk + 1} and more was ended, "
                    "by a signal or for lack of memory: -j 1 shows at which"
                ) from error
            failed = chunk  # as it may have been an accident, once more


def _in_order(
    pool: ProcessPoolExecutor, first: int, jobs: int, hung: Collection[str]
) -> Iterator[tuple[list[Drawn], bool]]:
    waiting: deque[Future[tuple[list[Drawn], bool]]] = deque()
    number = first
    while True:
        while len(waiting) < _AHEAD * jobs:
            waiting.append(pool.submit(_verified, number, frozenset(hung)))
            number += 1
        yield waiting.popleft().result()


# ---- in the other processes ----


@dataclass(slots=True)
class _Worker:
    """What a process keeps between chunks: chunks come in order, so it draws each graph once."""

    engine: Engine
    options: CampaignOptions
    drafts: Iterator[Draft | None]
    stop: StopEvent
    planted: ExitStack
    position: int = 0


_worker: list[_Worker] = []


def _start(
    workers: Workers, options: CampaignOptions, names: tuple[str, ...], stop: StopEvent
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked for it ends the run
    engine = registry.load(workers.engine)
    planted = ExitStack()  # for as long as the process lives
    atexit.register(planted.close)  # while there are modules to put the rules back into
    if workers.fault:
        from zenverify.faults.catalogue import find_fault

        planted.enter_context(find_fault(engine, workers.fault).mutant.plant())
    engine = completed(engine)
    drafts = drafts_of(options, names, limits_of(engine))
    _worker[:] = [_Worker(engine, options, drafts, stop, planted)]


def _verified(chunk: int, hung: frozenset[str]) -> tuple[list[Drawn], bool]:
    """The graphs of a chunk, and whether they were the last."""
    (worker,) = _worker
    start = chunk * _CHUNK
    for _ in islice(worker.drafts, start - worker.position):
        pass
    drafts = list(islice(worker.drafts, _CHUNK))
    worker.position = start + len(drafts)
    found: list[Drawn] = []
    for number, draft in enumerate(drafts, start):
        if worker.stop.is_set():
            break
        found.append(None if draft is None else _elsewhere(worker, number, draft(), hung))
    return found, len(drafts) < _CHUNK


def _elsewhere(worker: _Worker, number: int, case: Case, hung: frozenset[str]) -> Elsewhere:
    names = _names(case)
    whole = worker.options.asks_for_whole(number)
    if not names.isdisjoint(hung):
        return Elsewhere(names, "", None, whole)
    timeout, probed = worker.options.timeout, worker.options.asks_for_probes(number, case.graph)
    case, result = verify_offered(worker.engine, case, timeout, whole=whole, probed=probed)
    return Elsewhere(names, case.to_json() if result.findings else "", result, whole)


def _names(case: Case) -> frozenset[str]:
    return frozenset(map(case.graph.operator_of, range(len(case.graph.nodes))))
