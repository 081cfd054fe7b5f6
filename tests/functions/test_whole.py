"""The function as a whole: what no rule alone can show."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from zenverify import Tensor, gradcheck
from zenverify.verification.verdict import Verdict

X = np.array([0.5, -1.25, 2.0])


def half_left_out(x: Tensor) -> Tensor:
    return x * Tensor(np.tanh(x.value), trainable=False)


def written_behind(x: Tensor) -> Tensor:
    y = x * 2.0
    y.array = y.array * 3.0
    return y


def through_a_number(x: Tensor) -> Tensor:
    return x / float(np.abs(x.value).max())


@pytest.mark.parametrize("function", [half_left_out, written_behind, through_a_number])
def test_a_value_that_leaves_the_graph_is_found(function: Callable[[Tensor], Tensor]) -> None:
    result = gradcheck(function, Tensor(X))
    assert result.verdict is Verdict.ENGINE_WRONG
    # What was written over is a value that its operation did not compute.
    expected = "multiply" if function is written_behind else function.__name__
    assert result.findings[0].blame.operation == expected


def test_the_smallest_part_that_leaves_is_found() -> None:
    def mostly_there(x: Tensor) -> Tensor:
        return x * (1.0 + 1e-5 * Tensor(np.tanh(x.value), trainable=False))

    result = gradcheck(mostly_there, Tensor(X))
    assert result.verdict is Verdict.ENGINE_WRONG
    assert "differences of the function" in result.findings[0].message


def test_which_input_leaves_is_said() -> None:
    result = gradcheck(
        lambda x, y: x * Tensor(y.value, trainable=False), (Tensor(X), Tensor(X + 1))
    )
    (finding,) = result.findings
    assert finding.blame.argument == 1
    assert "along a random line in input 1 alone" in finding.message


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x.relu() - (-x).relu()).sum(),
        lambda x: x.max() * x.min(),
        lambda x: (x * 1e-300).sum(),
        lambda x: (x * 0.0).sum(),
        lambda x: (x * 1e8).sin().sum(),
        lambda x: ((x - x) * 3.0 + x).exp(),
        lambda x: x / x,
    ],
)
@pytest.mark.parametrize("values", [X, np.zeros(3), np.array([1.0, 1.0, 1.0]), X * 1e-12, X * 1e12])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_right_function_passes(
    function: Callable[[Tensor], Tensor], values: np.ndarray, dtype: str
) -> None:
    with np.errstate(all="ignore"):
        result = gradcheck(function, Tensor(values.astype(dtype)))
    assert not [one for one in result.findings if one.check == "whole function"]


def test_a_kink_in_one_line_is_no_finding() -> None:
    """At ties of several kinks what each operation chooses need not be a slope along a line."""
    result = gradcheck(lambda x: x.relu().sum() - (2.0 * x).relu().sum(), Tensor(np.zeros(4)))
    assert not result.findings


def test_a_function_that_cannot_be_called_twice_is_said(capsys: Any) -> None:
    calls = []

    def once(x: Tensor) -> Tensor:
        calls.append(x)
        if len(calls) > 1:
            raise RuntimeError("only once")
        return x * 2.0

    from zenverify.errors import UsageError

    with pytest.raises(UsageError, match="gradcheck: once raised RuntimeError: only once"):
        gradcheck(once, Tensor(X))
