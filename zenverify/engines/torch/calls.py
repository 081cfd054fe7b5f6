"""What the mappings of all families need: tensors where numbers will not do."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from zenverify.engines.tabled import Function


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
