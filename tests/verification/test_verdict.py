"""Verdicts and blame."""

import pytest

from zenverify.verification.verdict import Blame, Verdict

HARMLESS = {Verdict.AGREE, Verdict.DIFFERENCE_UNRELIABLE, Verdict.UNSUPPORTED}


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_but_three_fails_a_run(verdict: Verdict) -> None:
    assert verdict.is_failure is (verdict not in HARMLESS)
    assert str(verdict) == verdict.name


@pytest.mark.parametrize(
    "blame, text",
    [
        (Blame(3, "tanh", None, "always"), "tanh"),
        (Blame(3, "add", 1, "broadcast"), "add, argument 1 (broadcast)"),
        (Blame(3, "accumulation", None, "shared node"), "accumulation (shared node)"),
    ],
)
def test_blame_reads_as_words(blame: Blame, text: str) -> None:
    assert str(blame) == text
