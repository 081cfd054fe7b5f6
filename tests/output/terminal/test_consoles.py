import pytest

from zenverify.output.json.lines import print_json
from zenverify.output.terminal.consoles import messages_console, printable, results_console


def test_json_is_one_line_of_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"message": "zwei\nZeilen, ü"})
    assert capsys.readouterr().out == '{"message": "zwei\\nZeilen, \\u00fc"}\n'


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"number": float("nan")})


def test_a_message_cannot_control_the_terminal() -> None:
    assert printable("a\x1b[2Jb\tc\nd ü") == "a\\x1b[2Jb\\tc\nd ü"


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
