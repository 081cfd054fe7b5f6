"""Wrong derivative rules, and rules that lose precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, altered, catalogued, rule, scaled, value

RULE = "derivative rule"
PRECISION = "precision"


def _one_pass_variance(x: Any, axis: Any, keepdims: bool, ddof: int) -> Any:
    squares = np.mean(x * x, axis=axis, keepdims=keepdims)
    means = np.mean(x, axis=axis, keepdims=keepdims)
    count = x.size / max(np.size(means), 1)
    return (squares - means * means) * count / max(count - ddof, 0)


RULES: tuple[KnownFault, ...] = (
    catalogued(RULE, "cos/0/sign", "sign"),
    rule(RULE, "sin", "the derivative of the cosine", lambda g, y, x: -g * np.sin(x)),
    rule(RULE, "tanh", "square forgotten", lambda g, y, x: g * (1 - y)),
    rule(RULE, "log", "square of the argument", lambda g, y, x: g / (x * x)),
    rule(RULE, "sqrt", "factor of two forgotten", lambda g, y, x: g / y),
    rule(RULE, "sigmoid", "sign inside", lambda g, y, x: g * y * (1 + y)),
    rule(RULE, "softplus", "tanh for the sigmoid", lambda g, y, x: g * np.tanh(x)),
    rule(RULE, "expm1", "result used for the exponential", lambda g, y, x: g * y),
    rule(RULE, "log1p", "one forgotten", lambda g, y, x: g / x),
    catalogued(RULE, "exp/0/twice", "doubled"),
    catalogued(RULE, "negative/0/sign", "sign"),
    catalogued(RULE, "multiply/0/rule-of-1", "arguments swapped"),
    catalogued(RULE, "multiply/1/rule-of-0", "arguments swapped, second"),
    catalogued(RULE, "subtract/1/sign", "sign of the second (2 - x)"),
    catalogued(RULE, "divide/1/sign", "sign of the second (2 / x)"),
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
    catalogued(RULE, "var/0/half", "factor of two forgotten"),
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
    catalogued(PRECISION, "sin/0/off-by-1e-9", "relative error of 1e-9"),
    scaled(PRECISION, "divide", "relative error of 1e-11", 1 + 1e-11),
    scaled(PRECISION, "logsumexp", "relative error of 1e-8", 1 + 1e-8),
    catalogued(PRECISION, "tanh/0/float32", "cast to float32"),
    catalogued(PRECISION, "matmul/1/float32", "cast to float32"),
    catalogued(PRECISION, "conv2d/1/float32", "cast to float32"),
    value(PRECISION, "log1p", "log(1 + x)", lambda x: np.log(1 + x)),
    value(PRECISION, "expm1", "exp(x) - 1", lambda x: np.exp(x) - 1),
    value(PRECISION, "var", "mean of squares less square of the mean", _one_pass_variance),
    rule(PRECISION, "sigmoid", "from the result, far out", lambda g, y, x: g * (y - y * y)),
)


def _left(g: Any, a: Any, b: Any) -> Any:
    from zenverify.tensor.linear.linear import _pull_left

    return _pull_left(g, g, a, b)
