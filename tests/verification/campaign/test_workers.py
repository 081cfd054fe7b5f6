"""However many processes verify the graphs, the events are the same."""

import os
import signal
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest

from zenverify.engines import registry
from zenverify.errors import UsageError
from zenverify.processes import available
from zenverify.verification.campaign import campaign
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.workers import Workers
from zenverify.verification.events import CaseVerified, Event, FailureMinimised, RunFinished

OPTIONS = CampaignOptions(seed=5, graphs=150, operators=("add", "exp", "matmul", "tanh"))

WRONG = """
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
from zenverify import Tensor
from zenverify.engines.zen import ZenEngine

class Wrong(ZenEngine):
    name = "wrong"

    def apply(self, operator, operands, attributes):
        if operator != "tanh":
            return super().apply(operator, operands, attributes)
        ACTION
        (x,) = operands
        y = np.tanh(x.value)
        return Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")

engine = Wrong()
"""


def engine_file(directory: Path, action: str = "") -> str:
    path = directory / "wrong.py"
    path.write_text(textwrap.dedent(WRONG).replace("ACTION", action), encoding="utf-8")
    return f"{path}:engine"


def events_of(spec: str, jobs: int, options: CampaignOptions = OPTIONS) -> Iterator[Event]:
    workers = Workers(jobs, spec) if jobs > 1 else None
    return campaign.run(registry.load(spec), options, workers)


def comparable(events: Iterator[Event]) -> list[str]:
    return [
        str(replace(event, seconds=0.0) if isinstance(event, RunFinished) else event)
        for event in events
    ]


def test_a_seed_means_the_same_in_several_processes(tmp_path: Path) -> None:
    spec = engine_file(tmp_path)
    alone = comparable(events_of(spec, 1))
    assert comparable(events_of(spec, 2)) == alone
    assert any("tanh" in line for line in alone if line.startswith("FailureMinimised"))


def test_a_fault_is_planted_in_every_process() -> None:
    """Only here it is not: what fails there is right when it is reduced in this process."""
    workers = Workers(2, "zen", "tanh/0/sign")
    end = list(campaign.run(registry.load("zen"), replace(OPTIONS, graphs=60), workers))[-1]
    assert isinstance(end, RunFinished)
    assert {bucket.key.operation for bucket in end.buckets} == {"tanh"}


def killing(events: Iterator[Event], after: int) -> list[Event]:
    """All events; after so many cases a process is killed."""
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, CaseVerified) and event.number == after:
            assert active_children()
            os.kill(active_children()[0].pid or 0, signal.SIGKILL)
    return seen


def test_nothing_is_lost_with_a_process_that_is_killed(tmp_path: Path) -> None:
    spec = engine_file(tmp_path)
    killed = comparable(iter(killing(events_of(spec, 2), after=20)))
    assert killed == comparable(events_of(spec, 1))


def test_an_engine_that_ends_its_process_is_said(tmp_path: Path) -> None:
    """What was found before has been told by then."""
    spec = engine_file(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    seen: list[Event] = []
    with pytest.raises(UsageError, match=r"graphs \d+ and more was ended.* -j 1 shows at which"):
        seen.extend(iter(events_of(spec, 2)))
    assert not active_children()


def test_an_interrupt_ends_the_processes(tmp_path: Path) -> None:
    events = events_of(engine_file(tmp_path), 2, replace(OPTIONS, graphs=100_000))
    for event in events:
        if isinstance(event, FailureMinimised):
            break
    assert hasattr(events, "throw")
    rest = [events.throw(KeyboardInterrupt()), *events]
    end = rest[-1]
    assert isinstance(end, RunFinished)
    assert (end.stop_reason, end.exit_code) == ("interrupted", 130)
    assert {bucket.key.operation for bucket in end.buckets} == {"tanh"}
    assert not active_children()


def test_an_operation_that_hangs_is_not_waited_for_again(tmp_path: Path) -> None:
    spec = engine_file(tmp_path, "time.sleep(60)")
    options = replace(OPTIONS, graphs=40, timeout=0.5)
    end = list(events_of(spec, 2, options))[-1]
    assert isinstance(end, RunFinished)
    assert [bucket.key.verdict for bucket in end.buckets] == ["TIMEOUT"]
    assert any("graphs with tanh, which did not return" in note for note in end.notes)


def test_each_process_gets_its_share_of_the_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    told = tmp_path / "threads"
    action = f"""if multiprocessing.parent_process():
            names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
            Path({str(told)!r}).write_text(" ".join(map(os.environ.get, names)))"""
    list(events_of(engine_file(tmp_path, action), 2, replace(OPTIONS, graphs=20)))
    assert told.read_text(encoding="utf-8") == f"{max(1, available() // 2)} 7"
    assert "OMP_NUM_THREADS" not in os.environ
