"""Functions with kinks and choices.

One rule for the derivative at every kink: the mean of the one-sided derivatives, so operands that
tie get equal shares.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zenverify.tensor.arrays import quiet
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "absolute",
    "clip",
    "maximum",
    "minimum",
    "nan_to_num",
    "relu",
    "share",
    "where",
]


define("absolute", np.absolute, lambda g, y, x: g * np.sign(x), broadcasts=True)


def absolute(x: Operand) -> Tensor:
    """Elementwise absolute value; its slope at 0 is 0."""
    return record_single("absolute", x)


define(
    "relu",
    lambda x: np.maximum(x, 0),
    lambda g, y, x: g * np.heaviside(x, 0.5),
    broadcasts=True,
)


def relu(x: Operand) -> Tensor:
    """Elementwise ``max(x, 0)``; its slope at 0 is 1/2."""
    return record_single("relu", x)


def share(high: Array | float, low: Array | float) -> Array:
    """1 where high > low, 1/2 where they tie (at infinity too), 0 below, NaN with NaN."""
    return np.where(high == low, 0.5, np.heaviside(high - low, 0.5))


define(
    "maximum",
    np.maximum,
    lambda g, y, a, b: g * share(a, b),
    lambda g, y, a, b: g * share(b, a),
    broadcasts=True,
)


def maximum(x: Operand, y: Operand) -> Tensor:
    """Elementwise larger of two; where they tie each has slope 1/2."""
    return record_pair("maximum", x, y)


define(
    "minimum",
    np.minimum,
    lambda g, y, a, b: g * share(b, a),
    lambda g, y, a, b: g * share(a, b),
    broadcasts=True,
)


def minimum(x: Operand, y: Operand) -> Tensor:
    """Elementwise smaller of two; where they tie each has slope 1/2."""
    return record_pair("minimum", x, y)


def _clip(x: Array, lower: float | None, upper: float | None) -> Array:
    if lower is not None:
        x = np.maximum(x, lower)
    return x if upper is None else np.minimum(x, upper)


def _pull_clip(g: Array, y: Array, x: Array, lower: float | None, upper: float | None) -> Array:
    if lower is not None:
        g = g * share(x, lower)
    if upper is not None:
        g = g * share(upper, x)
    return g * 0 if lower is not None and lower == upper else g


define("clip", _clip, _pull_clip, broadcasts=True)


def clip(x: Operand, lower: float | None = None, upper: float | None = None) -> Tensor:
    """Elementwise limits. On a limit the slope is 1/2, or 0 if the limits are equal.

    Raises
    ------
    ValueError
        If a limit is NaN, or the lower one above the upper one.
    """
    operand = as_tensor("clip", x)
    lower, upper = _limit(operand, lower), _limit(operand, upper)
    if lower is not None and upper is not None and lower > upper:
        raise ValueError(f"clip: lower limit {lower} is above upper limit {upper}")
    return record_single("clip", operand, {"lower": lower, "upper": upper})


def _limit(x: Tensor, limit: float | None) -> float | None:
    """Return a limit rounded to the operand's dtype, so that what is recorded takes effect."""
    if limit is None:
        return None
    rounded = float(quiet.run(x.dtype.type, limit))
    if isnan(rounded):
        raise ValueError("clip: a limit must not be NaN")
    return rounded


def _where(x: Array | float, y: Array | float, condition: NDArray[np.bool_]) -> Array:
    return np.where(condition, x, y)


# Choices, not products with the condition: NaN on the side not chosen must stay there.
define(
    "where",
    _where,
    lambda g, y, a, b, condition: _where(g, 0, condition),
    lambda g, y, a, b, condition: _where(0, g, condition),
    broadcasts=True,
)


def where(condition: ArrayLike, x: Operand, y: Operand) -> Tensor:
    """Elementwise x where the condition holds, else y. All three broadcast.

    Raises
    ------
    TypeError
        If the condition is not a boolean array.
    """
    chosen = np.array(condition)
    if chosen.dtype != np.bool_:
        raise TypeError(
            f"where: the condition has shape {chosen.shape} and dtype {chosen.dtype}; expected bool"
        )
    chosen.setflags(write=False)
    return record_pair("where", x, y, {"condition": chosen})


define(
    "nan_to_num",
    lambda x, nan, posinf, neginf: np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf),
    lambda g, y, x, nan, posinf, neginf: np.where(np.isfinite(x), g, 0),
    broadcasts=True,
)


def nan_to_num(
    x: Operand, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Elementwise x with NaN and infinities replaced; there its slope is 0.

    Parameters
    ----------
    x : Tensor, array or number
        The operand.
    nan : float
        What takes the place of NaN.
    posinf, neginf : float, optional
        What takes the place of infinities: the largest and smallest numbers of the dtype by
        default.
    """
    attributes = {
        "nan": float(nan),
        "posinf": None if posinf is None else float(posinf),
        "neginf": None if neginf is None else float(neginf),
    }
    return record_single("nan_to_num", x, attributes)
