"""A campaign on the engine as it is: not one alarm."""

import pytest

from zenverify.engines.zen import ZenEngine
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import FailureFound, RunFinished


@pytest.mark.parametrize("seed", [11, 12])
def test_a_right_engine_raises_no_alarm(seed: int) -> None:
    for event in run(ZenEngine(), CampaignOptions(seed=seed, graphs=750)):
        assert not isinstance(event, FailureFound), (event.finding, event.case.to_json())
        if isinstance(event, RunFinished):
            assert event.exit_code == 0
            assert event.cases == 750
            assert 0 < event.worst_units < 8
