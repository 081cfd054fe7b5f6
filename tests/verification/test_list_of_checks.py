"""One more entry of the list is made by run, verify, gradcheck and check alike."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.verification.prepared import unary
from zenverify import Tensor, gradcheck, verify
from zenverify.cli.main import main
from zenverify.engines.zen import ZenEngine
from zenverify.verification import examination
from zenverify.verification.checks import listed
from zenverify.verification.checks.check import Check
from zenverify.verification.events import Finding
from zenverify.verification.recording import Recording
from zenverify.verification.session import Session
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict
from zenverify.verification.verify import verify_case


def none_explodes(recording: Recording, session: Session) -> Iterator[Finding]:
    """No gradient is beyond a million."""
    for value, gradient in recording.gradients.items():
        if (np.abs(gradient) > 1e6).any():
            message = f"the gradient of {recording.operation_of(value)} is beyond a million"
            blame = Blame(value, ACCUMULATION, None, "always")
            yield Finding(Verdict.INACCURATE, blame, "explosion", message)
            return


@pytest.fixture
def _one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "CHECKS", [*listed.CHECKS, Check("explosion", none_explodes)])


LARGE = 1e9


@pytest.mark.usefixtures("_one_more")
def test_in_a_case() -> None:
    result = verify_case(ZenEngine(), unary("negative", at=[0.5], cotangent=[LARGE]))
    assert [finding.check for finding in result.findings] == ["explosion"]
    assert result.verdict is Verdict.INACCURATE


@pytest.mark.usefixtures("_one_more")
def test_in_a_live_graph() -> None:
    assert verify((Tensor([0.5]) * 2.0).sum())
    result = verify((Tensor([0.5]) * LARGE).sum())
    assert [finding.check for finding in result.findings] == ["explosion"]


@pytest.mark.usefixtures("_one_more")
def test_in_a_function() -> None:
    assert gradcheck(lambda x: (x * 2.0).sum(), (Tensor([0.5]),))
    result = gradcheck(lambda x: (x * LARGE).sum(), (Tensor([0.5]),))
    assert "explosion" in [finding.check for finding in result.findings]


@pytest.mark.usefixtures("_one_more")
@pytest.mark.parametrize("command", [["run", "--seed", "1", "-n", "60"], ["check", "multiply"]])
def test_in_a_run_and_in_the_check_of_one_operation(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--quiet"]) == 1
    captured = capsys.readouterr()
    assert "is beyond a million" in captured.out + captured.err
