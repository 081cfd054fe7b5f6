import numpy as np
import pytest

from benchmarks.peers.calls import result_of
from benchmarks.peers.tape import Tape, recorded, tape_of
from zenverify import Tensor
from zenverify.engines.zen import ZenEngine
from zenverify.faults.planting import mutants_of
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.tensor import OPERATIONS

X = np.array([[0.5, -1.0], [2.0, 0.25]])
Y = np.array([3.0, -2.0])


def product() -> Tape:
    return recorded(Tensor(X).tanh() * Tensor(Y))


def test_it_computes_what_the_engine_computed() -> None:
    tape = product()
    assert [step.operation.name for step in tape.steps] == ["tanh", "multiply"]
    assert np.array_equal(result_of(tape), np.tanh(X) * Y)


def test_a_variable_that_is_used_twice_is_one() -> None:
    x = Tensor(Y)
    tape = recorded(x * x + x)
    assert len(tape.variables) == 1
    assert np.array_equal(result_of(tape), Y * Y + Y)


def test_constants_are_kept_in_the_step() -> None:
    build = GraphBuilder()
    x, number = build.variable((2,), "float32"), build.leaf(LeafKind.NUMBER)
    build.apply("multiply", x, number)
    values = (Y.astype(np.float32), np.array(0.5))
    tape = tape_of(Case(build.graph(), values, np.ones(2, np.float32)))
    assert len(tape.variables) == 1
    assert result_of(tape).dtype == np.float32
    assert np.array_equal(result_of(tape), Y / 2)


def test_a_contribution_is_summed_to_its_operand_and_shares_no_memory() -> None:
    (step,) = recorded(Tensor(X) + Tensor(Y)).steps
    g = np.ones((2, 2))
    found = step.pull_back(1, g, X + Y, [X, Y])
    assert np.array_equal(found, [2.0, 2.0])
    assert not np.shares_memory(step.pull_back(0, g, X + Y, [X, Y]), g)


def test_another_rule_goes_to_the_one_step_of_its_name() -> None:
    mutant = next(one for one in mutants_of(ZenEngine(), "multiply") if one.key == "sign")
    with mutant.plant():
        wrong = product().with_rule(OPERATIONS["multiply"])
    assert [step.suspect for step in wrong.steps] == [False, True]
    assert result_of(wrong) is not None


@pytest.mark.parametrize("name, count", [("exp", 0), ("add", 2)])
def test_a_rule_without_a_place_of_its_own_is_refused(name: str, count: int) -> None:
    tape = recorded(Tensor(Y) + Tensor(Y) + 1.0)
    with pytest.raises(ValueError, match=f"{count} steps are {name}, expected 1"):
        tape.with_rule(OPERATIONS[name])
