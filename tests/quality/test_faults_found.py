"""One fault of each class of the catalogue, as ``python -m benchmarks.faults_found`` hunts all."""

from __future__ import annotations

from itertools import islice

import pytest

from benchmarks.faults_found import by_operation, outcome_of
from zenverify.engines.protocol import ACCUMULATION, BROADCASTING
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import Fault, faults_of
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions

_PLACES = ("multiply", "mean", "max", "matmul", "absolute", "arctan2", ACCUMULATION, BROADCASTING)
_HARD = {"NaN cleaned": "arctan2/0/nan-cleaned", "kink": "absolute/0/right-of-kink"}
"""Where the first fault of a class never makes a difference."""


def _one_of_each() -> list[Fault]:
    known = {fault.name: fault for fault in faults_of(ZenEngine(), _PLACES)}
    first: dict[str, Fault] = {}
    for fault in known.values():
        first.setdefault(fault.mutant.kind, fault)
    first |= {kind: known[name] for kind, name in _HARD.items()}
    return list(first.values())


@pytest.mark.parametrize("fault", _one_of_each(), ids=lambda fault: fault.name)
def test_a_fault_is_found_blamed_and_made_small(fault: Fault) -> None:
    own = () if fault.operation in (ACCUMULATION, BROADCASTING) else (fault.operation,)
    names = tuple(dict.fromkeys((*own, "add", "multiply", "exp", "sum", "negative")))
    options = CampaignOptions(seed=1, operators=names)
    every, of = by_operation(islice(cases_of(options, names), 600))
    outcome = outcome_of(fault, of[own[0]] if own else every, reduced=True)
    if not outcome.differed:
        pytest.fail(f"{fault.name} is none: {outcome.reason}")
    assert outcome.found
    assert outcome.blamed
    # A fault of the walk is shown without probes, which takes as many operations as it has terms.
    assert outcome.operations <= (8 if fault.operation == ACCUMULATION else 3)
