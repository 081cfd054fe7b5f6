"""What the mappings of all families need: tensors where numbers will not do, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from zenverify.errors import UnsupportedError

Function = Callable[..., Any]
"""How a user calls an operation: ``function(*operands, **attributes)``."""


def offered(condition: bool, call: str) -> None:
    """Go on only with a call that PyTorch has.

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


def of_tensors(function: Function) -> Function:
    """A function that takes no plain numbers, called with tensors of the same dtype instead."""

    def call(*operands: Any, **attributes: Any) -> Any:
        dtype = next(o.dtype for o in operands if isinstance(o, torch.Tensor))
        tensors = [torch.as_tensor(operand, dtype=dtype) for operand in operands]
        return function(*tensors, **attributes)

    return call


def integers(array: Any) -> Any:
    """Indices, which PyTorch wants as tensors of 64-bit integers."""
    return torch.as_tensor(np.asarray(array, dtype=np.int64).copy())
