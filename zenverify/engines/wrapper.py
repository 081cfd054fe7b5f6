"""Engines around other engines: whatever a wrapper does not do itself, the engine inside does."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from zenverify.engines.protocol import Engine


class Wrapper:
    """What all wrappers of an engine have in common; made by `wrapped`.

    Parameters
    ----------
    engine
        The engine inside.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        # Reached for what the engine computes by a `__getattr__` of its own.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._forwarded(name)

    def _forwarded(self, name: str) -> Any:
        """What the wrapper has under a name that it does not define itself."""
        return getattr(self._engine, name)


W = TypeVar("W", bound=Wrapper)


def wrapped(kind: type[W], engine: Engine, *arguments: Any) -> W:
    """An engine inside a wrapper.

    The wrapper is of a class of its own, which has an attribute for each public one of the engine,
    so that ``isinstance`` sees every capability, also one that this package knows nothing of:
    runtime-checkable protocols look at the class and not at ``__getattr__`` from Python 3.12 on.

    Parameters
    ----------
    kind
        What the wrapper does otherwise than the engine.
    engine
        The engine inside.
    *arguments
        Further arguments of `kind`.
    """
    names = [name for name in dir(engine) if not name.startswith("_") and not hasattr(kind, name)]
    forwards = {name: _forward(engine, name) for name in names}
    made = type(f"{kind.__name__}{type(engine).__name__}", (kind,), forwards)
    return cast("W", made(engine, *arguments))


def _forward(engine: Engine, name: str) -> Any:
    # A method set to None says that there is none.
    if inspect.getattr_static(engine, name, None) is None:
        return None
    return _Forward(name)


class _Forward:
    """An attribute that is the engine's, unless the wrapper has set one of its own."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, wrapper: Wrapper | None, kind: type | None = None) -> Any:
        return self if wrapper is None else wrapper._forwarded(self._name)


def replaced(found: Any, kind: type, inner: str) -> Any:
    """An argument with every object of a kind, in sequences and mappings too, given by a part.

    Parameters
    ----------
    found
        The argument.
    kind
        The objects that are replaced.
    inner
        The attribute that takes their place.
    """
    if isinstance(found, kind):
        return getattr(found, inner)
    if type(found) in (list, tuple):
        return type(found)(replaced(one, kind, inner) for one in found)
    if isinstance(found, Mapping):
        return {key: replaced(one, kind, inner) for key, one in found.items()}
    return found
