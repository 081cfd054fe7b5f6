"""All faults that can be planted into the rules of an operation of `zenverify.tensor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from zenverify.engines.mutants.contributions import FAULTS, Alteration, Call, Pullback
from zenverify.engines.mutants.source import source_mutants
from zenverify.engines.protocol import Mutant
from zenverify.tensor import Operation

Install = Callable[[Operation], object]
"""Puts an operation in the place of the right one."""


def mutants_of(operation: Operation, install: Install) -> Iterator[Mutant]:
    """Every fault that can be planted into an operation's pullbacks.

    Parameters
    ----------
    operation
        The right one.
    install
        Called with a faulty operation to plant it, and with the right one to take it out again.
    """
    for position, rule in enumerate(operation.pullbacks):
        argument = None if operation.variadic else position
        for name, kind, wrong in _wrong_rules(operation, position):
            watched = _Watched(rule, wrong)
            pullbacks = list(operation.pullbacks)
            pullbacks[position] = watched
            faulty = replace(operation, pullbacks=tuple(pullbacks))
            yield Mutant(
                name, kind, argument, _planting(operation, faulty, install), watched.has_differed
            )


def _wrong_rules(operation: Operation, position: int) -> Iterator[tuple[str, str, Pullback]]:
    rule = operation.pullbacks[position]
    for fault in FAULTS:
        yield fault.name, fault.kind, _altered(rule, fault.alter, position)
    for text, wrong in source_mutants(getattr(rule, "__wrapped__", rule)):
        yield text, "source", wrong
    count = len(operation.pullbacks)
    if count > 1:
        other = (position + 1) % count
        yield f"rule of argument {other}", "swapped arguments", operation.pullbacks[other]


def _altered(rule: Pullback, alter: Alteration, position: int) -> Pullback:
    def wrong(g: Any, y: Any, *operands: Any, **attributes: Any) -> Any:
        # A variadic rule is told for which operand it is called.
        place = attributes.get("position", position)
        arrays = tuple(map(np.asarray, operands))
        return alter(Call(place, np.asarray(g), np.asarray(y), arrays, attributes), rule)

    return wrong


class _Watched:
    """A wrong rule, which remembers whether it ever gave anything else than the right one."""

    def __init__(self, right: Pullback, wrong: Pullback) -> None:
        self._right = right
        self._wrong = wrong
        self._differed = False

    def has_differed(self) -> bool:
        return self._differed

    def __call__(self, *arguments: Any, **attributes: Any) -> Any:
        if self._differed:
            return self._wrong(*arguments, **attributes)
        right = self._right(*arguments, **attributes)
        self._differed = True  # also if the wrong one raises
        wrong = self._wrong(*arguments, **attributes)
        self._differed = not _same(np.asarray(right), np.asarray(wrong))
        return wrong


def _same(right: Any, wrong: Any) -> bool:
    return right.dtype == wrong.dtype and np.array_equal(right, wrong, equal_nan=True)


def _planting(right: Operation, faulty: Operation, install: Install) -> Any:
    @contextmanager
    def plant() -> Iterator[None]:
        install(faulty)
        try:
            yield
        finally:
            install(right)

    return plant
