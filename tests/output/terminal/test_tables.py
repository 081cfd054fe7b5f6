import io

from rich.console import Console
from rich.table import Table

from zenverify.output.terminal.tables import print_table


def printed(width: int) -> str:
    table = Table(box=None)
    table.add_column("operation", no_wrap=True)
    table.add_column("what it is")
    table.add_row("multiply(x, y)", "the product of operands")
    out = io.StringIO()
    print_table(Console(file=out, width=width), table)
    return out.getvalue()


def test_a_column_wraps_between_words() -> None:
    lines = [line.split() for line in printed(28).splitlines()]
    assert lines[:2] == [["operation", "what", "it", "is"], ["multiply(x,", "y)", "the"]]


def test_what_does_not_fit_stands_in_lines() -> None:
    assert printed(20) == "multiply(x, y)\n  what it is: the product of operands\n"
