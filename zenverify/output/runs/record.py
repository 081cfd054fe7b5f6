"""One run in a folder of reports: what it found, and which files tell of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zenverify.atomic import create_text
from zenverify.output.forms.told import safe
from zenverify.output.model.cut import cut
from zenverify.output.model.run import RunModel
from zenverify.output.model.sentence import title_of
from zenverify.output.model.verdict import heading_of, state_of

FORMAT = 1
FOLDER = "runs"
"""Below the reports: the records."""

_LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run.

    Attributes
    ----------
    number
        Its place among the runs of the folder, from 1.
    engine, version, zenverify, seed, graphs, state, heading
        What was verified, and the verdict.
    date
        When it ended, as ``2026-01-31 12:00``; empty where that is left out.
    files
        The names of what was written, the page first.
    findings
        Per discrepancy, what is the same from run to run, and its title.
    """

    number: int
    engine: str
    version: str
    zenverify: str
    seed: int
    graphs: int
    state: str
    heading: str
    date: str
    files: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]

    @property
    def keys(self) -> dict[str, str]:
        """The titles, by what is the same from run to run."""
        return dict(self.findings)


def record_run(
    directory: Path, model: RunModel, files: Sequence[Path], date: str = ""
) -> RunRecord:
    """Write the record of a run that has ended.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    number = max((one.number for one in read_records(directory)[0]), default=0)
    while True:
        number += 1
        record = RunRecord(
            number=number,
            engine=safe(model.engine),
            version=safe(model.engine_version),
            zenverify=model.zenverify_version,
            seed=model.seed,
            graphs=model.cases,
            state=state_of(model),
            heading=safe(heading_of(model)),
            date=date,
            files=tuple(path.name for path in files),
            findings=tuple(_findings(model)),
        )
        text = json.dumps({"format": FORMAT, **asdict(record)}, indent=1) + "\n"
        if create_text(folder / f"{number:06d}.json", text):
            return record


def _findings(model: RunModel) -> Iterator[tuple[str, str]]:
    for one in model.discrepancies:
        key = one.bucket
        parts = (key.verdict, key.operation, key.argument, key.condition, key.during)
        told = (*parts, key.exception, key.function)
        title = f"{title_of(one.finding)}: {key.operation}{key.place}"
        yield safe(json.dumps([str(part) for part in told])), safe(title)


def read_records(directory: Path) -> tuple[list[RunRecord], list[str]]:
    """The records of a folder by their numbers, and the names of files that are none."""
    found, refused = [], []
    for path in sorted((directory / FOLDER).glob("*.json")):
        try:
            if path.stat().st_size > _LARGEST:
                raise ValueError("too large")
            found.append(_read(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            refused.append(path.name)
    return sorted(found, key=lambda one: one.number), refused


def _read(data: Any) -> RunRecord:
    if data["format"] != FORMAT:
        raise ValueError("another format")
    texts = ("engine", "version", "zenverify", "state", "heading", "date")
    numbers = ("number", "seed", "graphs")
    if any(type(data[name]) is not str for name in texts):
        raise ValueError("expected text")
    if any(type(data[name]) is not int for name in numbers):
        raise ValueError("expected a number")
    return RunRecord(
        **{name: cut(data[name]) for name in (*texts, *numbers)},
        files=tuple(_name(name) for name in data["files"]),
        findings=tuple((str(key), cut(str(title))) for key, title in data["findings"]),
    )


def _name(value: Any) -> str:
    """The name of a file in the folder itself: nothing else is linked to, or deleted."""
    if type(value) is not str or Path(value).name != value or value in ("", ".", ".."):
        raise ValueError("expected a file's name")
    return value
