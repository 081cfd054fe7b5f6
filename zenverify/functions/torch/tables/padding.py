"""torch's padding, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, constant, moved
from zenverify.functions.torch.tables.common import only

_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _widths(input: Term, pad: Sequence[int]) -> list[tuple[int, int]]:
    """Before and after, per axis: torch names the last axis first."""
    pairs = [(pad[n], pad[n + 1]) for n in range(0, len(pad), 2)][::-1]
    only(len(pairs) <= input.ndim, True)
    return [(0, 0)] * (input.ndim - len(pairs)) + pairs


def _pad(input: Term, pad: Any, mode: str = "constant", value: float | None = None) -> Term:
    widths = _widths(input, tuple(pad))
    # A negative width takes elements away.
    cut = tuple(
        slice(max(-low, 0), size - max(-high, 0))
        for size, (low, high) in zip(input.shape, widths, strict=True)
    )
    added = [(max(low, 0), max(high, 0)) for low, high in widths]
    if mode != "constant":
        if mode not in _MODES:
            raise UndeclaredError(f"a padding of mode {mode}")
        return moved(lambda n: np.pad(n[cut], added, mode=_MODES[mode]), input)  # type: ignore[call-overload]
    filled = constant(input, np.float64(value or 0.0))
    places = np.pad(np.zeros(input.shape, np.bool_)[cut], added, constant_values=True)
    return moved(
        lambda n, v: np.where(places, v, np.pad(n[cut], added, constant_values=0)), input, filled
    )


def _constant_pad(input: Term, pad: Any, value: float = 0) -> Term:
    return _pad(input, pad, value=value)


FUNCTIONS: dict[str, Callable[..., Any]] = {"pad": _pad, "constant_pad_nd": _constant_pad}
