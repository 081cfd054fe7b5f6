"""A run's verdict in one line, and what it means."""

from __future__ import annotations

from typing import Literal

from zenverify.output.model.numbers import counted
from zenverify.output.model.run import RunModel

State = Literal["clean", "wrong", "empty"]


def state_of(model: RunModel) -> State:
    """Whether it found something, found nothing, or did nothing."""
    if model.discrepancies:
        return "wrong"
    return "empty" if model.cases == 0 or model.exit_code == 2 else "clean"


def heading_of(model: RunModel) -> str:
    """The verdict in one line."""
    graphs = counted(model.cases, "graph")
    if state_of(model) == "empty":
        return "Nothing was tested" if model.is_finished else "Nothing has been tested so far"
    found = "No discrepancy"
    if model.discrepancies:
        found = counted(len(model.discrepancies), "discrepancy", "discrepancies")
        if len(model.causes) < len(model.discrepancies):
            found += f" with {counted(len(model.causes), 'cause')}"
    planted = "" if model.planted is None else ", with a fault planted on purpose"
    ending = "" if model.is_finished else " so far"
    if model.stop_reason == "interrupted":
        ending = ", interrupted"
    return f"{found} in {graphs}{planted}{ending}"


def lead_of(model: RunModel) -> str:
    """What the verdict means for who reads nothing else."""
    engine = f"{model.engine} {model.engine_version}".strip()
    if state_of(model) == "empty":
        return f"Nothing is known about {engine}."
    if not model.discrepancies:
        return (
            f"Every value and every gradient that {engine} computed lies inside the enclosure of "
            "the truth. See below what was exercised, and what was not."
        )
    if not model.new:
        return f"All that is wrong with {engine} is recorded as known."
    places = list(dict.fromkeys(one.place for one in model.causes if one.new))
    named = ", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else "")
    return f"To be mended in {engine}: {named}. Each is shown by the smallest graph that was found."
