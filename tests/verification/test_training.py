from dataclasses import replace

import numpy as np
import pytest

from zenverify import RefutedError, verifying
from zenverify.nn import MSE, SGD, Linear, Model, Tanh
from zenverify.tensor import OPERATIONS

X = np.random.default_rng(1).normal(size=(6, 3))
Y = X.sum(1, keepdims=True)


def wrong(g: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.asarray(g * (1 - y))


def test_a_wrong_operation_ends_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "tanh", replace(OPERATIONS["tanh"], pullbacks=(wrong,)))
    model = Model([Linear(3, 4), Tanh(), Linear(4, 1)], MSE, SGD(0.01))
    with pytest.raises(RefutedError, match="step 1: tanh, argument 0") as caught:
        model.train(X, Y, epochs=5, hook=verifying(), progress=False)
    assert caught.value.step == 1
    assert caught.value.result.findings[0].blame.operation == "tanh"
    assert model.optimiser.steps == 0


def test_right_ones_leave_no_trace() -> None:
    runs = []
    for hook in (None, verifying(every=2)):
        model = Model([Linear(3, 4), Linear(4, 1)], MSE, SGD(0.01))
        runs.append(model.train(X, Y, epochs=5, batch=6, hook=hook, progress=False).losses)
    assert runs[0] == runs[1]


def test_it_verifies_the_first_and_every_nth_step(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Agreeing:
        findings = ()

    def verified(loss: object) -> Agreeing:
        seen.append(loss)
        return Agreeing()

    monkeypatch.setattr("zenverify.verification.training.verify", verified)
    hook = verifying(every=4)
    for step in range(1, 10):
        hook(step, step)
    assert seen == [1, 4, 8]


def test_it_verifies_at_some_time() -> None:
    with pytest.raises(ValueError, match="verifying: every is 0, expected at least 1"):
        verifying(every=0)
