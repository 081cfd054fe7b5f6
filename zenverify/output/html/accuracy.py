"""What the page says about a run's accuracy; see `zenverify.output.html.page`."""

from __future__ import annotations

from dataclasses import dataclass

from zenverify.oracles.enclosure import THRESHOLD
from zenverify.output.model.run import RunModel

WIDTH = 160
"""Pixels of the longest bar."""

_MOST = 12
"""Operations that are shown unasked: those that come nearest to what is allowed."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An error: the bar's length in pixels, and the number."""

    length: float
    text: str


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """The largest errors of one operation that passed; None where nothing was measured.

    ``cause`` is the number of the first cause that blames it, None if none does.
    """

    operator: str
    value: Bar | None
    gradient: Bar | None
    cause: int | None


@dataclass(frozen=True, slots=True)
class AccuracyPicture:
    """The largest errors first; a bar reaches the limit, `allowed` units, at `limit` pixels."""

    shown: tuple[AccuracyRow, ...]
    further: tuple[AccuracyRow, ...]
    limit: float
    allowed: int = THRESHOLD
    width: int = WIDTH


def accuracy_picture(model: RunModel) -> AccuracyPicture | None:
    """Draw a run's accuracy; None where nothing was measured."""
    if not model.accuracy:
        return None
    by_error = sorted(model.accuracy.items(), key=lambda item: (-max(item[1].values()), item[0]))
    # The threshold is for one term; sums may be further off.
    full = max(THRESHOLD, *by_error[0][1].values())
    causes: dict[str, int] = {}
    for number, cause in enumerate(model.causes, start=1):
        for one in cause.findings:
            causes.setdefault(one.bucket.operation, number)

    def bar(units: float | None) -> Bar | None:
        return None if units is None else Bar(round(WIDTH * units / full, 1), f"{units:.2g}")

    rows = tuple(
        AccuracyRow(name, bar(errors.get("value")), bar(errors.get("gradient")), causes.get(name))
        for name, errors in by_error
    )
    return AccuracyPicture(rows[:_MOST], rows[_MOST:], round(WIDTH * THRESHOLD / full, 1))
