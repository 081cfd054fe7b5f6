"""Corpora as people keep them: merged without conflict, in their canonical form, not too large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zenverify.atomic import write_text
from zenverify.corpus.entry import Entry, EntryStatus, read_entry
from zenverify.corpus.files import find_entries
from zenverify.corpus.writing import entry_name, entry_text, write_entry
from zenverify.errors import CaseFormatError
from zenverify.verification.verdict import BucketKey

KEPT = 4
"""So many entries of one bucket `superfluous` leaves, the smallest ones."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is no entry, and why."""

    path: Path
    message: str


def entries_of(paths: Iterable[Path]) -> Iterator[tuple[Path, Entry] | Refused]:
    """Every entry among the paths and below the directories; a bad file does not stop the others.

    Raises
    ------
    UsageError
        If a path does not exist.
    """
    for path, refusal in find_entries(paths):
        if refusal:
            yield Refused(path, refusal)
            continue
        try:
            yield path, read_entry(path)
        except CaseFormatError as error:
            yield Refused(path, str(error).removeprefix(f"{path}: "))
        except OSError as error:
            yield Refused(path, error.strerror or str(error))


def merge_entry(corpus: Path, entry: Entry) -> Path:
    """Bring an entry into a corpus, in the form that is written now, and say where it is.

    Of two equal cases about which people said different things, one is kept, whatever the order:
    see `weightier`.

    Raises
    ------
    CaseFormatError
        If a file that holds the same has something malformed beside it.
    OSError
        If the file cannot be written.
    """
    path = write_entry(corpus, entry)
    there = read_entry(path)
    text = entry_text(entry if weightier(entry, there) else there)
    if path.read_text(encoding="utf-8") != text:
        write_text(path, text)
    return path


def weightier(one: Entry, other: Entry) -> bool:
    """Whether what people say of an entry stands against what they say of an equal one.

    Something against nothing; then fixed, the stricter one, against open; then the longer text.
    """
    return _weight(one) > _weight(other)


def _weight(entry: Entry) -> tuple[bool, bool, int, tuple[str, ...]]:
    said = entry.reason, entry.note, entry.link
    fixed = entry.status is EntryStatus.FIXED
    return any(map(str.strip, said)), fixed, sum(map(len, said)), said


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """What is not as it should be about a file that is an entry.

    Attributes
    ----------
    path
        The file.
    message
        What is wrong, in words.
    place
        Where its canonical form belongs, None where another file holds that already.
    """

    path: Path
    message: str
    place: Path | None


def shortcomings(found: Sequence[tuple[Path, Entry]]) -> Iterator[Shortcoming]:
    """Entries that are not written or named as they would be now, and those there twice."""
    seen: dict[tuple[str, str], Path] = {}
    for path, entry in found:
        name = entry_name(entry)
        first = seen.setdefault((entry.engine, name), path)
        if first != path:
            yield Shortcoming(path, f"holds the same as {first}", None)
        elif path.stem != name:
            message = f"is named otherwise than what it holds: {name}.json"
            yield Shortcoming(path, message, path.with_name(f"{name}.json"))
        elif path.read_text(encoding="utf-8", errors="replace") != entry_text(entry):
            yield Shortcoming(path, "is not in the form that is written now", path)


def repair(shortcoming: Shortcoming, entry: Entry) -> None:
    """Write an entry where and as it belongs; what is there twice is removed.

    Raises
    ------
    OSError
        If a file cannot be written or removed.
    """
    path, place = shortcoming.path, shortcoming.place
    if place is not None and (place == path or not place.exists()):
        write_text(place, entry_text(entry))
    if place != path:
        path.unlink()


def superfluous(
    found: Iterable[tuple[Path, Entry]], kept: int = KEPT
) -> Iterator[tuple[Path, str]]:
    """Entries that others make superfluous, each with the reason in words.

    Those that are there twice, and of each bucket all but the smallest. What people said something
    about is never among them.
    """
    ordered = sorted(found, key=lambda one: (not _is_said(one[1]), *_size(one[1]), str(one[0])))
    seen: dict[tuple[str, str], Path] = {}
    buckets: dict[tuple[str, BucketKey], int] = {}
    for path, entry in ordered:
        key = entry.engine, entry.bucket
        first = seen.setdefault((entry.engine, entry_name(entry)), path)
        if first != path and not _is_said(entry):
            yield path, f"holds the same as {first}"
            continue
        buckets[key] = buckets.get(key, 0) + 1
        if buckets[key] > kept and not _is_said(entry):
            yield path, f"{kept} of the same kind are smaller: {entry.bucket}"


def _is_said(entry: Entry) -> bool:
    return _weight(replace(entry, status=EntryStatus.FIXED))[0] or entry.status is EntryStatus.OPEN


def _size(entry: Entry) -> tuple[int, int]:
    graph = entry.case.graph
    return len(graph.nodes), sum(graph.sizes)
