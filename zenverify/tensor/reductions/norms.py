"""Lengths of vectors and norms of matrices.

One rule for the slope of a length at zero: the mean of the one-sided slopes, which is 0.
"""

# Attributes are named as in NumPy, also where Python has a function of that name.
# ruff: noqa: A002

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from zenverify.tensor.axes import Axis, AxisArgument, axes_of, checked_axis, keep_axes
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_pair, record_single
from zenverify.tensor.reductions.reductions import add_up, pull_extremum
from zenverify.tensor.reductions.scaling import Exponent, exponent_of, scaled

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["hypot", "norm"]

Order: TypeAlias = float | str | None

_FROBENIUS = "fro"
_OF_MATRICES = (None, _FROBENIUS, 1.0, -1.0, inf, -inf)

# From here on the largest element's power would underflow, in float32, if it were just above 1/2.
_LARGE = 100.0


def _direction(x: Array, y: Array) -> Array:
    exponent = exponent_of(np.maximum(np.abs(x), np.abs(y)))
    across, along = np.ldexp(x, -exponent), np.ldexp(y, -exponent)
    length = np.hypot(across, along)
    return np.where(length == 0, 0, across / length)


# Scaled, since the quotient x / hypot(x, y) is all rounding among the subnormal numbers.
define(
    "hypot",
    np.hypot,
    lambda g, y, a, b: g * _direction(a, b),
    lambda g, y, a, b: g * _direction(b, a),
    broadcasts=True,
)


def hypot(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``sqrt(x ** 2 + y ** 2)``, without overflow; its slopes at (0, 0) are 0."""
    return record_pair("hypot", x, y)


class _Sums(NamedTuple):
    """A norm that adds up magnitudes along some axes, and takes an extreme sum along others."""

    added: tuple[int, ...]
    compared: tuple[int, ...]
    largest: bool

    def extreme(self, sums: Array) -> Array:
        """Return the largest or smallest sum, with the axes kept."""
        if self.largest:
            return np.maximum.reduce(sums, axis=self.compared, keepdims=True, initial=0)
        return np.minimum.reduce(sums, axis=self.compared, keepdims=True)


def _sums(order: Order, axes: tuple[int, ...]) -> _Sums | None:
    """How to compute a norm by sums of magnitudes; None if it takes powers of them."""
    if order == 1 and len(axes) == 1:
        return _Sums(axes, (), True)
    if order in (1, -1) and len(axes) == 2:
        return _Sums(axes[:1], axes[1:], order == 1)
    if order in (inf, -inf):
        return _Sums(axes[1:], axes[:1], order == inf)
    return None


def _power(order: Order) -> float:
    return order if isinstance(order, float) else 2.0


class _Powers(NamedTuple):
    """Scaled elements, the sum of their magnitudes' powers, and the scale, in two factors."""

    elements: Array
    total: Array
    largest: Array | float
    exponent: Exponent


def _powers(x: Array, axis: Axis, power: float) -> _Powers:
    elements, exponent = scaled(x, axis)
    largest: Array | float = 1.0
    if power > _LARGE:
        greatest = np.maximum.reduce(np.abs(elements), axis=axis, keepdims=True, initial=0)
        largest = np.where((greatest > 0) & np.isfinite(greatest), greatest, 1)
        elements = elements / largest
    powers = elements * elements if power == 2 else np.abs(elements) ** power
    return _Powers(elements, add_up(powers, axis=axis, keepdims=True), largest, exponent)


def _norm(x: Array, ord: Order, axis: Axis, keepdims: bool) -> Array:
    axes = axes_of(axis, x.ndim)
    sums = _sums(ord, axes)
    if sums is not None:
        result = sums.extreme(add_up(np.abs(x), axis=sums.added, keepdims=True))
    else:
        power = _power(ord)
        found = _powers(x, axis, power)
        root = np.sqrt(found.total) if power == 2 else found.total ** (1 / power)
        result = np.ldexp(root * found.largest, found.exponent)
    return result if keepdims else result.squeeze(axes)


_RAISED = 64
"""Powers of two that make every subnormal number a normal one."""


def _magnitude(x: Array, found: _Powers, power: float) -> Array:
    """Return the scaled elements' magnitudes to a power, also where scaling has lost an element.

    A small power, or a negative one, of what is tiny beside the largest element is not tiny.
    """
    elements = np.abs(found.elements)
    magnitude = elements**power
    lost = (elements < np.finfo(x.dtype).tiny) & (x != 0)
    if power >= 1 or not lost.any():
        return magnitude
    exponent = found.exponent + _RAISED
    half = exponent // 2
    one = np.ones((), x.dtype)
    near, far = (np.ldexp(one, -part) ** power for part in (half, exponent - half))
    return np.where(lost, np.abs(np.ldexp(x, _RAISED)) ** power * near * far, magnitude)


def _pull_norm(g: Array, y: Array, x: Array, ord: Order, axis: Axis, keepdims: bool) -> Array:
    g = keep_axes(g, x.shape, axis)
    sums = _sums(ord, axes_of(axis, x.ndim))
    if sums is not None:
        if sums.compared:
            totals = add_up(np.abs(x), axis=sums.added, keepdims=True)
            g = pull_extremum(g, sums.extreme(totals), totals, sums.compared, True)
        return g * np.sign(x)
    power = _power(ord)
    found = _powers(x, axis, power)
    if power == 2:
        slope = found.elements / np.sqrt(found.total)
    else:
        # Not the quotient of element and norm to a power, which raises the norm's rounding to it.
        magnitude = _magnitude(x, found, power - 1)
        slope = np.sign(x) * magnitude / found.total ** ((power - 1) / power)
    return g * np.where(found.total == 0, 0, slope)


define("norm", _norm, _pull_norm)


def norm(
    x: Operand, ord: float | str | None = None, axis: AxisArgument = None, keepdims: bool = False
) -> Tensor:
    """Norm of vectors along one axis or of matrices along two, as `numpy.linalg.norm` has it.

    Parameters
    ----------
    x : array
        Vectors or matrices.
    ord : number, "fro" or None
        For vectors any positive number p, as in ``sum(abs(x) ** p) ** (1 / p)``, the largest
        magnitude for inf, the smallest for -inf. For matrices ``"fro"``, the largest (or smallest,
        if negative) sum of magnitudes in a column for 1 and -1, in a row for inf and -inf. None is
        2 for vectors and ``"fro"`` for matrices.
    axis : int, pair of int, or None
        The axis of vectors, or of rows and columns. None stands for all axes, of which there may
        be any number if `ord` is None too.
    keepdims : bool
        Whether to keep the axes, with size one.

    Raises
    ------
    ValueError
        If the order or the number of axes does not fit.

    Notes
    -----
    Neither over- nor underflows where the norm itself does not. Elements that tie for an extreme
    sum share its slope.
    """
    operand = as_tensor("norm", x)
    chosen = checked_axis("norm", operand, axis)
    order = _checked_order(operand, ord, len(axes_of(chosen, operand.ndim)), axis is None)
    attributes = {"ord": order, "axis": chosen, "keepdims": bool(keepdims)}
    return record_single("norm", operand, attributes)


def _checked_order(x: Tensor, ord: float | str | None, axes: int, every: bool) -> Order:
    call = f"norm of {x.shape} {x.dtype}"
    order: Order = ord
    if isinstance(ord, str):
        order = _FROBENIUS if ord == "f" else ord
    elif ord is not None:
        order = float(ord)
    if axes not in (1, 2) and not (every and order is None):
        raise ValueError(f"{call}: ord {ord!r} takes one axis or two, not {axes}")
    if axes == 2 and order not in _OF_MATRICES:
        raise ValueError(
            f"{call}: ord {ord!r} is not supported for matrices; expected None, 'fro', 1, -1, inf "
            "or -inf (2, -2 and 'nuc' would take singular values)"
        )
    positive = isinstance(order, float) and (order > 0 or order == -inf)
    if axes == 1 and order is not None and not positive:
        raise ValueError(
            f"{call}: ord {ord!r} is not supported for vectors; expected None, a positive number, "
            "inf or -inf"
        )
    return order
