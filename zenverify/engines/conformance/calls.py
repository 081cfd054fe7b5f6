"""Calling an adapter, and telling what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from zenverify.engines.importing import described
from zenverify.engines.protocol import Array, Engine, Handle, LeafKind, limits_of

Result = TypeVar("Result")


class Failed(Exception):  # noqa: N818  a problem of the adapter on its way, not an error of ours
    """A call raised, or gave what it must not; the message is the problem."""


def called(what: str, function: Callable[[], Result]) -> Result:
    """The result of a call.

    Raises
    ------
    Failed
        If it raises.
    """
    try:
        return function()
    except Exception as error:  # whatever an adapter raises
        raise Failed(f"{what} raised {described(error)}") from error


@contextmanager
def collected(problems: list[str]) -> Iterator[None]:
    """Add the problem that ends the block, if any, to the list."""
    try:
        yield
    except Failed as failed:
        problems.append(str(failed))
    except Exception as error:  # noqa: BLE001  whatever an adapter raises
        problems.append(f"the adapter raised {described(error)}")


def array_problem(what: str, found: object, shape: tuple[int, ...], dtype: str) -> str | None:
    """Why something is not an array of a shape and dtype; None if it is."""
    expected = f"expected a NumPy array of {dtype} and shape {shape}"
    if type(found) is not np.ndarray:
        return f"{what} is a {type(found).__name__}, {expected}"
    if found.shape != shape or found.dtype != dtype:
        return f"{what} is of {found.dtype} and shape {found.shape}, {expected}"
    return None


def variable(engine: Engine, value: Array) -> Handle:
    """A trainable leaf."""
    return called("leaf(VARIABLE)", lambda: engine.leaf(LeafKind.VARIABLE, value.copy()))


def shapes_of(engine: Engine) -> tuple[tuple[int, ...], ...]:
    """The shapes to try: none but that of a number where there are no arrays."""
    return ((), (3,), (2, 3)) if limits_of(engine).arrays else ((),)


def numbers(shape: tuple[int, ...], dtype: str) -> Array:
    """Different numbers of order one, exact in either precision."""
    count = int(np.prod(shape, dtype=int))
    values: Array = ((np.arange(count) * 5 % 7 + 4) / 8).reshape(shape).astype(dtype)
    return values
