"""Faults planted into rules on purpose: what the checks would have noticed.

Importing this module loads no engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from zenverify.engines.protocol import Mutant


def mutants_of_function(function: Callable[..., Any]) -> Sequence[Mutant]:
    """The faults that can be planted into a function made by `zenverify.tensor.new_operation`.

    Of any other function the rule cannot be had, so there are none.
    """
    if "zenverify.tensor" not in sys.modules:
        return ()
    from zenverify.engines.mutants.planted import mutants_of
    from zenverify.tensor import NewOperation

    if not isinstance(function, NewOperation):
        return ()

    def install(operation: Any) -> None:
        function.operation = operation

    return tuple(mutants_of(function.operation, install))
