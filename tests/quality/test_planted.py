"""A part of the planted faults: found, blamed on the right operation, and made small.

``python -m benchmarks.planted_faults`` hunts all of them.
"""

import pytest

from benchmarks.faults import FAULTS, Fault
from benchmarks.planted_faults import hunt

_DEAR = {
    "transpose: permutation not inverted",
    "sum: kept axis put in front",
    "multiply: a * a told apart by identity",
    "sum in place, into a shared array",
    "max: every tie gets all",
    "var: mean of squares less square of the mean",
    "sigmoid: overflow far out",
    "subtract: 2 - x as x - 2",
    "softmax: wrong in three dimensions",
    "subtract: array - x as x - array",
    "power: NaN in 0.0 ** x",
    "relu: computed in place",
}
"""Take thousands of graphs to show."""


def chosen() -> list[Fault]:
    """Every fourth, and one of every kind."""
    first_of_kind = {fault.kind: fault for fault in reversed(FAULTS)}
    every = dict.fromkeys([*FAULTS[::4], *first_of_kind.values()])
    return [fault for fault in every if fault.name not in _DEAR]


@pytest.mark.parametrize("fault", chosen(), ids=str)
def test_a_planted_fault_is_found_blamed_and_made_small(fault: Fault) -> None:
    outcome = hunt(fault, seed=1)
    assert outcome.good, outcome
