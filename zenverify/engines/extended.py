"""An engine that offers one operation more than its adapter knows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from zenverify.engines.protocol import Calling, Engine, Handle, Mutable, Mutant, Ruled
from zenverify.engines.wrapper import Wrapper, wrapped

if TYPE_CHECKING:
    from zenverify.tensor import NewOperation


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
    kind = _Mutable if isinstance(engine, Mutable) else _Extended
    made: Engine = wrapped(kind, engine, name, function)
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

    def rules_of(self, operator: str) -> Any:
        if operator == self._name:
            return self._function.operation if is_one_operation(self._function) else None
        return self._engine.rules_of(operator) if isinstance(self._engine, Ruled) else None

    def replace_rules(self, operator: str, rules: Any) -> None:
        if operator == self._name:
            assert is_one_operation(self._function)
            self._function.operation = rules
        else:
            assert isinstance(self._engine, Ruled)
            self._engine.replace_rules(operator, rules)


class _Mutable(_Extended):
    """One around an engine that makes faults of its own: none for the function."""

    def mutants(self, operator: str) -> Sequence[Mutant]:
        assert isinstance(self._engine, Mutable)
        return () if operator == self._name else self._engine.mutants(operator)


def is_one_operation(function: Callable[..., Any]) -> TypeGuard[NewOperation]:
    """Whether a function is one that `zenverify.tensor.new_operation` made."""
    if "zenverify.tensor" not in sys.modules:
        return False
    from zenverify.tensor import NewOperation

    return isinstance(function, NewOperation)
