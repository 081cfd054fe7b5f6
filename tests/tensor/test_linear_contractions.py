"""`dot`, `inner` and `tensordot` against NumPy and central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Shape = tuple[int, ...]


def arrays(*shapes: Shape) -> list[np.ndarray]:
    source = np.random.default_rng(0)
    return [source.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize(
    "left, right",
    [
        ((), ()),
        ((), (2, 3)),
        ((2, 3), ()),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 2)),
        ((3,), (2, 3, 2)),
        ((2, 3), (4, 3, 2)),
        ((2, 1, 3), (2, 3, 2)),
        ((1,), (1, 3)),
        ((2, 0), (0, 3)),
        ((0, 2), (2, 3)),
        ((0,), (0,)),
    ],
)
def test_dot_is_that_of_numpy(left: Shape, right: Shape) -> None:
    a, b = arrays(left, right)
    np.testing.assert_allclose(zt.dot(a, b).value, np.dot(a, b), rtol=1e-13, strict=True)
    assert_gradients(zt.dot, a, b)


@pytest.mark.parametrize(
    "left, right",
    [
        ((), (3,)),
        ((2, 3), ()),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3, 3), (3, 3)),
        ((2, 3), (4, 3)),
        ((2, 1, 3), (2, 2, 3)),
        ((2, 0), (3, 0)),
        ((0, 2), (2,)),
    ],
)
def test_inner_is_that_of_numpy(left: Shape, right: Shape) -> None:
    a, b = arrays(left, right)
    np.testing.assert_allclose(zt.inner(a, b).value, np.inner(a, b), rtol=1e-13, strict=True)
    assert_gradients(zt.inner, a, b)


@pytest.mark.parametrize(
    "left, right, axes",
    [
        ((2, 3), (4,), 0),
        ((), (2, 2), 0),
        ((2, 3), (3, 4), 1),
        ((2, 3), (2, 3), 2),
        ((2, 2, 2), (2, 2, 2), 2),
        ((1, 2, 3), (2, 3, 1), 2),
        ((2, 3), (4, 3), (1, 1)),
        ((2, 3), (4, 3), (-1, -1)),
        ((2, 3), (4, 3), ([1], -1)),
        ((2, 3), (3, 4, 2), ([0, 1], [2, 0])),
        ((2, 3), (3, 4, 2), ([1, 0], [0, 2])),
        ((2, 3, 4), (4, 2, 3), ((2, 0, 1), (0, 1, 2))),
        ((2, 2, 2), (2, 2, 2), ((2, 0, 1), (1, 2, 0))),
        ((2, 3), (4, 1), ((), ())),
        ((2, 0), (0, 3), 1),
    ],
)
def test_tensordot_is_that_of_numpy(left: Shape, right: Shape, axes: Any) -> None:
    a, b = arrays(left, right)
    found = zt.tensordot(a, b, axes).value
    np.testing.assert_allclose(found, np.tensordot(a, b, axes), rtol=1e-13, strict=True)
    assert_gradients(lambda x, y: zt.tensordot(x, y, axes), a, b)


def test_tensordot_sums_over_two_axes_by_default() -> None:
    a, b = arrays((2, 3), (2, 3))
    np.testing.assert_allclose(zt.tensordot(a, b).value, np.sum(a * b), rtol=1e-13)


def test_axes_are_recorded_as_they_were_given() -> None:
    x = Tensor(np.ones((2, 2)))
    assert zt.tensordot(x, x, np.int64(1)).attributes == {"axes": 1}
    assert zt.tensordot(x, x, [-1, 0]).attributes == {"axes": (-1, 0)}
    assert zt.tensordot(x, x, ([0, -1], (1, 0))).attributes == {"axes": ((0, -1), (1, 0))}


def test_dot_is_a_method_too() -> None:
    a, b = arrays((2, 3), (3,))
    result = Tensor(a).dot(b)
    assert result.operation == "dot"
    np.testing.assert_allclose(result.value, a @ b)


@pytest.mark.parametrize("contract", [zt.dot, zt.inner, lambda x, y: zt.tensordot(x, y, 1)])
def test_nan_times_zero_is_passed_on_by_single_elements(contract: Any) -> None:
    assert np.isnan(contract([[0.0]], [[np.nan]]).value).all()
    x = Tensor([[0.0]])
    contract(x, [[np.inf]]).get_gradients()
    assert x.gradient.tolist() == [[np.inf]]


def test_both_precisions_meet_in_the_wider() -> None:
    x, y = Tensor(np.ones((2, 2), np.float32)), Tensor(np.ones((2, 2)))
    result = zt.dot(x, y)
    result.get_gradients()
    assert result.dtype == y.gradient.dtype == np.float64
    assert x.gradient.dtype == np.float32
    assert zt.inner(x, 2.0).dtype == np.float32


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: zt.dot(x, x), r"^dot of \(2, 3\) float64 and \(2, 3\) float64: axes .* differ"),
        (
            lambda x: zt.inner(x, [1.0, 2.0]),
            r"^inner of \(2, 3\) float64 and \(2,\) float64: axes \(1,\) and \(0,\) differ",
        ),
        (lambda x: zt.tensordot(x, x, 3), r"axes 3 is out of range for 2 and 2$"),
        (lambda x: zt.tensordot(x, x, -1), r"axes -1 is out of range for 2 and 2$"),
        (lambda x: zt.tensordot(x, x, (0, 1, 1)), r"axes has 3 parts; expected one for each"),
        (lambda x: zt.tensordot(x, x, ((0, 1), 0)), r"axes \(\(0, 1\), 0\) pairs 2 axes with 1$"),
        (lambda x: zt.tensordot(x, x, (2, 0)), r"^tensordot of \(2, 3\) float64: axis 2 is out"),
        (lambda x: zt.tensordot(x, x, ((0, 0), (0, 1))), r"names an axis twice$"),
        (lambda x: zt.tensordot(x, x, (0, 1)), r"axes \(0,\) and \(1,\) differ in size$"),
        (lambda x: zt.tensordot(x, x, ((0, 1), (1, 0))), r"\(0, 1\) and \(1, 0\) differ in size$"),
    ],
)
def test_operands_that_do_not_fit_are_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(Tensor(np.ones((2, 3))))
