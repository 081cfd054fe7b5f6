import pytest

from zenverify.output.model.printable import encodable, printable, shortened, visible


def test_a_message_cannot_control_the_terminal() -> None:
    assert printable("a\x1b[2Jb\tc\nd ü") == "a\\x1b[2Jb\\tc\nd ü"


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\x00", "\x7f"]
)
def test_what_hides_or_reorders_is_escaped(hidden: str) -> None:
    shown = visible(f"a{hidden}b")
    assert shown == f"a{ascii(hidden)[1:-1]}b"
    assert shown.encode("utf-8")


@pytest.mark.parametrize(
    "text, shown",
    [
        ("::error::no", "\\x3a:error::no"),
        ("a\n  ::warning file=x::no", "a\n  \\x3a:warning file=x::no"),
        ("a ##[error]no", "a \\x23#[error]no"),
        ("file.py::test_name", "file.py::test_name"),
        ("## heading", "## heading"),
    ],
)
def test_no_line_is_a_command_to_the_runner(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_only_lone_surrogates_cannot_be_encoded() -> None:
    assert encodable("a\ud800\x1b\u202e\U0001f600") == "a\\ud800\x1b\u202e\U0001f600"


def test_a_long_text_is_cut_and_says_how_long_it_was() -> None:
    assert shortened("a" * 10, 10) == "a" * 10
    assert shortened("a" * 11_000, 10) == "aaaaaaaaaa ... (11,000 characters)"
