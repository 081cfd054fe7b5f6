"""Programs on pairs give what they give on balls."""

from itertools import islice

import numpy as np
import pytest
from flint import arb

from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import precision
from zenverify.operators.kinks import LEFT, MEAN, RIGHT, AtKink
from zenverify.operators.program.part import part_of
from zenverify.oracles.enclosure import lift
from zenverify.oracles.screen import pairs, programs
from zenverify.oracles.screen.pairs import Pair
from zenverify.oracles.screen.programs import Screened, can_screen
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions

CASES = [
    case
    for case in islice(cases_of(CampaignOptions(seed=5), catalogue.names()), 600)
    if len(case.graph.operations) == 1
    and can_screen(case.graph.programs[case.graph.operations[0]])
    and all(np.isfinite(value).all() for value in case.values)
]


def encloses(balls: list[arb], pair: Pair) -> None:
    assert len(balls) == len(pair.high)
    for ball, high, low, error in zip(balls, pair.high, pair.low, pair.error, strict=True):
        if np.isfinite(error) and np.isfinite(high):
            assert ball.is_finite()
            apart = abs(ball - arb(float(high)) - arb(float(low)))
            assert apart.lower() <= arb(float(error))


@pytest.mark.parametrize(
    "at_kink, contract, block",
    [(MEAN, True, 3), (MEAN, True, 1000), (MEAN, False, 2), (LEFT, True, 1000), (RIGHT, True, 4)],
)
def test_every_operation_is_enclosed_alike(
    at_kink: AtKink, *, contract: bool, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "BLOCK", block)
    monkeypatch.setattr(programs, "BLOCK", block)
    met = set()
    for case in CASES:
        graph = case.graph
        (position,) = graph.operations
        program = graph.programs[position]
        held = dict(zip(graph.leaves, case.values, strict=True))
        operands = [held[operand] for operand in graph.operands[position]]
        cotangent = np.random.default_rng(1).normal(size=int(np.prod(program.shape)))
        with np.errstate(all="ignore"):
            exact = [Pair.exact(v.ravel().astype(float)) for v in operands]
            screened = Screened(program, exact, at_kink, contract=contract)
            pulled = screened.pull(Pair.exact(cotangent))
        with precision(200):
            linear = program.linearise([lift(v) for v in operands], at_kink)
            encloses(list(linear.value), screened.value.number)
            for balls, part in zip(linear.pull(lift(cotangent)), pulled, strict=True):
                assert (balls is None) == (part is None)
                if balls is not None and part is not None:
                    encloses(list(balls), part.number)
        met.add(graph.operator_of(position))
    assert len(met) > 60


def test_a_part_computes_what_the_whole_does() -> None:
    draw = np.random.default_rng(2)
    for case in CASES:
        graph = case.graph
        (position,) = graph.operations
        program = graph.programs[position]
        size = int(np.prod(program.shape))
        if not size:
            continue
        wanted = draw.random(size) < 0.4
        wanted[draw.integers(size)] = True
        part, needed = part_of(program, wanted)
        held = dict(zip(graph.leaves, case.values, strict=True))
        operands = [lift(held[operand]) for operand in graph.operands[position]]
        taken = [
            [ball for ball, mark in zip(balls, marks, strict=True) if mark]
            for balls, marks in zip(operands, needed, strict=True)
        ]
        with precision(100):
            whole = program.value(operands)
            expected = [ball for ball, mark in zip(whole, wanted, strict=True) if mark]
            found = part.value(taken)
            assert len(found) == len(expected)
            for a, b in zip(found, expected, strict=True):
                assert a.overlaps(b) or (a.is_nan() and b.is_nan())
