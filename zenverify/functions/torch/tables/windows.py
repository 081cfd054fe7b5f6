"""torch's convolutions and pooling, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zenverify.functions.terms import Term, UndeclaredError, apply, moved
from zenverify.functions.torch.tables.common import only


def _conv(name: str) -> Callable[..., Term]:
    def conv(
        input: Term,
        weight: Term,
        bias: Term | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Term:
        rank = weight.ndim - 2
        given = [_pair(one, rank) for one in (stride, padding, dilation)]
        keywords = dict(zip(("stride", "padding", "dilation"), given, strict=True))
        found = apply(name, input, weight, **keywords, groups=groups)
        if bias is None:
            return found
        return found + moved(lambda n: n.reshape(-1, *(1,) * rank), bias)

    return conv


def _max_pool(name: str, rank: int) -> Callable[..., Term]:
    def pool(
        input: Term,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Term:
        only((*_pair(dilation, rank), ceil_mode, return_indices), (*(1,) * rank, False, False))
        kernel = _pair(kernel_size, rank)
        steps = _pair(stride, rank) if stride else kernel
        return apply(name, input, kernel=kernel, stride=steps, padding=_pair(padding, rank))

    return pool


def _avg_pool(name: str, rank: int) -> Callable[..., Term]:
    def pool(
        input: Term,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Term:
        only((ceil_mode, count_include_pad, divisor_override), (False, True, None))
        kernel = _pair(kernel_size, rank)
        steps = _pair(stride, rank) if stride else kernel
        return apply(name, input, kernel=kernel, stride=steps, padding=_pair(padding, rank))

    return pool


def _pair(value: Any, rank: int) -> Any:
    if isinstance(value, str):
        raise UndeclaredError(value)
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    return values * rank if len(values) == 1 else values


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "max_pool1d": _max_pool("max_pool1d", 1),
    "max_pool2d": _max_pool("max_pool2d", 2),
    "avg_pool1d": _avg_pool("avg_pool1d", 1),
    "avg_pool2d": _avg_pool("avg_pool2d", 2),
    "conv1d": _conv("conv1d"),
    "conv2d": _conv("conv2d"),
}
