import io

import pytest
from rich.console import Console

from tests.cli.prepared import found, minimised, started, verified
from zenverify.output.model.run import Collector
from zenverify.output.reporter import Reporter, Reporters, RunContext
from zenverify.output.terminal.progress import ProgressReporter
from zenverify.verification.events import Event


def terminal() -> tuple[Console, io.StringIO]:
    drawn = io.StringIO()
    return Console(file=drawn, force_terminal=True, width=100), drawn


def tell(reporter: Reporter, *events: Event) -> None:
    with Reporters([reporter], RunContext(Collector())) as reporters:
        for event in events:
            reporters.handle(event)


@pytest.mark.parametrize("graphs, budget", [(2, None), (None, 60.0), (None, None)])
def test_it_counts_graphs_and_discrepancies(graphs: int | None, budget: float | None) -> None:
    console, drawn = terminal()
    progress = ProgressReporter(console, enabled=True, graphs=graphs, budget=budget)
    tell(progress, started(), verified(1), verified(2), found(), minimised())
    assert "2 graphs, 1 discrepancy" in drawn.getvalue()


def test_it_draws_nothing_unless_enabled() -> None:
    console, drawn = terminal()
    progress = ProgressReporter(console, enabled=False, graphs=None, budget=None)
    tell(progress, started(), verified(1))
    assert drawn.getvalue() == ""
