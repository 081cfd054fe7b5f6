"""How a run is shown: its events go to reporters, one after the other.

A reporter shows a run in one form: a progress bar, a summary on the terminal, lines of JSON, a
page. It is a class with `Reporter` as its base, and one entry in the list that
`zenverify.cli.campaign` makes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from zenverify.output.model.cut import cut
from zenverify.output.model.run import Collector, RunModel
from zenverify.verification.events import Event


@dataclass(slots=True)
class RunContext:
    """What a reporter may be given to know besides the event.

    Attributes
    ----------
    collector
        Gathers the events; it has seen the one that is handled.
    written
        What reporters have written: a label of one word, and the file. A summary lists them.
    refused
        What could not be written, and why. The run goes on all the same.
    """

    collector: Collector
    written: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> RunModel:
        """The run, as far as it has come."""
        return self.collector.model()


class Reporter(ABC):
    """Shows a run in one form."""

    def start(self) -> None:  # noqa: B027  most reporters have nothing to prepare
        """Prepare; comes before the first event."""

    @abstractmethod
    def handle(self, event: Event) -> None:
        """Take in the run's next event."""

    def finish(self) -> None:  # noqa: B027  most reporters hold nothing open
        """Close what is open; comes after the last event, also where a run ended by an exception.

        What is to be shown at a run's end belongs to `handle`, when `RunFinished` comes.
        """


class Reporters:
    """Several reporters, which are started and finished together.

    An event goes to them in their order, so that a later one may list what an earlier one wrote.
    Each that was started is finished, whatever the others raise.
    """

    def __init__(self, reporters: Iterable[Reporter], context: RunContext) -> None:
        self._reporters = tuple(reporters)
        self._context = context
        self._started = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:
            for reporter in self._reporters:
                reporter.start()
                started.callback(reporter.finish)
            self._started = started.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._started.close()

    def handle(self, event: Event) -> None:
        """Take in the run's next event, its long texts cut, and hand it to each reporter."""
        event = cut(event)
        self._context.collector.add(event)
        for reporter in self._reporters:
            reporter.handle(event)
