"""Rules that are wrong only where elements tie."""

from typing import Any

import numpy as np
import pytest

from zenverify import gradcheck
from zenverify.functions.recording import by_magnitude, moved_beside
from zenverify.verification.verdict import Verdict

torch = pytest.importorskip("torch")

Function: Any = torch.autograd.Function

TIED = [1.0, 2.0, 2.0, 0.0, 0.0]


class Largest(Function):
    """The largest element, whose rule hands `shares` of the cotangent to those that are."""

    @staticmethod
    def forward(ctx: Any, x: Any, shares: str) -> Any:
        ctx.save_for_backward(x)
        ctx.shares = shares
        return x.max()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        largest = (x == x.max()).to(x.dtype)
        if ctx.shares == "even":
            largest = largest / largest.sum()
        if ctx.shares == "first":
            largest = torch.zeros_like(x)
            largest[x.argmax()] = 1.0
        return g * largest, None


def leaf(numbers: Any, dtype: Any = torch.float64) -> Any:
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(
    "shares, verdict",
    [("even", Verdict.AGREE), ("first", Verdict.AGREE), ("all", Verdict.ENGINE_WRONG)],
)
def test_shares_of_a_tie_must_add_up(shares: str, verdict: Verdict, dtype: Any) -> None:
    result = gradcheck(lambda x: Largest.apply(x, shares), leaf(TIED, dtype))
    assert result.verdict is verdict, result
    # Behind another operation the inputs need not tie.
    behind = gradcheck(lambda x: Largest.apply(x.abs(), shares), leaf([1.0, 2.0, -2.0], dtype))
    assert behind.verdict is verdict, behind
    apart = gradcheck(lambda x: Largest.apply(x, shares), leaf([1.0, 2.0, 3.0], dtype))
    assert apart, apart


@pytest.mark.parametrize(
    "function",
    [
        torch.amax,
        lambda x: x.max(0).values + x.min(),
        lambda x: x.sort().values @ torch.arange(5.0, dtype=x.dtype),
        lambda x: x.median() + x.kthvalue(2).values,
        lambda x: (x.relu() - (-x).relu()).sum(),
        lambda x: (x[1] - 2 * x[0]).relu() - (2 * x[0] - x[1]).relu(),
        lambda x: (x[:, None] - x).abs().sum(),
        lambda x: x.topk(2).values.prod(),
        lambda x: torch.cummax(x, 0).values,
    ],
)
def test_no_choice_of_the_librarys_is_called_wrong(function: Any) -> None:
    result = gradcheck(function, leaf(TIED))
    assert not result.findings, result


def test_equal_magnitudes_move_alike() -> None:
    numbers = np.array([1.5, -1.5, 0.0, 1.5, 2.0])
    moved = moved_beside(numbers, None, 0.1)
    assert moved[0] == moved[3] == -moved[1]
    assert moved[2] == 0.0
    assert len(set(by_magnitude(np.random.default_rng(1).normal(size=99)))) == 99
    assert np.abs(by_magnitude(np.random.default_rng(1).normal(size=99))).max() <= 1.0
