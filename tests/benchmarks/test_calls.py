import numpy as np
import pytest

from benchmarks.peers.calls import MASKS, Mask, call_of, mask_for, masked, result_of
from benchmarks.peers.tape import tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification import trace


def called(name: str, size: int) -> Case:
    case = call_of(catalogue.get(name), size, seed=1)
    assert case is not None
    return case


@pytest.mark.parametrize(
    "name, size, shapes",
    [
        ("tanh", 4, [(2, 2)]),
        ("add", 100, [(2, 50), (50,)]),
        ("sum", 1_000, [(2, 500)]),
        ("matmul", 100, [(10, 10), (10, 10)]),
    ],
)
def test_an_operation_is_called_at_a_size(
    name: str, size: int, shapes: list[tuple[int, ...]]
) -> None:
    assert [value.shape for value in called(name, size).values] == shapes


@pytest.mark.parametrize("name, size", [("solve", 4), ("slogdet", 1_000)])
def test_what_cannot_be_called_at_a_size_is_none(name: str, size: int) -> None:
    assert call_of(catalogue.get(name), size, seed=1) is None


def test_the_same_seed_gives_the_same_call() -> None:
    first, second = called("exp", 4), called("exp", 4)
    assert np.array_equal(first.values[0], second.values[0])


@pytest.mark.parametrize("mask", MASKS, ids=str)
@pytest.mark.parametrize("name", ["cosh", "sum"])
def test_a_mask_leaves_next_to_nothing_of_the_gradient(name: str, mask: Mask) -> None:
    case = called(name, 4)
    hidden = masked(case, mask)
    assert np.max(np.abs(gradient_of(hidden))) < 1e-5 * np.max(np.abs(gradient_of(case)))


def gradient_of(case: Case) -> np.ndarray:
    engine = ZenEngine()
    run = trace.forward(engine, case)
    engine.backward(run.handles[case.graph.root], case.cotangent)
    return np.asarray(engine.gradient(run.handles[0]))


def test_a_masked_call_holds_the_same_step() -> None:
    case = called("tanh", 4)
    first = tape_of(masked(case, MASKS[1])).steps[0]
    assert first.operation.name == "tanh"
    assert np.isfinite(result_of(tape_of(masked(case, MASKS[1])))).all()


def test_masks_take_turns_but_never_hold_the_operation_itself() -> None:
    assert {mask_for("tanh", number) for number in range(4)} == set(MASKS)
    assert all(mask_for("relu", number).operation != "relu" for number in range(8))
