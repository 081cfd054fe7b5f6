"""What every form says of a run's findings: text that is safe in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zenverify.output.model.asking import Asking, nobody
from zenverify.output.model.commands import from_anywhere, replay_command
from zenverify.output.model.numbers import enclosure, estimate
from zenverify.output.model.printable import LONGEST, visible
from zenverify.output.model.run import CauseOfFindings, Discrepancy, RunModel
from zenverify.output.model.sentence import sentence_of, title_of
from zenverify.verification.verdict import Frame

MOST_ASKED = 25
"""Causes whose source line the engine is asked for."""

_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Told:
    """One discrepancy in words.

    Attributes
    ----------
    cause
        The number of its cause, from 1.
    headline
        Its cause's.
    title, sentence, message
        What is wrong: in three words, in a sentence, as the check said it.
    engine, truth, difference
        The number in dispute, by each witness; empty where there is none.
    source
        The engine's own line, None where it is not known.
    replay
        The command that has it again; empty where there is no corpus entry.
    discrepancy
        All of it.
    """

    cause: int
    headline: str
    title: str
    sentence: str
    message: str
    engine: str
    truth: str
    difference: str
    source: Frame | None
    replay: str
    discrepancy: Discrepancy

    @property
    def rule(self) -> str:
        """What it is called where a program must know it again: ``"ENGINE_WRONG/tanh/0"``."""
        key = self.discrepancy.bucket
        argument = "" if key.argument is None else f"/{key.argument}"
        return safe(f"{key.verdict}/{key.operation}{argument}")


def told(model: RunModel, ask: Asking = nobody) -> tuple[Told, ...]:
    """All discrepancies, cause by cause."""
    return tuple(_told(model, ask))


def _told(model: RunModel, ask: Asking) -> Iterator[Told]:
    for number, cause in enumerate(model.causes, start=1):
        for place, one in enumerate(cause.findings):
            asked = number <= MOST_ASKED and place == 0
            yield _of(model, number, cause, one, ask if asked else nobody)


def _of(
    model: RunModel, number: int, cause: CauseOfFindings, one: Discrepancy, ask: Asking
) -> Told:
    finding, graph = one.finding, one.case.graph
    witness = finding.witnesses[0] if finding.witnesses else None
    dtype = "float64" if witness is None else graph.dtypes[witness.node]
    evidence = ask(one)
    source = finding.raised_at if evidence is None else evidence.source
    replay = "" if not one.path else replay_command(one.path, model.engine_spec)
    return Told(
        cause=number,
        headline=safe(cause.headline),
        title=safe(f"{title_of(finding)}: {finding.blame.operation}{finding.bucket.place}"),
        sentence=safe(sentence_of(finding, dtype)),
        message=safe(finding.message),
        engine="" if witness is None else repr(float(witness.engine)),
        truth="" if witness is None else enclosure(witness.symbolic, witness.engine),
        difference=""
        if witness is None or witness.difference is None
        else estimate(witness.difference),
        source=source,
        replay="" if not replay else safe(from_anywhere(replay, model.directory)),
        discrepancy=one,
    )


def safe(text: str) -> str:
    """Text on one line, with all escaped that hides or that no form can hold; cut if it is long."""
    plain = _UNSAFE.sub(lambda found: repr(found[0])[1:-1], visible(" ".join(text.split("\n"))))
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[:LONGEST]} ... ({len(text):,} characters)"
