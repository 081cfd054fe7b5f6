"""Faults of the catalogue that a single call can show, of every class as many."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np

from benchmarks.peers.calls import SIZES, call_of
from benchmarks.peers.tape import Tape, tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import Fault, faults_of
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.tensor import OPERATIONS, Operation


def expressible(count: int, seed: int, sizes: Sequence[int] = SIZES) -> list[Fault]:
    """Faults of rules that show in a call at every size: of each class so many, drawn at random.

    Other libraries can have these too. Faults of the walk are those of one engine.
    """

    def fits(fault: Fault) -> bool:
        calls = (call(fault.operation, size, seed) for size in sizes)
        return all(case is not None and shows_in(fault, tape_of(case)) for case in calls)

    every = faults_of(ZenEngine(), sorted(ZenEngine.operators))
    return of_every_kind(every, count, seed, fits)


def of_every_kind(
    faults: Iterable[Fault], count: int, seed: int, fits: Callable[[Fault], bool]
) -> list[Fault]:
    """Of each class so many, drawn from those that fit; all of them where there are fewer."""
    kinds: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        kinds[fault.mutant.kind].append(fault)
    chosen: list[Fault] = []
    for kind in sorted(kinds):
        members = kinds[kind]
        random.Random(seed).shuffle(members)
        fitting = (fault for fault in members if fits(fault))
        chosen += [fault for _, fault in zip(range(count), fitting, strict=False)]
    return chosen


@cache
def call(operation: str, size: int, seed: int) -> Case | None:
    """An operation's call at a size; None if it cannot be called so."""
    return call_of(catalogue.get(operation), size, seed)


def rules_with(fault: Fault) -> Operation:
    """The operation's rules while the fault is planted."""
    with fault.mutant.plant():
        return OPERATIONS[fault.operation]


def shows_in(fault: Fault, tape: Tape) -> bool:
    """Whether a fault changes a contribution of the one call that a tape consists of."""
    (right,) = tape.steps
    (wrong,) = tape.with_rule(rules_with(fault)).steps
    operands = [tape.variables[o] if isinstance(o, int) else o for o in right.operands]
    result = right.forward(operands)
    cotangent = np.random.default_rng(0).uniform(0.5, 1.5, result.shape).astype(result.dtype)
    for position, operand in enumerate(right.operands):
        if not isinstance(operand, int):
            continue
        truth = right.pull_back(position, cotangent, result, operands)
        try:
            given = wrong.pull_back(position, cotangent, result, operands)
        except Exception:  # noqa: BLE001  whatever a wrong rule raises, it shows
            return True
        if truth.dtype != given.dtype or not np.array_equal(truth, given, equal_nan=True):
            return True
    return False
