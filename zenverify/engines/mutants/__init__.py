"""Faults planted into rules on purpose: what the checks would have noticed.

Importing this module loads no engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from zenverify.engines.protocol import Mutant

if TYPE_CHECKING:
    from zenverify.tensor import NewOperation


def mutants_of_function(function: Callable[..., Any]) -> Sequence[Mutant]:
    """The faults that can be planted into a function made by `zenverify.tensor.new_operation`.

    Of any other function the rule cannot be had, so there are none.
    """
    if not is_one_operation(function):
        return ()
    from zenverify.engines.mutants.planted import mutants_of

    def install(operation: Any) -> None:
        function.operation = operation

    return tuple(mutants_of(function.operation, install))


def is_one_operation(function: Callable[..., Any]) -> TypeGuard[NewOperation]:
    """Whether a function is one that `zenverify.tensor.new_operation` made."""
    if "zenverify.tensor" not in sys.modules:
        return False
    from zenverify.tensor import NewOperation

    return isinstance(function, NewOperation)
