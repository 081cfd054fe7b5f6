"""One call of every operation, family by family."""

from __future__ import annotations

from tests.tensor.calls import (
    activations,
    elementwise,
    linear,
    network,
    piecewise,
    reductions,
    rounding,
    shaping,
)
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **elementwise.CALLS,
    **piecewise.CALLS,
    **rounding.CALLS,
    **activations.CALLS,
    **reductions.CALLS,
    **shaping.CALLS,
    **linear.CALLS,
    **network.CALLS,
}

RANGES: dict[str, tuple[float, float]] = {**elementwise.RANGES}
"""Where to draw operands from, for operations that are not defined from 0.5 to 1.5."""
