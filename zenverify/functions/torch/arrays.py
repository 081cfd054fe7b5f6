"""Tensors of torch as NumPy arrays, and back.

Complex numbers are pairs of real ones along a last axis. torch's gradient of a complex number holds
the derivatives in its real and its imaginary part, so that nothing else is special about them.
"""

from __future__ import annotations

import numpy as np
import torch

from zenverify.graph.case import Array

DTYPES = {torch.float64, torch.float32, torch.complex128, torch.complex64}
"""What inputs can be checked of."""

HALVES = {torch.bfloat16: "bfloat16", torch.float16: "float16"}
"""What a function may compute in on its way; its numbers are those of float32."""


def to_array(tensor: torch.Tensor) -> Array:
    """A copy of a tensor's elements."""
    detached = tensor.detach()
    if detached.layout != torch.strided:
        detached = detached.to_dense()
    if detached._is_zerotensor():
        detached = torch.zeros(detached.shape, dtype=detached.dtype)
    if detached.dtype in HALVES:
        detached = detached.float()
    if detached.is_complex():
        detached = torch.view_as_real(detached.resolve_conj())
    array: Array = np.array(detached.cpu().resolve_conj().resolve_neg().numpy(), order="C")
    return array


def over(array: Array) -> torch.Tensor:
    """A tensor over an array's own memory, in its layout."""
    return torch.from_numpy(array)


def to_tensor(array: Array, like: torch.Tensor | None = None) -> torch.Tensor:
    """A tensor of its own with an array's elements; of complex numbers, if the other one is.

    Of 16 bits, too, if that is where the numbers come from: those of float64 are moved on purpose.
    """
    tensor = torch.from_numpy(np.array(array, order="C"))
    if like is not None and like.dtype in HALVES and tensor.dtype == torch.float32:
        return tensor.to(like.dtype)
    return torch.view_as_complex(tensor) if like is not None and like.is_complex() else tensor
