"""What the peers say of a right rule and of a wrong one; skipped where they are not installed."""

import warnings

import numpy as np
import pytest

from benchmarks.measures.faults import call, rules_with
from benchmarks.peers.calls import MASKS, masked
from benchmarks.peers.peer import PEERS, Peer
from benchmarks.peers.tape import Tape, tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.graph.case import Case


@pytest.fixture(params=PEERS, ids=lambda peer: peer.name)
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a library warns of when it is loaded is its affair
        pytest.importorskip(found.package)
        found.check(right("exp"))
    return found


def right(operation: str, size: int = 4) -> Tape:
    return tape_of(case_of(operation, size))


def case_of(operation: str, size: int = 4) -> Case:
    case = call(operation, size, 1)
    assert case is not None
    return case


def wrong(name: str, size: int = 4) -> Tape:
    fault = find_fault(ZenEngine(), name)
    return right(fault.operation, size).with_rule(rules_with(fault))


@pytest.mark.parametrize(
    "operation", ["tanh", "multiply", "sum", "matmul", "softmax", "concatenate"]
)
def test_a_right_rule_passes(peer: Peer, operation: str) -> None:
    answer = peer.check(right(operation))
    assert not answer.complains, answer.message
    assert answer.seconds > 0


@pytest.mark.parametrize(
    "name", ["tanh/0/sign", "multiply/0/twice", "multiply/1/sign", "sum/0/missing"]
)
def test_a_gross_fault_is_found(peer: Peer, name: str) -> None:
    answer = peer.check(wrong(name))
    assert answer.complains
    assert "Error" in answer.message


def test_a_rounding_to_float32_is_not_found(peer: Peer) -> None:
    assert not peer.check(wrong("tanh/0/float32")).complains


def test_a_fault_behind_a_dead_branch_is_not_found(peer: Peer) -> None:
    fault = find_fault(ZenEngine(), "tanh/0/sign")
    tape = tape_of(masked(case_of("tanh"), MASKS[3]))
    assert not peer.check(tape.with_rule(rules_with(fault))).complains


def test_empty_leaves_are_no_reason_to_complain(peer: Peer) -> None:
    tape = right("tanh")
    empty = Tape((np.zeros((2, 0)), *tape.variables), tape.steps)
    shifted = tuple(
        type(step)(step.operation, tuple(_next(o) for o in step.operands), step.keywords)
        for step in empty.steps
    )
    assert not peer.check(Tape(empty.variables, shifted)).complains


def _next(operand: int | np.ndarray) -> int | np.ndarray:
    return operand + 1 if isinstance(operand, int) else operand


def test_a_library_that_is_not_there_is_not_installed() -> None:
    peer = Peer("none", "no_such_library", "benchmarks.peers.none", "check")
    assert not peer.is_installed
    assert peer.version == ""
