import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from zenverify.nn import (
    MSE,
    RNN,
    SGD,
    Adam,
    Conv2D,
    Flatten,
    Linear,
    MaxPool2D,
    Model,
    Momentum,
    ReLU,
    Tanh,
    categorical_crossentropy,
)
from zenverify.tensor import Tensor

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(40, 3))
Y = (X @ [[1.0], [-2.0], [0.5]]) + 0.1


def small(**options: object) -> Model:
    return Model([Linear(3, 8), Tanh(), Linear(8, 1)], MSE, Adam(0.02), **options)  # type: ignore[arg-type]


def test_it_learns_and_tells_how_it_went() -> None:
    model = small()
    history = model.train(X, Y, epochs=200, batch=16, validation=(X[:5], Y[:5]), progress=False)
    assert history.losses[-1] < 0.01 < history.losses[0]
    assert len(history.losses) == len(history.seconds) == len(history.validation) == 200
    assert history.validation[-1] == pytest.approx(np.mean((model.predict(X[:5]) - Y[:5]) ** 2))


def test_the_first_loss_is_the_mean_over_the_examples() -> None:
    model = Model([Linear(3, 1)], MSE, SGD(1e-300))
    before = float(np.mean((model.predict(X) - Y) ** 2))
    assert model.train(X, Y, epochs=1, batch=16, progress=False).losses == [pytest.approx(before)]


def test_the_same_seed_gives_the_same_bits() -> None:
    runs = [small(seed=3).train(X, Y, epochs=3, seed=1, progress=False).losses for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0] != small(seed=3).train(X, Y, epochs=3, seed=2, progress=False).losses
    assert runs[0] != small(seed=4).train(X, Y, epochs=3, seed=1, progress=False).losses


def test_float32_stays_float32() -> None:
    model = small(dtype="float32")
    model.train(X, Y, epochs=1, progress=False)
    assert {p.dtype for p in model.parameters.values()} == {np.dtype("float32")}
    assert model.predict(X).dtype == np.float32


def test_the_hook_sees_each_step_before_the_update() -> None:
    model = small()
    seen: list[tuple[int, float, bool]] = []

    def hook(step: int, loss: Tensor) -> None:
        again = MSE(model(X), Y)
        seen.append((step, float(loss.value), float(again.value) == float(loss.value)))
        assert model.parameters["0.weight"].gradient.any()

    model.train(X, Y, epochs=3, batch=len(X), hook=hook, progress=False)
    assert [step for step, _, _ in seen] == [1, 2, 3]
    assert len({loss for _, loss, _ in seen}) == 3


def test_a_saved_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    whole, first, second = small(), small(), small(seed=9)
    whole.train(X, Y, epochs=1, seed=1, progress=False)
    whole.train(X, Y, epochs=1, seed=2, progress=False)
    first.train(X, Y, epochs=1, seed=1, progress=False)
    first.save(tmp_path / "state.npz")
    second.load(tmp_path / "state.npz")
    second.train(X, Y, epochs=1, seed=2, progress=False)
    for name, parameter in whole.parameters.items():
        np.testing.assert_array_equal(parameter.value, second.parameters[name].value)
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_the_state_is_a_copy() -> None:
    model = small()
    state = model.state_dict()
    model.train(X, Y, epochs=1, progress=False)
    assert not np.array_equal(state["0.weight"], model.parameters["0.weight"].value)


@pytest.mark.parametrize(
    "other, message",
    [
        (
            Model([Linear(3, 8)], MSE, SGD(1)),
            "it lacks the parameter 2.weight",
        ),
        (Model([Linear(3, 4), Tanh(), Linear(4, 1)], MSE, SGD(1)), r"0.weight is float64 of shape"),
        (
            Model([Linear(3, 8), Tanh(), Linear(8, 1), Linear(1, 1)], MSE, SGD(1)),
            "it holds the parameter 3.weight",
        ),
    ],
)
def test_the_state_of_another_model_is_refused(other: Model, message: str) -> None:
    model = small()
    before = model.state_dict()
    with pytest.raises(ValueError, match=f"the state of another model: .*({message})"):
        model.load_state_dict(other.state_dict())
    np.testing.assert_array_equal(before["0.weight"], model.parameters["0.weight"].value)


@pytest.mark.parametrize("content", [b"", b"not a zip", pickle.dumps({"0.weight": 1})])
def test_a_file_that_is_no_state_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"state.npz: not the state of a model: "):
        small().load(path)


@pytest.mark.parametrize(
    "layers, shape, message",
    [
        (
            [Linear(3, 4), ReLU(), Linear(5, 1)],
            (2, 3),
            r"layer 2, Linear\(5, 1\): expected 5 features .*; layer 1, ReLU\(\), gives .* \(4,\)",
        ),
        (
            [Linear(3, 4)],
            (2, 7),
            r"layer 0, Linear\(3, 4\): expected 3 features .*; the data gives .* shape \(7,\)",
        ),
        ([Conv2D(1, 2), Conv2D(1, 2)], (2, 1, 8, 8), "expected images of 1 channels, rows and c"),
        ([Conv2D(1, 2, kernel=5)], (2, 1, 4, 4), "expected at least 5 rows and columns"),
        ([MaxPool2D()], (2, 4), "expected images of channels, rows and columns"),
        ([Flatten(), RNN(2, 3)], (2, 4), "expected at least one step, of 2 features each"),
    ],
)
def test_layers_that_do_not_fit_are_named(
    layers: list[Linear], shape: tuple[int, ...], message: str
) -> None:
    model = Model(layers, MSE, SGD(0.1))
    with pytest.raises(ValueError, match=message):
        model.train(np.zeros(shape), np.zeros((shape[0], 1)), progress=False)
    with pytest.raises(ValueError, match=message):
        model(np.zeros(shape))


@pytest.mark.parametrize(
    "x, y, options, message",
    [
        (X[:0], Y[:0], {}, r"x has the shape \(0, 3\): no examples"),
        (X, Y[:7], {}, r"x has 40 examples, y has the shape \(7, 1\)"),
        (X, 1.0, {}, r"x has 40 examples, y has the shape \(\)"),
        (np.where(X[4, 1] == X, np.nan, X), Y, {}, r"x holds nan at \(4, 1\)"),
        (X, np.where(Y[3] == Y, np.inf, Y), {}, r"y holds inf at \(3, 0\)"),
        (X, Y, {"epochs": 0}, "0 epochs of batches of 32, expected at least 1"),
        (X, Y, {"batch": 0}, "10 epochs of batches of 0, expected at least 1"),
        (X, Y, {"validation": (X, Y[:1])}, "validation x has 40 examples, validation y has the"),
    ],
)
def test_data_that_cannot_be_trained_with_are_refused(
    x: object, y: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        small().train(x, y, progress=False, **options)  # type: ignore[arg-type]


def test_a_class_out_of_range_is_named() -> None:
    model = Model([Linear(3, 2)], categorical_crossentropy, SGD(0.1))
    with pytest.raises(ValueError, match="class 5 of example 0, expected 0 to 1"):
        model.train(X, np.full(40, 5), progress=False)


@pytest.mark.parametrize(
    "arguments, message",
    [(([], MSE, SGD(1)), "no layers"), (([ReLU()], MSE, SGD(1), 0, "i8"), "int64")],
)
def test_what_is_no_model_is_refused(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Model(*arguments)  # type: ignore[arg-type]


def test_memory_does_not_grow() -> None:
    model = Model([Linear(3, 8), Tanh(), Linear(8, 1)], MSE, Momentum(0.01))
    for _ in range(20):
        model.step(X, Y)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(1000):
        model.step(X, Y)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 20_000
