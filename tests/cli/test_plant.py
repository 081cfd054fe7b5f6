"""``zenverify run --plant`` and ``--strength``, and ``zenverify faults``."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.prepared import FakeCampaign, Zenverify, failing_run

RUN = ("run", "--seed", "1", "--ops", "tanh,exp")


def test_a_planted_fault_is_found_blamed_and_reduced(zenverify: Zenverify, directory: Path) -> None:
    done = zenverify(*RUN, "--plant", "tanh/0/sign")
    assert done.code == 1
    assert "planted on purpose: tanh/0/sign (sign)" in done.err
    assert "ended when the planted fault was found" in done.err
    assert "planted       tanh/0/sign: sign, in tanh, argument 0" in done.err
    assert "blamed on tanh, argument 0" in done.err
    assert "reduced to 1 operation\n" in done.err
    assert "--plant tanh/0/sign" in done.err
    assert "ENGINE_WRONG: tanh, argument 0" in done.out
    assert not (directory / "corpus").exists()


def test_the_report_says_that_it_was_planted(zenverify: Zenverify, directory: Path) -> None:
    zenverify(*RUN, "--plant", "tanh/0/sign")
    page = (directory / "reports" / "zen-planted-tanh-0-sign-seed1.html").read_text("utf-8")
    assert "with a fault planted on purpose" in page
    assert "tanh/0/sign (sign)" in page
    assert "find_fault(engine, &#39;tanh/0/sign&#39;)" in page
    assert [one.name for one in (directory / "reports").glob("zen*")] == [
        "zen-planted-tanh-0-sign-seed1.html"
    ]


def test_the_events_say_that_it_was_planted(zenverify: Zenverify) -> None:
    done = zenverify(*RUN, "--plant", "tanh/0/sign", "--json")
    first, *_, last = map(json.loads, done.out.splitlines())
    assert first["planted"] == {
        "name": "tanh/0/sign",
        "kind": "sign",
        "what": "sign",
        "operation": "tanh",
        "argument": 0,
    }
    assert (last["event"], last["stop_reason"], last["exit_code"]) == ("RunFinished", "found", 1)


def test_a_number_of_graphs_is_run_to_its_end(zenverify: Zenverify) -> None:
    done = zenverify(*RUN, "--plant", "tanh/0/sign", "-n", "30")
    assert done.code == 1
    assert re.search(r"discrepanc(y|ies with 1 cause) in 30 graphs", done.err)
    assert "ended when" not in done.err


def test_a_fault_that_no_graph_shows_is_not_found(zenverify: Zenverify) -> None:
    done = zenverify("run", "--seed", "1", "--ops", "exp", "--plant", "tanh/0/sign", "-n", "5")
    assert done.code == 0
    assert "not found     it made no difference in 5 graphs" in done.err


def test_a_fault_of_the_walk_is_found(zenverify: Zenverify) -> None:
    done = zenverify("run", "--seed", "1", "--plant", "accumulation/overwritten")
    assert done.code == 1
    assert "blamed on accumulation" in done.err


@pytest.mark.parametrize(
    "name, message",
    [
        ("tanh/0/sing", "there is no fault 'tanh/0/sing'; did you mean 'tanh/0/sign'?"),
        ("nothing", "there is no fault 'nothing': 'nothing' is no operation of engine 'zen'"),
    ],
)
def test_an_unknown_fault_is_an_error(zenverify: Zenverify, name: str, message: str) -> None:
    done = zenverify("run", "--plant", name)
    assert done.code == 2
    assert done.err.startswith(f"zenverify: {message}")


ENGINE = """
from tests.engines.tape import TapeEngine

engine = TapeEngine()
"""


def test_an_engine_that_cannot_be_faulty_is_an_error(zenverify: Zenverify, directory: Path) -> None:
    (directory / "own.py").write_text(ENGINE, "utf-8")
    for command in (["run", "--plant", "tanh/0/sign"], ["faults"]):
        done = zenverify(*command, "--engine", "own.py:engine")
        assert (done.code, done.out) == (2, "")
        assert "no fault can be planted into engine 'tape'" in done.err


def test_the_engine_is_right_again_afterwards(zenverify: Zenverify) -> None:
    zenverify(*RUN, "--plant", "tanh/0/sign")
    assert zenverify(*RUN, "-n", "20").code == 0


def test_a_clean_run_can_tell_its_strength(zenverify: Zenverify, directory: Path) -> None:
    done = zenverify("run", "--seed", "1", "--ops", "exp", "-n", "40", "--strength")
    assert done.code == 0
    assert "How many elements of each operation met each condition" in done.out
    assert "Faults of the catalogue that these graphs expose" in done.out
    assert "made no difference in 40 graphs" in done.out
    page = (directory / "reports" / "zen-seed1.html").read_text("utf-8")
    assert "What finding nothing means" in page
    assert "exp/0/source-" not in page or "No difference in these graphs" in page


def test_the_strength_is_an_event(zenverify: Zenverify) -> None:
    done = zenverify("run", "--seed", "1", "--ops", "exp", "-n", "10", "--strength", "--json")
    last = json.loads(done.out.splitlines()[-1])
    assert last["event"] == "StrengthMeasured"
    assert last["cases"] == 10
    (exp, *_) = last["operations"]
    assert exp["operation"] == "exp"
    assert exp["exposed"] + len(exp["missed"]) + len(exp["untouched"]) == exp["planted"]


def test_a_run_that_found_something_has_no_strength(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = failing_run
    done = zenverify("run", "--strength")
    assert done.code == 1
    assert "strength      not measured: the run was not clean" in done.err


def test_strength_and_a_planted_fault_exclude_each_other(zenverify: Zenverify) -> None:
    done = zenverify("run", "--plant", "tanh/0/sign", "--strength")
    assert done.code == 2
    assert "--strength measures a run that finds nothing" in done.err


def test_faults_are_listed(zenverify: Zenverify) -> None:
    done = zenverify("faults", "--of", "tanh,accumulation")
    rows = [line.split() for line in done.out.splitlines()]
    assert ["tanh/0/sign", "sign", "sign"] in rows
    assert any(row[0] == "accumulation/per-path" for row in rows)
    assert not any("…" in line for line in done.out.splitlines())


def test_faults_are_listed_as_json(zenverify: Zenverify) -> None:
    done = zenverify("faults", "--of", "tanh", "--json")
    assert json.loads(done.out.splitlines()[1]) == {
        "name": "tanh/0/twice",
        "class": "factor",
        "operation": "tanh",
        "argument": 0,
        "what": "factor of 2",
    }


def test_faults_of_an_unknown_operation_are_an_error(zenverify: Zenverify) -> None:
    done = zenverify("faults", "--of", "tanhh")
    assert (done.code, done.out) == (2, "")
    assert "no operation 'tanhh'; did you mean 'tanh'?" in done.err
