"""torch's convolutions and pooling, in terms of the catalogue's declarations, over 1 to 3 axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from zenverify.functions.terms import Term, UndeclaredError, moved
from zenverify.functions.torch.tables.common import only
from zenverify.operators.declarations.networks.convolution import convolution
from zenverify.operators.declarations.networks.pooling import (
    Reduce,
    Windows,
    cut,
    largest,
    mean_of_all,
    pooled,
)
from zenverify.operators.declarations.networks.transposed_convolution import (
    transposed_convolution,
)
from zenverify.operators.program.builder import Buffer, ProgramBuilder


def _batched(input: Term, rank: int) -> Term:
    """With a batch of one, where there is none."""
    return input if input.ndim == rank + 2 else moved(lambda n: n[None], input)


def _like(found: Buffer, input: Term, rank: int) -> Term:
    """What was found, without a batch where there was none."""
    result = input.like(found)
    return result if input.ndim == rank + 2 else moved(lambda n: n[0], result)


def _with_bias(found: Term, bias: Term | None, rank: int) -> Term:
    if bias is None:
        return found
    return found + moved(lambda n: n.reshape(-1, *(1,) * rank), bias)


def _conv(rank: int) -> Callable[..., Term]:
    build = convolution(rank)

    def conv(
        input: Term,
        weight: Term,
        bias: Term | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Term:
        found = build(
            input.builder,
            _batched(input, rank).buffer,
            weight.buffer,
            stride=_per_axis(stride, rank),
            padding=_per_axis(padding, rank),
            dilation=_per_axis(dilation, rank),
            groups=groups,
        )
        return _with_bias(_like(found, input, rank), bias, rank)

    return conv


def _transposed(rank: int) -> Callable[..., Term]:
    build = transposed_convolution(rank)

    def conv(
        input: Term,
        weight: Term,
        bias: Term | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Term:
        found = build(
            input.builder,
            _batched(input, rank).buffer,
            weight.buffer,
            stride=_per_axis(stride, rank),
            padding=_per_axis(padding, rank),
            output_padding=_per_axis(output_padding, rank),
            dilation=_per_axis(dilation, rank),
            groups=groups,
        )
        return _with_bias(_like(found, input, rank), bias, rank)

    return conv


def _moving(
    size: int, kernel: int, stride: int, padding: int, dilation: int, *, ceil_mode: bool
) -> Windows:
    """A window's positions along an axis, without what lies beyond its ends."""
    reach = dilation * (kernel - 1) + 1
    room = size + 2 * padding - reach
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1  # a window must not start beyond the end
    starts = [step * stride - padding for step in range(count)]
    windows = [range(start, start + reach, dilation) for start in starts]
    return [range(_first(w), min(w.stop, size), dilation) for w in windows]


def _first(window: range) -> int:
    return next((place for place in window if place >= 0), window.stop)


def _pool(rank: int, reduce: Reduce, axes: list[Windows], input: Term, full: int) -> Term:
    wide = _batched(input, rank)
    if any(not len(window) for axis in axes for window in axis):
        raise UndeclaredError("a window of nothing")
    found = pooled(input.builder, wide.buffer, axes, full, reduce)
    return _like(found, input, rank)


def _max_pool(rank: int) -> Callable[..., tuple[Term, None]]:
    def pool(
        input: Term,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> tuple[Term, None]:
        kernel = _per_axis(kernel_size, rank)
        given = (
            input.shape[-rank:],
            kernel,
            _per_axis(stride, rank) if stride else kernel,
            _per_axis(padding, rank),
            _per_axis(dilation, rank),
        )
        axes = [_moving(*axis, ceil_mode=ceil_mode) for axis in zip(*given, strict=True)]
        return _pool(rank, largest, axes, input, 0), None

    return pool


def _avg_pool(rank: int) -> Callable[..., Term]:
    def pool(
        input: Term,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Term:
        kernel, added = _per_axis(kernel_size, rank), _per_axis(padding, rank)
        steps = _per_axis(stride, rank) if stride else kernel
        sizes = input.shape[-rank:]
        given = (sizes, kernel, steps, added, (1,) * rank)
        axes = [_moving(*axis, ceil_mode=ceil_mode) for axis in zip(*given, strict=True)]
        if not any(added) and divisor_override is None:
            # Windows are cut off where the elements end, and what is beyond does not count.
            return _pool(rank, mean_of_all, axes, input, 0)
        if divisor_override is None and not count_include_pad:
            return _pool(rank, mean_of_all, axes, input, 0)
        if divisor_override is None:
            only(ceil_mode, False)
        divisor = divisor_override or math.prod(kernel)

        def shared(builder: ProgramBuilder, rows: Buffer, full: int) -> Buffer:
            return rows.sum(-1) / divisor

        return _pool(rank, shared, axes, input, divisor)

    return pool


def _adaptive(rank: int, reduce: Reduce) -> Callable[..., tuple[Term, None]]:
    def pool(input: Term, output_size: Any, return_indices: bool = False) -> tuple[Term, None]:
        shape = input.shape[-rank:]
        wanted = _per_axis(output_size, rank)
        axes = [
            cut(have, have if size is None else size)
            for size, have in zip(wanted, shape, strict=True)
        ]
        return _pool(rank, reduce, axes, input, 0), None

    return pool


def _per_axis(value: Any, rank: int) -> Any:
    if isinstance(value, str):
        raise UndeclaredError(value)
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    return values * rank if len(values) == 1 else values


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"{name}{rank}d{ending}": make(rank)
    for rank in (1, 2, 3)
    for name, ending, make in (
        ("conv", "", _conv),
        ("conv_transpose", "", _transposed),
        ("max_pool", "", _max_pool),
        ("max_pool", "_with_indices", _max_pool),
        ("avg_pool", "", _avg_pool),
        ("adaptive_avg_pool", "", lambda rank: _adaptive(rank, mean_of_all)),
        ("adaptive_max_pool", "", lambda rank: _adaptive(rank, largest)),
    )
}
