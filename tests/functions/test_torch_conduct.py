"""Rules of torch that do with their cotangents what no rule may: named, and not the walk."""

from __future__ import annotations

from typing import Any

import pytest

from zenverify import gradcheck
from zenverify.verification.verdict import Verdict

torch: Any = pytest.importorskip("torch")
Function: Any = torch.autograd.Function


class Norm(Function):
    """x times w over its root mean square, whose rule overwrites its cotangent too early."""

    @staticmethod
    def forward(ctx: Any, x: Any, w: Any) -> Any:
        r = torch.rsqrt((x * x).mean())
        ctx.save_for_backward(x, w, r)
        return x * r * w

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, w, r = ctx.saved_tensors
        gw = g * w
        g.copy_(r * gw - x * r**3 * (gw * x).sum() / x.numel())
        return g, g * x * r


class OnlyWrites(Norm):
    """The numbers are right, and the cotangent is overwritten."""

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, w, r = ctx.saved_tensors
        right, gw = g * x * r, g * w
        g.copy_(r * gw - x * r**3 * (gw * x).sum() / x.numel())
        return g, right


class Sine(Function):
    """The forward pass of a sine; its rules follow."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.sin()


class Raw(Sine):
    """The rule reads the memory behind its cotangent."""

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        if g.untyped_storage().nbytes() >= x.numel() * 8:
            g = torch.as_strided(g, x.shape, x.stride())
        return g * x.cos()


class Ignoring(Function):
    """The hyperbolic tangent, whose rule is right for the cotangent 1 only."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.tanh()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 1 - x.tanh() ** 2


def leaf(*numbers: float) -> Any:
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def test_a_rule_that_overwrites_its_cotangent_and_a_gradient_that_is_wrong_are_named() -> None:
    result = gradcheck(Norm.apply, (leaf(1.0, -2.0, 0.5), leaf(0.5, 1.5, -1.0)))
    first, second = result.findings
    assert (first.verdict, first.blame.operation) == (Verdict.STRUCTURE, "Norm")
    assert first.message == "the rule of Norm writes to its cotangent"
    assert (second.verdict, second.blame.operation) == (Verdict.ENGINE_WRONG, "Norm")
    assert second.blame.argument == 1
    assert "for the cotangent [" in second.message


def test_one_whose_numbers_are_right_is_named_too() -> None:
    result = gradcheck(OnlyWrites.apply, (leaf(1.0, -2.0, 0.5), leaf(0.5, 1.5, -1.0)))
    assert [f.message for f in result.findings] == [
        "the rule of OnlyWrites writes to its cotangent"
    ]
    assert [row.verdict for row in result.operations] == [Verdict.STRUCTURE]


@pytest.mark.parametrize(
    "function", [Raw.apply, lambda x: Raw.apply(x).t() * torch.arange(6.0).reshape(3, 2)]
)
def test_a_rule_that_reads_other_memory_is_named(function: Any) -> None:
    x = torch.tensor([[0.5, 1.0, 2.0], [-1.0, 0.25, 3.0]], dtype=torch.float64, requires_grad=True)
    (finding,) = gradcheck(function, x).findings
    assert (finding.verdict, finding.blame.operation) == (Verdict.STRUCTURE, "Raw")
    assert "as if it were contiguous" in finding.message


def test_a_message_says_for_which_cotangent_and_that_it_is_ignored() -> None:
    (finding,) = gradcheck(Ignoring.apply, leaf(0.5)).findings
    assert "for the cotangent -" in finding.message
    assert finding.message.endswith("; the rule ignores its cotangent")


class Spoiling(Sine):
    """The rule writes to what it has kept; the first pass is right."""

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        part = g * x.cos()
        x.add_(0.5)
        return part


class Exponential(Function):
    """The forward pass of an exponential; its rules follow."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.save_for_backward(y)
        return y


class Narrow(Exponential):
    """The rule rounds its cotangent to float32."""

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (y,) = ctx.saved_tensors
        return g.float().double() * y


class Counting(Exponential):
    """The rule is right at every other call."""

    calls = 0

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (y,) = ctx.saved_tensors
        Counting.calls += 1
        return g * y * (1 + Counting.calls % 2)


@pytest.mark.parametrize(
    "function, verdict, words",
    [
        (Spoiling, Verdict.STRUCTURE, "writes to what it has kept"),
        (Narrow, Verdict.INACCURATE, "is off by"),
        (Counting, Verdict.NON_DETERMINISTIC, "keeps state between calls"),
    ],
)
def test_rules_that_are_right_once(function: Any, verdict: Verdict, words: str) -> None:
    x = torch.tensor([0.5, 1.0], dtype=torch.float64, requires_grad=True)
    for wrapped in (function.apply, lambda x: 2 * function.apply(x)):
        finding = gradcheck(wrapped, x).findings[0]
        assert finding.verdict is verdict
        assert finding.blame.operation == function.__name__
        assert words in finding.message
