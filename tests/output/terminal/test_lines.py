import io
from pathlib import Path

import pytest
from rich.console import Console

from zenverify.output.terminal.consoles import print_file, print_line

SENTENCE = (
    "  the derivative of tanh with respect to x is wrong: the engine gives 0.5378828427399902"
)


def terminal(width: int) -> Console:
    return Console(
        file=io.StringIO(), width=width, force_terminal=True, highlight=False, _environ={}
    )


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_word_is_broken_on_a_narrow_terminal(width: int) -> None:
    console = terminal(width)
    print_line(console, SENTENCE)
    lines = written(console).splitlines()
    assert " ".join(lines).split() == SENTENCE.split()
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize("command", ["zenverify replay", "zenverify run"])
def test_a_command_stays_in_one_piece(command: str) -> None:
    console = terminal(20)
    line = f"  {command} --engine a/long/path.py:engine corpus/of/mine.json"
    print_line(console, line)
    assert written(console).splitlines() == [line]


def test_where_no_terminal_is_lines_stay_as_they_are() -> None:
    console = Console(file=io.StringIO(), width=20, highlight=False)
    print_line(console, SENTENCE)
    assert written(console).splitlines() == [SENTENCE]


def test_a_file_is_a_link_on_a_terminal(tmp_path: Path) -> None:
    console = terminal(200)
    print_file(console, "report  ", tmp_path / "a b.html")
    assert (tmp_path / "a b.html").as_uri() in written(console)
    plain = Console(file=io.StringIO(), width=200, highlight=False)
    print_file(plain, "report  ", Path("reports/a.html"))
    assert written(plain) == "report  reports/a.html\n"
