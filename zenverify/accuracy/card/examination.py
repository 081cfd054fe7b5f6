"""Check one operation: `zenverify.check`, and what ``zenverify check`` runs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from zenverify.accuracy.card.card import Card
from zenverify.accuracy.card.declared import declared
from zenverify.accuracy.card.mutation import mutation_score
from zenverify.accuracy.card.scan import narrowed, scans
from zenverify.accuracy.over_cases import accuracy_of
from zenverify.contribution import Contribution
from zenverify.engines import registry
from zenverify.engines.extended import extended
from zenverify.engines.protocol import Engine
from zenverify.errors import UsageError
from zenverify.graph.case import Case
from zenverify.graph.drawing import instances_of, single_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.operators.operator import Operator
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.cases import draw_cases
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import FailureMinimised, RunFinished
from zenverify.verification.trace import TIMEOUT

DEFAULT_GRAPHS = 1_000
DEFAULT_SEED = 1

_MUTATED_CASES = 240
_MEASURED_INSTANCES = 40


def check(
    subject: Contribution | str,
    *,
    engine: Engine | str | None = None,
    graphs: int = DEFAULT_GRAPHS,
    seed: int = DEFAULT_SEED,
    timeout: float = TIMEOUT,
) -> Card:
    """Check one operation, over its whole domain and in every way to call it.

    Parameters
    ----------
    subject
        An operation of your own, or the name of one of the catalogue.
    engine
        The engine to check it in, or what `zenverify.engines.registry.load` loads one by; a
        contribution's own by default, else zen.
    graphs
        How many graphs to verify.
    seed
        The same seed gives the same graphs.
    timeout
        Seconds that one pass of the engine may take.

    Returns
    -------
    Card
        True if the operation passed.

    Raises
    ------
    UsageError
        If there is no such operation or engine, or the engine does not offer the operation.

    Examples
    --------
    >>> from zenverify import check
    >>> card = check("exp", graphs=100)
    >>> bool(card), card.mutation.found == card.mutation.of
    (True, True)
    """
    with known(subject, engine) as (subject_engine, operator):
        return examine(subject_engine, operator, graphs=graphs, seed=seed, timeout=timeout)


@contextmanager
def known(
    subject: Contribution | str, engine: Engine | str | None = None
) -> Iterator[tuple[Engine, Operator]]:
    """The engine that offers an operation, and its declaration, known to the catalogue by its name.

    Raises
    ------
    UsageError
        As `check` does.
    """
    if isinstance(subject, str):
        loaded = _loaded(engine or registry.DEFAULT)
        operator = catalogue.get(subject)
        if subject not in loaded.operators:
            raise UsageError(f"engine {loaded.name!r} does not offer the operator {subject!r}")
        yield loaded, operator
        return
    loaded = _loaded(engine or subject.engine)
    with catalogue.including(subject.declaration):
        yield extended(loaded, subject.name, subject.function), subject.declaration


def _loaded(engine: Engine | str) -> Engine:
    return registry.load(engine) if isinstance(engine, str) else engine


def examine(
    engine: Engine, operator: Operator, *, graphs: int, seed: int, timeout: float = TIMEOUT
) -> Card:
    """Make every check on one operation that the catalogue knows and the engine offers."""
    failures: list[FailureMinimised] = []
    finished: RunFinished | None = None
    whole = scans(operator, seed)
    first = tuple(case for one in whole for case in narrowed(engine, one, timeout))
    options = CampaignOptions(
        seed=seed, graphs=graphs, operators=(operator.name,), timeout=timeout, first=first
    )
    for event in run(engine, options):
        if isinstance(event, FailureMinimised):
            failures.append(event)
        elif isinstance(event, RunFinished):
            finished = event
    assert finished is not None
    clean = finished.exit_code == 0
    cases = list(islice(draw_cases(options, (operator.name,)), _MUTATED_CASES)) if clean else []
    return Card(
        name=operator.name,
        signature=operator.signature,
        summary=operator.summary,
        arguments=tuple(argument.name for argument in operator.arguments),
        seed=seed,
        engine=engine.name,
        engine_version=engine.version,
        declared=declared(operator),
        run=finished,
        failures=tuple(failures),
        accuracy=accuracy_of(engine, operator, whole or _ordinary(operator, seed)),
        # A fault planted into a rule that is wrong already proves nothing.
        mutation=mutation_score(engine, operator.name, cases) if clean else None,
    )


def _ordinary(operator: Operator, seed: int) -> Iterator[Case]:
    """Cases of one operation with ordinary values, in both dtypes."""
    draw = random.Random(seed)
    instances = instances_of(operator)
    for instance in draw.sample(instances, min(_MEASURED_INSTANCES, len(instances))):
        for dtypes in (Dtypes.FLOAT64, Dtypes.FLOAT32):
            structure = single_structure(draw.randrange, operator, instance, dtypes)
            yield fill(structure, Filling.ORDINARY, draw.getrandbits(32))
