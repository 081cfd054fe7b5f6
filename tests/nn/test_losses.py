import numpy as np
import pytest

from zenverify.nn import MSE, categorical_crossentropy
from zenverify.tensor import Tensor


def test_mse_is_the_mean_of_squares() -> None:
    loss = MSE(Tensor([[1.0], [3.0]]), [[0.0], [1.0]])
    assert float(loss.value) == 2.5


def test_crossentropy_of_logits_does_not_overflow() -> None:
    loss = categorical_crossentropy(Tensor([[1000.0, 0.0], [0.0, -1000.0]]), [0, 1])
    assert float(loss.value) == 500.0


def test_classes_and_probabilities_say_the_same() -> None:
    logits = Tensor(np.random.default_rng(1).normal(size=(4, 3)))
    classes = np.array([0, 2, 1, 2])
    by_class = categorical_crossentropy(logits, classes).value
    by_probability = categorical_crossentropy(logits, np.eye(3)[classes]).value
    np.testing.assert_allclose(by_class, by_probability, rtol=1e-15)


@pytest.mark.parametrize(
    "wanted, message",
    [
        ([0, 3], "class 3 of example 1, expected 0 to 2"),
        ([-1, 0], "class -1 of example 0, expected 0 to 2"),
        ([0, 1, 2], r"classes of shape \(3,\), expected \(2,\)"),
        ([[0.5, 0.5]], "soft_cross_entropy"),
    ],
)
def test_what_does_not_fit_is_refused(wanted: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        categorical_crossentropy(Tensor(np.zeros((2, 3))), np.array(wanted))


def test_logits_need_a_batch() -> None:
    with pytest.raises(ValueError, match=r"logits of shape \(3,\), expected \(N, C\)"):
        categorical_crossentropy(Tensor(np.zeros(3)), np.array([1]))
