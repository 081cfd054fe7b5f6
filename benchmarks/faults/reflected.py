"""Faults of operators that meet a plain number or array: ``2 / x``, ``array - x``, ``x * 2``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, patched
from zenverify.tensor.tensor import Tensor

REFLECTED = "plain operands"

Method = Callable[[Tensor, Any], Any]


def _turned(method: str, *plain: type) -> Callable[[Method], Method]:
    """Forgets that the operands are the other way round, if the other one is plain."""

    def make(good: Method) -> Method:
        def wrong(self: Tensor, other: Any) -> Any:
            return getattr(self, method)(other) if isinstance(other, plain) else good(self, other)

        return wrong

    return make


def _ruled(rule: Callable[[Any, Any, Any, Any], Any], *plain: type) -> Callable[[Method], Method]:
    """Hands a cotangent on by ``rule(g, y, x, other)``, if the other operand is plain."""

    def make(good: Method) -> Method:
        def wrong(self: Tensor, other: Any) -> Any:
            right = good(self, other)
            if not isinstance(other, plain) or right.shape != self.shape or not self.trainable:
                return right
            x, y = self.value, right.value

            def pullback(g: Any) -> Any:
                with np.errstate(all="ignore"):
                    return np.asarray(rule(g, y, x, other)).astype(x.dtype)

            return Tensor.from_operation(y, [self], [pullback], name="plain")

        return wrong

    return make


def _reflected(
    operation: str, method: str, what: str, make: Callable[[Method], Method], argument: int = 1
) -> KnownFault:
    return patched(
        REFLECTED,
        f"{operation}: {what}",
        Tensor,
        method,
        make,
        operation=operation,
        blamed=(argument, None),
    )


REFLECTIONS: tuple[KnownFault, ...] = (
    _reflected("subtract", "__rsub__", "2 - x as x - 2", _turned("__sub__", float)),
    _reflected("subtract", "__rsub__", "array - x as x - array", _turned("__sub__", np.ndarray)),
    _reflected("divide", "__rtruediv__", "2 / x as x / 2", _turned("__truediv__", float)),
    _reflected(
        "divide", "__rtruediv__", "array / x as x / array", _turned("__truediv__", np.ndarray)
    ),
    _reflected("power", "__rpow__", "2 ** x as x ** 2", _turned("__pow__", float)),
    _reflected("power", "__rpow__", "array ** x as x ** array", _turned("__pow__", np.ndarray)),
    _reflected(
        "matmul", "__rmatmul__", "array @ x as x @ array", _turned("__matmul__", np.ndarray)
    ),
    _reflected(
        "divide", "__rtruediv__", "sign of 2 / x", _ruled(lambda g, y, x, c: g * y / x, float)
    ),
    _reflected("power", "__rpow__", "logarithm in 2 ** x", _ruled(lambda g, y, x, c: g * y, float)),
    _reflected(
        "power",
        "__rpow__",
        "NaN in 0.0 ** x",
        _ruled(lambda g, y, x, c: g * y * np.log(np.float64(c)), float),
    ),
    _reflected("subtract", "__rsub__", "sign of 2 - x", _ruled(lambda g, y, x, c: g, float)),
    _reflected("multiply", "__rmul__", "factor of 2 * x", _ruled(lambda g, y, x, c: g, float)),
    _reflected(
        "multiply", "__mul__", "factor of x * 2", _ruled(lambda g, y, x, c: g, float), argument=0
    ),
)
