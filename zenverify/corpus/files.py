"""Which files of a folder are entries: the same on the command line and in pytest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from zenverify.errors import UsageError


def find_entries(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The files among the paths, and the ``*.json`` files below the directories, sorted.

    Yields
    ------
    path
        The file.
    refusal
        Why it is not read: a link that leads out of the directory, nowhere, or to a directory.
        Empty for all others.

    Raises
    ------
    UsageError
        If a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(_below(path))
        elif os.path.lexists(path):
            yield path, ""
        else:
            raise UsageError(f"{path}: no such file or directory")


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    whole = root.resolve()
    waiting = [root]
    while waiting:
        for path, refusal, is_folder in children(waiting.pop(), whole):
            if is_folder:
                waiting.append(path)
            else:
                yield path, refusal


def children(folder: Path, root: Path) -> list[tuple[Path, str, bool]]:
    """What stands in a folder of a corpus, sorted, and nothing that nobody takes for an entry.

    Parameters
    ----------
    folder
        The folder.
    root
        The corpus, resolved: links must not lead out of it.

    Returns
    -------
    list
        The path; why it is not read, empty if it is; whether it is a folder. A folder that cannot
        be listed stands there itself, and is refused.
    """
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        return [(folder, f"cannot be listed: {error.strerror}", False)]
    kept = []
    for path in found:
        if path.is_symlink():
            refusal = _refused_link(path, root)
            if refusal is not None:
                kept.append((path, refusal, False))
        elif path.is_dir():
            kept.append((path, "", True))
        elif path.suffix == ".json":
            kept.append((path, "", False))
    return kept


def _refused_link(path: Path, root: Path) -> str | None:
    """Why a link is not read, empty if it is; None if nobody would take it for an entry."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere" if path.suffix == ".json" else None
    if target.is_dir():
        return "a link to a folder, which is not followed"
    if path.suffix != ".json":
        return None
    return "" if target.is_relative_to(root) else f"a link that leads out of {root}"
