"""`outer`, `vdot`, `kron`, `cross` and `matrix_power` against NumPy and central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Shape = tuple[int, ...]
inf, nan = np.inf, np.nan


def arrays(*shapes: Shape) -> list[np.ndarray]:
    source = np.random.default_rng(0)
    return [source.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize(
    "left, right",
    [
        ((), ()),
        ((2,), ()),
        ((2,), (3,)),
        ((2, 2), (3,)),
        ((1, 2), (2, 1, 2)),
        ((0,), (2,)),
        ((2, 0), (0, 3)),
    ],
)
def test_outer_is_that_of_numpy(left: Shape, right: Shape) -> None:
    a, b = arrays(left, right)
    np.testing.assert_array_equal(zt.outer(a, b).value, np.outer(a, b), strict=True)
    assert_gradients(zt.outer, a, b)


@pytest.mark.parametrize(
    "left, right", [((), ()), ((3,), (3,)), ((2, 3), (6,)), ((2, 3), (3, 2)), ((0,), (2, 0))]
)
def test_vdot_is_that_of_numpy(left: Shape, right: Shape) -> None:
    a, b = arrays(left, right)
    np.testing.assert_allclose(zt.vdot(a, b).value, np.vdot(a, b), rtol=1e-13)
    assert_gradients(zt.vdot, a, b)


@pytest.mark.parametrize(
    "left, right",
    [
        ((), ()),
        ((2,), ()),
        ((), (2, 3)),
        ((2,), (3,)),
        ((2, 3), (2, 2)),
        ((2, 2), (2, 2)),
        ((2,), (1, 3)),
        ((2, 1, 2), (3,)),
        ((3,), (2, 1, 2)),
        ((0,), (2,)),
        ((2, 2), (0, 3)),
    ],
)
def test_kron_is_that_of_numpy(left: Shape, right: Shape) -> None:
    a, b = arrays(left, right)
    np.testing.assert_array_equal(zt.kron(a, b).value, np.kron(a, b), strict=True)
    assert_gradients(zt.kron, a, b)


@pytest.mark.parametrize(
    "left, right, axes",
    [
        ((3,), (3,), {}),
        ((3,), (3,), {"axis": 0}),
        ((2, 3), (3,), {}),
        ((3,), (2, 3), {}),
        ((2, 3), (1, 3), {}),
        ((2, 1, 3), (4, 3), {}),
        ((3, 2), (3, 2), {"axis": 0}),
        ((3, 3), (3, 3), {"axis": 0}),
        ((3, 3), (3, 3), {"axisa": 0, "axisb": 1}),
        ((3, 2), (2, 3), {"axisa": 0, "axisb": -1, "axisc": 0}),
        ((2, 3, 4), (3, 4), {"axisa": 1, "axisb": 0, "axisc": 1}),
        ((2, 3, 1), (3,), {"axisa": -2, "axisc": -3}),
        ((3, 2), (3, 2), {"axisa": 1, "axisc": 1, "axis": 0}),
        ((0, 3), (3,), {}),
    ],
)
def test_cross_is_that_of_numpy(left: Shape, right: Shape, axes: dict[str, int]) -> None:
    a, b = arrays(left, right)
    found = zt.cross(a, b, **axes).value
    np.testing.assert_array_equal(found, np.cross(a, b, **axes), strict=True)
    assert_gradients(lambda x, y: zt.cross(x, y, **axes), a, b)


def test_one_axis_for_all_is_recorded_as_three() -> None:
    x = Tensor(np.ones((3, 2)))
    recorded = zt.cross(x, x, axis=-2).attributes
    assert recorded == {"axisa": -2, "axisb": -2, "axisc": -2}


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: zt.cross([1.0, 2.0], [1.0, 2.0, 3.0]),
            r"^cross of \(2,\) float64 and \(3,\) float64: 2 elements along axis -1; expected 3$",
        ),
        (lambda: zt.cross(np.ones((3, 2)), np.ones(3), axisa=0, axisb=1), r"axis 1 is out of rang"),
        (lambda: zt.cross(np.ones(3), 1.0), r"^cross of \(\) float64: axis -1 is out of range"),
        (lambda: zt.cross(np.ones(3), np.ones(3), axisc=1), r"axis 1 is out of range for 1 dim"),
        (lambda: zt.cross(np.ones((2, 3)), np.ones((4, 3))), r"^cross of \(2, 3\) float64 and "),
        (lambda: zt.vdot(np.ones(3), np.ones((2, 2))), r"^vdot of \(3,\) float64 and \(2, 2\) fl"),
        (
            lambda: zt.matrix_power(np.ones((2, 3)), 2),
            r"^matrix_power of \(2, 3\) float64: expected square matrices in the last two axes$",
        ),
    ],
)
def test_operands_that_do_not_fit_are_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 6, 7, -1, -3])
@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (1, 1), (2, 2, 2), (2, 1, 3, 3), (0, 0)])
def test_matrix_power_is_that_of_numpy(shape: Shape, n: int) -> None:
    (x,) = arrays(shape)
    if x.size:
        x += 3 * np.eye(shape[-1])
    expected = np.linalg.matrix_power(x, n)
    np.testing.assert_allclose(zt.matrix_power(x, n).value, expected, rtol=1e-10, strict=True)
    assert_gradients(lambda a: zt.matrix_power(a, n) / 10 ** max(n, 0), x)


def test_the_slope_of_a_power_sums_over_its_factors() -> None:
    (x, g) = arrays((3, 3), (3, 3))
    tensor = Tensor(x)
    zt.matrix_power(tensor, 11).get_gradients(g)
    powers = [np.linalg.matrix_power(x.T, n) for n in range(11)]
    expected = sum(powers[n] @ g @ powers[10 - n] for n in range(11))
    np.testing.assert_allclose(tensor.gradient, expected, rtol=1e-12)


def test_the_power_zero_does_not_depend_on_its_base() -> None:
    x = Tensor(np.full((2, 2), nan))
    result = zt.matrix_power(x, 0)
    result.get_gradients()
    np.testing.assert_array_equal(result.value, np.eye(2))
    np.testing.assert_array_equal(x.gradient, np.zeros((2, 2)))


def test_a_negative_power_is_that_of_the_inverse() -> None:
    result = zt.matrix_power(Tensor(np.eye(2)), -2)
    assert (result.operation, result.attributes) == ("matrix_power", {"n": 2})
    assert result.dependencies[0].operation == "inv"


@pytest.mark.parametrize(
    "function, other",
    [
        (zt.outer, [0.0, 1.0]),
        (zt.kron, [0.0, 1.0]),
        (zt.vdot, [0.0, 1.0, 0.0]),
        (zt.cross, [0.0, 1.0, 0.0]),
    ],
)
def test_nan_and_infinity_are_passed_on(function: Any, other: list[float]) -> None:
    with_nan = function([1.0, 2.0, nan], other).value
    assert np.isnan(with_nan).any()
    slope = Tensor(other)
    function([1.0, 2.0, inf], slope).get_gradients()
    assert not np.isfinite(slope.gradient).all()
