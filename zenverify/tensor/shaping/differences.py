"""Differences between neighbours."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, SupportsIndex, overload

import numpy as np

from zenverify.tensor.arrays import as_array, quiet
from zenverify.tensor.axes import AxisArgument, checked_axis, integers
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["diff", "gradient"]


def _pull_diff(g: Array, y: Array, x: Array, n: int, axis: int) -> Array:
    lines = np.moveaxis(g, axis, 0)
    size = x.shape[axis]
    for order in range(min(n, size), 0, -1):
        wider = np.zeros((size - order + 1, *lines.shape[1:]), lines.dtype)
        wider[1:] = lines
        wider[:-1] -= lines
        lines = wider
    return np.moveaxis(lines, 0, axis)


define("diff", lambda x, n, axis: np.diff(x, n, axis), _pull_diff)


def diff(x: Operand, n: SupportsIndex = 1, axis: SupportsIndex = -1) -> Tensor:
    """Each element less the one before it along an axis, n times over.

    Raises
    ------
    ValueError
        If the axis is out of range, or n negative.
    """
    operand = as_tensor("diff", x)
    along = index(axis)
    checked_axis("diff", operand, along)
    return record_single("diff", operand, {"n": index(n), "axis": along})


def _gradient(x: Array, spacing: float, axis: int, edge_order: int) -> Array:
    lines = np.moveaxis(x, axis, 0)
    if len(lines) <= edge_order:
        raise ValueError(f"size {len(lines)} along axis {axis}; expected at least {edge_order + 1}")
    slopes = np.empty_like(lines)
    slopes[1:-1] = (lines[2:] - lines[:-2]) / (2 * spacing)
    for place, step in ((0, 1), (-1, -1)):
        near = lines[place + step] - lines[place]
        if edge_order == 2:
            # The parabola's slope, by differences: equal values have a slope of exactly zero.
            near = near + (near - (lines[place + 2 * step] - lines[place + step])) / 2
        slopes[place] = near / (spacing * step)
    return np.moveaxis(slopes, 0, axis)


def _pull_gradient(
    g: Array, y: Array, x: Array, spacing: float, axis: int, edge_order: int
) -> Array:
    # In units of the spacing, an inner slope is half the difference between both neighbours. One at
    # an end is the difference to its neighbour, or the slope there of the parabola through three.
    slopes = np.moveaxis(g, axis, 0) / spacing
    taken = np.zeros_like(slopes)
    half = slopes[1:-1] / 2
    taken[2:] += half
    taken[:-2] -= half
    weights = (-1.0, 1.0) if edge_order == 1 else (-1.5, 2.0, -0.5)
    for place, weight in enumerate(weights):
        taken[place] += weight * slopes[0]
        taken[-1 - place] -= weight * slopes[-1]
    return np.moveaxis(taken, 0, axis)


define("gradient", _gradient, _pull_gradient)


@overload
def gradient(
    x: Operand, *spacing: float, axis: SupportsIndex, edge_order: SupportsIndex = 1
) -> Tensor: ...


@overload
def gradient(
    x: Operand, *spacing: float, axis: AxisArgument = None, edge_order: SupportsIndex = 1
) -> Tensor | tuple[Tensor, ...]: ...


def gradient(
    x: Operand,
    *spacing: float,
    axis: AxisArgument = None,
    edge_order: SupportsIndex = 1,
) -> Tensor | tuple[Tensor, ...]:
    """Slopes along axes by differences: central ones inside, one-sided ones at both ends.

    Parameters
    ----------
    x : Tensor, array or number
        Values at equal distances.
    spacing : number
        The distance: none for 1, one for all axes, or one for each.
    axis : int, sequence of int, or None
        Along which axes; None for all.
    edge_order : 1 or 2
        At the ends, the slope of the line through two values or of the parabola through three.

    Returns
    -------
    Tensor or tuple of Tensor
        One result per axis, each an operation of its own; not in a tuple if there is one axis.

    Raises
    ------
    TypeError
        If a distance is no number.
    ValueError
        If an axis is out of range or named twice, there are no axes or fewer than
        ``edge_order + 1`` values along one, or not as many distances as axes.
    """
    operand = as_tensor("gradient", x)
    chosen = checked_axis("gradient", operand, axis)
    axes = tuple(range(operand.ndim)) if chosen is None else integers(chosen)
    order = index(edge_order)
    if order not in (1, 2):
        raise ValueError(f"gradient: edge_order {order}; expected 1 or 2")
    slopes = tuple(
        record_single(
            "gradient", operand, {"spacing": distance, "axis": along, "edge_order": order}
        )
        for distance, along in zip(_distances(operand, spacing, len(axes)), axes, strict=True)
    )
    return slopes[0] if len(slopes) == 1 else slopes


def _distances(x: Tensor, spacing: tuple[float, ...], axes: int) -> list[float]:
    """One distance per axis, rounded to the operand's dtype, so that what is recorded is used."""
    given = [as_array("gradient: spacing", distance) for distance in spacing or (1.0,)]
    for distance in given:
        if distance.ndim != 0:
            raise TypeError(
                f"gradient: spacing of shape {distance.shape}; expected one number per axis"
            )
    if len(spacing) not in (0, 1, axes):
        raise ValueError(
            f"gradient of {x.shape} {x.dtype}: {len(spacing)} distances for {axes} axes; expected "
            "none, one, or one for each"
        )
    distances = [float(quiet.run(distance.astype, x.dtype)) for distance in given]
    return distances * axes if len(distances) == 1 else distances
