"""Readers of the command line's values, for flags, environment and configuration alike."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

import click

from zenverify.errors import GraphError

_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def read_duration(value: Any) -> float:
    """Seconds, from ``90``, ``90s``, ``1.5m`` or ``2h``.

    Raises
    ------
    click.BadParameter
        If the value is no length of time, or zero.
    """
    match = _DURATION.fullmatch(str(value).strip().lower())
    seconds = float(match[1]) * _SECONDS.get(match[2], math.nan) if match else math.nan
    if not 0 < seconds < math.inf:
        raise click.BadParameter(f"{value!r} is no duration: write 90s, 1.5m or 2h")
    return seconds


def duration_text(seconds: float) -> str:
    """What `read_duration` reads as exactly these seconds: ``"90s"``."""
    return f"{Decimal(repr(seconds)).normalize():f}s"


def read_formats(value: Any) -> tuple[str, ...]:
    """Forms of a report, from a list or from text with commas.

    Raises
    ------
    click.BadParameter
        If there is no name, or no form of that name.
    """
    from zenverify.output.forms.reporter import FORMATS

    names = _named(value)
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        what = f"there is no format {unknown[0]!r}" if unknown else "expected at least one format"
        raise click.BadParameter(f"{what}; there are {', '.join(FORMATS)}")
    return names


def _named(value: Any) -> tuple[str, ...]:
    """Each name once, from a list or from text with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def read_operators(value: Any) -> tuple[str, ...]:
    """Names of operators, from a list or from text with commas.

    Raises
    ------
    click.BadParameter
        If there is no name, or no operator of that name.
    """
    from zenverify.operators import catalogue

    names = _named(value)
    if not names:
        raise click.BadParameter("expected at least one operator")
    try:
        for name in names:
            catalogue.get(name)
    except GraphError as error:
        raise click.BadParameter(f"{error}; see zenverify operators") from error
    return names
