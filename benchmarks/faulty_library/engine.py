"""The library as an engine under test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.faulty_library.operations import RULES, apply
from benchmarks.faulty_library.tensor import Array, Tensor, backward
from zenverify.engines.protocol import MEAN, AtKink, LeafKind


class FaultyLibrary:
    """The library with some of its faults.

    Parameters
    ----------
    faults
        The keys of those that are present.
    """

    name = "faulty"
    version = "0"
    operators = frozenset(RULES)
    conventions: Mapping[str, AtKink] = {"relu": MEAN, "maximum": MEAN}
    accumulates = True
    masked_nan = True

    def __init__(self, faults: frozenset[str]) -> None:
        self.faults = faults

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return float(value)
        if kind is LeafKind.ARRAY:
            return value
        return Tensor(value, trainable=kind is LeafKind.VARIABLE)

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Tensor:
        return apply(self.faults, operator, operands, attributes)

    def value(self, handle: Any) -> Array:
        return handle.value if isinstance(handle, Tensor) else np.asarray(handle)

    def backward(self, root: Tensor, cotangent: Array) -> None:
        with np.errstate(all="ignore"):
            backward(root, cotangent.copy(), self.faults)

    def gradient(self, handle: Any) -> Array | None:
        return handle.gradient if isinstance(handle, Tensor) and handle.trainable else None

    def probe(self, handles: Sequence[Tensor], cotangents: Sequence[Array]) -> Tensor:
        return Tensor(0.0, handles, [_scaling(cotangent) for cotangent in cotangents])

    def counted(self, handle: Tensor, called: Callable[[], None]) -> Tensor:
        def pull(cotangent: Array) -> Array:
            called()
            return cotangent

        return Tensor(handle.value, [handle], [pull])


def _scaling(cotangent: Array) -> Callable[[Array], Array]:
    return lambda seed: seed * cotangent
