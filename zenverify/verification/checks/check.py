"""What a check is: an entry of the list in `zenverify.verification.checks.listed`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from zenverify.verification.events import Finding


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a check looked at in samples only."""

    text: str


Said = Finding | str | Sampled
"""What a check says: a finding, a note, or what it looked at in samples only."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a check cannot do without.

    Attributes
    ----------
    met
        Whether a recording and a session have it.
    otherwise
        The note where they do not; empty where nothing needs to be said.
    """

    met: Callable[[Any, Any], bool]
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes
    ----------
    name
        Its own; findings that it blames on an operation name it.
    examine
        Takes a recording and a session, and says what it sees, piece by piece.
    needs
        What it cannot do without, in the order in which it is asked for.
    builds_on
        The names of the checks that must have found nothing.
    """

    name: str
    examine: Callable[[Any, Any], Iterable[Said]]
    needs: tuple[Need, ...] = ()
    builds_on: tuple[str, ...] = ()
