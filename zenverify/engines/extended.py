"""An engine that offers one operation more than its adapter knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zenverify.engines.mutants import mutants_of_function
from zenverify.engines.protocol import Calling, Engine, Handle, Mutable, Mutant
from zenverify.engines.wrapper import Wrapper, wrapped


def extended(engine: Engine, name: str, function: Callable[..., Handle]) -> Engine:
    """An engine that calls a function for the operator of a name.

    Parameters
    ----------
    engine
        Any engine, which stays as it is; whatever else it can do, the extended one can.
    name
        The operator's name. If the engine offers one of that name, the function takes its place.
    function
        ``function(*operands, **attributes)`` on the engine's own handles; on the library's own
        values if the engine is `Calling`.
    """
    made: Engine = wrapped(_Extended, engine, name, function)
    return made


class _Extended(Wrapper):
    def __init__(self, engine: Engine, name: str, function: Callable[..., Handle]) -> None:
        super().__init__(engine)
        self._name = name
        self._function = function
        # Looked up once: it takes long.
        self._calling = engine if isinstance(engine, Calling) else None
        self.operators = frozenset(engine.operators) | {name}

    def apply(
        self, operator: str, operands: Sequence[Handle], attributes: dict[str, Any]
    ) -> Handle:
        if operator != self._name:
            return self._engine.apply(operator, operands, attributes)
        if self._calling is not None:
            return self._calling.call(operator, self._function, operands, attributes)
        return self._function(*operands, **attributes)

    def mutants(self, operator: str) -> Sequence[Mutant]:
        if operator == self._name:
            return mutants_of_function(self._function)
        return self._engine.mutants(operator) if isinstance(self._engine, Mutable) else ()
