"""What the page says about the strength of a run's graphs; see `zenverify.output.html.page`."""

from __future__ import annotations

from dataclasses import dataclass

from zenverify.output.model.catalogue_order import in_catalogue_order
from zenverify.output.model.numbers import counted
from zenverify.verification.campaign.coverage import CONDITIONS
from zenverify.verification.events import StrengthMeasured

ROW_HEADINGS = ("planted", "exposed", "missed", "no difference")


@dataclass(frozen=True, slots=True)
class StrengthRow:
    """Numbers of one operation, or of one class."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StrengthTable:
    """The section: the outcome in a sentence, classes, operations, and names."""

    outcome: str
    headings: tuple[str, ...]
    classes: tuple[StrengthRow, ...]
    operations: tuple[StrengthRow, ...]
    conditions: tuple[str, ...]
    elements: tuple[StrengthRow, ...]
    missed: tuple[str, ...]
    untouched: tuple[str, ...]


def strength_table(strength: StrengthMeasured) -> StrengthTable:
    """Choose what to say."""
    by_name = {one.operation: one for one in strength.operations}
    ordered = [by_name[name] for name in in_catalogue_order(by_name)]
    return StrengthTable(
        outcome=_outcome(strength),
        headings=ROW_HEADINGS,
        classes=tuple(
            StrengthRow(one.kind, (one.planted, one.exposed, one.missed, one.untouched))
            for one in strength.classes
        ),
        operations=tuple(
            StrengthRow(
                one.operation, (one.planted, one.exposed, len(one.missed), len(one.untouched))
            )
            for one in ordered
        ),
        conditions=CONDITIONS,
        elements=tuple(
            StrengthRow(
                one.operation, tuple(one.elements.get(condition, 0) for condition in CONDITIONS)
            )
            for one in ordered
            if one.elements
        ),
        missed=strength.missed,
        untouched=strength.untouched,
    )


def _outcome(strength: StrengthMeasured) -> str:
    if not strength.planted:
        return "Not known: no fault can be planted into this engine."
    return (
        f"Of {counted(strength.planted, 'fault')} of the catalogue, these graphs expose "
        f"{strength.exposed:,}. {len(strength.missed):,} made a difference and would have been "
        f"missed; {len(strength.untouched):,} made no difference in any of these graphs."
    )
