"""PyTorch on the CPU as an engine under test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from zenverify.engines.protocol import LEFT, MEAN, Array, AtKink, LeafKind, Limits
from zenverify.engines.tabled import Function, Tabled
from zenverify.engines.torch import elementwise, linear, network, reductions, shaping
from zenverify.errors import UnsupportedError

_FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **elementwise.FUNCTIONS,
        **reductions.FUNCTIONS,
        **shaping.FUNCTIONS,
        **linear.FUNCTIONS,
        **network.FUNCTIONS,
    }
)


_CONVENTIONS = {
    "absolute": MEAN,
    "relu": LEFT,
    "elu": LEFT,
    "selu": LEFT,
    "leaky_relu": LEFT,
    "maximum": MEAN,
    "minimum": MEAN,
    "max": MEAN,
    "min": MEAN,
    "std": MEAN,
    "norm": MEAN,
    "max_pool1d": LEFT,
    "max_pool2d": LEFT,
    "adaptive_max_pool2d": LEFT,
    "l1_loss": MEAN,
}
"""What it does at kinks, where one rule says it.

`clamp`, for one, has slope 1 at both bounds: from the right at the lower, from the left at the
upper.
"""


class TorchEngine(Tabled):
    """PyTorch, eager, with the gradient of every tensor retained.

    Operands of mixed precision are left out: a tensor without dimensions does not widen one that
    has some, and most functions of several operands refuse different dtypes.
    """

    name = "torch"
    version = torch.__version__
    summary = "PyTorch on the CPU, eager"
    functions = _FUNCTIONS
    operators: frozenset[str] = frozenset(_FUNCTIONS)
    conventions: Mapping[str, AtKink] = MappingProxyType(_CONVENTIONS)
    accumulates = True
    masked_nan = True
    limits = Limits(mixed=False)

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return value.item()
        return torch.from_numpy(value).requires_grad_(kind is LeafKind.VARIABLE)

    def discrete(self, kind: LeafKind, value: Array) -> Any:  # noqa: ARG002  all are tensors
        return torch.from_numpy(value)

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any:
        retaining = [one for one in operands if _is_tensor(one) and one.retains_grad]
        held = [one.grad for one in retaining]
        try:
            result = function(*operands, **attributes)
        except torch.linalg.LinAlgError as error:
            raise UnsupportedError(f"{name} of such matrices: {error}") from error
        for one, gradient in zip(retaining, held, strict=True):
            one.grad = gradient  # a function that differentiates inside leaves its own there
        if any(result is operand for operand in operands):
            # It returned its operand, as `flatten` does with vectors; a node has a gradient of its
            # own.
            result = result.view_as(result)
        return _retaining(result)

    def value(self, handle: Any) -> Array:
        array: Array = handle.detach().numpy() if _is_tensor(handle) else np.asarray(handle)
        return array

    def backward(self, root: Any, cotangent: Array) -> None:
        if root.requires_grad:
            root.backward(torch.from_numpy(cotangent), retain_graph=True)

    def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
        pairs = zip(roots, map(torch.from_numpy, cotangents), strict=True)
        needed = [(root, cotangent) for root, cotangent in pairs if root.requires_grad]
        if needed:
            torch.autograd.backward(*map(list, zip(*needed, strict=True)), retain_graph=True)

    def gradient(self, handle: Any) -> Array | None:
        if not (_is_tensor(handle) and handle.requires_grad):
            return None
        if not (handle.is_leaf or handle.retains_grad):
            return None  # PyTorch warns where such a gradient is asked for
        if handle.grad is None:
            # PyTorch says None where it knows that the gradient is zero.
            return np.zeros(handle.shape, self.value(handle).dtype)
        array: Array = handle.grad.numpy()
        return array

    def probe(self, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
        return _Probe.apply(list(cotangents), *handles)

    def counted(self, handle: Any, called: Callable[[], None]) -> Any:
        return _retaining(_Counted.apply(called, handle))


def _is_tensor(handle: Any) -> bool:
    return isinstance(handle, torch.Tensor)


def _retaining(tensor: Any) -> Any:
    if tensor.requires_grad:
        tensor.retain_grad()
    return tensor


class _Probe(torch.autograd.Function):
    """Zero, with given derivatives."""

    @staticmethod
    def forward(ctx: Any, cotangents: list[Array], *_: Any) -> Any:
        ctx.cotangents = cotangents
        return torch.zeros((), dtype=torch.float64)

    @staticmethod
    def backward(ctx: Any, seed: Any) -> Any:
        weights = map(torch.from_numpy, ctx.cotangents)
        return None, *(seed.to(weight.dtype) * weight for weight in weights)


class _Counted(torch.autograd.Function):
    """The identity, which reports each call of its rule."""

    @staticmethod
    def forward(ctx: Any, called: Callable[[], None], x: Any) -> Any:
        ctx.called = called
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, cotangent: Any) -> Any:
        ctx.called()
        return None, cotangent
