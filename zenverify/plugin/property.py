"""``@zenverify.property``: a campaign as one test, its buckets as the failures in it."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from zenverify.corpus.baseline import Baseline, KnownFailure, known_failure
from zenverify.corpus.entry import EntryStatus
from zenverify.corpus.upkeep import entries_of
from zenverify.corpus.writing import Keeper, engine_folder
from zenverify.engines import registry
from zenverify.errors import UsageError
from zenverify.output.model.commands import run_command
from zenverify.output.model.numbers import counted
from zenverify.output.model.printable import printable
from zenverify.plugin.failure import finding_lines
from zenverify.verification.campaign import campaign
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import Bucket, RunFinished

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

P = ParamSpec("P")
T = TypeVar("T")


class DiscrepancyError(AssertionError):
    """One kind of failure, shown by its smallest case."""


class Discrepancies(ExceptionGroup[DiscrepancyError]):
    """Everything that a campaign has found, a `DiscrepancyError` each."""


def property(  # noqa: A001  it is named as the decorators of its kind are, and used qualified
    engine: str | Engine = registry.DEFAULT,
    ops: Sequence[str] | None = None,
    *,
    graphs: int = 200,
    seed: int | None = 0,
    max_nodes: int = 40,
    corpus: str | Path | None = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a test run a campaign first, and fail for each kind of discrepancy that it finds.

    Parameters
    ----------
    engine
        As ``--engine`` takes it, or an engine.
    ops
        Names of the operations to draw; all that the engine has by default.
    graphs
        How many graphs.
    seed
        The same seed gives the same graphs. None draws another one each time; the failure names it.
    max_nodes
        The largest graph to draw, about.
    corpus
        Where failures are written. What its open entries record is accepted. None to keep nothing.

    Returns
    -------
    Callable
        A decorator. The function is called after a campaign that found nothing new, with whatever
        it takes, fixtures for example.

    Raises
    ------
    Discrepancies
        By the test, if the campaign found something that is not known.
    UsageError
        By the test, if there is no such engine, or nothing could be verified.

    Examples
    --------
    >>> @property(engine="zen", ops=["tanh", "matmul"], graphs=20)
    ... def test_tanh_and_matmul() -> None: ...
    >>> test_tanh_and_matmul()
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def test(*args: P.args, **kwargs: P.kwargs) -> T:
            __tracebackhide__ = True
            _run(engine, ops, graphs, seed, max_nodes, corpus)
            return function(*args, **kwargs)

        return test

    return decorate


def _run(
    engine: str | Engine,
    ops: Sequence[str] | None,
    graphs: int,
    seed: int | None,
    max_nodes: int,
    corpus: str | Path | None,
) -> None:
    __tracebackhide__ = True
    spec = engine if isinstance(engine, str) else engine.name
    loaded = registry.load(engine) if isinstance(engine, str) else engine
    label = registry.file_label(spec, loaded.name)
    folder = None if corpus is None else Path(corpus)
    options = CampaignOptions(
        seed=secrets.randbits(32) if seed is None else seed,
        graphs=graphs,
        operators=None if ops is None else tuple(ops),
        max_nodes=max_nodes,
        keep=None if folder is None else Keeper(folder, label),
    )
    known = () if folder is None else _open(engine_folder(folder, label))
    baseline = Baseline(loaded.name, loaded.version, (), known)
    end = next(e for e in campaign.run(loaded, options) if isinstance(e, RunFinished))
    if end.exit_code == 2:
        raise UsageError(f"{spec}: nothing was tested: the engine offers none of what was drawn")
    new = [
        bucket
        for bucket in end.buckets
        if bucket.finding.verdict.is_failure and baseline.recorded(bucket.key) is None
    ]
    if not new:
        return
    restrictions = [] if ops is None else ["--ops", ",".join(ops)]
    restrictions += [] if max_nodes == 40 else ["--max-nodes", str(max_nodes)]
    command = run_command(spec, end.seed, end.cases, restrictions)
    headline = (
        f"{counted(len(new), 'discrepancy', 'discrepancies')} in "
        f"{counted(end.cases, 'graph', 'graphs')} of {spec}, seed {end.seed}: {command}"
    )
    raise Discrepancies(printable(headline), [DiscrepancyError(_text(bucket)) for bucket in new])


def _open(folder: Path) -> tuple[KnownFailure, ...]:
    """What the open entries of a folder record."""
    if not folder.is_dir():
        return ()
    entries = [found[1] for found in entries_of([folder]) if isinstance(found, tuple)]
    return tuple(
        known_failure(entry.bucket, entry.reason, entry.link)
        for entry in entries
        if entry.status is EntryStatus.OPEN
    )


def _text(bucket: Bucket) -> str:
    lines = list(finding_lines(bucket.finding, bucket.case))
    if bucket.path is not None:
        lines.append(f"entry    {bucket.path}")
    return "\n".join(map(printable, lines))
