"""Wrong derivative rules, and rules that lose precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule, scaled, value

RULE = "derivative rule"
PRECISION = "precision"


def _through_float32(pullback: Pullback) -> Pullback:
    def wrong(g: Any, *rest: Any, **attributes: Any) -> Any:
        found = pullback(g, *rest, **attributes)
        return found.astype(np.float32).astype(found.dtype)

    return wrong


def _one_pass_variance(x: Any, axis: Any, keepdims: bool, ddof: int) -> Any:
    squares = np.mean(x * x, axis=axis, keepdims=keepdims)
    means = np.mean(x, axis=axis, keepdims=keepdims)
    count = x.size / max(np.size(means), 1)
    return (squares - means * means) * count / max(count - ddof, 0)


RULES: tuple[KnownFault, ...] = (
    rule(RULE, "cos", "sign", lambda g, y, x: g * np.sin(x)),
    rule(RULE, "sin", "the derivative of the cosine", lambda g, y, x: -g * np.sin(x)),
    rule(RULE, "tanh", "square forgotten", lambda g, y, x: g * (1 - y)),
    rule(RULE, "log", "square of the argument", lambda g, y, x: g / (x * x)),
    rule(RULE, "sqrt", "factor of two forgotten", lambda g, y, x: g / y),
    rule(RULE, "sigmoid", "sign inside", lambda g, y, x: g * y * (1 + y)),
    rule(RULE, "softplus", "tanh for the sigmoid", lambda g, y, x: g * np.tanh(x)),
    rule(RULE, "expm1", "result used for the exponential", lambda g, y, x: g * y),
    rule(RULE, "log1p", "one forgotten", lambda g, y, x: g / x),
    scaled(RULE, "exp", "doubled", 2.0),
    rule(RULE, "negative", "sign", lambda g, y, x: g),
    rule(RULE, "multiply", "arguments swapped", lambda g, y, a, b: g * a),
    rule(RULE, "multiply", "arguments swapped, second", lambda g, y, a, b: g * b, 1),
    rule(RULE, "subtract", "sign of the second (2 - x)", lambda g, y, a, b: g, 1),
    rule(RULE, "divide", "sign of the second (2 / x)", lambda g, y, a, b: g * y / b, 1),
    rule(RULE, "divide", "square forgotten", lambda g, y, a, b: -g * a / b, 1),
    rule(RULE, "power", "exponent forgotten", lambda g, y, a, b: g * a ** (b - 1)),
    rule(RULE, "power", "logarithm forgotten (2 ** x)", lambda g, y, a, b: g * y, 1),
    rule(
        RULE,
        "power",
        "logarithm of the exponent",
        lambda g, y, a, b: g * y * np.log(b, dtype=y.dtype),
        1,
    ),
    rule(RULE, "absolute", "sign forgotten", lambda g, y, x: g),
    altered(
        RULE,
        "var",
        "factor of two forgotten",
        lambda good: lambda g, *rest, **more: good(g, *rest, **more) / 2,
    ),
    altered(
        RULE,
        "softmax",
        "sum forgotten",
        lambda good: lambda g, y, x, axis: g * y,
    ),
    rule(RULE, "log_softmax", "sum forgotten", lambda g, y, x, axis: g - np.exp(y)),
    rule(
        RULE,
        "matmul",
        "second operand not transposed",
        lambda g, y, a, b: (
            g @ b if a.ndim == b.ndim == 2 and b.shape[0] == b.shape[1] else _left(g, a, b)
        ),
    ),
    scaled(PRECISION, "sin", "relative error of 1e-9", 1 + 1e-9),
    scaled(PRECISION, "divide", "relative error of 1e-11", 1 + 1e-11),
    scaled(PRECISION, "logsumexp", "relative error of 1e-8", 1 + 1e-8),
    altered(PRECISION, "tanh", "cast to float32", _through_float32),
    altered(PRECISION, "matmul", "cast to float32", _through_float32, 1),
    altered(PRECISION, "conv2d", "cast to float32", _through_float32, 1),
    value(PRECISION, "log1p", "log(1 + x)", lambda x: np.log(1 + x)),
    value(PRECISION, "expm1", "exp(x) - 1", lambda x: np.exp(x) - 1),
    value(PRECISION, "var", "mean of squares less square of the mean", _one_pass_variance),
    rule(PRECISION, "sigmoid", "from the result, far out", lambda g, y, x: g * (y - y * y)),
)


def _left(g: Any, a: Any, b: Any) -> Any:
    from zenverify.tensor.linear.linear import _pull_left

    return _pull_left(g, g, a, b)
