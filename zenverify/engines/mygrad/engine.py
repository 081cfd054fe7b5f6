"""The adapter of MyGrad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from types import MappingProxyType
from typing import Any

import mygrad as mg
import numpy as np

from zenverify.engines.mygrad.functions import FUNCTIONS
from zenverify.engines.tabled import Tabled
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.graph.limits import Limits
from zenverify.operators.kinks import LEFT, MEAN, RIGHT, AtKink

_CONVENTIONS = {
    "relu": LEFT,
    "elu": RIGHT,
    "selu": RIGHT,
    "absolute": MEAN,
    "max": LEFT,
    "min": LEFT,
}
"""What it does at kinks, where one rule says it.

`clip`, for one, has slope 0 at both bounds: from the left at the lower, from the right at the
upper. Where the operands of `maximum` tie, neither gets anything, which is no slope at all.
"""


class MyGradEngine(Tabled):
    """MyGrad: functions of `mygrad` and `mygrad.nnet` on `mygrad.Tensor`.

    MyGrad clears a graph once it has been differentiated, and clears a tensor's gradient when the
    tensor is used again: a second reverse pass begins with another forward pass. Mixed precision is
    not offered: partials are computed in the precision of their own operands.
    """

    name = "mygrad"
    version = metadata.version("mygrad")
    functions = FUNCTIONS
    operators: frozenset[str] = frozenset(FUNCTIONS)
    conventions: Mapping[str, AtKink] = MappingProxyType(_CONVENTIONS)
    accumulates = False
    masked_nan = True
    limits = Limits(mixed=False, repeated=False)

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.VARIABLE:
            return mg.tensor(value)
        if kind is LeafKind.CONSTANT:
            return mg.tensor(value, constant=True)
        return value if kind is LeafKind.ARRAY else value.item()

    def discrete(self, kind: LeafKind, value: Array) -> Any:  # noqa: ARG002  all are plain arrays
        return value

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any:
        try:
            with np.errstate(all="ignore"):
                result = function(*operands, **attributes)
        except NotImplementedError as error:
            raise UnsupportedError(f"{name}: {error}") from error
        if isinstance(result, mg.Tensor) and any(result is operand for operand in operands):
            # A node has a gradient of its own; this one has its operand's.
            raise UnsupportedError(f"{name} that does nothing")
        return result

    def value(self, handle: Any) -> Array:
        return handle.data if isinstance(handle, mg.Tensor) else np.asarray(handle)

    def backward(self, root: Any, cotangent: Array) -> None:
        with np.errstate(all="ignore"):
            root.backward(cotangent)

    def gradient(self, handle: Any) -> Array | None:
        if not isinstance(handle, mg.Tensor):
            return None
        # `grad` of a view is a view of its base's gradient, which other consumers add to.
        gradient: Array | None = handle.grad if handle.base is None else handle._grad
        return gradient
