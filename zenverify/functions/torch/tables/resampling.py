"""torch's interpolation between elements, in terms of the catalogue's declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, constant, moved
from zenverify.functions.torch.tables.common import only


def _upsampled(rank: int) -> Callable[..., Term]:
    """Linear interpolation along the last axes, one after the other."""

    def upsample(
        input: Term,
        output_size: Sequence[int] | None,
        align_corners: bool,
        scale_factors: Sequence[float | None] | None = None,
    ) -> Term:
        factors = list(scale_factors or [None] * rank)
        for number in range(rank):
            axis = input.ndim - rank + number
            size, factor = input.shape[axis], factors[number]
            wanted = int(size * (factor or 1)) if output_size is None else output_size[number]
            input = _between(input, axis, wanted, aligned=align_corners, factor=factor)
        return input

    return upsample


def _between(input: Term, axis: int, wanted: int, *, aligned: bool, factor: float | None) -> Term:
    """So many results along an axis, each of the two elements that it lies between.

    Where it lies between them is computed here too, in the dtype: what that may lose grows with the
    distance from the first element.
    """
    size, number = input.shape[axis], np.dtype(input.dtype).type
    half = number(0 if aligned else 0.5)
    scale = number(1 / factor) if factor else number(size) / number(wanted)
    if aligned:
        scale = number(size - 1) / number(wanted - 1) if wanted > 1 else number(0)
    places = np.arange(wanted, dtype=input.dtype) + half
    positions = np.maximum(scale * places - half, number(0))
    low = np.minimum(positions.astype(np.int64), size - 1)
    high = np.minimum(low + 1, size - 1)

    def along(numbers: Any) -> Term:
        shape = [1] * input.ndim
        shape[axis] = -1
        return constant(input, np.asarray(numbers, input.dtype).reshape(shape))

    share = (along(places) * float(scale) - along(half + low)) * along(positions > 0)
    below = moved(lambda n: np.take(n, low, axis), input)
    above = moved(lambda n: np.take(n, high, axis), input)
    return below * apply("subtract", 1.0, share) + above * share


_BILINEAR = 0


def _grid_sampler(
    input: Term, grid: Term, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Term:
    """Elements at places that another array holds, between -1 and 1; zeros beside them."""
    only(interpolation_mode, _BILINEAR)
    only(padding_mode, 0)
    sizes = input.shape[2:][::-1]
    batch = np.arange(input.shape[0]).reshape(-1, *(1,) * len(sizes))
    lows, shares = [], []
    for number, size in enumerate(sizes):
        place = moved(lambda n, number=number: n[..., number], grid)
        known = grid.elements[..., number].astype(np.dtype(input.dtype))
        if align_corners:
            place, known = (place + 1.0) * ((size - 1) / 2), (known + 1) * ((size - 1) / 2)
        else:
            place, known = ((place + 1.0) * size - 1.0) / 2, ((known + 1) * size - 1) / 2
        low = np.floor(known)
        if np.isclose(known, np.rint(known), rtol=0, atol=1e-5 * size).any():
            raise UndeclaredError("a place on an element, of which rounding decides the side")
        lows.append(low.astype(np.int64))
        shares.append(place - constant(place, low))
    total: Term | None = None
    for corner in product((0, 1), repeat=len(sizes)):
        places = [low + step for low, step in zip(lows, corner, strict=True)]
        inside = np.logical_and.reduce(
            [(place >= 0) & (place < size) for place, size in zip(places, sizes, strict=True)]
        )
        clipped = [np.clip(p, 0, size - 1) for p, size in zip(places, sizes, strict=True)]

        def taken(numbers: Any, inside: Any = inside, clipped: Any = clipped) -> Any:
            found = numbers.swapaxes(0, 1)[(slice(None), batch, *clipped[::-1])].swapaxes(0, 1)
            return np.where(inside[:, None], found, -1)

        part = moved(taken, input)
        for share, step in zip(shares, corner, strict=True):
            weight = share if step else apply("subtract", 1.0, share)
            part = part * moved(lambda n: n[:, None], weight)
        total = part if total is None else total + part
    assert total is not None
    return total


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "upsample_linear1d": _upsampled(1),
    "upsample_bilinear2d": _upsampled(2),
    "upsample_trilinear3d": _upsampled(3),
    "grid_sampler": _grid_sampler,
}
