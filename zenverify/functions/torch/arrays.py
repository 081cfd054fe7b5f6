"""Tensors of torch as NumPy arrays, and back."""

from __future__ import annotations

import numpy as np
import torch

from zenverify.graph.case import Array

DTYPES = {torch.float64, torch.float32}
"""What can be checked."""


def to_array(tensor: torch.Tensor) -> Array:
    """A copy of a tensor's elements."""
    detached = tensor.detach()
    if detached.is_sparse:
        detached = detached.to_dense()
    array: Array = np.array(detached.cpu().numpy(), order="C")
    return array


def to_tensor(array: Array) -> torch.Tensor:
    """A tensor of its own with an array's elements."""
    return torch.from_numpy(np.array(array, order="C"))
