"""A planted fault, and the ways to plant one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from operator import setitem
from typing import Any

from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.faults.patches import Patch, swapped
from zenverify.tensor import OPERATIONS, Operation
from zenverify.verification.verdict import ACCUMULATION

Pullback = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A fault and the truth about it.

    Attributes
    ----------
    name
        What is wrong, in a few words.
    kind
        The class of faults that it belongs to.
    operation
        The operation to blame, or `ACCUMULATION`.
    arguments
        The arguments that may be blamed; None stands for the operation as a whole.
    plant
        Makes the context in which the engine has the fault.
    reducible
        Whether it shows on a graph of at most 3 operations and 8 elements.
    """

    name: str
    kind: str
    operation: str
    arguments: tuple[int | None, ...]
    plant: Callable[[], AbstractContextManager[None]]
    reducible: bool = True

    def __str__(self) -> str:
        return self.name


def changed(name: str, faulty: Operation) -> AbstractContextManager[None]:
    """The engine with another entry for an operation."""
    return swapped(partial(setitem, OPERATIONS, name), OPERATIONS[name], faulty)


def catalogued(
    kind: str,
    name: str,
    what: str,
    *,
    blamed: tuple[int | None, ...] | None = None,
    reducible: bool = True,
) -> KnownFault:
    """A fault of the engine's own catalogue, under the words that it has here."""
    operation, argument, *_ = name.split("/")
    place = int(argument) if argument.isdecimal() else None

    def plant() -> AbstractContextManager[None]:
        return find_fault(ZenEngine(), name).mutant.plant()

    title = what if operation == ACCUMULATION else f"{operation}: {what}"
    return KnownFault(title, kind, operation, blamed or (place,), plant, reducible)


def rule(
    kind: str,
    operation: str,
    what: str,
    pullback: Pullback,
    argument: int = 0,
    *,
    blamed: tuple[int | None, ...] | None = None,
    broadcasts: bool | None = None,
) -> KnownFault:
    """A fault in one pullback of an operation."""

    def plant() -> AbstractContextManager[None]:
        good = OPERATIONS[operation]
        pullbacks = list(good.pullbacks)
        pullbacks[0 if good.variadic else argument] = pullback
        sums = good.broadcasts if broadcasts is None else broadcasts
        return changed(operation, replace(good, pullbacks=tuple(pullbacks), broadcasts=sums))

    return KnownFault(f"{operation}: {what}", kind, operation, blamed or (argument,), plant)


def altered(
    kind: str,
    operation: str,
    what: str,
    alter: Callable[[Pullback], Pullback],
    argument: int = 0,
    *,
    blamed: tuple[int | None, ...] | None = None,
) -> KnownFault:
    """A fault made of the right pullback."""

    def plant() -> AbstractContextManager[None]:
        good = OPERATIONS[operation]
        pullbacks = list(good.pullbacks)
        place = 0 if good.variadic else argument
        pullbacks[place] = alter(pullbacks[place])
        return changed(operation, replace(good, pullbacks=tuple(pullbacks)))

    return KnownFault(f"{operation}: {what}", kind, operation, blamed or (argument,), plant)


def scaled(kind: str, operation: str, what: str, factor: float, argument: int = 0) -> KnownFault:
    """The right contribution times a factor."""

    def alter(pullback: Pullback) -> Pullback:
        def wrong(g: Any, *rest: Any, **attributes: Any) -> Any:
            found = pullback(g, *rest, **attributes)
            return (found * factor).astype(found.dtype)

        return wrong

    return altered(kind, operation, what, alter, argument)


def value(
    kind: str,
    operation: str,
    what: str,
    forward: Callable[..., Any],
    *,
    blamed: tuple[int | None, ...] = (None,),
) -> KnownFault:
    """A fault in the forward rule of an operation."""

    def plant() -> AbstractContextManager[None]:
        return changed(operation, replace(OPERATIONS[operation], forward=forward))

    return KnownFault(f"{operation}: {what}", kind, operation, blamed, plant)


def patched(
    kind: str,
    what: str,
    owner: Any,
    attribute: str,
    make: Callable[[Any], Any],
    *,
    operation: str = ACCUMULATION,
    blamed: tuple[int | None, ...] = (None,),
) -> KnownFault:
    """A fault outside the rules: a function of the engine replaced by one made of it."""

    mutant = Patch("", what, kind, owner, attribute, lambda good, _note: make(good)).mutant()
    return KnownFault(what, kind, operation, blamed, mutant.plant)
