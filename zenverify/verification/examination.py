"""Making the checks of the list on a recording, and the one way from findings to a verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from zenverify.verification.checks.check import Sampled
from zenverify.verification.checks.listed import CHECKS
from zenverify.verification.events import Finding
from zenverify.verification.recording import Recording
from zenverify.verification.session import Session
from zenverify.verification.verdict import Verdict

_GRAVEST_FIRST = (
    Verdict.TIMEOUT,
    Verdict.CRASH,
    Verdict.NON_DETERMINISTIC,
    Verdict.STRUCTURE,
    Verdict.ENGINE_WRONG,
    Verdict.EXPRESSION_WRONG,
    Verdict.NON_FINITE,
    Verdict.DISPUTED,
    Verdict.CONVENTION,
    Verdict.INACCURATE,
    Verdict.UNSUPPORTED,
    Verdict.DIFFERENCE_UNRELIABLE,
)


@dataclass(slots=True)
class Report:
    """What the checks say.

    Attributes
    ----------
    findings
        The session's: every discrepancy, in the order of the checks.
    notes
        What is worth saying and no failure.
    sampled
        What was looked at in samples only.
    passed
        The names of the checks that were made, and found nothing.
    """

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sampled: list[str] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)


def examine(
    recording: Recording, session: Session, report: Report, without: Collection[str] = ()
) -> None:
    """Make the checks of the list, in its order.

    Parameters
    ----------
    recording, session
        What is checked, and how to ask it.
    report
        Where to say what is found; complete up to the point where a check raises.
    without
        Names of checks that are not wanted.

    Raises
    ------
    EngineFault
        If the engine does not get through a pass that a check asks for.
    """
    report.findings = session.findings
    failed: set[str] = set()
    for check in CHECKS:
        if check.name in without or not failed.isdisjoint(check.builds_on):
            continue
        lacking = next((n for n in check.needs if not n.met(recording, session)), None)
        if lacking is not None:
            report.notes += [lacking.otherwise] if lacking.otherwise else []
            continue
        found = False
        for said in check.examine(recording, session):
            if isinstance(said, Finding):
                found = True
                report.findings.append(said)
            elif isinstance(said, Sampled):
                report.sampled.append(said.text)
            else:
                report.notes.append(said)
        (failed if found else report.passed).add(check.name)


def gravity(finding: Finding) -> int:
    """What findings are sorted by, the gravest first."""
    return _GRAVEST_FIRST.index(finding.verdict)


def verdict_of(findings: Sequence[Finding], otherwise: Verdict = Verdict.AGREE) -> Verdict:
    """The gravest finding's verdict."""
    return min(findings, key=gravity).verdict if findings else otherwise
