"""All faults that can be planted into the rules of an operation of `zenverify.tensor`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from zenverify.engines.protocol import Mutant
from zenverify.faults.call import Alteration, Pullback, PullbackCall, Traits
from zenverify.faults.contributions import FAULTS
from zenverify.faults.patches import swapped
from zenverify.faults.source import source_mutants
from zenverify.tensor import Operation

Install = Callable[[Operation], object]
"""Puts an operation in the place of the right one."""


def mutants_of_rules(
    operation: Operation, install: Install, *, kinked: bool = True
) -> Iterator[Mutant]:
    """Every fault that can be planted into an operation's pullbacks.

    Parameters
    ----------
    operation
        The right one.
    install
        Called with a faulty operation to plant it, and with the right one to take it out again.
    kinked
        Whether it has kinks or ties.
    """
    traits = _traits(operation, kinked)
    for position, rule in enumerate(operation.pullbacks):
        argument = None if operation.variadic else position
        for key, name, kind, wrong in _wrong_rules(operation, position, traits):
            watched = _Watched(rule, wrong)
            pullbacks = list(operation.pullbacks)
            pullbacks[position] = watched
            faulty = replace(operation, pullbacks=tuple(pullbacks))
            plant = partial(swapped, install, operation, faulty)
            yield Mutant(name, kind, argument, plant, watched.has_differed, key)
    if operation.broadcasts and len(operation.pullbacks) > 1:
        yield _unsummed(operation, install)


def _traits(operation: Operation, kinked: bool) -> Traits:
    operands = 2 if operation.variadic else len(operation.pullbacks)
    named = frozenset(inspect.signature(operation.pullbacks[0]).parameters)
    return Traits(operands, named, operation.broadcasts, kinked)


def _wrong_rules(
    operation: Operation, position: int, traits: Traits
) -> Iterator[tuple[str, str, str, Pullback]]:
    """Key, name, kind and rule."""
    rule = operation.pullbacks[position]
    for fault in FAULTS:
        if fault.fits(traits):
            yield fault.key, fault.name, fault.kind, _altered(operation, fault.alter, position)
    for number, (text, wrong) in enumerate(source_mutants(getattr(rule, "__wrapped__", rule)), 1):
        yield f"source-{number}", text, "source", wrong
    count = len(operation.pullbacks)
    if count > 1:
        other = (position + 1) % count
        wrong = operation.pullbacks[other]
        yield f"rule-of-{other}", f"rule of argument {other}", "swapped arguments", wrong


def _altered(operation: Operation, alter: Alteration, position: int) -> Pullback:
    rule = operation.pullbacks[position]

    def wrong(g: Any, y: Any, *operands: Any, **attributes: Any) -> Any:
        # A variadic rule is told for which operand it is called.
        place = attributes.get("position", position)
        arrays = tuple(map(np.asarray, operands))
        call = PullbackCall(
            place, np.asarray(g), np.asarray(y), arrays, attributes, operation.forward
        )
        return alter(call, rule)

    return wrong


def _unsummed(operation: Operation, install: Install) -> Mutant:
    """A contribution that is not summed to the shape of an operand that was broadcast."""
    differed = [False]

    def watched(position: int) -> Pullback:
        def rule(*arguments: Any, **attributes: Any) -> Any:
            found = operation.pullbacks[position](*arguments, **attributes)
            differed[0] |= np.shape(found) != np.shape(arguments[position + 2])
            return found

        return rule

    pullbacks = tuple(watched(position) for position in range(len(operation.pullbacks)))
    faulty = replace(operation, pullbacks=pullbacks, broadcasts=False)
    plant = partial(swapped, install, operation, faulty)
    name = "not summed to the operand's shape"
    return Mutant(name, "broadcasting", None, plant, lambda: differed[0], "unsummed")


class _Watched:
    """A wrong rule, which remembers whether it ever did anything else than the right one."""

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
        # The wrong one may write to what it is given, which the right one may have handed back.
        before = [np.array(one) for one in (right, *arguments)]
        self._differed = True  # also if the wrong one raises
        wrong = self._wrong(*arguments, **attributes)
        self._differed = not all(map(_same, before, (wrong, *arguments)))
        return wrong


def _same(right: Any, wrong: Any) -> bool:
    wrong = np.asarray(wrong)
    return right.dtype == wrong.dtype and np.array_equal(right, wrong, equal_nan=True)
