"""Faults that libraries have released, family by family."""

from __future__ import annotations

from benchmarks.faults.fault import KnownFault
from benchmarks.faults.released import (
    choosing,
    convolution,
    elementwise,
    linear,
    losses,
    network,
    piecewise,
    reductions,
    repeating,
    scans,
    shaping,
)

RELEASED: tuple[KnownFault, ...] = (
    *elementwise.FAULTS,
    *piecewise.FAULTS,
    *reductions.FAULTS,
    *scans.FAULTS,
    *shaping.FAULTS,
    *repeating.FAULTS,
    *choosing.FAULTS,
    *linear.FAULTS,
    *convolution.FAULTS,
    *network.FAULTS,
    *losses.FAULTS,
)
