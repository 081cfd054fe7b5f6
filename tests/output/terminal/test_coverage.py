import io

import pytest
from rich.console import Console

from zenverify.operators import catalogue
from zenverify.output.terminal.coverage import coverage_tables
from zenverify.verification.campaign.coverage import CONDITIONS

COVERAGE = {
    "tanh": {"seen": 1200, "kink": 3},
    "logsumexp": dict.fromkeys(CONDITIONS, 12345),
}


def printed(width: int) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=width)
    for table in coverage_tables(COVERAGE, width):
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_a_condition_that_was_never_met_is_a_dash() -> None:
    (tanh,) = (line for line in printed(160) if line[0] == "tanh")
    assert tanh[:3] == ["tanh", "1,200", "-"]
    assert len(tanh) == 1 + len(CONDITIONS)
    assert tanh[1 + CONDITIONS.index("kink")] == "3"


@pytest.mark.parametrize("width", [30, 80, 100])
def test_every_count_is_whole_on_a_narrow_terminal(width: int) -> None:
    rows = [line for line in printed(width) if line[0] == "logsumexp"]
    assert len(rows) > 1
    counts = [count for row in rows for count in row[1:]]
    assert counts == ["12,345"] * len(CONDITIONS)


def test_the_operations_stand_in_the_order_of_the_catalogue() -> None:
    operations = [line[0] for line in printed(160) if line[0] in COVERAGE]
    assert operations == ["tanh", "logsumexp"]
    assert operations == [name for name in catalogue.names() if name in COVERAGE]


def test_a_wide_terminal_has_one_table() -> None:
    assert [line[0] for line in printed(160)].count("logsumexp") == 1
