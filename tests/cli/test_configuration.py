from pathlib import Path

import pytest

from tests.cli.prepared import FakeCampaign, Zenverify
from zenverify.cli.configuration import find_configuration, read_configuration
from zenverify.errors import UsageError


def write(directory: Path, settings: str) -> Path:
    path = directory / "pyproject.toml"
    path.write_text(f"[tool.zenverify]\n{settings}\n", encoding="utf-8")
    return path


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    outer = write(tmp_path, "")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_configuration(inner) == outer
    nearest = write(tmp_path / "a", "")
    assert find_configuration(inner) == nearest


def test_every_setting_can_be_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        engine = "zen"
        graphs = 7
        budget = 90
        seed = 3
        ops = ["tanh", "sum"]
        max-nodes = 9
        timeout = "2m"
        corpus = "c"
        reports = "/r"
        """,
    )
    assert read_configuration(path) == {
        "engine": "zen",
        "graphs": 7,
        "budget": 90.0,
        "seed": 3,
        "ops": ("tanh", "sum"),
        "max-nodes": 9,
        "timeout": 120.0,
        "corpus": tmp_path / "c",
        "reports": Path("/r"),
    }


@pytest.mark.parametrize("text", ["", "[tool]", "[tool.other]\nseed = 1"])
def test_a_file_may_say_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    assert read_configuration(path) == {}


@pytest.mark.parametrize(
    "settings, message",
    [
        ("budgte = 3", "budgte: there is no such setting; did you mean budget"),
        ("xyz = 3", "xyz: there is no such setting; there are engine, graphs,"),
        ('seed = "3"', "seed: expected an integer, 0 or more, got '3'"),
        ("seed = true", "seed: expected an integer, 0 or more, got True"),
        ("graphs = 0", "graphs: 0 is not in the range x>=1"),
        ('budget = "long"', "budget: 'long' is no duration: write 90s"),
        ('ops = "tanh"', "ops: expected a list of operators, got 'tanh'"),
        ("ops = [1]", "ops: expected a list of operators, got [1]"),
        ('ops = ["softmx"]', "ops: there is no operator 'softmx'; did you mean 'softmax'?"),
        ("corpus = 3", "corpus: expected a path, got 3"),
        ('corpus = "a\\u0000b"', "corpus: expected a path, got 'a\\x00b': embedded null byte"),
        ("seed = ", "not TOML"),
    ],
)
def test_a_mistake_names_file_key_and_expectation(
    tmp_path: Path, settings: str, message: str
) -> None:
    path = write(tmp_path, settings)
    with pytest.raises(UsageError) as caught:
        read_configuration(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_the_table_has_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool]\nzenverify = 3")
    with pytest.raises(UsageError, match=r"tool\.zenverify: expected a table, got 3"):
        read_configuration(path)


def test_flag_then_environment_then_file_then_default(
    zenverify: Zenverify,
    campaign: FakeCampaign,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(directory, "max-nodes = 1")
    zenverify("run")
    monkeypatch.setenv("ZENVERIFY_MAX_NODES", "2")
    zenverify("run")
    zenverify("run", "--max-nodes", "3")
    assert [options.max_nodes for options in campaign.options] == [1, 2, 3]


def test_the_file_overrules_a_default(zenverify: Zenverify, directory: Path) -> None:
    write(directory, 'corpus = "kept"')
    (directory / "kept").mkdir()
    done = zenverify("replay")
    assert (done.code, done.err) == (2, "0 entries: nothing was replayed\n")


def test_a_limit_of_higher_precedence_replaces_the_other(
    zenverify: Zenverify,
    campaign: FakeCampaign,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(directory, "graphs = 5")
    zenverify("run", "--budget", "3s")
    monkeypatch.setenv("ZENVERIFY_GRAPHS", "6")
    zenverify("run", "--budget", "3s")
    write(directory, "budget = 5")
    zenverify("run")
    limits = [(options.graphs, options.budget) for options in campaign.options]
    assert limits == [(None, 3.0), (None, 3.0), (6, None)]


def test_two_limits_from_one_place_are_an_error(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    done = zenverify("run", "-n", "3", "--budget", "3s")
    assert done.code == 2
    assert "graphs and budget exclude each other" in done.err


def test_an_unknown_variable_is_an_error(
    zenverify: Zenverify, campaign: FakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENVERIFY_SEDE", "3")
    done = zenverify("run")
    assert done.code == 2
    assert "ZENVERIFY_SEDE: there is no such setting; did you mean ZENVERIFY_SEED?" in done.err


def test_a_variable_that_does_not_fit_is_an_error(
    zenverify: Zenverify, campaign: FakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENVERIFY_SEED", "three")
    done = zenverify("run")
    assert done.code == 2
    assert "'three' is not a valid integer" in done.err


def test_help_works_whatever_the_file_says(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path
) -> None:
    write(directory, "nonsense = 1")
    assert zenverify("run", "--help").code == 0
    assert zenverify("run").code == 2
