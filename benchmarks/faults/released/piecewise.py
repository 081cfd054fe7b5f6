"""Faults that libraries have released in activation functions and remainders.

The issue that reported each is named beside it.
"""

from __future__ import annotations

from math import erf, pi, sqrt
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, rule, value
from zenverify.tensor import OPERATIONS
from zenverify.tensor.elementwise.rectifiers import SELU_ALPHA, SELU_SCALE

ACTIVATION = "activations"
REMAINDER = "remainders"

_RIGHT_GELU = OPERATIONS["gelu"]
_erf = np.vectorize(erf, otypes=[np.float64])


def _distribution(x: Any) -> Any:
    """By 1 + erf(x), which is all rounding error on the left."""
    return (1 + _erf(x * sqrt(0.5)).astype(x.dtype)) / 2


def _gelu(x: Any, approximate: str) -> Any:
    if approximate == "tanh":
        return _RIGHT_GELU.forward(x, approximate)
    return x * _distribution(x)


def _pull_gelu(g: Any, y: Any, x: Any, approximate: str) -> Any:
    if approximate == "tanh":
        return _RIGHT_GELU.pullbacks[0](g, y, x, approximate)
    return g * (_distribution(x) + x * np.exp(x * x / -2) / sqrt(2 * pi))


def _gelu_of_exponentials(x: Any, approximate: str) -> Any:
    """The hyperbolic tangent as a quotient of exponentials, infinity over infinity for large x."""
    if approximate == "none":
        return _RIGHT_GELU.forward(x, approximate)
    e = np.exp(2 * sqrt(2 / pi) * (x + 0.044715 * x * x * x))
    return x * (1 + (e - 1) / (e + 1)) / 2


def _mish_of_exponentials(x: Any) -> Any:
    e = np.exp(2 * np.logaddexp(x, 0))
    return x * (e - 1) / (e + 1)


def _elu_masked(g: Any, y: Any, x: Any, alpha: float) -> Any:
    """Exponentials of positive operands, times zero."""
    right = np.heaviside(x, 0.5)
    return g * (right + (1 - right) * alpha * np.exp(x))


def _elu_from_result(g: Any, y: Any, x: Any, alpha: float) -> Any:
    """The sign of the result for that of the operand."""
    right = np.heaviside(y, 0.5)
    return g * (right + (1 - right) * (y + alpha))


def _elu_of_minimum(x: Any, alpha: float) -> Any:
    return np.maximum(x, 0) + np.minimum(alpha * np.expm1(x), 0)


def _selu_from_result(g: Any, y: Any, x: Any) -> Any:
    """With the scale once too often in the result, and missing where it should be."""
    right = np.heaviside(x, 0.5)
    return g * SELU_SCALE * (right + (1 - right) * (np.minimum(y, 0) + SELU_ALPHA))


def _leaky_relu_from_result(g: Any, y: Any, x: Any, negative_slope: float) -> Any:
    right = np.heaviside(y, 0.5)
    return g * (right + (1 - right) * negative_slope)


def _floored(g: Any, y: Any, a: Any, b: Any) -> Any:
    return -g * np.floor(a / b)


def _one_too_many(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Floored twice: as if the quotient below had been truncated."""
    quotient = np.floor(a / b)
    return -g * np.where((a < 0) != (b < 0), quotient - 1, quotient)


FAULTS: tuple[KnownFault, ...] = (
    # pytorch/pytorch 187806
    value(ACTIVATION, "gelu", "by 1 + erf", _gelu),
    rule(ACTIVATION, "gelu", "slope by 1 + erf", _pull_gelu),
    # ooples/AiDotNet.Tensors 594, pytorch/executorch 22324
    value(ACTIVATION, "gelu", "tanh of exponentials", _gelu_of_exponentials),
    value(ACTIVATION, "mish", "tanh of exponentials", _mish_of_exponentials),
    # apache/mxnet 14673, huggingface/candle 2328, tinygrad/tinygrad 17852
    rule(ACTIVATION, "elu", "exponential overflows on the other side", _elu_masked),
    # pytorch/pytorch 47671
    rule(ACTIVATION, "elu", "sign of the result (negative alpha)", _elu_from_result),
    # PaddlePaddle/Paddle 26543
    value(ACTIVATION, "elu", "minimum of the result (negative alpha)", _elu_of_minimum),
    # RubixML/ML 427
    rule(ACTIVATION, "selu", "scale in the wrong place", _selu_from_result),
    # tracel-ai/burn 1208
    rule(ACTIVATION, "leaky_relu", "sign of the result (negative slope)", _leaky_relu_from_result),
    # pytorch/pytorch 51408
    rule(
        ACTIVATION,
        "hardsigmoid",
        "slope below the lower kink",
        lambda g, y, x: g * np.heaviside(3 - x, 0.5) / 6,
    ),
    # pytorch/pytorch 147801
    rule(
        ACTIVATION,
        "hardswish",
        "both kinks belong to the middle",
        lambda g, y, x: g * np.where(x < -3, 0, np.where(x > 3, 1, x / 3 + 0.5)),
    ),
    # jax-ml/jax 11466, shader-slang/slang 10080
    rule(REMAINDER, "fmod", "quotient floored", _floored, 1),
    rule(REMAINDER, "remainder", "quotient of unlike signs one too low", _one_too_many, 1),
    # shader-slang/slang 10071
    rule(REMAINDER, "fmod", "no slope by the divisor", lambda g, y, a, b: g * 0, 1),
)
