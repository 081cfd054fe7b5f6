"""Errors about a place in a text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from zenverify.errors import UsageError

_LONGEST_PIECE = 40


def complaint(what: str, text: str, start: int, end: int, message: str) -> UsageError:
    """The error about ``text[start:end]``; columns are counted from 1."""
    return UsageError(f"{what}, column {start + 1}, at {quoted(text[start:end])}: {message}")


def quoted(text: str) -> str:
    """The text in quotation marks, cut where it is long; control characters are written out."""
    text = text.strip()
    cut = text if len(text) <= _LONGEST_PIECE else text[: _LONGEST_PIECE - 3] + "..."
    return ascii(cut)


def closest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the one that it resembles, if any."""
    close = difflib.get_close_matches(name[:_LONGEST_PIECE], list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
