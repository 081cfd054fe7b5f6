"""A hang at a leaf, while it is made or read, is learned from like one in an operation."""

import time
from typing import Any

import pytest

from zenverify.engines.zen import ZenEngine
from zenverify.graph.graph import LeafKind
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import RunFinished


class Hanging(ZenEngine):
    """Does not return from one kind of call about a trainable leaf."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def leaf(self, kind: LeafKind, value: Any) -> Any:
        if self._where == "leaf" and kind is LeafKind.VARIABLE:
            time.sleep(60)
        return super().leaf(kind, value)

    def gradient(self, handle: Any) -> Any:
        if self._where == "gradient" and not self.operands_of(handle):
            time.sleep(60)
        return super().gradient(handle)


@pytest.mark.parametrize("where", ["leaf", "gradient"])
def test_a_run_ends_where_every_case_would_hang(where: str) -> None:
    options = CampaignOptions(seed=1, graphs=40, operators=("tanh", "exp"), timeout=0.05)
    *_, finished = run(Hanging(where), options)
    assert isinstance(finished, RunFinished)
    assert finished.stop_reason == "hanging"
    assert finished.cases < 5
    assert finished.exit_code == 1
