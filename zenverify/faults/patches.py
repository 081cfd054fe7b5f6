"""Faults outside the rules: a function of the engine replaced by one made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from zenverify.engines.protocol import Mutant

Make = Callable[[Any, Callable[[], None]], Any]
"""``make(good, note)`` gives the wrong function, which calls `note` where it differs."""


@contextmanager
def swapped(install: Callable[[Any], object], right: Any, faulty: Any) -> Iterator[None]:
    """What is faulty installed in the place of what is right."""
    install(faulty)
    try:
        yield
    finally:
        install(right)


@dataclass(frozen=True, slots=True)
class Patch:
    """A function of the engine, and the wrong one in its place.

    Attributes
    ----------
    key, name, kind
        As those of a `Mutant`.
    owner, attribute
        The module or class, and what the function is called there.
    make
        Makes the wrong one.
    """

    key: str
    name: str
    kind: str
    owner: Any
    attribute: str
    make: Make

    def mutant(self) -> Mutant:
        """The fault, to be planted."""
        differed = False

        def note() -> None:
            nonlocal differed
            differed = True

        def plant() -> AbstractContextManager[None]:
            right = self.owner.__dict__[self.attribute]
            install = partial(setattr, self.owner, self.attribute)
            return swapped(install, right, self.make(right, note))

        return Mutant(self.name, self.kind, None, plant, lambda: differed, self.key)


def instead(wrong: Callable[..., Any]) -> Make:
    """A function that gives ``wrong(right result, *arguments)``."""

    def make(good: Callable[..., Any], note: Callable[[], None]) -> Callable[..., Any]:
        def changed(*arguments: Any) -> Any:
            right = good(*arguments)
            found = np.asarray(wrong(right, *arguments)).astype(right.dtype)
            if not np.array_equal(right, found, equal_nan=True):
                note()
            return found

        return changed

    return make
