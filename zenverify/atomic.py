"""Files that are either complete or not there."""

from __future__ import annotations

import errno
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

_TEMPORARY = ".zenverify-tmp"
_LEFT_BEHIND = 3600.0
"""Seconds after which a temporary file is one of a run that was killed."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}


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
    temporary = _temporary(path)
    try:
        _write(temporary, text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def create_text(path: Path, text: str) -> bool:
    """Write UTF-8 text to a file that is not there yet, in one step, and say whether it was not.

    Of any number of processes that create one file at the same time, one does. Temporary files
    that killed runs left in the directory an hour ago or earlier are removed.

    Parameters
    ----------
    path
        Where to write; what is there already is left alone.
    text
        The whole content; line ends are kept as they are.

    Raises
    ------
    OSError
        If the file cannot be written; then nothing is left behind.
    """
    _clean(path.parent)
    temporary = _temporary(path)
    try:
        _write(temporary, text)
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _create_without_links(path, text)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def try_to_write(directory: Path) -> None:
    """Make a file in a directory, and remove it again.

    Raises
    ------
    OSError
        If no file can be made there. Nothing is left behind.
    """
    temporary = _temporary(directory / "try")
    try:
        _write(temporary, "")
    finally:
        temporary.unlink(missing_ok=True)


def _create_without_links(path: Path, text: str) -> bool:
    """The same where the file system has no links: exclusive, but not in one step."""
    try:
        _write(path, text)
    except FileExistsError:
        return False
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True


def _temporary(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(8)}{_TEMPORARY}")


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _clean(directory: Path) -> None:
    for left in directory.glob(f".*{_TEMPORARY}"):
        # Another process may be about to do the same.
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                left.unlink()
