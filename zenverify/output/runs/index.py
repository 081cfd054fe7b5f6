"""The index of a folder of reports: per engine what is new, gone and still there; and a trend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zenverify.atomic import write_text
from zenverify.output.html.render import render_template
from zenverify.output.model.numbers import counted
from zenverify.output.runs.record import FOLDER, RunRecord, read_records

INDEX = "index.html"

_BARS, _BAR, _HEIGHT = 40, 12.0, 48.0


@dataclass(frozen=True, slots=True)
class Row:
    """A run, beside the one before it of the same engine."""

    number: int
    date: str
    version: str
    seed: int
    graphs: str
    state: str
    heading: str
    page: str
    others: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    still: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A run in the trend, in pixels; the oldest stands left."""

    x: float
    y: float
    height: float
    state: str
    label: str


@dataclass(frozen=True, slots=True)
class EngineRuns:
    """The runs of one engine, the newest first."""

    engine: str
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    width: float
    height: float = _HEIGHT


def write_index(directory: Path) -> Path:
    """Write the index of a folder anew, from the records there.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    records, refused = read_records(directory)
    engines = tuple(_engines(records))
    page = render_template("index.html.j2", engines=engines, refused=refused, runs=len(records))
    path = directory / INDEX
    write_text(path, page)
    return path


def forget_old(directory: Path, keep: int) -> int:
    """Delete the files and records of all but the newest runs of each engine; how many runs.

    Only what records name is deleted, in the folder itself.

    Parameters
    ----------
    directory
        The folder.
    keep
        Runs to be kept of each engine.
    """
    records, _ = read_records(directory)
    by_engine: dict[str, list[RunRecord]] = {}
    for record in records:
        by_engine.setdefault(record.engine, []).append(record)
    old = [record for found in by_engine.values() for record in found[:-keep]]
    kept = {name for found in by_engine.values() for one in found[-keep:] for name in one.files}
    for record in old:
        for name in record.files:
            if name not in kept and name != INDEX:
                with suppress(OSError):
                    (directory / name).unlink()
        with suppress(OSError):
            (directory / FOLDER / f"{record.number:06d}.json").unlink()
    return len(old)


def _engines(records: Sequence[RunRecord]) -> Iterator[EngineRuns]:
    for engine in sorted({one.engine for one in records}):
        runs = [one for one in records if one.engine == engine]
        befores: list[RunRecord | None] = [None, *runs[:-1]]
        rows = [_row(now, before) for now, before in zip(runs, befores, strict=True)]
        bars = tuple(_bars(runs[-_BARS:]))
        yield EngineRuns(engine, tuple(reversed(rows)), bars, max(len(bars), 1) * _BAR)


def _row(now: RunRecord, before: RunRecord | None) -> Row:
    old = {} if before is None else before.keys
    page, *others = now.files or ("",)
    return Row(
        number=now.number,
        date=now.date,
        version=now.version,
        seed=now.seed,
        graphs=f"{now.graphs:,}",
        state=now.state,
        heading=now.heading,
        page=page,
        others=tuple(others),
        new=tuple(title for key, title in now.findings if key not in old),
        gone=tuple(title for key, title in old.items() if key not in now.keys),
        still=sum(key in old for key in now.keys),
        is_first=before is None,
    )


def _bars(runs: Sequence[RunRecord]) -> Iterator[Bar]:
    most = max((len(one.findings) for one in runs), default=0) or 1
    for place, one in enumerate(runs):
        height = max(2.0, (_HEIGHT - 4) * len(one.findings) / most)
        label = f"run {one.number}: {counted(len(one.findings), 'discrepancy', 'discrepancies')}"
        yield Bar(place * _BAR + 1, round(_HEIGHT - height, 1), round(height, 1), one.state, label)
