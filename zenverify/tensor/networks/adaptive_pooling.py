"""Adaptive pooling: as many windows as the result shall have elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import Shape
from zenverify.tensor.networks.windows import Key, Numbers, per_axis
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["adaptive_avg_pool2d", "adaptive_max_pool2d"]

_PLANE = (-2, -1)


def _windows(x: Array, size: Shape) -> Iterator[tuple[Key, Key]]:
    """Each place of the result, kept as a plane of one element, and the window it stands for."""
    for place in np.ndindex(size):
        window = tuple(
            # From the floor of one edge to the ceiling of the next, so windows may overlap.
            slice(number * full // count, -(-(number + 1) * full // count))
            for number, full, count in zip(place, x.shape[2:], size, strict=True)
        )
        yield (..., *(slice(number, number + 1) for number in place)), (..., *window)


def _adaptive_avg(x: Array, size: Shape) -> Array:
    result = np.empty((*x.shape[:2], *size), x.dtype)
    for place, window in _windows(x, size):
        result[place] = np.mean(x[window], axis=_PLANE, keepdims=True)
    return result


def _pull_adaptive_avg(g: Array, y: Array, x: Array, size: Shape) -> Array:
    contribution = np.zeros_like(x)
    for place, window in _windows(x, size):
        met = contribution[window]
        met += g[place] / (met.shape[-2] * met.shape[-1])
    return contribution


def _adaptive_max(x: Array, size: Shape) -> Array:
    result = np.empty((*x.shape[:2], *size), x.dtype)
    for place, window in _windows(x, size):
        result[place] = np.max(x[window], axis=_PLANE, keepdims=True)
    return result


def _pull_adaptive_max(g: Array, y: Array, x: Array, size: Shape) -> Array:
    contribution = np.zeros_like(x)
    for place, window in _windows(x, size):
        top = y[place]
        ties = x[window] == top
        share = g[place] / np.add.reduce(ties, axis=_PLANE, keepdims=True, dtype=x.dtype)
        # In a window with a NaN there is no largest element: all of its slopes are NaN.
        contribution[window] += np.where(np.isnan(top), top, np.where(ties, share, 0))
    return contribution


define("adaptive_avg_pool2d", _adaptive_avg, _pull_adaptive_avg)
define("adaptive_max_pool2d", _adaptive_max, _pull_adaptive_max)


def adaptive_avg_pool2d(x: Operand, size: Numbers) -> Tensor:
    """Mean of each of as many windows as the result has elements.

    Parameters
    ----------
    x : (N, C, H, W)
        Images.
    size : int or pair of int
        The result's rows and columns. Of n elements along an axis, window i of m reaches from
        floor(i n / m) to ceil((i + 1) n / m).

    Returns
    -------
    Tensor, (N, C, *size)

    Raises
    ------
    ValueError
        If x has another number of axes, an image has no elements, or a size is below 1.
    """
    return _adaptive("adaptive_avg_pool2d", x, size)


def adaptive_max_pool2d(x: Operand, size: Numbers) -> Tensor:
    """Largest element of each of as many windows as the result has elements.

    As `adaptive_avg_pool2d`; n elements that tie in a window have slope 1/n each.
    """
    return _adaptive("adaptive_max_pool2d", x, size)


def _adaptive(name: str, x: Operand, size: Numbers) -> Tensor:
    images = as_tensor(name, x)
    call = f"{name} of {describe((images.array,))}"
    if len(images.shape) != 4 or min(images.shape[2:]) < 1:
        raise ValueError(f"{call}: expected (N, C, H, W) with H and W from 1 up")
    return record_single(name, images, {"size": per_axis(name, "size", size, 2, 1)})
