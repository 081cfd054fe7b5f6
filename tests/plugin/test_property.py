"""``@zenverify.property``: a campaign as one test."""

from dataclasses import replace
from pathlib import Path

import pytest

import zenverify
from tests.engines.wrong_tanh import SOURCE, WrongTanh
from tests.plugin.test_entries import OPEN, run_pytest
from zenverify.corpus.entry import read_entry
from zenverify.corpus.writing import entry_text
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UsageError
from zenverify.plugin.property import Discrepancies


def test_a_right_engine_passes_and_the_function_is_called() -> None:
    called: list[int] = []

    @zenverify.property(engine="zen", ops=["tanh", "sum"], graphs=10)
    def check(number: int) -> int:
        called.append(number)
        return number + 1

    assert check(3) == 4
    assert called == [3]
    assert check.__name__ == "check"


def test_each_bucket_is_a_failure_in_the_test() -> None:
    @zenverify.property(engine=WrongTanh(), ops=["tanh", "sum"], graphs=20, seed=1)
    def check() -> None:
        raise AssertionError("it is not called")

    with pytest.raises(Discrepancies) as caught:
        check()
    group = caught.value
    assert "in 20 graphs of wrong, seed 1: zenverify run --engine wrong --seed 1 -n 20" in str(
        group
    )
    for one in group.exceptions:
        assert "tanh" in str(one)
        assert "<- here" in str(one)


def test_what_it_finds_is_kept_and_what_is_open_is_accepted(tmp_path: Path) -> None:
    @zenverify.property(engine=WrongTanh(), ops=["tanh"], graphs=20, corpus=tmp_path / "corpus")
    def check() -> None:
        return None

    with pytest.raises(Discrepancies) as caught:
        check()
    entries = list((tmp_path / "corpus" / "wrong").iterdir())
    assert len(entries) == len(caught.value.exceptions)
    for path in entries:
        path.write_text(entry_text(replace(read_entry(path), **OPEN)))
    check()


def test_nothing_tested_is_no_pass() -> None:
    class Narrow(ZenEngine):
        operators = frozenset({"tanh"})

    with pytest.raises(UsageError):
        zenverify.property(engine=Narrow(), ops=["exp"], graphs=3)(lambda: None)()
    with pytest.raises(UsageError, match="there is no engine 'zenn'"):
        zenverify.property(engine="zenn")(lambda: None)()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "wrong.py").write_text(SOURCE)
    (tmp_path / "test_engine.py").write_text(
        "import zenverify\n"
        "@zenverify.property(engine='wrong.py:WrongTanh', ops=['tanh', 'sum'], graphs=20)\n"
        "def test_engine(tmp_path):\n"
        "    pass\n"
        "@zenverify.property(ops=['tanh'], graphs=5)\n"
        "def test_zen(tmp_path):\n"
        "    assert tmp_path.is_dir()\n"
    )
    return tmp_path


def test_pytest_shows_each_bucket(project: Path) -> None:
    done = run_pytest(project)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "zenverify run --engine wrong.py:WrongTanh --seed 0 -n 20 --ops tanh,sum" in done.stdout
    assert "DiscrepancyError: ENGINE_WRONG: tanh, argument 0" in done.stdout
    assert "v1 = tanh(v0)    <- here" in done.stdout
    assert "campaign.py" not in done.stdout
