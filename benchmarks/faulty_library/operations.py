"""The operations and their rules; each takes the faults that are present."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.faulty_library.tensor import Array, Pullback, Tensor, to_shape

Axis = int | tuple[int, ...] | None
Faults = frozenset[str]
Rule = Callable[..., tuple[Array, Sequence[Pullback]]]


def _add(faults: Faults, x: Array, y: Array) -> tuple[Array, Sequence[Pullback]]:
    return x + y, (lambda g: g, lambda g: g)


def _subtract(faults: Faults, x: Array, y: Array) -> tuple[Array, Sequence[Pullback]]:
    return x - y, (lambda g: g, lambda g: -g)


def _multiply(faults: Faults, x: Array, y: Array) -> tuple[Array, Sequence[Pullback]]:
    return x * y, (lambda g: g * y, lambda g: g * x)


def _divide(faults: Faults, x: Array, y: Array) -> tuple[Array, Sequence[Pullback]]:
    sign = 1 if "divide" in faults else -1
    return x / y, (lambda g: g / y, lambda g: sign * (g / y * (x / y)))


def _maximum(faults: Faults, x: Array, y: Array) -> tuple[Array, Sequence[Pullback]]:
    share = 1.0 if "maximum" in faults else 0.5

    def pull(g: Array, one: Array, other: Array) -> Array:
        chosen = np.where(one == other, share, one > other)
        return g * np.where(np.isnan(one) | np.isnan(other), np.nan, chosen)

    return np.maximum(x, y), (lambda g: pull(g, x, y), lambda g: pull(g, y, x))


def _negative(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    return -x, (lambda g: -g,)


def _exp(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    y = np.exp(x)
    return y, (lambda g: g * y,)


def _log(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    return np.log(x), (lambda g: g / x,)


def _tanh(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    y = np.tanh(x)
    return y, (lambda g: g * (1 - (y if "tanh" in faults else y * y)),)


def _logistic(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _sigmoid(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    y = _logistic(x)
    kept = y.astype(np.float32) if "sigmoid" in faults else y
    return y, (lambda g: g * kept * _logistic(-x),)


def _relu(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    return np.maximum(x, 0), (lambda g: g * np.heaviside(x, 0.5),)


def _softplus(faults: Faults, x: Array) -> tuple[Array, Sequence[Pullback]]:
    y = np.log(1 + np.exp(x)) if "softplus" in faults else np.logaddexp(x, 0)
    return y, (lambda g: g * _logistic(x),)


def _spread(g: Array, x: Array, axis: Axis, keepdims: bool, faults: Faults) -> Array:
    if not keepdims and axis is not None and axis != ():
        g = np.expand_dims(g, -1 if "sum" in faults and not isinstance(axis, tuple) else axis)
    return np.broadcast_to(g, x.shape)


def _sum(faults: Faults, x: Array, axis: Axis, keepdims: bool) -> tuple[Array, Sequence[Pullback]]:
    return x.sum(axis=axis, keepdims=keepdims), (lambda g: _spread(g, x, axis, keepdims, faults),)


def _mean(faults: Faults, x: Array, axis: Axis, keepdims: bool) -> tuple[Array, Sequence[Pullback]]:
    y = x.mean(axis=axis, keepdims=keepdims)
    right = x.size / y.size if y.size else 1
    count = len(x) if "mean" in faults and x.ndim else right
    return y, (lambda g: _spread(g, x, axis, keepdims, frozenset()) / count,)


def _reshape(faults: Faults, x: Array, shape: tuple[int, ...]) -> tuple[Array, Sequence[Pullback]]:
    return x.reshape(shape).copy(), (lambda g: g.reshape(x.shape),)


def _transpose(
    faults: Faults, x: Array, axes: tuple[int, ...] | None
) -> tuple[Array, Sequence[Pullback]]:
    y = np.transpose(x, axes).copy()
    if axes is None:
        return y, (np.transpose,)
    positive = [axis % x.ndim for axis in axes]
    back = positive if "transpose" in faults else np.argsort(positive)
    return y, (lambda g: np.transpose(g, back),)


def _matmul(faults: Faults, x: Array, y: Array) -> tuple[Array, Sequence[Pullback]]:
    rows, columns = x[None, :] if x.ndim == 1 else x, y[:, None] if y.ndim == 1 else y

    def turned(matrix: Array) -> Array:
        return matrix.T if "matmul" in faults else matrix.swapaxes(-1, -2)

    def matrices(g: Array) -> Array:
        g = g[..., None] if y.ndim == 1 else g
        return g[..., None, :] if x.ndim == 1 else g

    def left(g: Array) -> Array:
        return to_shape(matrices(g) @ turned(columns), rows.shape, frozenset()).reshape(x.shape)

    def right(g: Array) -> Array:
        return to_shape(turned(rows) @ matrices(g), columns.shape, frozenset()).reshape(y.shape)

    return x @ y, (left, right)


def _softmax(faults: Faults, x: Array, axis: int) -> tuple[Array, Sequence[Pullback]]:
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    y = powers / powers.sum(axis=axis, keepdims=True)
    over = -1 if "softmax" in faults and isinstance(axis, int) else axis
    return y, (lambda g: y * (g - (g * y).sum(axis=over, keepdims=True)),)


def _concatenate(
    faults: Faults, *operands: Array, axis: int | None
) -> tuple[Array, Sequence[Pullback]]:
    y = np.concatenate(operands, axis=axis)
    at = 0 if axis is None else axis
    sizes = [one.size if axis is None else one.shape[axis] for one in operands]
    ends = np.cumsum(sizes)

    def piece(place: int) -> Pullback:
        end = ends[0] if "concatenate" in faults else ends[place]
        span = range(end - sizes[0 if "concatenate" in faults else place], end)
        return lambda g: np.take(g, span, axis=at).reshape(operands[place].shape)

    return y, [piece(place) for place in range(len(operands))]


RULES: dict[str, Rule] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "maximum": _maximum,
    "negative": _negative,
    "exp": _exp,
    "log": _log,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "relu": _relu,
    "softplus": _softplus,
    "sum": _sum,
    "mean": _mean,
    "reshape": _reshape,
    "transpose": _transpose,
    "matmul": _matmul,
    "softmax": _softmax,
    "concatenate": _concatenate,
}


def apply(faults: Faults, name: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Tensor:
    """Apply an operation to tensors, arrays and numbers."""
    tensors = [one if isinstance(one, Tensor) else Tensor(one, trainable=False) for one in operands]
    values = [
        one.value if isinstance(one, Tensor) else one if isinstance(one, float) else np.asarray(one)
        for one in operands
    ]
    with np.errstate(all="ignore"):
        y, grads = RULES[name](faults, *values, **attributes)
    if name == "subtract" and "reflected" in faults and isinstance(operands[0], float):
        grads = (grads[0], lambda g: g)
    return Tensor(y, tensors, grads, any(one.trainable for one in tensors))
