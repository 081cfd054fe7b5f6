"""Engines by name, by module, or by file.

Importing this module loads neither NumPy nor an engine.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.engines.importing import described, imported
from zenverify.errors import UsageError

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

DEFAULT = "zen"
"""The engine that is meant where none is named."""

_BUILT_IN = {DEFAULT: "zenverify.engines.zen:ZenEngine"}


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """An engine that can be named on the command line."""

    name: str
    version: str
    summary: str


def available() -> tuple[EngineInfo, ...]:
    """The engines that come with zenverify."""
    found = []
    for name in _BUILT_IN:
        engine = load(name)
        found.append(EngineInfo(name, engine.version, getattr(engine, "summary", "")))
    return tuple(found)


def engine_of(result: object) -> Engine:
    """The engine that a live result belongs to.

    Raises
    ------
    UsageError
        If it belongs to none of those that come with zenverify.
    """
    from zenverify.engines.protocol import Recorded

    for name in _BUILT_IN:
        engine = load(name)
        if isinstance(engine, Recorded) and engine.recognises(result):
            return engine
    names = ", ".join(sorted(_BUILT_IN))
    raise UsageError(f"a {type(result).__name__} is no result of an engine known here ({names})")


def load(spec: str) -> Engine:
    """Load an engine.

    Parameters
    ----------
    spec
        A name that `available` lists, ``package.module:attribute``, or ``path/file.py:attribute``.
        The attribute is an `Engine`, or is called without arguments to make one.

    Raises
    ------
    UsageError
        If there is no such engine, it cannot be imported, or a part of the protocol is missing or
        of a wrong kind.
    """
    from zenverify.engines.protocol import shortcoming

    path = _BUILT_IN.get(spec, spec)
    place, colon, attribute = path.rpartition(":")
    if not colon or not place or not attribute:
        close = difflib.get_close_matches(spec, _BUILT_IN, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        names = ", ".join(sorted(_BUILT_IN))
        raise UsageError(
            f"there is no engine {spec!r}{hint} (known: {names}; or give module:attribute or "
            "file.py:attribute)"
        )
    found = imported(path, "engine")
    try:
        engine = found() if isinstance(found, type) or not hasattr(found, "leaf") else found
    except (Exception, SystemExit) as error:
        raise UsageError(f"engine {spec!r}: {attribute} raised {described(error)}") from error
    if (wrong := shortcoming(engine)) is not None:
        raise UsageError(f"engine {spec!r}: {wrong}")
    result: Engine = engine
    return result


def file_label(spec: str, name: str) -> str:
    """What to call an engine in the names of files: its name, unless a built-in engine has it.

    Then it is made from `spec`, without directories: ``wrong-engine`` for ``my/wrong.py:engine``.
    An engine under test must not overwrite what is kept of another one.

    Parameters
    ----------
    spec
        What the engine was loaded by; see `load`.
    name
        What the engine calls itself.
    """
    if spec in _BUILT_IN or _slug(name) not in _BUILT_IN:
        return name
    place, _, attribute = spec.rpartition(":")
    module = Path(place).stem if place.endswith(".py") else place
    return "-".join(_slug(part) or "engine" for part in (module, attribute))


def _slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
