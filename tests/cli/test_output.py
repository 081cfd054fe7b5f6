import pytest

from zenverify.cli.output import print_json, printable


def test_json_is_one_line_of_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"message": "zwei\nZeilen, ü"})
    assert capsys.readouterr().out == '{"message": "zwei\\nZeilen, \\u00fc"}\n'


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"number": float("nan")})


def test_a_message_cannot_control_the_terminal() -> None:
    assert printable("a\x1b[2Jb\tc\nd ü") == "a\\x1b[2Jb\\tc\nd ü"
