"""The faults that are planted into rules: each differs, and is taken out again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zenverify.engines.extended import extended
from zenverify.engines.zen import ZenEngine
from zenverify.faults.call import PullbackCall
from zenverify.faults.contributions import FAULTS
from zenverify.faults.planting import mutants_of
from zenverify.faults.source import source_mutants
from zenverify.tensor import OPERATIONS, Tensor, new_operation


def rule(g: Any, y: Any, x: Any) -> Any:
    return g * x


def altered(name: str, x: Any, **attributes: Any) -> Any:
    """What a fault makes of g * x, for a cotangent of twos."""
    (fault,) = [one for one in FAULTS if one.name == name]
    operand = np.array(x, float)
    call = PullbackCall(0, np.full(operand.shape, 2.0), operand + 10, (operand,), attributes)
    return fault.alter(call, lambda g, y, x, **more: rule(g, y, x))


@pytest.mark.parametrize(
    "name, expected",
    [
        ("sign", [2, 0, -42]),
        ("factor of 2", [-4, 0, 84]),
        ("factor of 1/2", [-1, 0, 21]),
        ("missing", [0, 0, 0]),
        ("last element dropped", [-2, 0, 0]),
        ("cotangent taken for one", [-1, 0, 21]),
        ("result taken for the operand", [18, 20, 62]),
        ("last axis reversed", [42, 0, -2]),
        ("sign where the operand is negative", [2, 0, 42]),
        ("1e-6 off above 20", [-2, 0, 42.000042]),
        ("square matrices transposed", [-2, 0, 42]),
        ("next axis taken", [-2, 0, 42]),
    ],
)
def test_a_fault_does_what_its_name_says(name: str, expected: list[float]) -> None:
    np.testing.assert_allclose(altered(name, [-1, 0, 21]), expected, rtol=1e-12)


def test_the_small_factor_is_small() -> None:
    assert altered("factor of 1 + 1e-9", [1.0])[0] == pytest.approx(2 * (1 + 1e-9), rel=1e-15)


def test_matrices_are_transposed() -> None:
    np.testing.assert_array_equal(
        altered("square matrices transposed", [[1, 2], [3, 4]]), [[2, 6], [4, 8]]
    )


def test_one_slice_is_taken_for_the_sum() -> None:
    (fault,) = [one for one in FAULTS if one.key == "first-slice"]
    cotangent = np.arange(6.0).reshape(2, 3)
    for operand in (np.ones((3,)), np.ones((2, 1)), np.ones(()), np.ones((1, 3))):
        call = PullbackCall(0, cotangent, cotangent, (operand,), {})
        wrong = fault.alter(call, lambda g, y, x: g)
        assert wrong.shape == operand.shape
        np.testing.assert_array_equal(wrong.ravel()[0], 0)


@pytest.mark.parametrize(
    "axis, other", [(0, 1), (-1, 0), (None, 0), ((0, 1), (0,)), ((0,), (1,)), (True, True)]
)
def test_another_axis_is_taken(axis: Any, other: Any) -> None:
    (fault,) = [one for one in FAULTS if one.name == "next axis taken"]
    seen = []
    call = PullbackCall(0, np.ones(()), np.ones(()), (np.ones((2, 3)),), {"axis": axis, "n": 5})

    def watched(g: Any, y: Any, x: Any, axis: Any, n: int) -> Any:
        seen.append((axis, n))
        return x

    fault.alter(call, watched)
    assert seen == [(other, 5)]


def test_every_term_of_a_rule_is_dropped_and_every_sign_turned() -> None:
    def pullback(g: Any, y: Any, x: Any) -> Any:
        return g * (1 - y / x)

    texts = [text for text, _ in source_mutants(pullback)]
    assert texts == [
        "g * (1 - y / x) becomes g",
        "g * (1 - y / x) becomes 1 - y / x",
        "1 - y / x becomes 1",
        "1 - y / x becomes -(y / x)",
        "1 - y / x becomes 1 + y / x",
        "1 - y / x becomes y / x - 1",
        "y / x becomes y",
        "y / x becomes y * x",
    ]
    values = [mutant(2.0, 3.0, 4.0) for _, mutant in source_mutants(pullback)]
    assert values == [2.0, 0.25, 2.0, -1.5, 3.5, -0.5, -4.0, -22.0]


def test_lambdas_on_one_line_are_told_apart() -> None:
    first, second = (lambda g, y, x: g + x), (lambda g, y, x: g - x)
    assert next(text for text, _ in source_mutants(first)) == "g + x becomes g"
    assert next(text for text, _ in source_mutants(second)) == "g - x becomes g"


def test_a_rule_keeps_what_surrounds_it() -> None:
    factor = 7.0

    def pullback(g: Any, y: Any, x: Any, *, scale: float = 2.0) -> Any:
        return g * factor + scale

    found = dict(source_mutants(pullback))
    assert found["g * factor + scale becomes g * factor"](1.0, 0.0, 0.0) == 7.0
    assert found["g * factor becomes g"](1.0, 0.0, 0.0) == 3.0


@pytest.mark.parametrize("strange", [np.negative, print, int])
def test_what_has_no_source_has_no_mutants_of_it(strange: Any) -> None:
    assert list(source_mutants(strange)) == []


def test_a_mutant_is_planted_and_taken_out_again() -> None:
    before = OPERATIONS["tanh"]
    (sign,) = [one for one in mutants_of(ZenEngine(), "tanh") if one.name == "sign"]
    x = Tensor(0.5)
    with sign.plant():
        x.tanh().get_gradients()
    assert x.gradient < 0
    assert OPERATIONS["tanh"] is before
    assert sign.has_differed()


def test_a_mutant_that_never_differs_says_so() -> None:
    (region,) = [one for one in mutants_of(ZenEngine(), "exp") if one.name == "1e-6 off above 20"]
    with region.plant():
        x = Tensor(0.5)
        x.exp().get_gradients()
        assert not region.has_differed()
        y = Tensor(25.0)
        y.exp().get_gradients()
        assert region.has_differed()


def test_a_rule_that_raises_differs() -> None:
    own = new_operation("own", lambda x: x, lambda g, y, x: g * (x.shape[0] - x.size + 1))
    shorter = "x.shape[0] - x.size + 1 becomes x.shape[0] - x.size"
    (dropped,) = [
        one for one in mutants_of(extended(ZenEngine(), "own", own), "own") if one.name == shorter
    ]
    with dropped.plant():
        x = Tensor([1.0, 2.0])
        own(x).get_gradients()
    assert dropped.has_differed()
    (last,) = [
        one
        for one in mutants_of(extended(ZenEngine(), "own", own), "own")
        if one.name == "last axis reversed"
    ]
    with last.plant(), pytest.raises(IndexError):
        own(Tensor(1.0)).get_gradients()


def test_rules_of_two_operands_change_places() -> None:
    swapped = [m for m in mutants_of(ZenEngine(), "multiply") if m.kind == "swapped arguments"]
    assert [(one.argument, one.name) for one in swapped] == [
        (0, "this operand and the next exchanged"),
        (0, "rule of argument 1"),
        (1, "this operand and the next exchanged"),
        (1, "rule of argument 0"),
    ]


def test_a_variadic_rule_is_everybodys() -> None:
    mutants = mutants_of(ZenEngine(), "stack")
    assert {one.argument for one in mutants} == {None}
    (sign,) = [one for one in mutants if one.name == "sign"]
    with sign.plant():
        x, y = Tensor([1.0]), Tensor([2.0])
        from zenverify.tensor import stack

        stack([x, y]).get_gradients()
        assert x.gradient.tolist() == y.gradient.tolist() == [-1.0]


def test_a_function_that_is_no_operation_has_no_mutants() -> None:
    assert mutants_of(extended(ZenEngine(), "own", lambda x: x), "own") == ()


def spread(key: str, x: Any, rule: Any, *others: Any, **attributes: Any) -> tuple[Any, Any, Any]:
    """What a fault makes of a rule, for a cotangent of the result's shape; and its operands."""
    (fault,) = [one for one in FAULTS if one.key == key]
    operands = (np.array(x, float), *(np.array(other, float) for other in others))
    result = np.asarray(attributes.pop("result", operands[0]), float)
    cotangent = np.array(np.arange(1.0, 1 + result.size).reshape(result.shape))
    call = PullbackCall(0, cotangent, result, operands, attributes)
    return fault.alter(call, rule), operands, cotangent


def expanded(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    return np.broadcast_to(np.expand_dims(g, axis), x.shape) / x.shape[axis]


@pytest.mark.parametrize(
    "key, expected", [("uncounted", [[1, 1], [2, 2]]), ("count-less-one", [[1, 1], [2, 2]])]
)
def test_a_mean_is_divided_by_a_wrong_count(key: str, expected: Any) -> None:
    x = np.ones((2, 2))
    wrong, _, _ = spread(key, x, expanded, result=[0, 0], axis=1, keepdims=False)
    np.testing.assert_array_equal(wrong, expected)


def test_axes_that_are_not_put_back_spread_the_cotangent_the_other_way() -> None:
    x = np.ones((2, 2))
    wrong, _, _ = spread("keepdims", x, expanded, result=[0, 0], axis=1, keepdims=False)
    np.testing.assert_array_equal(wrong, [[0.5, 1], [0.5, 1]])
    with pytest.raises(ValueError, match="broadcast"):
        spread("keepdims", np.ones((2, 3)), expanded, result=[0, 0], axis=1, keepdims=False)


def test_operands_are_exchanged_aliased_and_transposed() -> None:
    def rule(g: Any, y: Any, a: Any, b: Any) -> Any:
        return g * (a - 10 * b)

    a, b = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
    g = np.array([[1, 2], [3, 4]])
    for key, expected in {
        "exchanged": g * (np.array(b) - 10 * np.array(a)),
        "aliased": g * (-9 * np.array(a)),
        "operand-transposed": g * (np.array(a).T - 10 * np.array(b)),
        "next-transposed": g * (np.array(a) - 10 * np.array(b).T),
    }.items():
        np.testing.assert_array_equal(spread(key, a, rule, b)[0], expected, err_msg=key)


def test_what_a_rule_was_given_is_written_to() -> None:
    for key, written in {"operand-written": 0, "cotangent-written": 1}.items():
        wrong, (x,), g = spread(key, [3.0], lambda g, y, x: g * x)
        np.testing.assert_array_equal(wrong, [3.0])
        assert [x[0], g[0]] == ([6.0, 1.0], [3.0, 2.0])[written]


def test_nan_is_cleaned_and_made() -> None:
    wrong, _, _ = spread("nan-cleaned", [1.0, 2.0], lambda g, y, x: np.array([np.nan, np.inf]))
    np.testing.assert_array_equal(wrong, [0.0, np.inf])
    wrong, _, _ = spread("overflow", [350.0, 360.0], lambda g, y, x: g)
    np.testing.assert_array_equal(wrong, [1.0, np.nan])


@pytest.mark.parametrize(
    "key, x, expected",
    [
        ("below-5", [-6.0, -5.0], [2.0, 2.0]),
        ("size-1", [[3.0]], [[2.0]]),
        ("square", [[3.0, 1.0], [0.0, 1.0]], [[2.0, 4.0], [6.0, 8.0]]),
        ("three-axes", [[[4.0]]], [[[0.5]]]),
        ("summed-too-far", [7.0, 8.0], [3.0, 3.0]),
        ("last-doubled", [7.0, 8.0], [1.0, 4.0]),
    ],
)
def test_faults_are_confined(key: str, x: Any, expected: Any) -> None:
    np.testing.assert_array_equal(spread(key, x, lambda g, y, x: g)[0], expected)


def test_zero_size_arrays_raise() -> None:
    with pytest.raises(ValueError, match="zero-size"):
        spread("empty", np.ones((0, 2)), lambda g, y, x: g)
    np.testing.assert_array_equal(spread("empty", [1.0], lambda g, y, x: g)[0], [1.0])


@pytest.mark.parametrize("key, slope", [("right-of-kink", 1.0), ("left-of-kink", -1.0)])
def test_a_kink_is_seen_from_one_side(key: str, slope: float) -> None:
    wrong, _, _ = spread(key, [0.0, 0.0, -2.0], lambda g, y, x: g * np.sign(x))
    np.testing.assert_array_equal(wrong, [slope, 2 * slope, -3.0])


def test_the_first_of_several_ties_takes_all() -> None:
    (fault,) = [one for one in FAULTS if one.key == "first-of-ties"]
    x = np.array([1.0, 3.0, 3.0])

    def rule(g: Any, y: Any, x: Any) -> Any:
        return g * (x == y) / np.sum(x == y)

    call = PullbackCall(0, np.array(1.0), np.array(3.0), (x,), {}, np.max)
    np.testing.assert_array_equal(fault.alter(call, rule), [0.0, 1.0, 0.0])


def test_a_rule_that_writes_to_its_cotangent_differs() -> None:
    (written,) = [one for one in mutants_of(ZenEngine(), "tanh") if one.key == "cotangent-written"]
    with written.plant():
        Tensor([0.5]).tanh().get_gradients([1.0])
    assert written.has_differed()


def test_a_contribution_that_is_not_summed_differs_where_it_was_broadcast() -> None:
    (unsummed,) = [one for one in mutants_of(ZenEngine(), "multiply") if one.key == "unsummed"]
    with unsummed.plant():
        (Tensor([1.0, 2.0]) * Tensor([3.0, 4.0])).get_gradients()
        assert not unsummed.has_differed()
        (Tensor([1.0, 2.0]) * Tensor(3.0)).get_gradients()
    assert unsummed.has_differed()
