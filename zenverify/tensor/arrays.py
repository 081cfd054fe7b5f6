"""Arrays: which ones the engine takes, in which dtype it computes, and without warnings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Any

import numpy as np

from zenverify.tensor.operation import Array

__all__ = ["as_array", "describe", "promoted", "quiet"]

_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


class _Quiet(threading.local):
    """Runs functions with NumPy's floating-point warnings off.

    `numpy.errstate` costs more than a small operation does. NumPy keeps the error state in a
    context variable, so running in a context where it has been set once comes almost for free.
    A context cannot be entered twice at a time, hence one for each thread.
    """

    def __init__(self) -> None:
        context = copy_context()
        context.run(np.seterr, all="ignore")
        self.run: Callable[..., Any] = context.run


quiet = _Quiet()


def as_array(name: str, value: object) -> Array:
    """Copy a number or array, as float32 or float64.

    Parameters
    ----------
    name : str
        What the value is for, to begin the error message with.
    value : number or array
        float32 and float64 are kept, integers and booleans become float64.

    Raises
    ------
    TypeError
        If the value has another dtype.
    """
    array = np.array(value)
    if array.dtype is _DOUBLE or array.dtype is _SINGLE:
        return array
    dtype = array.dtype.newbyteorder("=")
    if dtype in (_DOUBLE, _SINGLE):
        return array.astype(dtype, copy=False)
    if dtype.kind in "biu":
        return array.astype(np.float64)
    raise TypeError(
        f"{name}: a {type(value).__name__} of shape {array.shape} and dtype {array.dtype} is not "
        "supported; expected float32, float64, integers or booleans"
    )


def describe(arrays: Iterable[Array]) -> str:
    """Shapes and dtypes for an error message, as in ``(2, 3) float64 and () float32``."""
    return " and ".join(f"{array.shape} {array.dtype}" for array in arrays) or "no operands"


def promoted(*arrays: Array) -> tuple[Array, ...]:
    """Return arrays in the dtype of their result, as NumPy's functions of several operands work.

    A rule that computes something of a float32 operand first would lose digits of a float64 result.
    """
    dtype = np.result_type(*arrays)
    return tuple([array.astype(dtype, copy=False) for array in arrays])
