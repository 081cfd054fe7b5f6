"""What the mappings of all families need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zenverify.errors import UnsupportedError

Function = Callable[..., Any]
"""How a user calls an operation: ``function(*operands, **attributes)``."""


def offered(condition: bool, call: str) -> None:
    """Go on only with a call that JAX has.

    Parameters
    ----------
    condition
        Whether it has.
    call
        What it lacks, for the message.

    Raises
    ------
    UnsupportedError
        If it has not.
    """
    if not condition:
        raise UnsupportedError(call)
