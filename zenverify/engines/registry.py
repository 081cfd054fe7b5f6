"""Engines by name, by module, or by file.

Importing this module loads neither NumPy nor an engine.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify import __version__
from zenverify.engines.importing import described, imported
from zenverify.errors import UsageError

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

DEFAULT = "zen"
"""The engine that is meant where none is named."""


@dataclass(frozen=True, slots=True)
class _Adapter:
    """An engine that comes with zenverify.

    Attributes
    ----------
    place
        Where its adapter is.
    summary
        What the engine is.
    libraries
        What has to be installed for it, the engine first; each is imported by its name on PyPI.
    """

    place: str
    summary: str
    libraries: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        return [name for name in self.libraries if not _is_installed(name)]


def _is_installed(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    # A folder that merely has the library's name is a namespace package, with no file of its own.
    return spec is not None and spec.origin is not None


_BUILT_IN = {
    DEFAULT: _Adapter(
        "zenverify.engines.zen:ZenEngine", "zenverify.tensor, the library's own engine"
    ),
    "torch": _Adapter("zenverify.engines.torch.engine:TorchEngine", "PyTorch", ("torch",)),
    "jax": _Adapter("zenverify.engines.jax.engine:JaxEngine", "JAX", ("jax",)),
    "autograd": _Adapter(
        "zenverify.engines.autograd.engine:AutogradEngine", "HIPS autograd", ("autograd", "scipy")
    ),
    "mygrad": _Adapter("zenverify.engines.mygrad.engine:MyGradEngine", "MyGrad", ("mygrad",)),
    "tinygrad": _Adapter(
        "zenverify.engines.tinygrad.engine:TinygradEngine", "tinygrad", ("tinygrad",)
    ),
}
"""By name; the name is that of the extra too which installs what the engine needs."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """An engine that can be named on the command line.

    Attributes
    ----------
    version
        The installed one, None where the engine is not installed.
    install
        The command that installs it; empty for the engine of this package.
    """

    name: str
    version: str | None
    summary: str
    install: str = ""


def available() -> tuple[EngineInfo, ...]:
    """The engines that have an adapter here, whether or not they are installed; imports none."""
    return tuple(
        EngineInfo(name, _version(adapter), adapter.summary, _install(name))
        for name, adapter in _BUILT_IN.items()
    )


def _version(adapter: _Adapter) -> str | None:
    if not adapter.libraries:
        return __version__
    return None if adapter.missing else metadata.version(adapter.libraries[0])


def _install(name: str) -> str:
    return f"pip install 'zenverify[{name}]'" if _BUILT_IN[name].libraries else ""


def engine_of(result: object) -> Engine:
    """The engine that a live result belongs to.

    Raises
    ------
    UsageError
        If it belongs to none of those that come with zenverify.
    """
    from zenverify.engines.protocol import Recorded

    for name, adapter in _BUILT_IN.items():
        # A library that nobody has imported has made no results.
        if not all(library in sys.modules for library in adapter.libraries[:1]) or adapter.missing:
            continue
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
        If there is no such engine, it is not installed, it cannot be imported, or a part of the
        protocol is missing or of a wrong kind.
    """
    from zenverify.engines.completed import completed
    from zenverify.engines.protocol import shortcoming

    adapter = _BUILT_IN.get(spec)
    if adapter is not None and adapter.missing:
        raise UsageError(
            f"engine {spec!r} needs {' and '.join(adapter.missing)}, not installed here: "
            f"{_install(spec)}"
        )
    path = spec if adapter is None else adapter.place
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
    return completed(engine)


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
