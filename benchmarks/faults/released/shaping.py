"""Faults that libraries have released in operations that reorder, join or split."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule
from benchmarks.faults.released.fitting import where_it_fits
from zenverify.tensor.axes import integers

ORDER = "released: order of elements"
JOINED = "released: joining and differences"


def _first_shift_only(g: Any, y: Any, x: Any, shift: Any, axis: Any) -> Any:
    if isinstance(shift, int) or axis is None:
        return np.roll(g, -np.asarray(shift), axis)
    return np.roll(g, -shift[0], integers(axis)[0])


def _first_axis_flipped(g: Any, y: Any, x: Any, axis: Any) -> Any:
    return np.flip(g, axis[:1] if isinstance(axis, tuple) else axis)


def _not_moved_past(g: Any, x: Any, axis: int, start: int) -> Any:
    """Takes the rolled axis from `start`, also where it came from before that."""
    return np.moveaxis(g, min(start % (x.ndim + 1), x.ndim - 1), axis)


_ORDER = (
    rule(
        ORDER, "roll", "shifted the same way", lambda g, y, x, shift, axis: np.roll(g, shift, axis)
    ),
    rule(ORDER, "roll", "first of several axes", _first_shift_only),
    rule(
        ORDER,
        "roll",
        "along the first axis for a negative one",
        lambda g, y, x, shift, axis: np.roll(
            g, -np.asarray(shift), 0 if isinstance(axis, int) and axis < 0 else axis
        ),
    ),
    rule(ORDER, "flip", "first of several axes", _first_axis_flipped),
    rule(
        ORDER,
        "flip",
        "first axis for None",
        lambda g, y, x, axis: np.flip(g, 0 if axis is None and x.ndim else axis),
    ),
    where_it_fits(
        ORDER,
        "moveaxis",
        "moved once more",
        lambda g, x, source, destination: np.moveaxis(g, source, destination),
    ),
    where_it_fits(ORDER, "rollaxis", "one place too far", _not_moved_past),
    where_it_fits(
        ORDER,
        "swapaxes",
        "last two axes",
        lambda g, x, axis1, axis2: g.swapaxes(-1, -min(x.ndim, 2)),
    ),
    where_it_fits(
        ORDER,
        "transpose",
        "cyclic order not inverted",
        lambda g, x, axes: g.transpose(axes) if axes is not None and x.ndim > 2 else None,
    ),
)


def _rows_for_elements(g: Any, y: Any, *operands: Any, axis: Any, position: int) -> Any:
    """Counts rows where the operands were flattened: right for vectors."""
    along = 0 if axis is None else axis % y.ndim
    sizes = [operand.shape[along] if operand.ndim else 1 for operand in operands]
    own = operands[position]
    start = sum(sizes[:position])
    stop = start + (own.size if axis is None else own.shape[along])
    return g[(slice(None),) * along + (slice(start, stop),)].reshape(own.shape)


def _equal_widths(g: Any, y: Any, *operands: Any, position: int) -> Any:
    """Takes all operands to be of one width."""
    own = operands[position]
    along = min(max(own.ndim - 1, 0), 1)
    width = own.shape[along] if own.ndim else 1
    start = min(position * width, y.shape[along] - width)
    return g[(slice(None),) * along + (slice(start, start + width),)].reshape(own.shape)


def _first_part(g: Any, y: Any, x: Any, sections: Any, axis: int, part: int) -> Any:
    made = np.zeros_like(x)
    np.moveaxis(made, axis, 0)[: g.shape[axis]] = np.moveaxis(g, axis, 0)
    return made


def _both_added(g: Any, y: Any, x: Any, n: int, axis: int) -> Any:
    """Adds the cotangent on both sides of the difference."""
    lines = np.moveaxis(g, axis, 0)
    for order in range(min(n, x.shape[axis])):
        size = x.shape[axis] - min(n, x.shape[axis]) + order + 1
        wider = np.zeros((size, *lines.shape[1:]), lines.dtype)
        wider[1:] += lines
        wider[:-1] += lines
        lines = wider
    return np.moveaxis(lines, 0, axis)


def _ends_like_the_inside(right: Pullback) -> Pullback:
    """Halves the slopes at both ends."""

    def wrong(g: Any, y: Any, x: Any, spacing: float, axis: int, edge_order: int) -> Any:
        halved = np.array(g)
        np.moveaxis(halved, axis, 0)[[0, -1]] /= 2
        return right(halved, y, x, spacing=spacing, axis=axis, edge_order=edge_order)

    return wrong


def _first_order_ends(right: Pullback) -> Pullback:
    def wrong(*arguments: Any, edge_order: int, **attributes: Any) -> Any:
        return right(*arguments, edge_order=1, **attributes)

    return wrong


_JOINED = (
    rule(
        JOINED,
        "concatenate",
        "rows counted for axis None",
        _rows_for_elements,
        blamed=(0, 1, 2, None),
    ),
    rule(JOINED, "hstack", "all as wide as each", _equal_widths, blamed=(0, 1, 2, None)),
    rule(JOINED, "split", "every part the first", _first_part),
    rule(JOINED, "diff", "no minus on one side", _both_added),
    altered(JOINED, "gradient", "ends like the inside", _ends_like_the_inside),
    altered(JOINED, "gradient", "ends of first order", _first_order_ends),
)

FAULTS: tuple[KnownFault, ...] = (*_ORDER, *_JOINED)
