"""Faults that libraries have released in linear algebra."""

from __future__ import annotations

from benchmarks.faults.fault import KnownFault
from benchmarks.faults.released import factorizations, products

FAULTS: tuple[KnownFault, ...] = (*products.FAULTS, *factorizations.FAULTS)
