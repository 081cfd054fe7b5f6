from pathlib import Path

import pytest

from tests.output.runs import STARTED, WHOLE_RUN
from zenverify.output.model.run import Collector
from zenverify.output.reporter import Reporter, Reporters, RunContext
from zenverify.verification.events import Event, RunFinished


class Recorder(Reporter):
    """Writes down what it is told, and by which name."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name = name
        self.told = told

    def start(self) -> None:
        self.told.append(f"{self.name} starts")

    def handle(self, event: Event) -> None:
        self.told.append(f"{self.name} {type(event).__name__}")

    def finish(self) -> None:
        self.told.append(f"{self.name} finishes")


class Broken(Recorder):
    def handle(self, event: Event) -> None:
        raise OSError("the disk is full")


class Unready(Recorder):
    def start(self) -> None:
        raise OSError("no such terminal")


def test_each_event_goes_to_each_reporter_in_order() -> None:
    told: list[str] = []
    with Reporters([Recorder("a", told), Recorder("b", told)], RunContext(Collector())) as shown:
        shown.handle(STARTED)
    assert told == [
        "a starts",
        "b starts",
        "a RunStarted",
        "b RunStarted",
        "b finishes",
        "a finishes",
    ]


def test_all_are_finished_where_one_fails() -> None:
    told: list[str] = []
    reporters = [Recorder("a", told), Broken("b", told), Recorder("c", told)]
    with (
        pytest.raises(OSError, match="the disk is full"),
        Reporters(reporters, RunContext(Collector())) as shown,
    ):
        shown.handle(STARTED)
    assert told[3:] == ["a RunStarted", "c finishes", "b finishes", "a finishes"]


def test_only_those_are_finished_that_were_started() -> None:
    told: list[str] = []
    reporters = Reporters([Recorder("a", told), Unready("b", told)], RunContext(Collector()))
    with pytest.raises(OSError, match="no such terminal"):
        reporters.__enter__()
    assert told == ["a starts", "a finishes"]


def test_the_model_has_seen_the_event_and_a_later_reporter_what_was_written() -> None:
    seen: list[tuple[int, dict[str, Path]]] = []

    context = RunContext(Collector())

    class Writer(Reporter):
        def handle(self, event: Event) -> None:
            if isinstance(event, RunFinished):
                context.written["page"] = Path("page.html")

    class Reader(Reporter):
        def handle(self, event: Event) -> None:
            if isinstance(event, RunFinished):
                seen.append((context.model.cases, dict(context.written)))

    with Reporters([Writer(), Reader()], context) as shown:
        for event in WHOLE_RUN:
            shown.handle(event)
    assert seen == [(1200, {"page": Path("page.html")})]
