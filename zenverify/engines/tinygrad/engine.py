"""The adapter of tinygrad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from types import MappingProxyType
from typing import Any

import numpy as np
from tinygrad import Device, Tensor
from tinygrad.helpers import DEV

from zenverify.engines.tabled import Tabled
from zenverify.engines.tinygrad.functions import FUNCTIONS
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.graph.limits import Limits
from zenverify.operators.kinks import AtKink


class TinygradEngine(Tabled):
    """tinygrad, on the device it chooses; where it finds none, on ``PYTHON``.

    tinygrad takes two equal expressions for one node, so gradients are asked of leaves only. A
    second reverse pass becomes one computation with the first, and is rounded once: it is left out.
    """

    name = "tinygrad"
    version = metadata.version("tinygrad")
    functions = FUNCTIONS
    operators: frozenset[str] = frozenset(FUNCTIONS)
    conventions: Mapping[str, AtKink] = MappingProxyType({})
    accumulates = True
    limits = Limits(mixed=False, inner=False, repeated=False)

    def __init__(self) -> None:
        try:
            Device.DEFAULT  # noqa: B018  looks for a device
        except RuntimeError:
            DEV.value = "PYTHON"

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return float(value)
        # From a vector: of a number it makes a constant, which has no gradient.
        tensor = Tensor(np.ravel(value).copy()).reshape(value.shape)
        return tensor.is_param_(kind is LeafKind.VARIABLE)

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any:
        try:
            return function(*operands, **attributes)
        except NotImplementedError as error:
            raise UnsupportedError(f"{name}: {error}") from error

    def value(self, handle: Any) -> Array:
        array: Array = handle.numpy() if isinstance(handle, Tensor) else np.asarray(handle)
        return array

    def backward(self, root: Any, cotangent: Array) -> None:
        seed = Tensor(np.ravel(cotangent).copy()).reshape(cotangent.shape)
        root.backward(seed.is_param_(False))

    def gradient(self, handle: Any) -> Array | None:
        if not isinstance(handle, Tensor) or not handle.is_param:
            return None
        if handle.grad is None:
            return np.zeros(handle.shape, handle.numpy().dtype)
        gradient: Array = handle.grad.numpy()
        return gradient
