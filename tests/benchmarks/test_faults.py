import pytest

from benchmarks.measures.faults import call, expressible, of_every_kind, rules_with, shows_in
from benchmarks.peers.tape import tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import faults_of, find_fault
from zenverify.tensor import OPERATIONS


@pytest.mark.parametrize(
    "name, shows",
    [
        ("tanh/0/sign", True),
        ("multiply/1/float32", True),
        ("tanh/0/above-20", False),  # wrong only where |x| > 20
    ],
)
def test_a_fault_shows_in_a_call_that_meets_it(name: str, shows: bool) -> None:
    fault = find_fault(ZenEngine(), name)
    case = call(fault.operation, 4, 1)
    assert case is not None
    assert shows_in(fault, tape_of(case)) is shows


def test_the_right_rules_are_back_afterwards() -> None:
    right = OPERATIONS["tanh"]
    assert rules_with(find_fault(ZenEngine(), "tanh/0/sign")) is not right
    assert OPERATIONS["tanh"] is right


def test_of_every_class_as_many_are_drawn_the_same_each_time() -> None:
    def draw() -> list[str]:
        faults = faults_of(ZenEngine(), ["tanh", "multiply"])
        return [one.name for one in of_every_kind(faults, 2, 1, lambda fault: True)]

    drawn = draw()
    assert drawn == draw()
    kinds = [find_fault(ZenEngine(), name).mutant.kind for name in drawn]
    assert max(kinds.count(kind) for kind in kinds) == 2


def test_only_faults_that_show_are_expressible() -> None:
    faults = expressible(1, seed=1, sizes=(4,))
    cases = [call(fault.operation, 4, 1) for fault in faults]
    assert len(faults) > 8
    assert all(
        case is not None and shows_in(fault, tape_of(case))
        for fault, case in zip(faults, cases, strict=True)
    )
