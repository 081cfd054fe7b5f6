"""The cases of a campaign, in their order."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from zenverify.graph import provider
from zenverify.verification import cases
from zenverify.verification.cases import cases_of
from zenverify.verification.options import CampaignOptions

NAMES = ("tanh", "add", "sum")


def test_random_graphs_are_drawn_when_their_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    taken = 0

    def counting(*arguments: Any) -> Any:
        turns.append(taken)
        return provider.drawn(*arguments)

    monkeypatch.setattr(cases, "drawn", counting)
    for _ in cases_of(CampaignOptions(seed=1), NAMES):
        taken += 1
        if taken == 200:
            break
    assert len(turns) > 3
    assert len(set(turns)) == len(turns)


def test_the_same_seed_gives_the_same_cases() -> None:
    first, second = (
        [case.to_json() for case in islice(cases_of(CampaignOptions(seed=seed), NAMES), 60)]
        for seed in (5, 5)
    )
    assert first == second
