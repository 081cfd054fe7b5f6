"""What a function of torch is without the rounding of its casts to 16 bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

WIDER = {
    torch.float32: torch.float64,
    torch.bfloat16: torch.float64,
    torch.float16: torch.float64,
    torch.complex64: torch.complex128,
    torch.complex32: torch.complex128,
}

_CASTS = dict.fromkeys(
    (torch.Tensor.bfloat16, torch.Tensor.half, torch.Tensor.float), torch.Tensor.double
)


class Widening(TorchFunctionMode):
    """Runs whatever it is entered for in float64, whatever dtype is asked for.

    A function that rounds to 16 bits on its way is made of steps, and has no slope. What it rounds
    has one.
    """

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        args, kwargs = tree_map(_wider, (tuple(args), dict(kwargs or {})))
        with torch.autocast("cpu", enabled=False):
            return _CASTS.get(func, func)(*args, **kwargs)


def _wider(leaf: Any) -> Any:
    if isinstance(leaf, torch.dtype):
        return WIDER.get(leaf, leaf)
    if isinstance(leaf, torch.Tensor) and leaf.dtype in WIDER:
        return leaf.to(WIDER[leaf.dtype])
    return leaf
