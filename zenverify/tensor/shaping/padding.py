"""Elements added around an array."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zenverify.tensor.arrays import as_array, quiet
from zenverify.tensor.axes import checked_axis
from zenverify.tensor.indices import integer_array
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["pad"]

Widths: TypeAlias = tuple[tuple[int, int], ...]
PadWidth: TypeAlias = ArrayLike | Mapping[int, ArrayLike]


def _pad(x: Array, pad_width: Widths, mode: str, constant_values: float) -> Array:
    if x.ndim == 0:
        return x.copy()  # NumPy takes no empty sequence of widths
    if mode == "constant":
        return np.pad(x, pad_width, constant_values=constant_values)
    padded: Array = np.pad(x, pad_width, mode=mode)  # type: ignore[call-overload]
    return padded


# What follows folds the cotangent of a padded axis, laid first, back onto the axis's own elements:
# `before` elements were put in front of `size`.


def _unpadded(lines: Array, before: int, size: int) -> Array:
    return lines[before : before + size]


def _fold_edges(lines: Array, before: int, size: int) -> Array:
    folded = lines[before : before + size].copy()
    folded[0] += np.add.reduce(lines[:before], axis=0)
    folded[-1] += np.add.reduce(lines[before + size :], axis=0)
    return folded


def _summed_periods(lines: Array, before: int, period: int) -> Array:
    """Sum all elements that lie whole periods apart; the first sum is that of the first element."""
    phase = -before % period
    periods = -(-(phase + len(lines)) // period)
    whole = np.zeros((periods * period, *lines.shape[1:]), lines.dtype)
    whole[phase : phase + len(lines)] = lines
    summed: Array = np.add.reduce(whole.reshape(periods, period, *lines.shape[1:]), axis=0)
    return summed


def _fold_wrapped(lines: Array, before: int, size: int) -> Array:
    return _summed_periods(lines, before, size)


def _fold_symmetric(lines: Array, before: int, size: int) -> Array:
    there_and_back = _summed_periods(lines, before, 2 * size)
    return there_and_back[:size] + there_and_back[: size - 1 : -1]


def _fold_reflected(lines: Array, before: int, size: int) -> Array:
    """As for symmetric padding, but the first and the last element are met once a period."""
    if size == 1:
        return np.add.reduce(lines, axis=0, keepdims=True)
    there_and_back = _summed_periods(lines, before, 2 * size - 2)
    there_and_back[1 : size - 1] += there_and_back[: size - 1 : -1]
    return there_and_back[:size]


_FOLDS: Mapping[str, Callable[[Array, int, int], Array]] = MappingProxyType(
    {
        "constant": _unpadded,
        "edge": _fold_edges,
        "reflect": _fold_reflected,
        "symmetric": _fold_symmetric,
        "wrap": _fold_wrapped,
    }
)


def _pull_pad(
    g: Array, y: Array, x: Array, pad_width: Widths, mode: str, constant_values: float
) -> Array:
    for axis, (before, after) in enumerate(pad_width):
        if before or after:
            lines = np.moveaxis(g, axis, 0)
            g = np.moveaxis(_FOLDS[mode](lines, before, x.shape[axis]), 0, axis)
    return g


define("pad", _pad, _pull_pad)


def pad(
    x: Operand, pad_width: PadWidth, mode: str = "constant", constant_values: float = 0.0
) -> Tensor:
    """Elements added at both ends of every axis.

    Parameters
    ----------
    x : Tensor, array or number
        What to pad.
    pad_width : int, (before, after), sequence of one such pair per axis, or mapping from axis to
        int or pair. How many elements to add; other axes get none.
    mode : str
        ``"constant"``, ``"edge"`` (the outermost element again), ``"reflect"`` (mirrored at it),
        ``"symmetric"`` (mirrored beside it) or ``"wrap"`` (from the other end).
    constant_values : number
        What to add in the mode ``"constant"``.

    Raises
    ------
    TypeError
        If the widths are no integers, or the constant is no number.
    ValueError
        If there is no such mode, it takes no constant, a width is negative, the widths do not fit
        the number of axes, or an empty axis is to be extended with its own elements.
    """
    operand = as_tensor("pad", x)
    if mode not in _FOLDS:
        raise ValueError(f"pad: there is no mode {mode!r}; expected one of {', '.join(_FOLDS)}")
    constant = _constant(operand, constant_values)
    if mode != "constant" and constant != 0:
        raise ValueError(f"pad: the mode {mode!r} takes no constant_values")
    attributes = {
        "pad_width": _widths(operand, pad_width),
        "mode": mode,
        "constant_values": constant,
    }
    return record_single("pad", operand, attributes)


def _constant(x: Tensor, value: float) -> float:
    """The constant rounded to the operand's dtype, so that what is recorded takes effect."""
    constant = as_array("pad: constant_values", value)
    if constant.ndim != 0:
        raise TypeError(f"pad: constant_values of shape {constant.shape}; expected one number")
    return float(quiet.run(constant.astype, x.dtype))


def _widths(x: Tensor, pad_width: PadWidth) -> Widths:
    """One pair per axis, whichever way they were given."""
    if isinstance(pad_width, Mapping):
        widths = np.zeros((x.ndim, 2), np.intp)
        for axis, width in pad_width.items():
            checked_axis("pad", x, axis)
            widths[axis] = _pairs(x, width, 1)[0]
    else:
        widths = _pairs(x, pad_width, x.ndim)
    if np.any(np.less(widths, 0)):
        raise ValueError(
            f"pad of {x.shape} {x.dtype}: pad_width {pad_width!r} must not be negative"
        )
    return tuple((int(before), int(after)) for before, after in widths)


def _pairs(x: Tensor, widths: ArrayLike, axes: int) -> Any:
    given = integer_array("pad", "pad_width", widths)
    if axes == given.size == 0:
        return ()
    try:
        return np.broadcast_to(given, (axes, 2))
    except ValueError as error:
        raise ValueError(
            f"pad of {x.shape} {x.dtype}: pad_width of shape {given.shape} for {axes} axes; "
            "expected one number, one pair, or one pair per axis"
        ) from error
