"""The Zen engine with three operations made wrong: what the sample report is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zenverify import Tensor
from zenverify.engines.zen import ZenEngine


class WrongEngine(ZenEngine):
    """Wrong in the derivatives of tanh and matmul, and in the value of softplus."""

    name = "wrong"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        if not isinstance(result, Tensor) or not all(isinstance(x, Tensor) for x in operands):
            return result
        y = result.value
        if operator == "tanh":
            (x,) = operands
            return Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")  # 1 - y * y
        if operator == "softplus":
            (x,) = operands
            y = np.log(1 + np.exp(np.minimum(x.value, 80.0)))  # not log1p
            return Tensor.from_operation(
                y, [x], [lambda g: g / (1 + np.exp(-x.value))], name="softplus"
            )
        if operator == "matmul" and operands[0].ndim == operands[1].ndim == 2:
            a, b = operands
            right = lambda g: a.value.T @ g[:, ::-1]  # noqa: E731  the columns exchanged
            return Tensor.from_operation(y, [a, b], [lambda g: g @ b.value.T, right], name="matmul")
        return result


engine = WrongEngine()
