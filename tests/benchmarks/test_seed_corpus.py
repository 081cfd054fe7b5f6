"""The choice of the seed corpus: a few cases expose the faults, and what they miss is told."""

from pathlib import Path

import pytest

from benchmarks import seed_corpus
from benchmarks.seed_corpus import Cover, cover_of, taken, write
from zenverify.corpus.entry import read_entry
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


@pytest.fixture(scope="module")
def exp() -> Cover:
    return cover_of("exp", [], seed=1, most=30)


def test_few_cases_expose_the_faults_of_an_operation(exp: Cover) -> None:
    exposed = [name for one in exp.chosen for name in one.exposed]
    assert len(exposed) == len(set(exposed)) > 15
    assert len(exp.chosen) < len(exposed) / 3
    assert len(exp.chosen[0].exposed) == max(len(one.exposed) for one in exp.chosen)


def test_what_is_said_to_be_exposed_is(exp: Cover) -> None:
    case = exp.chosen[0].case
    engine = ZenEngine()
    for name in sorted(exp.chosen[0].exposed)[:5]:
        with find_fault(engine, name).mutant.plant():
            assert verify_case(engine, case).verdict.is_failure, name
    assert verify_case(engine, case).verdict is Verdict.AGREE


def test_entries_need_no_other_case(exp: Cover, tmp_path: Path) -> None:
    number = write([exp], 1.0, tmp_path)
    entries = [read_entry(path) for path in (tmp_path / "zen").iterdir()]
    assert len(entries) == number
    assert all(one.reason.startswith(("exposes ", "the hardest case: ")) for one in entries)
    again = cover_of("exp", entries, seed=1, most=30)
    assert again.chosen == []
    assert again.kept == {name for one in exp.chosen for name in one.exposed}


def test_no_more_are_taken_than_the_share_needs(exp: Cover) -> None:
    assert len(list(taken([exp], 0.5))) < len(list(taken([exp], 1.0))) == len(exp.chosen)


def test_the_share_decides_the_exit_code(
    exp: Cover, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    call = ["seed_corpus", "--of", "exp", "--cases", "30", "--corpus", str(tmp_path), "--list"]

    def asked(*more: str) -> int:
        monkeypatch.setattr("sys.argv", [*call, *more])
        return seed_corpus.main()

    assert asked() == 1
    said = capsys.readouterr().out
    assert "exp/0/sign\n" in said
    assert "0 entries expose 0 of " in said
    assert asked("--write", "--share", "1.0") == 0
    assert asked("--share", "0.95") == 0
    assert "(100.0%)" in capsys.readouterr().out
