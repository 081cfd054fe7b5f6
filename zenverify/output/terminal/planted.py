"""What a run says about a fault that was planted on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from zenverify.engines.faults import Fault
from zenverify.output.model.numbers import counted
from zenverify.output.model.run import Discrepancy, ReportModel
from zenverify.output.terminal.consoles import printable
from zenverify.verification.campaign.hunt import is_blamed
from zenverify.verification.events import FailureMinimised, Finding, Planted


def planted(fault: Fault) -> Planted:
    """What the events of a run say of a fault."""
    mutant = fault.mutant
    return Planted(fault.name, mutant.kind, mutant.name, fault.operation, mutant.argument)


def found_rightly(fault: Fault, failure: FailureMinimised) -> bool:
    """Whether a failure names the fault's place."""
    return _is_blamed(fault, failure.finding)


def print_planted(console: Console, model: ReportModel, fault: Fault) -> None:
    """Print whether the fault was found, what was blamed, and how small its graph became."""
    for line in _lines(model, fault):
        console.print(printable(line), soft_wrap=True)


def _lines(model: ReportModel, fault: Fault) -> Iterator[str]:
    yield f"planted       {fault.name}: {fault.mutant.name}, in {fault.place}"
    right = [one for one in model.discrepancies if _is_blamed(fault, one.finding)]
    if right:
        yield f"found         {_found(min(right, key=_operations))}"
    elif model.discrepancies:
        yield "found         but blamed on something else"
    elif fault.mutant.has_differed():
        yield f"not found     though it made a difference in {counted(model.cases, 'graph')}"
    else:
        yield f"not found     it made no difference in {counted(model.cases, 'graph')}"


def _found(shown: Discrepancy) -> str:
    size = counted(_operations(shown), "operation")
    return f"in graph {shown.first_number}, blamed on {shown.finding.blame}, reduced to {size}"


def _operations(shown: Discrepancy) -> int:
    return len(shown.case.graph.operations)


def _is_blamed(fault: Fault, finding: Finding) -> bool:
    return is_blamed(finding, fault.operation, fault.mutant.argument)
