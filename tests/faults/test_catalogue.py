"""The catalogue of faults: names, the truth about each, and errors."""

from __future__ import annotations

import pytest

from tests.engines.tape import TapeEngine
from zenverify.engines.protocol import Mutant
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UsageError
from zenverify.faults.catalogue import TRAVERSAL, faults_of, find_fault
from zenverify.faults.planting import mutants_of
from zenverify.operators import catalogue

CLASSES = {
    "sign",
    "factor",
    "dropped term",
    "duplicated term",
    "swapped arguments",
    "aliased arguments",
    "wrong input",
    "broadcasting",
    "wrong axis",
    "missing keepdims",
    "wrong count",
    "transposed operand",
    "overwritten",
    "incomplete",
    "per path",
    "recursion",
    "mutated input",
    "mutated cotangent",
    "aliased gradient",
    "precision",
    "NaN cleaned",
    "overflow",
    "tie",
    "kink",
    "region",
    "shape",
    "history",
    "source",
}


def test_every_class_is_there_and_every_name_is_one_of_a_kind() -> None:
    known = list(faults_of(ZenEngine()))
    assert len(known) >= 500
    assert {fault.mutant.kind for fault in known} == CLASSES
    assert len({fault.name for fault in known}) == len(known)
    assert not [fault.name for fault in known if " " in fault.name]


def test_every_operation_and_the_traversal_have_faults() -> None:
    found = {fault.operation for fault in faults_of(ZenEngine())}
    assert found == {*catalogue.names(), *TRAVERSAL}  # no comparison: it has no rule


@pytest.mark.parametrize(
    "name, place, kind",
    [
        ("tanh/0/sign", "tanh, argument 0", "sign"),
        ("multiply/1/first-slice", "multiply, argument 1", "broadcasting"),
        ("multiply/each/unsummed", "multiply", "broadcasting"),
        ("stack/each/half", "stack", "factor"),
        ("accumulation/overwritten", "accumulation", "overwritten"),
        ("broadcasting/mean", "broadcasting", "wrong count"),
    ],
)
def test_a_fault_is_found_by_its_name(name: str, place: str, kind: str) -> None:
    fault = find_fault(ZenEngine(), name)
    assert (fault.name, fault.place, fault.mutant.kind) == (name, place, kind)


def test_faults_that_cannot_make_a_difference_are_left_out() -> None:
    names = {fault.name for fault in faults_of(ZenEngine(), ["tanh", "multiply", "max"])}
    assert {"multiply/0/exchanged", "max/0/first-of-ties", "max/0/keepdims"} <= names
    assert names.isdisjoint({"tanh/0/exchanged", "tanh/0/keepdims", "tanh/each/unsummed"})
    assert names.isdisjoint({"tanh/0/right-of-kink", "multiply/0/uncounted"})


@pytest.mark.parametrize(
    "name, message",
    [
        ("tanh/0/sing", "did you mean 'tanh/0/sign'? (zenverify faults --of tanh lists all"),
        ("tanhh/0/sign", "'tanhh' is no operation of engine 'zen'; did you mean 'tanh'?"),
        ("sign", "there is no fault 'sign' (zenverify faults --of sign lists all"),
        ("acumulation/overwritten", "did you mean 'accumulation'?"),
        ("", "'' is no operation of engine 'zen'"),
    ],
)
def test_a_name_that_is_none_has_a_suggestion(name: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        find_fault(ZenEngine(), name)
    assert message in str(raised.value)


def test_an_operation_that_is_none_has_a_suggestion() -> None:
    with pytest.raises(UsageError, match="no operation 'tanhh'; did you mean 'tanh'"):
        list(faults_of(ZenEngine(), ["tanhh"]))


def test_an_engine_that_cannot_be_faulty_says_so() -> None:
    with pytest.raises(UsageError, match="no fault can be planted into engine 'tape': it has no"):
        find_fault(TapeEngine(), "tanh/0/sign")


def test_two_faults_of_one_key_have_two_names() -> None:
    class Doubled(ZenEngine):
        def mutants(self, operator: str) -> tuple[Mutant, ...]:
            return tuple(mutants_of(ZenEngine(), operator))[:1] * 2

    names = [fault.name for fault in faults_of(Doubled(), ["tanh"])]
    assert names == ["tanh/0/sign", "tanh/0/sign-2"]
