"""Runs the program in-process, in an empty directory, on a campaign of prepared events."""

import os
from pathlib import Path

import pytest

from tests.cli.prepared import Done, FakeCampaign, Zenverify
from zenverify.cli.main import main

_TERMINAL = ("FORCE_COLOR", "NO_COLOR", "TTY_", "COLUMNS")


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, and nothing in the environment that changes the program."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("ZENVERIFY_", *_TERMINAL))]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def zenverify(directory: Path, capsys: pytest.CaptureFixture[str]) -> Zenverify:
    def call(*arguments: str) -> Done:
        code = main(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch) -> FakeCampaign:
    fake = FakeCampaign()
    monkeypatch.setattr("zenverify.verification.campaign.campaign.run", fake)
    return fake
