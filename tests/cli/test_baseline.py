"""``zenverify run --baseline`` and ``--write-baseline``."""

import json
from pathlib import Path

from tests.cli.prepared import FakeCampaign, Zenverify, failing_run

BUCKET = "ENGINE_WRONG: tanh, argument 0"


def test_a_baseline_is_written_filled_in_and_accepted(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path
) -> None:
    campaign.events = failing_run
    path = directory / "known.json"
    done = zenverify("run", "--write-baseline", "known.json")
    assert done.code == 1
    assert "baseline      known.json" in done.err
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["failures"] == [
        {
            "verdict": "ENGINE_WRONG",
            "operation": "tanh",
            "argument": 0,
            "condition": "always",
            "during": "reverse pass",
            "exception": "",
            "function": "",
            "reason": "",
            "link": "",
        }
    ]

    done = zenverify("run", "--baseline", "known.json")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"zenverify: baseline known.json: failures[0]: {BUCKET}, condition always, during reverse "
        "pass, exception '', function '' has no reason: "
        "say why it is accepted\n"
    )

    data["failures"][0] |= {"reason": "known for years", "link": "https://example.org/1"}
    path.write_text(json.dumps(data), encoding="utf-8")
    done = zenverify("run", "--baseline", "known.json")
    assert (done.code, done.out) == (0, "")
    assert "No discrepancy beside 1 known in 1,200 graphs" in done.err
    assert f"known         {BUCKET}: known for years (https://example.org/1)" in done.err

    # Written again, it keeps what was filled in.
    assert zenverify("run", "--write-baseline", "known.json").code == 0
    assert json.loads(path.read_text(encoding="utf-8")) == data


def test_a_failure_that_is_gone_is_said(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path
) -> None:
    failure = {"bucket": BUCKET, "reason": "r", "link": ""}
    data = {"format": 1, "engine": "zen", "version": "0", "failures": [failure]}
    (directory / "known.json").write_text(json.dumps(data), encoding="utf-8")
    done = zenverify("run", "--baseline", "known.json")
    assert done.code == 0
    assert (
        f"gone          {BUCKET}, condition always: recorded as known, not seen in this run"
        in done.err
    )


def test_the_baseline_can_be_configured(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path
) -> None:
    (directory / "pyproject.toml").write_text('[tool.zenverify]\nbaseline = "none.json"\n')
    done = zenverify("run")
    assert done.code == 2
    assert "none.json: No such file" in done.err
