"""Faults that libraries have released in reductions and sorting."""

from __future__ import annotations

from benchmarks.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()
