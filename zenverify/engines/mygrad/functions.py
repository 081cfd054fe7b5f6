"""How a user of MyGrad calls each operation: ``function(*operands, **attributes)``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import mygrad as mg
import numpy as np
from mygrad import nnet

from zenverify.engines.tabled import named
from zenverify.errors import UnsupportedError


def _transpose(x: Any, axes: Any) -> Any:
    return x.transpose() if axes is None else x.transpose(*axes)


def _expand_dims(x: Any, axis: Any) -> Any:
    if not isinstance(axis, int):
        raise UnsupportedError("expand_dims of several axes")
    return mg.expand_dims(x, axis)


def _conv(x: Any, w: Any, *, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    if groups != 1:
        raise UnsupportedError("convolution in groups")
    try:
        return nnet.conv_nd(x, w, stride=stride, padding=padding, dilation=dilation)
    except ValueError as error:  # windows that do not fill the array to its end, as documented
        raise UnsupportedError(f"convolution: {error}") from error


def _max_pool(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    if any(padding):
        raise UnsupportedError("max_pool with padding")
    try:
        return nnet.max_pool(x, kernel, stride)
    except ValueError as error:  # likewise
        raise UnsupportedError(f"max_pool: {error}") from error


def _cross_entropy(x: Any, target: Any, ignore_index: int, reduction: str) -> Any:
    if reduction != "mean" or len(x.shape) != 2 or (target == ignore_index).any():
        raise UnsupportedError(f"cross_entropy of shape {x.shape}, reduction {reduction!r}")
    return nnet.softmax_crossentropy(x, target)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **named(
        mg,
        (
            *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "sqrt", "cbrt"),
            *("square", "reciprocal", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2"),
            *("sinc", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "maximum"),
            *("minimum", "sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod"),
            *("squeeze", "broadcast_to", "swapaxes", "moveaxis", "roll", "repeat"),
        ),
    ),
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "negative": operator.neg,
    "absolute": mg.abs,
    "index": lambda x, key: x[key],
    "flatten": lambda x: x.flatten(),
    "reshape": lambda x, shape: x.reshape(shape),
    "expand_dims": _expand_dims,
    "transpose": _transpose,
    "clip": lambda x, lower, upper: mg.clip(x, lower, upper),
    **named(
        mg,
        ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"),
    ),
    **named(np, ("logical_and", "logical_or", "logical_not")),
    "where": lambda x, y, condition: mg.where(condition, x, y),
    "stack": lambda *operands, axis: mg.stack(operands, axis),
    "concatenate": lambda *operands, axis: mg.concatenate(operands, axis),
    "einsum": lambda *operands, subscripts: mg.einsum(subscripts, *operands),
    "norm": mg.linalg.norm,
    "relu": nnet.relu,
    "elu": nnet.elu,
    "selu": nnet.selu,
    "leaky_relu": lambda x, negative_slope: nnet.leaky_relu(x, negative_slope),
    "hardtanh": lambda x, min_val, max_val: nnet.hard_tanh(
        x, lower_bound=min_val, upper_bound=max_val
    ),
    "sigmoid": nnet.sigmoid,
    "softsign": nnet.soft_sign,
    "softmax": nnet.softmax,
    "log_softmax": nnet.logsoftmax,
    "batch_norm": lambda x, weight, bias, eps: nnet.batchnorm(x, gamma=weight, beta=bias, eps=eps),
    "conv1d": _conv,
    "conv2d": _conv,
    "max_pool1d": _max_pool,
    "max_pool2d": _max_pool,
    "cross_entropy": _cross_entropy,
}
