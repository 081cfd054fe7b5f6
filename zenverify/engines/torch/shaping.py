"""PyTorch's functions that move elements."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from zenverify.engines.tabled import Function, named, of_sequence, offered
from zenverify.engines.torch.calls import integers

Axis = int | tuple[int, ...] | None


def _expand_dims(x: Any, axis: Axis) -> Any:
    offered(isinstance(axis, int), "unsqueeze of several axes")
    return torch.unsqueeze(x, axis)


def _squeeze(x: Any, axis: Axis) -> Any:
    return torch.squeeze(x) if axis is None else torch.squeeze(x, axis)


def _broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    return torch.broadcast_to(x, shape)


def _tile(x: Any, reps: tuple[int, ...]) -> Any:
    return torch.tile(x, reps)


def _transpose(x: Any, axes: tuple[int, ...] | None) -> Any:
    if axes is not None:
        return torch.permute(x, axes)
    return x.T if x.ndim == 2 else torch.permute(x, tuple(reversed(range(x.ndim))))


def _swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    return torch.swapaxes(x, axis1, axis2)


def _roll(x: Any, shift: Axis, axis: Axis) -> Any:
    several = isinstance(shift, tuple), isinstance(axis, tuple)
    offered(several[0] == several[1], "roll with shifts and dims of different number")
    return torch.roll(x, shift, axis)


def _flip(x: Any, axis: Axis) -> Any:
    return torch.flip(x, (*range(x.ndim),) if axis is None else _listed(axis))


def _listed(axis: int | tuple[int, ...]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else axis


def _stack(*operands: Any, axis: int) -> Any:
    return torch.stack(operands, axis)


def _concatenate(*operands: Any, axis: int | None) -> Any:
    offered(axis is not None, "cat without dim")
    return torch.cat(operands, axis)


def _split(x: Any, sections: Any, axis: int, part: int) -> Any:
    return torch.tensor_split(x, sections, dim=axis)[part]


def _repeat(x: Any, repeats: Any, axis: int | None) -> Any:
    counts = repeats if isinstance(repeats, int) else integers(repeats)
    return torch.repeat_interleave(x, counts, dim=axis)


_PADDINGS = {
    "constant": "constant",
    "edge": "replicate",
    "reflect": "reflect",
    "wrap": "circular",
}


def _pad(x: Any, pad_width: Any, mode: str, constant_values: float) -> Any:
    offered(mode in _PADDINGS, f"padding mode {mode}")
    widths = tuple(chain.from_iterable(reversed(pad_width)))
    if mode == "constant":
        return functional.pad(x, widths, value=constant_values)
    # The first axes of an image, or of a batch of them, are not padded.
    inner = {1: 2, 2: 2, 3: 4}.get(x.ndim, 0)
    offered(x.ndim > 1 and not any(widths[inner:]), f"{mode} padding of leading axes")
    sizes = x.shape[::-1][: inner // 2]
    room = {"reflect": -1, "wrap": 0}.get(mode)
    fits = [max(widths[2 * i : 2 * i + 2]) for i in range(len(sizes))]
    enough = room is None or all(most <= n + room for most, n in zip(fits, sizes, strict=True))
    offered(enough, f"{mode} padding wider than the array")
    return functional.pad(x, widths[:inner], mode=_PADDINGS[mode])


def _index(x: Any, key: Any) -> Any:
    backwards = any(isinstance(k, slice) and (k.step or 1) < 0 for k in key)
    offered(not backwards, "slices that go backwards")
    return x[tuple(torch.as_tensor(k) if isinstance(k, np.ndarray) else k for k in key)]


def _set_at(x: Any, values: Any, key: Any) -> Any:
    offered(all(isinstance(k, np.ndarray) for k in key), "index_put by other than arrays")
    return torch.index_put(x, tuple(map(torch.as_tensor, key)), values)


def _take(x: Any, indices: Any, axis: int | None) -> Any:
    if axis is None:
        return torch.take(x, integers(indices))
    offered(np.ndim(indices) == 1, "index_select with other than one dimension of indices")
    offered(bool(np.all(np.asarray(indices) >= 0)), "index_select with negative indices")
    return torch.index_select(x, axis, integers(indices))


def _take_along_axis(x: Any, indices: Any, axis: int | None) -> Any:
    offered(bool(np.all(indices >= 0)), "take_along_dim with negative indices")
    return torch.take_along_dim(x, integers(indices), dim=axis)


def _gather(x: Any, dim: int, index: Any) -> Any:
    return torch.gather(x, dim, integers(index))


def _scatter_add(x: Any, src: Any, dim: int, index: Any) -> Any:
    # Its page says that the backward pass is implemented for these only.
    offered(src.shape == index.shape, "scatter_add of a src larger than the index")
    return torch.scatter_add(x, dim, integers(index), src)


def _diag(x: Any, k: int) -> Any:
    return torch.diag(x, k)


def _diagonal(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    return torch.diagonal(x, offset, axis1, axis2)


def _trace(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    offered(x.ndim == 2 and (offset, axis1, axis2) == (0, 0, 1), "trace of other than a matrix")
    return torch.trace(x)


def _tril(x: Any, k: int) -> Any:
    return torch.tril(x, k)


def _triu(x: Any, k: int) -> Any:
    return torch.triu(x, k)


def _diff(x: Any, n: int, axis: int) -> Any:
    return torch.diff(x, n, axis)


def _gradient(x: Any, spacing: float, axis: int, edge_order: int) -> Any:
    return torch.gradient(x, spacing=spacing, dim=axis, edge_order=edge_order)[0]


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **named(
            torch,
            (
                "reshape",
                "flatten",
                "moveaxis",
            ),
        ),
        "expand_dims": _expand_dims,
        "squeeze": _squeeze,
        "broadcast_to": _broadcast_to,
        "transpose": _transpose,
        "swapaxes": _swapaxes,
        "roll": _roll,
        "flip": _flip,
        "stack": _stack,
        "concatenate": _concatenate,
        "hstack": of_sequence(torch.hstack),
        "vstack": of_sequence(torch.vstack),
        "dstack": of_sequence(torch.dstack),
        "split": _split,
        "tile": _tile,
        "repeat": _repeat,
        "pad": _pad,
        "index": _index,
        "set_at": _set_at,
        "take": _take,
        "take_along_axis": _take_along_axis,
        "gather": _gather,
        "scatter_add": _scatter_add,
        "diag": _diag,
        "diagonal": _diagonal,
        "trace": _trace,
        "tril": _tril,
        "triu": _triu,
        "diff": _diff,
        "gradient": _gradient,
    }
)
