"""Check functions of torch and JAX, by `zenverify.gradcheck` and by the library's own checker.

    python -m benchmarks.gradcheck [--only TEXT]

Needs torch and JAX. Prints, side by side, time, verdict and what is said about a fault. Each check
is made twice and the second time counts: JAX compiles in the first. Of transformers torch's checker
runs in its fast mode, with one random direction; the other takes minutes. Exit code 1 if
`gradcheck` says of any function what is not so.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import torch
from jax.test_util import check_grads

from zenverify import gradcheck

_FAULT = 1 + 1e-7


@dataclass(frozen=True, slots=True)
class Subject:
    """A function, whether its gradient is right, and both ways to check it."""

    name: str
    right: bool
    ours: Callable[[], Any]
    theirs: Callable[[], Any]


class Scaled(torch.autograd.Function):
    """exp(x) y."""

    @staticmethod
    def forward(ctx: Any, x: Any, y: Any, factor: float) -> Any:
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return x.exp() * y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:  # type: ignore[override, unused-ignore]
        x, y = ctx.saved_tensors
        return g * x.exp() * y, g * x.exp() * ctx.factor, None


class Gelu(torch.autograd.Function):
    """x times the normal distribution's cumulative function."""

    @staticmethod
    def forward(ctx: Any, x: Any, factor: float) -> Any:
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x * (1 + torch.erf(x * 0.5**0.5)) / 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:  # type: ignore[override, unused-ignore]
        (x,) = ctx.saved_tensors
        density = torch.exp(-x * x / 2) / (2 * torch.pi) ** 0.5
        return g * ((1 + torch.erf(x * 0.5**0.5)) / 2 + x * density * ctx.factor), None


class Classifier(torch.nn.Module):
    """Two layers and a loss."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.first, self.second = torch.nn.Linear(6, 8), torch.nn.Linear(8, 4)
        self.factor = factor

    def forward(self, x: Any, target: Any) -> Any:
        activation: Any = Gelu.apply
        hidden = activation(self.first(x), self.factor)
        return torch.nn.functional.cross_entropy(self.second(hidden), target)


def block(factor: float | None) -> torch.nn.Module:
    """A transformer block; with an activation of its own if a factor is given."""
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    if factor is not None:
        activation: Any = Gelu.apply
        layer.activation = lambda x: activation(x, factor)
        layer.activation_relu_or_gelu = 0
    return layer


def leaf(*shape: int, dtype: torch.dtype) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(shape, generator=draw, dtype=dtype).requires_grad_()


def torch_subject(
    name: str, right: bool, function: Any, inputs: tuple[Any, ...], *, fast: bool = False
) -> Subject:
    def theirs() -> None:
        parameters: dict[str, Any] = {}
        if isinstance(function, torch.nn.Module):
            parameters = dict(function.named_parameters())

        def flat(*arguments: Any) -> Any:
            given, values = arguments[: len(inputs)], arguments[len(inputs) :]
            if not parameters:
                return function(*given)
            state = dict(zip(parameters, values, strict=True))
            return torch.func.functional_call(function, state, given)

        torch.autograd.gradcheck(flat, (*inputs, *parameters.values()), fast_mode=fast)

    return Subject(name, right, lambda: gradcheck(function, inputs), theirs)


def jax_function(factor: float) -> Any:
    """exp(x) y with a rule of its own."""

    def function(x: Any, y: Any) -> Any:
        return jnp.exp(x) * y

    def backward(saved: Any, g: Any) -> Any:
        x, y = saved
        return g * jnp.exp(x) * y, g * jnp.exp(x) * factor

    made = jax.custom_vjp(function)
    made.defvjp(lambda x, y: (function(x, y), (x, y)), backward)
    return made


def jax_subject(name: str, right: bool, function: Any, inputs: tuple[Any, ...]) -> Subject:
    def theirs() -> None:
        checker: Any = check_grads
        checker(function, inputs, order=1, modes=["rev"])

    return Subject(name, right, lambda: gradcheck(function, inputs), theirs)


def subjects() -> Iterator[Subject]:
    """What is checked."""
    scaled: Any = Scaled.apply
    for dtype in (torch.float64, torch.float32):
        label = str(dtype).removeprefix("torch.")
        pair = (leaf(5, 4, dtype=dtype), leaf(5, 4, dtype=dtype))
        yield torch_subject(f"Function, {label}", True, scaled, (*pair, 1.0))
        if dtype == torch.float64:
            yield torch_subject("Function, off by 1e-7", False, scaled, (*pair, _FAULT))
        given = (leaf(5, 6, dtype=dtype), torch.tensor([0, 3, 1, 2, 2]))
        yield torch_subject(f"module and loss, {label}", True, Classifier(1).to(dtype), given)
        if dtype == torch.float64:
            wrong = Classifier(_FAULT).to(dtype)
            yield torch_subject("module, rule off by 1e-7", False, wrong, given)
        rows = (leaf(2, 3, 8, dtype=dtype),)
        yield torch_subject(f"transformer, {label}", True, block(None).to(dtype), rows, fast=True)
        if dtype == torch.float64:
            wrong_block = block(_FAULT).to(dtype)
            yield torch_subject("transformer, off by 1e-7", False, wrong_block, rows, fast=True)
    for name in ("float64", "float32"):
        x = jnp.linspace(-1.0, 2.0, 20, dtype=name)
        yield jax_subject(f"custom_vjp, {name}", True, jax_function(1.0), (x, x + 1))
        if name == "float64":
            yield jax_subject("custom_vjp, off by 1e-7", False, jax_function(_FAULT), (x, x + 1))


def timed(check: Callable[[], Any]) -> tuple[float, bool, str]:
    """The time of a second check, whether it passed, and what it says if not."""
    for _ in range(2):
        start = time.perf_counter()
        try:
            result = check()
        except Exception as error:  # noqa: BLE001  how both libraries report a wrong gradient
            passed, message = False, " ".join(str(error).split())
        else:
            passed = result is None or bool(result)
            message = "" if passed else str(result).splitlines()[0]
        elapsed = time.perf_counter() - start
    return elapsed, passed, message


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="functions whose name contains this")
    only = parser.parse_args().only
    config: Any = jax.config
    config.update("jax_enable_x64", True)
    torch.manual_seed(0)
    warnings.simplefilter("ignore")  # torch's checker warns of every input in float32
    as_it_is = True
    print(f"{'function':<26}  {'zenverify':<18}  {'the library itself':<18}")
    for subject in subjects():
        if only not in subject.name:
            continue
        ours, theirs = timed(subject.ours), timed(subject.theirs)
        cells = [
            f"{'passes' if passed else 'fails':<6} {elapsed:>8.2f} s "
            f"{'ok' if passed == subject.right else '!!'}"
            for elapsed, passed, _ in (ours, theirs)
        ]
        print(f"{subject.name:<26}  {cells[0]:<18}  {cells[1]:<18}", flush=True)
        for label, (_, _, message) in (("zenverify", ours), ("itself", theirs)):
            if message:
                print(f"    {label}: {message[:140]}")
        as_it_is = as_it_is and ours[1] == subject.right
    return 0 if as_it_is else 1


if __name__ == "__main__":
    sys.exit(main())
