"""Faults that libraries have released in convolution and pooling."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule, value
from zenverify.tensor import OPERATIONS
from zenverify.tensor.networks.convolution import spread
from zenverify.tensor.networks.windows import meetings

CONVOLUTION = "released: convolution"
POOLING = "released: pooling"


def _right(operation: str, argument: int = 0) -> Pullback:
    return OPERATIONS[operation].pullbacks[argument]


_convolution_in_x, _convolution_in_w = _right("conv2d"), _right("conv2d", 1)
_adaptive = _right("adaptive_avg_pool2d")
_transposed_in_x, _transposed_in_w = _right("conv_transpose2d"), _right("conv_transpose2d", 1)


def _turned(g: Any, y: Any, x: Any, w: Any, **attributes: Any) -> Any:
    return _convolution_in_x(g, y, x, w[..., ::-1], **attributes)


def _stride_ignored(g: Any, y: Any, x: Any, w: Any, stride: Any, **attributes: Any) -> Any:
    return _convolution_in_x(g, y, x, w, (1,) * len(stride), **attributes)


def _padding_off_by_one(g: Any, y: Any, x: Any, w: Any, padding: Any, **attributes: Any) -> Any:
    less = tuple(max(0, added - 1) for added in padding)
    return _convolution_in_x(g, y, x, w, padding=less, **attributes)


def _groups_interleaved(g: Any, y: Any, x: Any, w: Any, groups: int, **attributes: Any) -> Any:
    """Takes every n-th output for a group instead of n in a row."""
    split = g.reshape(len(g), g.shape[1] // groups, groups, *g.shape[2:])
    return _convolution_in_x(
        split.swapaxes(1, 2).reshape(g.shape), y, x, w, groups=groups, **attributes
    )


def _first_group(g: Any, y: Any, x: Any, w: Any, groups: int, **attributes: Any) -> Any:
    """Gives the kernels of every group the images of the first."""
    first = x[:, : x.shape[1] // groups]
    wide = np.concatenate([first] * groups, axis=1)
    return _convolution_in_w(g, y, wide, w, groups=groups, **attributes)


def _dilation_ignored(g: Any, y: Any, x: Any, w: Any, dilation: Any, **attributes: Any) -> Any:
    ones = (1,) * len(dilation)
    sizes, stride, padding = x.shape[2:], attributes["stride"], attributes["padding"]
    return spread(g, w, sizes, stride, padding, ones, attributes["groups"])


def _no_output_padding(
    g: Any, y: Any, x: Any, w: Any, output_padding: Any, **attributes: Any
) -> Any:
    """Takes the elements that the result has more to be in front."""
    rest = g[(..., *(slice(added, None) for added in output_padding))]
    return _transposed_in_x(rest, y, x, w, output_padding=output_padding, **attributes)


def _ordinary_layout(g: Any, y: Any, x: Any, w: Any, **attributes: Any) -> Any:
    """Lays the kernels' slopes out as a convolution's; it shows where both numbers are equal."""
    found = _transposed_in_w(g, y, x, w, **attributes)
    return found.swapaxes(0, 1) if found.shape[0] == found.shape[1] else found


def _not_cut_off(g: Any, y: Any, x: Any, w: Any, padding: Any, **attributes: Any) -> Any:
    return _transposed_in_x(g, y, x, w, padding=(0,) * len(padding), **attributes)


_CONVOLUTION = (
    rule(CONVOLUTION, "conv1d", "kernel turned in the slope of x", _turned),
    rule(CONVOLUTION, "conv1d", "stride ignored", _stride_ignored),
    rule(CONVOLUTION, "conv2d", "stride ignored in the slope of x", _stride_ignored),
    rule(CONVOLUTION, "conv2d", "padding off by one", _padding_off_by_one),
    rule(CONVOLUTION, "conv2d", "groups interleaved", _groups_interleaved),
    rule(CONVOLUTION, "conv2d", "first group for all", _first_group, 1),
    rule(CONVOLUTION, "conv1d", "dilation ignored", _dilation_ignored),
    rule(CONVOLUTION, "conv_transpose1d", "output padding in front", _no_output_padding),
    rule(CONVOLUTION, "conv_transpose2d", "output padding in front", _no_output_padding),
    rule(CONVOLUTION, "conv_transpose1d", "channels as in conv1d", _ordinary_layout, 1),
    rule(CONVOLUTION, "conv_transpose2d", "padding ignored", _not_cut_off),
)


def _met(x: Any, y: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    return meetings(x.shape[2:], y.shape[2:], kernel, stride, padding)


def _whole_to_each(g: Any, y: Any, x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    made = np.zeros_like(x)
    for _, places, elements in _met(x, y, kernel, stride, padding):
        made[elements] += np.where(x[elements] == y[places], g[places], 0)
    return made


def _overwritten(g: Any, y: Any, x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    """Keeps what the last window gives where windows overlap."""
    made = np.zeros_like(x)
    for _, places, elements in _met(x, y, kernel, stride, padding):
        made[elements] = np.where(x[elements] == y[places], g[places], made[elements])
    return made


def _zeros_around(good: Any) -> Any:
    """Compares with the padding, as if it were zeros."""

    def wrong(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
        rim = [(0, 0), (0, 0), *((added, added) for added in padding)]
        return good(np.pad(x, rim), kernel, stride, (0,) * len(padding))

    return wrong


def _without_padding(g: Any, y: Any, x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    """Divides by the elements that a window holds instead of its size."""
    number = np.zeros_like(y)
    for _, places, _ in _met(x, y, kernel, stride, padding):
        number[places] += 1
    made = np.zeros_like(x)
    for _, places, elements in _met(x, y, kernel, stride, padding):
        made[elements] += g[places] / number[places]
    return made


def _not_divided(good: Pullback) -> Pullback:
    def wrong(g: Any, *rest: Any, kernel: Any, **attributes: Any) -> Any:
        return good(g, *rest, kernel=kernel, **attributes) * prod(kernel)

    return wrong


def _equal_windows(g: Any, y: Any, x: Any, size: Any) -> Any:
    """Divides by the mean size of a window, which is each one's only where they are equal."""
    made = np.zeros_like(x)
    mean = prod(x.shape[2:]) / prod(size)
    for place in np.ndindex(*size):
        chosen = np.zeros_like(g)
        chosen[(..., *place)] = g[(..., *place)]
        window = _adaptive(chosen, y, x, size)
        made += np.where(window != 0, chosen.sum((2, 3), keepdims=True) / mean, 0).astype(x.dtype)
    return made


def _first_of_ties(g: Any, y: Any, x: Any, size: Any) -> Any:
    """Looks for the largest of the whole image, not of the window."""
    top = x.max((2, 3), keepdims=True)
    ties = x == top
    return (g.sum((2, 3), keepdims=True) * ties / ties.sum((2, 3), keepdims=True)).astype(x.dtype)


FAULTS: tuple[KnownFault, ...] = (
    *_CONVOLUTION,
    rule(POOLING, "max_pool2d", "all of it to every element that ties", _whole_to_each),
    rule(POOLING, "max_pool1d", "overlapping windows overwritten", _overwritten),
    value(
        POOLING,
        "max_pool1d",
        "padding taken for zeros",
        _zeros_around(OPERATIONS["max_pool1d"].forward),
    ),
    rule(POOLING, "avg_pool1d", "divided by what the window holds", _without_padding),
    altered(POOLING, "avg_pool2d", "not divided", _not_divided),
    rule(POOLING, "adaptive_avg_pool2d", "windows taken for equal", _equal_windows),
    rule(POOLING, "adaptive_max_pool2d", "largest of the image", _first_of_ties),
)
