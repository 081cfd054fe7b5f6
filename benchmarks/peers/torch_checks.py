"""`torch.autograd.gradcheck`, slow and fast, on a tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.peers.tape import Array, Step, Tape


def slow(tape: Tape) -> Callable[[], object]:
    """The whole Jacobian by central differences: what `gradcheck` does by default."""
    return partial(torch.autograd.gradcheck, *_prepared(tape))


def fast(tape: Tape) -> Callable[[], object]:
    """One random projection: ``fast_mode=True``."""
    return partial(torch.autograd.gradcheck, *_prepared(tape), fast_mode=True)


def _prepared(tape: Tape) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    def function(*variables: Any) -> Any:
        return tape.evaluate(variables, _apply)

    return function, tuple(_variable(value) for value in tape.variables)


def _variable(value: Array) -> Any:
    """A leaf. NumPy's empty arrays have strides that gradcheck refuses, so they are not shared."""
    shared = torch.from_numpy(value)
    return torch.empty(value.shape, dtype=shared.dtype).copy_(shared).requires_grad_()


_NATIVE: dict[str, Callable[..., Any]] = {
    "add": torch.add,
    "multiply": torch.mul,
    "sigmoid": torch.sigmoid,
    "exp": torch.exp,
    "relu": torch.relu,
    "tanh": torch.tanh,
}
"""The library's own operations; what is not among them is a custom function with Zen's rule."""


def _apply(step: Step, operands: Sequence[Any]) -> Any:
    tensors = [torch.from_numpy(o) if isinstance(o, np.ndarray) else o for o in operands]
    native = None if step.suspect else _NATIVE.get(step.operation.name)
    return _Custom.apply(step, *tensors) if native is None else native(*tensors)


class _Custom(torch.autograd.Function):
    """A step of a tape as a torch function."""

    @staticmethod
    def forward(ctx: Any, step: Step, *operands: Any) -> Any:
        result = torch.from_numpy(step.forward([_array(operand) for operand in operands]))
        ctx.step = step
        ctx.save_for_backward(result, *operands)
        return result

    @staticmethod
    def backward(ctx: Any, cotangent: Any) -> Any:
        result, *operands = map(_array, ctx.saved_tensors)
        wanted = ctx.needs_input_grad[1:]
        contributions = [
            torch.from_numpy(ctx.step.pull_back(place, _array(cotangent), result, operands))
            if needed
            else None
            for place, needed in enumerate(wanted)
        ]
        return None, *contributions


def _array(tensor: Any) -> Array:
    found: Array = tensor.detach().numpy()
    return found
