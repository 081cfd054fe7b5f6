"""Text from elsewhere, made safe to be shown: names and messages may hold anything."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\[)", re.MULTILINE)
"""What a runner of GitHub's obeys where it stands in a log: ``::error::``, ``##[error]``."""


def visible(text: str) -> str:
    """The text with everything escaped that cannot be seen; lines stay lines.

    That is what controls a terminal, marks that change the direction of what follows, blanks that
    are no blanks, and lone surrogates, which no encoding has.
    """
    return "".join(
        char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text
    )


def printable(text: str) -> str:
    """The same for a terminal or a log: no line of it is a command to who reads the log."""
    return _COMMAND.sub(_escaped, visible(text))


def _escaped(match: re.Match[str]) -> str:
    return "\\x23" if match[0] == "#" else f"{match[1]}\\x3a"


LONGEST = 2_000
"""Characters of a message that are shown."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """A text, cut if it is long; then it says how long it was."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} ... ({len(text):,} characters)"


def encodable(text: str) -> str:
    """The text with lone surrogates escaped: JSON has escapes for all else."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
