import io

import pytest
from rich.console import Console

from tests.cli.prepared import minimised, verified
from zenverify.output.terminal.progress import RunProgress


def terminal() -> tuple[Console, io.StringIO]:
    drawn = io.StringIO()
    return Console(file=drawn, force_terminal=True, width=100), drawn


@pytest.mark.parametrize("graphs, budget", [(2, None), (None, 60.0), (None, None)])
def test_it_counts_graphs_and_discrepancies(graphs: int | None, budget: float | None) -> None:
    console, drawn = terminal()
    with RunProgress(console, enabled=True, graphs=graphs, budget=budget) as progress:
        progress.add(verified(1))
        progress.add(verified(2))
        progress.add(minimised())
    assert "2 graphs, 1 discrepancy" in drawn.getvalue()


def test_it_draws_nothing_unless_enabled() -> None:
    console, drawn = terminal()
    with RunProgress(console, enabled=False, graphs=None, budget=None) as progress:
        progress.add(verified(1))
    assert drawn.getvalue() == ""
