"""A part of the planted faults: found, blamed on the right operation, and made small.

``python -m benchmarks.planted_faults`` hunts all of them, in the default campaign.
"""

import pytest

from benchmarks.faults import FAULTS, KnownFault
from benchmarks.planted_faults import find_known
from zenverify.verification.verdict import ACCUMULATION

_COMPANY = ("add", "multiply", "sum", "negative", "exp")
"""What else is drawn: with all operations, some faults take thousands of graphs to show."""


def chosen() -> list[KnownFault]:
    """Every fourth, and one of every kind."""
    first_of_kind = {fault.kind: fault for fault in reversed(FAULTS)}
    return list(dict.fromkeys([*FAULTS[::4], *first_of_kind.values()]))


@pytest.mark.parametrize("fault", chosen(), ids=str)
def test_a_planted_fault_is_found_blamed_and_made_small(fault: KnownFault) -> None:
    own = () if fault.operation == ACCUMULATION else (fault.operation,)
    outcome = find_known(fault, seed=1, operators=dict.fromkeys((*own, *_COMPANY)))
    assert outcome.good, outcome
