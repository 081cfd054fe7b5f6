"""Losses: values, slopes far out and at edges, reductions and errors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Array = np.ndarray
random = np.random.default_rng(13)
REDUCED: dict[str, Callable[[Array], Any]] = {"none": np.array, "mean": np.mean, "sum": np.sum}
MSE: Any = zt.mse_loss
CROSS: Any = zt.cross_entropy
every_reduction = pytest.mark.parametrize("reduction", REDUCED)


def normal(*shape: int) -> Array:
    return random.normal(size=shape)


def log_softmax(x: Array, axis: int) -> Array:
    return np.asarray(x - np.log(np.exp(x).sum(axis=axis, keepdims=True)))


def huber_terms(apart: Array, delta: float) -> Array:
    size = np.abs(apart)
    return np.where(size <= delta, apart**2 / 2, delta * (size - delta / 2))


TERMS: dict[str, tuple[Callable[..., Tensor], Callable[[Array, Array], Array]]] = {
    "mse": (zt.mse_loss, lambda x, t: (x - t) ** 2),
    "l1": (zt.l1_loss, lambda x, t: np.abs(x - t)),
    "huber": (
        lambda x, t, reduction: zt.huber(x, t, 0.75, reduction),
        lambda x, t: huber_terms(x - t, 0.75),
    ),
    "smooth l1": (
        lambda x, t, reduction: zt.smooth_l1_loss(x, t, 0.75, reduction),
        lambda x, t: huber_terms(x - t, 0.75) / 0.75,
    ),
    "binary": (
        zt.binary_cross_entropy_with_logits,
        lambda x, t: np.log(1 + np.exp(x)) - x * t,
    ),
    "kl": (
        lambda x, t, reduction: zt.kl_div(x, abs(t), reduction),
        lambda x, t: np.abs(t) * (np.log(np.abs(t)) - x),
    ),
    "kl of logarithms": (
        lambda x, t, reduction: zt.kl_div(x, t, reduction, log_target=True),
        lambda x, t: np.exp(t) * (t - x),
    ),
}


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0, 2)])
@pytest.mark.parametrize("name", TERMS)
@every_reduction
def test_losses_of_pairs(name: str, reduction: str, shape: tuple[int, ...]) -> None:
    loss, terms = TERMS[name]
    x, target = normal(*shape), normal(*shape)
    if x.size or reduction != "mean":
        expected = REDUCED[reduction](terms(x, target))
        np.testing.assert_allclose(loss(x, target, reduction=reduction).value, expected, rtol=1e-12)
        assert_gradients(lambda x, t: loss(x, t, reduction=reduction), x, target)
    else:
        assert np.isnan(loss(x, target, reduction=reduction).value)


def test_the_mean_is_the_default() -> None:
    x, target = Tensor(normal(2, 3)), normal(2, 3)
    for loss in (zt.mse_loss, zt.l1_loss, zt.huber, zt.smooth_l1_loss, zt.kl_div):
        assert loss(x, target).attributes["reduction"] == "mean"


@pytest.mark.parametrize("loss", [zt.l1_loss, zt.huber, zt.smooth_l1_loss])
def test_where_there_is_no_difference_there_is_no_slope(loss: Any) -> None:
    x = Tensor([1.0, -2.0])
    loss(x, [1.0, -2.0]).get_gradients()
    np.testing.assert_array_equal(x.gradient, 0)


def test_differences_whose_squares_overflow() -> None:
    x = Tensor([1e200, -1e200])
    for loss, slopes in ((zt.huber, [1, -1]), (zt.smooth_l1_loss, [1, -1])):
        result = loss(x, [0.0, 0.0], reduction="none")
        np.testing.assert_array_equal(result.value, 1e200)
        x.zero_gradients()
        result.get_gradients()
        np.testing.assert_array_equal(x.gradient, slopes)
        result.zero_gradients()


@every_reduction
@pytest.mark.parametrize(
    "shape, target",
    [
        ((4,), 2),
        ((3, 2), [1, 0, 1]),
        ((2, 3, 2), [[0, 2], [1, 1]]),
        ((1, 3, 1, 2), [[[2, 0]]]),
        ((3, 1), [0, 0, 0]),
    ],
)
def test_cross_entropy(shape: Any, target: Any, reduction: Any) -> None:
    x, classes = normal(*shape), np.array(target)
    axis = min(1, x.ndim - 1)
    picked = np.take_along_axis(log_softmax(x, axis), np.expand_dims(classes, axis), axis)
    expected = REDUCED[reduction](-picked.squeeze(axis))
    result = zt.cross_entropy(x, target, reduction)
    np.testing.assert_allclose(result.value, expected, rtol=1e-12, atol=1e-15)
    assert_gradients(lambda x: zt.cross_entropy(x, target, reduction), x)


@pytest.mark.parametrize("ignore_index", [-100, 2])
def test_targets_that_are_ignored_do_not_count(ignore_index: int) -> None:
    x = np.vstack([normal(2, 3), [np.nan] * 3])
    target = [1, 0, ignore_index]
    kept = zt.cross_entropy(x[:2], target[:2])
    logits = Tensor(x)
    result = zt.cross_entropy(logits, target, ignore_index=ignore_index)
    np.testing.assert_array_equal(result.value, kept.value)
    result.get_gradients()
    assert (logits.gradient[:2] != 0).all()
    np.testing.assert_array_equal(logits.gradient[2], 0)
    terms = zt.cross_entropy(x, target, "none", ignore_index)
    assert terms.value[2] == 0


def test_where_all_targets_are_ignored_there_is_no_mean() -> None:
    x = np.ones((2, 3))
    assert np.isnan(zt.cross_entropy(x, [-100, -100]).value)
    assert zt.cross_entropy(x, [-100, -100], "sum").value == 0
    assert np.isnan(zt.cross_entropy(np.ones((0, 3)), np.zeros(0, int)).value)


def test_a_sure_prediction_keeps_its_digits() -> None:
    x = Tensor([100.0, 0.0, 0.0])
    result = zt.cross_entropy(x, 0)
    np.testing.assert_allclose(result.value, 2 * np.exp(-100), rtol=1e-15)
    result.get_gradients()
    expected = np.exp(-100) * np.array([-2, 1, 1])
    np.testing.assert_allclose(x.gradient, expected, rtol=1e-14)
    wrong = zt.cross_entropy([1e3, 0.0], 1)
    assert wrong.value == 1e3


@every_reduction
@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 3, 2), (2, 1)])
def test_cross_entropy_of_probabilities(shape: Any, reduction: Any) -> None:
    x, target = normal(*shape), random.uniform(0, 1, shape)
    axis = min(1, x.ndim - 1)
    expected = REDUCED[reduction](-(target * log_softmax(x, axis)).sum(axis))
    for function in (zt.soft_cross_entropy, zt.cross_entropy):
        result = function(x, target, reduction)
        assert result.operation in (None, "soft_cross_entropy")
        np.testing.assert_allclose(result.value, expected, rtol=1e-12, atol=1e-15)
        assert_gradients(
            lambda x, t, function=function: function(x, t, reduction),
            x,
            target,
        )


def test_probabilities_that_are_all_at_one_class_are_its_index() -> None:
    x = normal(3, 4)
    target = np.array([1, 3, 0])
    found = zt.cross_entropy(Tensor(x), np.eye(4)[target])
    assert found.operation == "soft_cross_entropy"
    np.testing.assert_allclose(found.value, zt.cross_entropy(x, target).value, rtol=1e-15)


def test_kl_div_at_probability_zero() -> None:
    x, target = Tensor([-1.0, -2.0]), Tensor([0.0, 1.0])
    result = zt.kl_div(x, target, "none")
    np.testing.assert_array_equal(result.value, [0, 2])
    result.get_gradients()
    np.testing.assert_array_equal(x.gradient, [0, -1])
    np.testing.assert_array_equal(target.gradient, [-np.inf, 3])


def test_kl_div_over_the_batch() -> None:
    x, target = normal(3, 2), random.uniform(0, 1, (3, 2))
    whole = zt.kl_div(x, target, "sum")
    np.testing.assert_allclose(zt.kl_div(x, target, "batchmean").value, whole.value / 3)
    assert_gradients(lambda x, t: zt.kl_div(x, t, "batchmean"), x, target)


def test_kl_div_where_only_the_exponential_overflows() -> None:
    x, target = Tensor([800.0, 710.0 - 2.0**-40]), Tensor([800.0, 710.0])
    result = zt.kl_div(x, target, "none", log_target=True)
    np.testing.assert_allclose(result.value, [0, np.exp(709.0) * (np.e * 2.0**-40)], rtol=1e-12)


def test_binary_cross_entropy_far_out() -> None:
    x = Tensor([1000.0, -1000.0, 50.0, -50.0])
    result = zt.binary_cross_entropy_with_logits(x, [1.0, 0.0, 1.0, 0.0], "none")
    np.testing.assert_allclose(result.value, [0, 0, np.exp(-50), np.exp(-50)], rtol=1e-15)
    result.get_gradients()
    np.testing.assert_allclose(x.gradient, [0, 0, -np.exp(-50), np.exp(-50)], rtol=1e-15)
    wrong = zt.binary_cross_entropy_with_logits([1000.0, -1000.0], [0.0, 1.0], "none")
    np.testing.assert_array_equal(wrong.value, 1000)


@pytest.mark.parametrize("name", TERMS)
def test_nan_is_passed_on_and_stays_where_it_is(name: str) -> None:
    x = Tensor([np.nan, 1.0])
    target = np.array([0.5, 0.25])
    result = TERMS[name][0](x, target, reduction="none")
    np.testing.assert_array_equal(np.isnan(result.value), [True, False])
    result.get_gradients()
    assert np.isfinite(x.gradient[1])
    assert np.isnan(TERMS[name][0](x, target, reduction="mean").value)


def test_logits_that_are_nan_spoil_their_own_row() -> None:
    x = Tensor([[np.nan, 0.0], [1.0, 2.0]])
    for target in ([1, 0], [[0.5, 0.5], [1.0, 0.0]]):
        x.zero_gradients()
        result = zt.cross_entropy(x, target, "none")
        np.testing.assert_array_equal(np.isnan(result.value), [True, False])
        result.get_gradients()
        np.testing.assert_array_equal(np.isnan(x.gradient), [[True, True], [False, False]])


def test_logits_that_are_huge_do_not_overflow() -> None:
    x = Tensor([[1e308, -1e308, 0.0]])
    for target in ([0], [[1.0, 0.0, 0.0]]):
        x.zero_gradients()
        result = zt.cross_entropy(x, target)
        assert result.value == 0
        result.get_gradients()
        np.testing.assert_array_equal(x.gradient, 0)


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("number", [0, 1])
def test_precision_follows_numpy(name: str, number: int) -> None:
    arrays = [normal(2, 3), random.uniform(0.1, 1, (2, 3))]
    arrays[number] = arrays[number].astype(np.float32)
    leaves = [Tensor(array) for array in arrays]
    result = TERMS[name][0](*leaves, reduction="mean")
    exact = TERMS[name][0](*[a.astype(np.float64) for a in arrays], reduction="mean")
    np.testing.assert_allclose(result.value, exact.value, rtol=1e-14, strict=True)
    result.get_gradients()
    assert [leaf.gradient.dtype for leaf in leaves] == [array.dtype for array in arrays]


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: zt.mse_loss(np.ones((3, 1)), np.ones(3)),
            r"mse_loss of \(3, 1\) float64 and \(3,",
        ),
        (lambda: zt.l1_loss([1.0], 1.0), "l1_loss of .* expected both of the same shape"),
        (lambda: zt.huber([1.0], [1.0, 2.0]), "huber of .* the same shape"),
        (lambda: zt.kl_div([1.0], 2.0), "kl_div of .* the same shape"),
        (
            lambda: zt.soft_cross_entropy(np.ones((2, 3)), np.ones(3)),
            "soft_cross_entropy of .* same",
        ),
        (
            lambda: MSE(1.0, 2.0, "max"),
            "mse_loss: reduction 'max' must be one of none, mean",
        ),
        (lambda: MSE(1.0, 2.0, "batchmean"), "reduction 'batchmean' must be one of"),
        (lambda: zt.kl_div(1.0, 2.0, "batchmean"), "kl_div .* 'batchmean' needs an axis"),
        (lambda: zt.huber(1.0, 2.0, 0.0), "huber: delta 0.0 must be a finite number above 0"),
        (lambda: zt.huber(1.0, 2.0, np.inf), "huber: delta inf must be a finite number"),
        (lambda: zt.smooth_l1_loss(1.0, 2.0, -1.0), "smooth_l1_loss: beta -1.0 must be a finite"),
        (lambda: zt.cross_entropy(1.0, 0), r"cross_entropy of \(\) float64: expected logits of at"),
        (
            lambda: zt.cross_entropy(np.ones((2, 0)), [0, 0]),
            "expected logits of at least one class",
        ),
        (lambda: zt.soft_cross_entropy(1.0, 1.0), "soft_cross_entropy of .* at least one class"),
        (
            lambda: zt.cross_entropy(np.ones((2, 3)), [0]),
            r"target of shape \(1,\), expected \(2,\)",
        ),
        (lambda: zt.cross_entropy(np.ones((2, 3)), [0, 3]), "target 3 is no class from 0 to 2"),
        (lambda: zt.cross_entropy(np.ones((2, 3)), [0, -1]), "target -1 is no class from 0 to 2"),
        (lambda: CROSS(np.ones(3), 0, "average"), "cross_entropy: reduction 'average' must"),
    ],
)
def test_errors(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_cross_entropy_of_a_single_class_hands_a_nan_on() -> None:
    x = Tensor([[np.nan], [0.5]])
    zt.cross_entropy(x, [0, 0]).get_gradients()
    np.testing.assert_array_equal(x.gradient, [[np.nan], [0.0]])
