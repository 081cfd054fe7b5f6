import pytest
from rich.table import Table

from zenverify.output.terminal.consoles import messages_console, results_console


def test_nothing_that_is_printed_controls_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("a\x1b[2J")
    table.add_row("b\u202ec")
    results_console().print(table)
    results_console().print("d\ud800\n::error::e")
    printed = capsys.readouterr().out
    assert "a\\x1b[2J" in printed
    assert "b\\u202ec" in printed
    assert "d\\ud800\n\\x3a:error::e\n" in printed


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    for console in (results_console(), messages_console(quiet=False)):
        with console.capture() as capture:
            console.print("red", style="red")
        assert capture.get() == "red\n"


def test_messages_go_to_stderr_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    results_console().print("a result with [brackets] :smile:")
    messages_console(quiet=False).print("a message")
    messages_console(quiet=True).print("not this")
    captured = capsys.readouterr()
    assert captured.out == "a result with [brackets] :smile:\n"
    assert captured.err == "a message\n"
