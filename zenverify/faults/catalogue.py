"""The catalogue of faults that can be planted into an engine, each by its name.

A name is made of the operation, the argument whose derivative is wrong, and what is wrong with it:
``tanh/0/sign``, ``stack/each/half``. Faults of the traversal have no argument:
``accumulation/overwritten``.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zenverify.engines.protocol import ACCUMULATION, BROADCASTING, Engine, Mutable, Mutant, Ruled
from zenverify.errors import UsageError
from zenverify.operators import catalogue

TRAVERSAL = (ACCUMULATION, BROADCASTING)
"""What has faults beside the operations."""

EACH = "each"
"""Stands for the argument where a fault concerns all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the catalogue, and the truth about it.

    Attributes
    ----------
    name
        Its name in the catalogue.
    operation
        The operation whose rule is wrong, `ACCUMULATION` or `BROADCASTING`.
    mutant
        What is wrong, and how to plant it.
    """

    name: str
    operation: str
    mutant: Mutant

    @property
    def place(self) -> str:
        """Where it sits, in words: ``"tanh, argument 0"``."""
        argument = self.mutant.argument
        return self.operation if argument is None else f"{self.operation}, argument {argument}"


def faults_of(engine: Engine, operations: Sequence[str] | None = None) -> Iterator[Fault]:
    """The catalogue of an engine.

    Parameters
    ----------
    engine
        The engine.
    operations
        Names of operations, or of `TRAVERSAL`; all by default.

    Raises
    ------
    UsageError
        If the engine does not let faults be planted, or has no such operation.
    """
    from zenverify.faults.planting import mutants_of  # loads `zenverify.tensor`

    _check(engine)
    places = [*_places(engine), *catalogue.names_of_decisions()]
    for operation in _places(engine) if operations is None else operations:
        if operation not in places:
            hint = _hint(operation, places)
            raise UsageError(f"engine {engine.name!r} has no operation {operation!r}{hint}")
        if operation in catalogue.names_of_decisions():
            continue
        taken: Counter[str] = Counter()
        for mutant in mutants_of(engine, operation):
            name = _name(operation, mutant)
            taken[name] += 1
            # Two of an engine's faults may have one key.
            unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
            yield Fault(unique, operation, mutant)


def find_fault(engine: Engine, name: str) -> Fault:
    """The fault of a name.

    Raises
    ------
    UsageError
        If the engine does not let faults be planted, or the catalogue has no such fault; the
        message says which name is close.
    """
    _check(engine)
    operation = name.partition("/")[0]
    if operation not in (places := _places(engine)):
        raise UsageError(
            f"there is no fault {name!r}: {operation!r} is no operation of engine "
            f"{engine.name!r}{_hint(operation, places)}"
        )
    known = {fault.name: fault for fault in faults_of(engine, [operation])}
    if name not in known:
        listed = f"zenverify faults --of {operation} lists all {len(known)}"
        raise UsageError(f"there is no fault {name!r}{_hint(name, known)} ({listed})")
    return known[name]


def takes_faults(engine: Engine) -> bool:
    """Whether faults can be planted into an engine."""
    return isinstance(engine, Mutable | Ruled)


def _check(engine: Engine) -> None:
    if not takes_faults(engine):
        raise UsageError(
            f"no fault can be planted into engine {engine.name!r}: it has no method 'mutants'"
        )


def _places(engine: Engine) -> list[str]:
    return [*sorted(engine.operators.difference(catalogue.names_of_decisions())), *TRAVERSAL]


def _name(operation: str, mutant: Mutant) -> str:
    if operation in TRAVERSAL:
        return f"{operation}/{mutant.key}"
    argument = EACH if mutant.argument is None else mutant.argument
    return f"{operation}/{argument}/{mutant.key}"


def _hint(name: str, known: Sequence[str] | dict[str, Fault]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
