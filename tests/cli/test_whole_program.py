"""The program as a user meets it: real campaigns, on a right engine and on a wrong one."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.prepared import Done, Zenverify
from tests.engines.wrong_tanh import SOURCE

ROOT = Path(__file__).parents[2]

SMALL = ("--seed", "5", "-n", "40", "--ops", "tanh,add,sum", "--max-nodes", "12")


@pytest.fixture
def wrong(directory: Path) -> str:
    (directory / "wrong.py").write_text(SOURCE)
    return "wrong.py:WrongTanh"


def test_a_right_engine_is_clean(zenverify: Zenverify, directory: Path) -> None:
    done = zenverify("run", *SMALL)
    assert done.code == 0, done.out + done.err
    assert "No discrepancy in 40 graphs" in done.err
    assert not (directory / "corpus").exists()


def test_a_wrong_rule_is_found_kept_and_replayed(
    zenverify: Zenverify, directory: Path, wrong: str
) -> None:
    done = zenverify("run", *SMALL, "--engine", wrong)
    assert done.code == 1, done.err
    assert done.out.startswith("ENGINE_WRONG: tanh, argument 0")
    assert "v1 = tanh(v0)    <- here" in done.out
    command = f"  zenverify replay --engine {wrong} "
    lines = [line for line in done.out.splitlines() if line.startswith(command)]
    assert lines
    for line in lines:
        assert (directory / line.removeprefix(command)).is_file()
    (report,) = (directory / "reports").glob("*-seed*.html")
    assert "tanh" in report.read_text()
    assert zenverify("replay", "--engine", wrong).code == 1
    assert zenverify("replay").code == 0


def test_an_engine_that_takes_a_built_in_name_has_files_of_its_own(
    zenverify: Zenverify, directory: Path
) -> None:
    place = directory / "engines"
    place.mkdir()
    (place / "wrong.py").write_text(SOURCE.replace('name = "wrong"', 'name = "zen"'))
    assert zenverify("run", *SMALL).code == 0
    report = directory / "reports" / "zen-seed5.html"
    before = report.read_bytes()
    done = zenverify("run", *SMALL, "--engine", "engines/wrong.py:WrongTanh")
    assert done.code == 1
    assert "  zenverify replay --engine engines/wrong.py:WrongTanh corpus/wrong-wrong" in done.out
    assert report.read_bytes() == before
    assert (directory / "reports" / "wrong-wrongtanh-seed5.html").is_file()
    entries = list((directory / "corpus" / "wrong-wrongtanh").iterdir())
    assert entries
    for path in entries:
        assert path.name.startswith("tanh.argument-0.")
        assert json.loads(path.read_text())["engine"] == "wrong-wrongtanh"
        assert "engines/" not in path.read_text()


def test_a_seed_repeats_a_run_byte_for_byte(zenverify: Zenverify, wrong: str) -> None:
    def events(done: Done) -> list[dict[str, object]]:
        return [json.loads(line) | {"seconds": None} for line in done.out.splitlines()]

    flags = ("run", *SMALL, "--engine", wrong, "--json", "-q")
    first = zenverify(*flags)
    assert first.code == 1
    shutil.rmtree("corpus")  # else it is replayed first
    assert events(first) == events(zenverify(*flags))


def test_nothing_to_test_is_no_pass(zenverify: Zenverify, directory: Path) -> None:
    engine = SOURCE + '\n    operators = frozenset({"tanh"})\n'
    (directory / "narrow.py").write_text(engine)
    done = zenverify("run", "--engine", "narrow.py:WrongTanh", "--ops", "exp")
    assert done.code == 2
    assert "exp" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a child")
def test_ctrl_c_ends_a_run_with_its_account(directory: Path) -> None:
    script = "import sys; from zenverify.cli.main import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", script, "run", "--budget", "60s", "--json", "-q"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        last = json.loads(process.stdout.readlines()[-1])
    assert process.returncode == 130
    assert (last["event"], last["stop_reason"]) == ("RunFinished", "interrupted")


def test_a_failure_that_cannot_be_written_is_found_all_the_same(
    zenverify: Zenverify, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, text: str) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zenverify.corpus.writing.create_text", refuse)
    monkeypatch.setattr("zenverify.output.html.write.write_text", refuse)
    done = zenverify("run", *SMALL, "--engine", wrong)
    assert done.code == 1
    assert "ENGINE_WRONG" in done.out
    assert re.search(r"failures? (is|are) not in corpus: No space left on device", done.err)
    assert ".html: No space left on device" in done.err
    # Where nothing was found, the job was not done.
    assert zenverify("run", *SMALL).code == 2
