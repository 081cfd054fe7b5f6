"""Faults that libraries have released in linear algebra."""

from __future__ import annotations

from benchmarks.faults.fault import Fault
from benchmarks.faults.released import factorizations, products

FAULTS: tuple[Fault, ...] = (*products.FAULTS, *factorizations.FAULTS)
