"""Files that are either complete or not there."""

from __future__ import annotations

import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text in one step: neither a reader nor a crash ever meets half of it.

    Parameters
    ----------
    path
        Where to write; what was there is replaced.
    text
        The whole content; line ends are kept as they are.

    Raises
    ------
    OSError
        If the file cannot be written; then nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
