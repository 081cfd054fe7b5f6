"""Faults that libraries have released, family by family."""

from __future__ import annotations

from benchmarks.faults.fault import Fault
from benchmarks.faults.released import elementwise, linear, network, reductions, shaping

RELEASED: tuple[Fault, ...] = (
    *elementwise.FAULTS,
    *reductions.FAULTS,
    *shaping.FAULTS,
    *linear.FAULTS,
    *network.FAULTS,
)
