"""The cases of a campaign, in their order: operations by themselves, random graphs, chains."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, count
from typing import TypeAlias

from zenverify.graph.case import Case
from zenverify.graph.corners import corners_of
from zenverify.graph.drawing import draw_any, draw_chain, draw_structure, simplest
from zenverify.graph.filling import FILLINGS, SPECIAL, Filling, fill, with_nan
from zenverify.graph.limits import UNLIMITED, Limits, within
from zenverify.graph.structure import Structure, dtype_odds
from zenverify.graph.sweep import Way, draw_way, ways_of
from zenverify.operators import catalogue
from zenverify.operators.operator import Operator
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.checks.cost import cost_cases

Draft: TypeAlias = Callable[[], Case]
"""A case that was drawn; calling it fills in its values."""

_LEAST = 24
"""How often an operation is swept at least, however few ways there are to call it."""
_APART_EVERY = 4
"""In about so many ways to call an operation once with a NaN in the cotangent, and with one extreme
operand only."""
_GRAPH_EVERY = 8
"""So many operations by themselves are followed by a random graph, and by a corner of one."""
_CHAIN_EVERY = 128
"""After so many of them it is a chain."""
_FROM_ONE_SEED = 40
"""So many random graphs come from one seed. The first of them is the simplest there is."""


def cases_of(
    options: CampaignOptions, names: tuple[str, ...], limits: Limits = UNLIMITED
) -> Iterator[Case]:
    """All cases of a campaign in their order, without end unless nothing fits the limits."""
    return (draft() for draft in drafts_of(options, names, limits) if draft is not None)


def drafts_of(
    options: CampaignOptions, names: tuple[str, ...], limits: Limits = UNLIMITED
) -> Iterator[Draft | None]:
    """The same, each still to be filled; None for a drawn one that is beyond the limits.

    What is drawn does not depend on whether the drafts are filled.
    """
    first = chain(options.first, cost_cases(names, limits.dtypes[0]))
    return chain((partial(_as_it_is, case) for case in first), _drafts(options, names, limits))


def _as_it_is(case: Case) -> Case:
    return case


def draw_cases(
    options: CampaignOptions, names: tuple[str, ...], limits: Limits = UNLIMITED
) -> Iterator[Case]:
    """The cases that are drawn, without end: operations by themselves, random graphs, chains.

    Those that are beyond the limits of an engine are cut to them, or left out. The operations go
    through all their shapes and attributes, in an order of the seed's; the first time round with
    ordinary values, later with each other filling. Some of the ordinary ones get a NaN in their
    cotangent: in graphs one rarely reaches every rule. In some, one operand only is extreme. The
    corners of each operation come in between, once. They end after a round in which nothing was
    within the limits.
    """
    return (draft() for draft in _drafts(options, names, limits) if draft is not None)


def _drafts(
    options: CampaignOptions, names: tuple[str, ...], limits: Limits
) -> Iterator[Draft | None]:
    draw = random.Random(options.seed)
    sweep: list[tuple[Operator, Way, bool]] = []
    operators, decisions = _sorted(names)
    for operator in operators:
        ways = ways_of(operator)
        sweep += [
            # Not every fourth: in these, attributes that alternate would be all alike.
            (operator, ways[i % len(ways)], (i + i // _APART_EVERY) % _APART_EVERY == 0)
            for i in range(max(len(ways), _LEAST))
        ]
    graphs = _structures(options, names, draw)
    corners = corners_of(operators)
    for round_ in count():
        draw.shuffle(sweep)
        fitted = False
        for place, (operator, way, apart) in enumerate(sweep):
            alone = within(limits, draw_way(draw.randrange, operator, way, decisions))
            special = SPECIAL[(place + round_) % len(SPECIAL)]
            ordinary = Filling.ORDINARY
            fitted |= alone is not None
            for filling in (ordinary, special) if place % 2 else (special, ordinary):
                if alone is None:
                    yield None
                    break
                # Where all operands are extreme, one may hide what is wrong behind another.
                only = place if apart and filling is Filling.EXTREME else None
                draft = partial(fill, alone, filling, draw.getrandbits(32), only)
                yield partial(_with_nan, draft, place) if apart and filling is ordinary else draft
            if place % _GRAPH_EVERY == 0:
                chained = place % _CHAIN_EVERY == 0
                drawn = (_chain(options, names, draw) if chained else None) or next(graphs)
                graph = within(limits, drawn)
                fitted |= graph is not None
                for filling in FILLINGS:
                    if graph is None:
                        break
                    yield partial(fill, graph, filling, draw.getrandbits(32))
                corner = next(corners, None)
                alone = None if corner is None else within(limits, corner.structure)
                if corner is not None and alone is not None:
                    fitted = True
                    yield partial(fill, alone, corner.filling, place)
        if not fitted:
            return


def _with_nan(draft: Draft, place: int) -> Case:
    return with_nan(draft(), place)


def _sorted(names: Iterable[str]) -> tuple[list[Operator], list[Operator]]:
    """The operators of these names: those that are differentiated, and those that decide."""
    found = list(map(catalogue.get, names))
    return [o for o in found if not o.decides], [o for o in found if o.decides]


def _chain(
    options: CampaignOptions, names: tuple[str, ...], draw: random.Random
) -> Structure | None:
    """A deep chain, as long as the largest graph allows; None if no operator can be chained."""
    most = max(1, options.max_nodes - 1)
    length = draw.randint(most // 2 + 1, most)
    operators, _ = _sorted(names)
    return draw_chain(draw.randrange, operators, length, draw.choice(dtype_odds(operators)))


def _structures(
    options: CampaignOptions, names: tuple[str, ...], draw: random.Random
) -> Iterator[Structure]:
    """Random graphs, without end, each drawn when it is asked for."""
    operators, decisions = _sorted(names)
    available = [*operators, *decisions]
    most = max(1, options.max_nodes // 3)
    while True:
        source = random.Random(draw.getrandbits(64))
        yield draw_structure(simplest, operators, 1, dtype_odds(operators)[0])
        for _ in range(_FROM_ONE_SEED - 1):
            yield draw_any(source.randrange, available, 1, most)
