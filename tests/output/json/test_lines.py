import pytest

from zenverify.output.json.lines import print_json


def test_json_is_one_line_of_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"message": "zwei\nZeilen, ü"})
    assert capsys.readouterr().out == '{"message": "zwei\\nZeilen, \\u00fc"}\n'


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"number": float("nan")})


def test_json_has_no_lone_surrogate(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a\ud800": ["\udfff", {"b": "\U0001f600"}]})
    assert capsys.readouterr().out == ('{"a\\\\ud800": ["\\\\udfff", {"b": "\\ud83d\\ude00"}]}\n')
