import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.prepared import (
    FINDING,
    FakeCampaign,
    Zenverify,
    failing_run,
    finished,
    found,
    minimised,
    small_case,
    started,
    verified,
)
from zenverify import processes
from zenverify.output.terminal.progress import ProgressReporter
from zenverify.verification.campaign import workers
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import (
    Bucket,
    CaseVerified,
    Cause,
    Event,
    FailureFound,
    RunFinished,
    Unseen,
)
from zenverify.verification.verdict import Blame, Frame, Verdict


def test_a_clean_run(zenverify: Zenverify, campaign: FakeCampaign, directory: Path) -> None:
    done = zenverify("run")
    assert (done.code, done.out) == (0, "")
    assert "No discrepancy in 1,200 graphs (3,600 nodes, 6,000 elements, 12.5 s)" in done.err
    assert "AGREE 1,197, UNSUPPORTED 3" in done.err
    assert "difference unreliable near x = 0 (2 times)" in done.err
    assert "unsupported   conv2d" in done.err
    assert "report        reports/zen-seed42.html" in done.err
    assert (directory / "reports" / "zen-seed42.html").is_file()


def test_a_failing_run(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = failing_run
    done = zenverify("run")
    assert done.code == 1
    assert done.out == (
        "ENGINE_WRONG: tanh, argument 0  [seen 12 times, first in graph 17]\n"
        "  the gradient of tanh is off by [1e9] units\n"
        "    v0 = variable([0.5, -1.0])\n"
        "    v1 = tanh(v0)    <- here\n"
        "    v2 = sum(v1, axis=None, keepdims=False)\n"
        "  zenverify replay corpus/zen-tanh.json\n"
        "\n"
    )
    assert "1 discrepancy in 1,200 graphs" in done.err
    assert "is off by" not in done.err  # each finding once


def caused_run() -> Iterator[Event]:
    other = replace(FINDING, blame=Blame(1, "sum", 0, "broadcast"))
    findings = (other, FINDING)
    yield started()
    for number, one in enumerate(findings, start=1):
        yield verified(number, Verdict.ENGINE_WRONG)
        yield FailureFound(one.bucket, number, one, small_case())
        yield replace(minimised(), bucket=one.bucket, finding=one)
    buckets = tuple(Bucket(one.bucket, one, small_case(), 3, 1, None) for one in findings)
    cause = Cause(
        "the walk over the graph: [contributions] are not summed",
        Verdict.ENGINE_WRONG,
        "broadcasting",
        ("sum", "tanh"),
        tuple(one.bucket for one in findings),
    )
    yield replace(finished(exit_code=1, buckets=buckets), causes=(cause,))


def test_what_has_one_cause_stands_under_one_headline(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = caused_run
    done = zenverify("run")
    lines = done.out.splitlines()
    assert lines[:3] == [
        "the walk over the graph: [contributions] are not summed",
        "  sum, tanh",
        "ENGINE_WRONG: sum, argument 0 (broadcast)  [seen 3 times, first in graph 1]",
    ]
    assert lines[-2:] == [
        "  also ENGINE_WRONG: tanh, argument 0  [seen 3 times, first in graph 1]",
        "",
    ]
    assert done.out.count("is off by") == 1
    assert "2 discrepancies with 1 cause in 1,200 graphs" in done.err


def test_verbose_shows_the_way_to_the_line_that_raised(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    frames = (
        Frame("engine.py", 12, "Engine.backward", "rule[0](cotangent)"),
        Frame("/lib/numpy/core.py", 3, "reshape"),
    )
    crash = replace(
        FINDING,
        verdict=Verdict.CRASH,
        message="it raised ValueError: [no] (engine.py, line 12)",
        exception="ValueError",
        function="Engine.backward",
        traceback=frames,
    )

    def events() -> Iterator[Event]:
        yield started()
        bucket = Bucket(crash.bucket, crash, small_case(), 1, 1, None)
        yield finished(exit_code=1, buckets=(bucket,))

    campaign.events = events
    assert zenverify("run").out.splitlines()[1:3] == [
        "  it raised ValueError: [no] (engine.py, line 12)",
        "    v0 = variable([0.5, -1.0])",
    ]
    assert zenverify("run", "--verbose").out.splitlines()[2:5] == [
        "    engine.py, line 12, in Engine.backward",
        "      rule[0](cotangent)",
        "    /lib/numpy/core.py, line 3, in reshape",
    ]
    end = json.loads(zenverify("run", "--json").out.splitlines()[-1])
    assert end["buckets"][0]["finding"]["traceback"][0] == {
        "file": "engine.py",
        "line": 12,
        "function": "Engine.backward",
        "text": "rule[0](cotangent)",
    }


def unseen_run() -> Iterator[Event]:
    yield started()
    yield verified(1)
    refused = Unseen("refused", "sum: every call was refused: [no] sum", ("sum",))
    many = tuple(Unseen("attribute", f"tanh: axis={n}: never drawn", ("tanh",)) for n in range(13))
    lacking = Unseen("lacking", "the engine lacks conv2d", ("conv2d",))
    yield replace(finished(), not_looked_at=(refused, lacking, *many))


def test_what_was_not_looked_at_is_said(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = unseen_run
    done = zenverify("run")
    assert done.code == 0
    assert done.out == "UNSUPPORTED: sum: every call was refused: [no] sum\n\n"
    said = [line for line in done.err.splitlines() if line.startswith("not looked at ")]
    assert said[0] == "not looked at tanh: axis=0: never drawn"
    assert said[-1] == "not looked at 1 things more: --json lists them"
    assert "unsupported   conv2d" in done.err
    # Where the discrepancies are told by JSON, this is where a reader finds it.
    assert "not looked at sum: every call was refused" in zenverify("run", "--json").err


def test_strict_fails_where_something_was_not_looked_at(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    assert zenverify("run", "--strict").code == 0
    campaign.events = unseen_run
    done = zenverify("run", "--strict", "--json")
    assert done.code == 1
    end = json.loads(done.out.splitlines()[-1])
    assert end["exit_code"] == 1
    assert end["not_looked_at"][0] == {
        "kind": "refused",
        "text": "sum: every call was refused: [no] sum",
        "operations": ["sum"],
    }


def test_the_causes_are_in_the_json(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = caused_run
    end = json.loads(zenverify("run", "--json").out.splitlines()[-1])
    (cause,) = end["causes"]
    assert cause["headline"] == "the walk over the graph: [contributions] are not summed"
    assert cause["operations"] == ["sum", "tanh"]
    assert [key["operation"] for key in cause["findings"]] == ["sum", "tanh"]


def test_the_coverage_is_shown(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    assert "--coverage shows the table" in zenverify("run").err
    lines = [line.split()[:4] for line in zenverify("run", "--coverage").err.splitlines()]
    assert ["sum", "7", "-", "2,400"] in lines
    assert ["tanh", "1,200", "-", "-"] in lines


@pytest.mark.parametrize("flag", ["--json", "--verbose"])
def test_each_new_failure_is_told_at_once_if_asked_for(
    zenverify: Zenverify, campaign: FakeCampaign, flag: str
) -> None:
    campaign.events = failing_run
    lines = zenverify("run", flag).err.splitlines()
    first = next(line for line in lines if "tanh" in line)
    assert first == "ENGINE_WRONG: tanh, argument 0: the gradient of tanh is off by [1e9] units"


def test_a_failure_is_in_the_report_before_the_next_graph(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path
) -> None:
    reports: list[bool] = []

    def events() -> Iterator[Event]:
        yield started()
        yield found()
        yield minimised()
        reports.append((directory / "out" / "zen-seed42.html").is_file())
        yield finished(exit_code=1)

    campaign.events = events
    zenverify("run", "--reports", "out")
    assert reports == [True]


def test_json_prints_one_object_per_event_and_nothing_else(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = failing_run
    done = zenverify("run", "--json")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["event"] for event in events] == [
        "RunStarted",
        "CaseVerified",
        "CaseVerified",
        "FailureFound",
        "FailureMinimised",
        "RunFinished",
    ]
    last = events[-1]
    assert (last["stop_reason"], last["exit_code"], last["seed"]) == ("finished", 1, 42)
    assert [bucket["key"] for bucket in last["buckets"]] == [
        {
            "verdict": "ENGINE_WRONG",
            "operation": "tanh",
            "argument": 0,
            "condition": "always",
            "during": "reverse pass",
            "exception": "",
            "function": "",
            "ordinal": 1,
        }
    ]
    assert "1 discrepancy" in done.err


def test_quiet_leaves_only_the_discrepancies(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = failing_run
    done = zenverify("run", "-q")
    assert done.out.startswith("ENGINE_WRONG: tanh, argument 0")
    assert done.err == ""


def test_verbose_tells_each_graph_that_is_no_pass(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    def events() -> Iterator[Event]:
        yield started()
        yield verified(1)
        yield verified(2, Verdict.UNSUPPORTED, ("the engine has no conv2d",))
        yield finished()

    campaign.events = events
    assert "graph 2: UNSUPPORTED; the engine has no conv2d\n" in zenverify("run", "-v").err
    assert "graph 2" not in zenverify("run").err


@pytest.mark.parametrize("stop_reason, exit_code", [("interrupted", 130), ("finished", 2)])
def test_the_exit_code_is_the_campaigns(
    zenverify: Zenverify, campaign: FakeCampaign, stop_reason: str, exit_code: int
) -> None:
    campaign.events = lambda: iter((started(), finished(stop_reason, exit_code)))
    assert zenverify("run").code == exit_code


def test_an_interrupted_run_says_so(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = lambda: iter((started(), finished("interrupted", 130)))
    assert "6,000 elements, 12.5 s), interrupted\n" in zenverify("run").err


def test_ctrl_c_between_two_graphs_reaches_the_campaign(
    zenverify: Zenverify, campaign: FakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def events() -> Iterator[Event]:
        try:
            yield started()
            yield verified(1)
            yield verified(2)
        except KeyboardInterrupt:
            yield finished("interrupted", 130)

    def press_ctrl_c(progress: ProgressReporter, event: Event) -> None:
        if isinstance(event, CaseVerified):
            raise KeyboardInterrupt

    campaign.events = events
    monkeypatch.setattr(ProgressReporter, "handle", press_ctrl_c)
    done = zenverify("run")
    assert done.code == 130
    assert ", interrupted\n" in done.err


def test_ctrl_c_after_the_campaign_exits_130_too(
    zenverify: Zenverify, campaign: FakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press_ctrl_c(progress: ProgressReporter, event: Event) -> None:
        if isinstance(event, RunFinished):
            raise KeyboardInterrupt

    monkeypatch.setattr(ProgressReporter, "handle", press_ctrl_c)
    assert zenverify("run", "-q").code == 130


def test_a_campaign_without_an_end_is_an_internal_error(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = lambda: iter((started(),))
    done = zenverify("run")
    assert done.code == 2
    assert "the campaign ended without RunFinished" in done.err


def test_the_flags_reach_the_campaign(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    flags = ["-n", "7", "--seed", "3", "--ops", "tanh,sum", "--max-nodes", "9", "--timeout", "5s"]
    assert zenverify("run", *flags, "--corpus", "c").code == 0
    (options,) = campaign.options
    assert replace(options, keep=None) == CampaignOptions(
        seed=3, graphs=7, operators=("tanh", "sum"), max_nodes=9, timeout=5.0
    )
    assert options.keep is not None
    path = options.keep(FINDING, small_case())
    assert path is not None
    assert path.parent == Path("c/zen")


def test_without_flags_the_campaigns_own_defaults_hold(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    zenverify("run", "--seed", "3")
    (options,) = campaign.options
    assert replace(options, keep=None) == CampaignOptions(seed=3)


def test_graphs_are_verified_in_as_many_processes_as_were_asked_for(
    zenverify: Zenverify, campaign: FakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    zenverify("run")
    zenverify("run", "-j", "3", "--engine", "zen")
    zenverify("run", "--plant", "tanh/0/sign", "-n", "9", "-j", "2")
    monkeypatch.setattr(processes, "available", lambda: 4)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    for limit in (("-n", "1499"), ("-n", "1500"), (), ("--budget", "1s")):
        zenverify("run", *limit)
    assert campaign.workers == [
        None,
        workers.Workers(3, "zen"),
        workers.Workers(2, "zen", "tanh/0/sign"),
        None,
        workers.Workers(2, "zen"),
        workers.Workers(4, "zen"),
        workers.Workers(4, "zen"),
    ]


def test_without_a_seed_each_run_draws_a_fresh_one(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    zenverify("run")
    zenverify("run")
    first, second = campaign.options
    assert first.seed != second.seed


@pytest.mark.parametrize(
    "limit, stop_reason",
    [
        ((), "finished"),
        (("-n", "1200"), "finished"),
        (("--budget", "90s"), "budget"),
        (("-n", "5000"), "interrupted"),
    ],
)
def test_the_command_repeats_as_many_graphs_as_were_verified(
    zenverify: Zenverify, campaign: FakeCampaign, limit: tuple[str, ...], stop_reason: str
) -> None:
    campaign.events = lambda: iter((started(), finished(stop_reason)))
    done = zenverify("run", *limit)
    assert "repeat        zenverify run --engine zen --seed 42 -n 1200\n" in done.err


def test_the_command_repeats_what_the_graphs_depend_on(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    flags = ["--ops", "tanh,sum", "--max-nodes", "9", "--timeout", "90s"]
    command = f"zenverify run --engine zen --seed 42 -n 1200 {' '.join(flags)}\n"
    assert command in zenverify("run", *flags, "--seed", "42").err


def test_nothing_is_repeated_in_particular_where_nothing_was_verified(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = lambda: iter((started(), replace(finished("interrupted", 130), cases=0)))
    done = zenverify("run", "--budget", "90s")
    assert "zenverify run --engine zen --seed 42\n" in done.err


@pytest.mark.parametrize(
    "worst_units, words", [(2.75, "2.75 units of u * S"), (0.0, "none measured")]
)
def test_the_largest_residual_is_one_that_was_measured(
    zenverify: Zenverify, campaign: FakeCampaign, worst_units: float, words: str
) -> None:
    campaign.events = lambda: iter((started(), replace(finished(), worst_units=worst_units)))
    assert f"largest measured residual: {words}\n" in zenverify("run").err


def test_a_run_that_the_engine_no_longer_answers_says_so(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = lambda: iter((started(), finished("hanging", 1)))
    assert ", ended early: the engine no longer returned in time\n" in zenverify("run").err


def test_a_run_in_which_nothing_fits_says_so(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    end = replace(finished("limits", 2), cases=4, verdicts={"UNSUPPORTED": 4}, coverage={})
    campaign.events = lambda: iter((started(), end))
    done = zenverify("run")
    assert done.code == 2
    assert "Nothing was tested in 4 graphs" in done.err
    assert ", ended early: nothing that can be drawn is within the engine's limits\n" in done.err


def test_the_timeout_is_one_of_a_pass(zenverify: Zenverify) -> None:
    assert "Give up on one pass of the engine after this time." in zenverify("run", "--help").out


@pytest.mark.parametrize("option", ["--corpus", "--reports"])
def test_a_folder_that_cannot_be_written_is_told_before_the_run(
    zenverify: Zenverify, directory: Path, campaign: FakeCampaign, option: str
) -> None:
    (directory / "file").touch()
    done = zenverify("run", option, "file/below")
    said = f"zenverify: {option} file/below: {directory / 'file'} is no folder\n"
    assert (done.code, done.err) == (2, said)


@pytest.mark.parametrize("option", ["--corpus", "--reports"])
def test_a_read_only_folder_is_tried_before_the_run(
    zenverify: Zenverify, directory: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    def refuse(tried: Path) -> None:
        if tried == directory / "sealed":
            raise OSError(30, "Read-only file system")

    (directory / "sealed").mkdir()
    monkeypatch.setattr("zenverify.cli.run.try_to_write", refuse)
    done = zenverify("run", option, str(directory / "sealed" / "below"))
    assert done.code == 2
    place = directory / "sealed"
    said = f"{option} {place / 'below'}: nothing can be written to {place}: Read-only file system"
    assert done.err == f"zenverify: {said}\n"
