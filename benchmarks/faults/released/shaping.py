"""Faults that libraries have released in operations that move elements."""

from __future__ import annotations

from benchmarks.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()
