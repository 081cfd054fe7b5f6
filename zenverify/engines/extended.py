"""An engine that offers one operation more than its adapter knows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from zenverify.engines.mutants import mutants_of_function
from zenverify.engines.protocol import Calling, Engine, Handle, Mutable, Mutant


def extended(engine: Engine, name: str, function: Callable[..., Handle]) -> Engine:
    """A copy of an engine that calls a function for the operator of a name.

    Parameters
    ----------
    engine
        Any engine; whatever else it can do, the copy can.
    name
        The operator's name. If the engine offers one of that name, the function takes its place.
    function
        ``function(*operands, **attributes)`` on the engine's own handles; on the library's own
        values if the engine is `Calling`.
    """
    calling = engine if isinstance(engine, Calling) else None  # looked up once: it takes long

    def apply(
        self: object,  # noqa: ARG001  a method's
        operator: str,
        operands: Sequence[Handle],
        attributes: dict[str, Any],
    ) -> Handle:
        if operator == name:
            if calling is not None:
                return calling.call(name, function, operands, attributes)
            return function(*operands, **attributes)
        return engine.apply(operator, operands, attributes)

    def mutants(self: object, operator: str) -> Sequence[Mutant]:  # noqa: ARG001  likewise
        if operator == name:
            return mutants_of_function(function)
        return engine.mutants(operator) if isinstance(engine, Mutable) else ()

    made = copy.copy(engine)
    offered = frozenset(engine.operators) | {name}
    # A subclass, since an engine may keep `operators` on its class or on itself; properties come
    # before both.
    made.__class__ = type(
        f"Extended{type(engine).__name__}",
        (type(engine),),
        {
            "apply": apply,
            "mutants": mutants,
            "operators": property(lambda self: offered),  # noqa: ARG005  likewise
        },
    )
    return made
