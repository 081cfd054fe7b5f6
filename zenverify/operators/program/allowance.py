"""How much work a program may be: counted while it is built, before the work is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from zenverify.errors import GraphError

LARGEST = 1 << 25
"""Elements that a step of a program may have: each takes some hundred bytes as a ball."""


@dataclass(slots=True)
class _Allowance:
    most: int
    left: int


_ALLOWANCE: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def at_most(elements: int) -> Iterator[None]:
    """Refuse programs that make more elements than this, all of them together, while it lasts.

    For graphs from files: whoever wrote them need not have run them.
    """
    token = _ALLOWANCE.set(_Allowance(elements, elements))
    try:
        yield
    finally:
        _ALLOWANCE.reset(token)


def affordable(elements: int) -> None:
    """Refuse so many elements before NumPy sets out to make them.

    Raises
    ------
    GraphError
        If they are more than can be verified.
    """
    if elements > LARGEST:
        raise GraphError(f"{elements:,} elements are more than can be verified ({LARGEST:,})")
    allowance = _ALLOWANCE.get()
    if allowance is not None and elements > allowance.left:
        raise GraphError(
            f"{elements:,} elements more are too much work; expected at most {allowance.most:,} "
            "in all steps of all operations"
        )


def spend(elements: int) -> None:
    """Count elements as made. Raises `GraphError` as `affordable` does."""
    affordable(elements)
    allowance = _ALLOWANCE.get()
    if allowance is not None:
        allowance.left -= elements
