"""Faults to plant into the production engine, by the class that they belong to.

Each one is planted in the engine's own code path, for as long as its context lasts, and says which
operation and argument must be blamed for it.
"""

from benchmarks.faults.fault import KnownFault
from benchmarks.faults.reflected import REFLECTIONS
from benchmarks.faults.regions import REGIONS
from benchmarks.faults.released import RELEASED
from benchmarks.faults.rules import RULES
from benchmarks.faults.shapes import SHAPES
from benchmarks.faults.walks import WALKS

FAULTS: tuple[KnownFault, ...] = (*RULES, *SHAPES, *REFLECTIONS, *REGIONS, *WALKS, *RELEASED)

__all__ = ["FAULTS", "KnownFault"]
