"""What a run says about a fault that was planted on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from zenverify.faults.catalogue import Fault
from zenverify.output.model.numbers import counted
from zenverify.output.model.run import Discrepancy, RunModel
from zenverify.output.reporter import Reporter, RunContext
from zenverify.verification.campaign.hunt import is_blamed
from zenverify.verification.events import Event, Finding, RunFinished


class PlantedReporter(Reporter):
    """Prints whether the fault was found, what was blamed, and how small its graph became."""

    def __init__(self, context: RunContext, console: Console, fault: Fault) -> None:
        self._context = context
        self._console = console
        self._fault = fault

    def handle(self, event: Event) -> None:
        """Print, if the run has ended."""
        if isinstance(event, RunFinished):
            for line in _lines(self._context.model, self._fault):
                self._console.print(line, soft_wrap=True)


def _lines(model: RunModel, fault: Fault) -> Iterator[str]:
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
