"""Faults that libraries have released in elementwise operations."""

from __future__ import annotations

from benchmarks.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()
