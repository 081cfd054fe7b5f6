import click
import pytest

from zenverify.cli.parameters import duration_text, read_duration, read_operators


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("90", 90.0),
        ("90s", 90.0),
        (" 1.5 m", 90.0),
        ("2min", 120.0),
        ("2H", 7200.0),
        ("250ms", 0.25),
        (3, 3.0),
        (0.5, 0.5),
    ],
)
def test_a_duration(text: object, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1", "0", "0s", "1d", "1e400", "nan", "9" * 400, "1 2"])
def test_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is no duration: write 90s, 1\.5m or 2h"):
        read_duration(text)


@pytest.mark.parametrize(
    "seconds, text",
    [(90.0, "90s"), (0.25, "0.25s"), (1234567.5, "1234567.5s"), (1e-7, "0.0000001s")],
)
def test_a_duration_can_be_read_again(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
    assert read_duration(text) == seconds


def test_operators_are_read_once_each_in_order() -> None:
    assert read_operators("tanh, sum,,tanh") == ("tanh", "sum")
    assert read_operators(["sum", "tanh"]) == ("sum", "tanh")


def test_an_unknown_operator_names_the_closest() -> None:
    with pytest.raises(
        click.BadParameter, match=r"'softmx'; did you mean 'softmax'.*zenverify operators"
    ):
        read_operators("sum,softmx")


@pytest.mark.parametrize("value", ["", " , ", []])
def test_no_operator_is_an_error(value: object) -> None:
    with pytest.raises(click.BadParameter, match="at least one operator"):
        read_operators(value)
