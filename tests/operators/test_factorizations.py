"""Linear systems and factorizations against mpmath: other algorithms, at 80 digits."""

from collections.abc import Callable, Iterator
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest
from flint import arb

from zenverify.errors import GraphError
from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import ANYTHING, Ball, precision
from zenverify.operators.operator import Instance, Operator
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.step import Balls

Floats = Any

STEP = mpmath.mpf(10) ** -20


@pytest.fixture(autouse=True)
def _many_digits() -> Iterator[None]:
    with mpmath.workdps(80), precision(160):
        yield


def solve(a: Any, b: Any) -> list[Any]:
    return list(mpmath.lu_solve(a, b))


def inverse(a: Any) -> list[Any]:
    return list(mpmath.inverse(a))


def symmetric(a: Any) -> Any:
    """From the lower triangle, as NumPy reads it."""
    return mpmath.matrix([[a[max(i, j), min(i, j)] for j in range(a.cols)] for i in range(a.rows)])


def cholesky(a: Any) -> list[Any]:
    return list(mpmath.cholesky(symmetric(a)))


def eigh(a: Any) -> list[Any]:
    """Eigenvalues, then eigenvectors whose largest element is positive."""
    numbers, vectors = mpmath.eigsy(symmetric(a))
    size = a.rows
    for k in range(size):
        column = [vectors[i, k] for i in range(size)]
        if max(column, key=abs) < 0:
            for i in range(size):
                vectors[i, k] *= -1
    return [*numbers, *vectors]


def svdvals(a: Any) -> list[Any]:
    return list(mpmath.svd_r(a, compute_uv=False))


def pinv(a: Any) -> list[Any]:
    if a.rows < a.cols:
        return list(a.T * mpmath.inverse(a * a.T))
    return list(mpmath.inverse(a.T * a) * a.T)


A = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, 1.0], [1.0, 0.5, -2.0]])
P = np.array([[4.0, 99.0, 99.0], [1.0, 3.0, 99.0], [-0.5, 0.75, 2.0]])
"""Positive definite in the lower triangle; the upper one is not read."""

CASES: list[tuple[str, Callable[..., list[Any]], list[np.ndarray]]] = [
    ("solve", solve, [A, np.array([1.0, -2.0, 0.5])]),
    ("inv", inverse, [A]),
    ("inv", inverse, [A[:1, :1]]),
    ("cholesky", cholesky, [P]),
    ("cholesky", cholesky, [P[:1, :1]]),
    ("eigh", eigh, [P]),
    ("eigh", eigh, [A[:2, :2]]),
    ("svdvals", svdvals, [A]),
    ("svdvals", svdvals, [A[:, :2]]),
    ("svdvals", svdvals, [A[:2]]),
    ("pinv", pinv, [A]),
    ("pinv", pinv, [A[:, :2]]),
    ("pinv", pinv, [A[:2]]),
    ("pinv", pinv, [A[:1, :2]]),
]


def program_of(name: str, *arrays: np.ndarray) -> Program:
    return catalogue.get(name).program([array.shape for array in arrays], ())


def lifted(arrays: list[np.ndarray]) -> list[Balls]:
    return [list(map(arb, array.ravel().tolist())) for array in arrays]


def matrices(arrays: list[np.ndarray]) -> list[Any]:
    return [mpmath.matrix(array.tolist()) for array in arrays]


def is_at(ball: Ball, number: Any, error: float = 1e-30) -> bool:
    """Whether a ball is narrow and around a number."""
    near = arb(mpmath.nstr(number, 60)) + arb(0, error)
    return bool(ball.overlaps(near)) and ball.rad() < error


@pytest.mark.parametrize("name, function, arrays", CASES)
def test_values_are_enclosed(
    name: str, function: Callable[..., list[Any]], arrays: list[np.ndarray]
) -> None:
    expected = function(*matrices(arrays))
    near = [arb(float(number)) for number in expected]
    found = program_of(name, *arrays).value(lifted(arrays), near)
    assert len(found) == len(expected)
    assert all(map(is_at, found, expected))


@pytest.mark.parametrize("name, function, arrays", CASES)
def test_derivatives_are_enclosed(
    name: str, function: Callable[..., list[Any]], arrays: list[np.ndarray]
) -> None:
    expected = function(*matrices(arrays))
    weights = [(-1) ** k * (1 + k / 8) for k in range(len(expected))]
    program = program_of(name, *arrays)
    near = [arb(float(number)) for number in expected]
    linear = program.linearise(lifted(arrays), near=near)
    pulled = linear.pull([arb(weight) for weight in weights])
    for argument, array in enumerate(arrays):
        part = pulled[argument]
        assert part is not None
        for element in range(array.size):
            slopes = _slopes(function, arrays, argument, element)
            slope = sum(w * s for w, s in zip(weights, slopes, strict=True))
            assert is_at(part[element], slope), (argument, element)
            tangents = [[arb(0)] * one.size for one in arrays]
            tangents[argument][element] = arb(1)
            assert all(map(is_at, linear.push(tangents), slopes))


def _slopes(
    function: Callable[..., list[Any]], arrays: list[np.ndarray], argument: int, element: int
) -> list[Any]:
    ends = []
    for sign in (1, -1):
        moved = matrices(arrays)
        width = moved[argument].cols
        moved[argument][element // width, element % width] += sign * STEP
        ends.append(function(*moved))
    return [(a - b) / (2 * STEP) for a, b in zip(*ends, strict=True)]


def test_the_right_sides_broadcast_as_in_numpy() -> None:
    stack = np.stack([A, 2 * A])
    columns = np.arange(6.0).reshape(3, 2)
    for right in (columns, columns[:, 0], columns[None], np.stack([columns, columns])):
        program = program_of("solve", stack, right)
        expected = np.linalg.solve(stack, right)
        assert program.shape == expected.shape
        found = program.value(lifted([stack, right]))
        np.testing.assert_allclose([float(ball) for ball in found], expected.ravel(), atol=1e-14)


ONES = np.ones((2, 2))


@pytest.mark.parametrize(
    "name, arrays",
    [
        ("solve", [ONES, np.array([1.0, 2.0])]),
        ("inv", [ONES]),
        ("inv", [np.zeros((1, 1))]),
        ("inv", [np.full((2, 2), np.nan)]),
        ("inv", [np.full((2, 2), np.inf)]),
        ("cholesky", [np.diag([1.0, 0.0])]),
        ("cholesky", [np.diag([1.0, -1.0])]),
        ("eigh", [np.eye(2)]),
        ("eigh", [np.array([[2.0, 0, 0], [1, 2, 0], [0, 0, 3]])]),
        ("svdvals", [np.eye(2)]),
        ("svdvals", [ONES]),
        ("svdvals", [np.zeros((1, 2))]),
        ("pinv", [ONES]),
        ("pinv", [np.ones((3, 2))]),
    ],
)
def test_what_is_undefined_can_be_anything(name: str, arrays: list[np.ndarray]) -> None:
    program = program_of(name, *arrays)
    linear = program.linearise(lifted(arrays))
    anything = [ball for ball in linear.value if not ball.is_zero()]
    assert anything
    assert all(ball is ANYTHING for ball in anything)
    contribution = linear.pull([arb(1)] * len(linear.value))[0]
    assert contribution is not None
    assert any(not item.is_finite() for item in contribution)
    assert not any(item.is_nan() for item in contribution)


def test_one_singular_matrix_of_a_batch_leaves_the_others() -> None:
    stack = np.stack([ONES, 2 * np.eye(2)])
    linear = program_of("inv", stack).linearise(lifted([stack]))
    assert all(ball is ANYTHING for ball in linear.value[:4])
    assert [float(ball) for ball in linear.value[4:]] == [0.5, 0, 0, 0.5]
    (pulled,) = linear.pull([arb(0)] * 4 + [arb(1)] * 4, dead_is_zero=True)
    assert pulled is not None
    assert all(ball.is_zero() for ball in pulled[:4])
    assert all(is_at(ball, mpmath.mpf(-0.25)) for ball in pulled[4:])


def test_matrices_of_balls_enclose_all_solutions() -> None:
    """The inverse and its slope for every matrix in a box, at a sample of its corners."""
    centre, radius = A[:2, :2], 2.0**-10
    box = [[arb(number, radius) for number in centre.ravel()]]
    program = program_of("inv", centre)
    wide = program.linearise(box)
    (pulled,) = wide.pull([arb(1)] * 4)
    assert pulled is not None
    for signs in ([1, 1, 1, 1], [1, -1, -1, 1], [-1, 1, -1, -1]):
        corner = centre + radius * np.reshape(signs, (2, 2))
        narrow = program.linearise(lifted([corner]))
        assert all(a.contains(b) for a, b in zip(wide.value, narrow.value, strict=True))
        (part,) = narrow.pull([arb(1)] * 4)
        assert part is not None
        assert all(a.contains(b) for a, b in zip(pulled, part, strict=True))
    assert all(ball.rad() < 0.01 for ball in wide.value)


@pytest.mark.parametrize(
    "name, shapes, message",
    [
        ("inv", [(2, 3)], r"^inv: square matrices are expected, got shape \(2, 3\)$"),
        ("eigh", [(3,)], r"^eigh: square matrices are expected, got shape \(3,\)$"),
        ("pinv", [(3,)], r"^pinv: matrices are expected, got shape \(3,\)$"),
        ("solve", [(2, 2), (3,)], r"^solve: matrices of shape \(2, 2\) and right sides of \(3,\)"),
        ("solve", [(2, 2), ()], r"^solve: matrices of shape \(2, 2\) and right sides of \(\)"),
    ],
)
def test_shapes_that_do_not_fit(name: str, shapes: list[tuple[int, ...]], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        catalogue.get(name).program(shapes, ())


@pytest.mark.parametrize("name", ["inv", "cholesky", "eigh", "svdvals", "pinv"])
def test_no_elements_at_all(name: str) -> None:
    for shape in ((0, 0), (0, 2, 2)):
        program = catalogue.get(name).program([shape], ())
        assert program.linearise([[]]).pull([]) == [[]]
        assert 0 in program.shape


def test_drawn_instances_are_small() -> None:
    operators: list[Operator] = [catalogue.get(name) for name in ("solve", "svdvals")]
    for operator in operators:
        assert operator.sample(lambda count: 0, (5, 5)) is None
        assert isinstance(operator.sample(lambda count: 0, (2, 2)), Instance)
