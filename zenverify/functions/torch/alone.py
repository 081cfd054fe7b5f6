"""One recorded call of torch, run by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch.utils._pytree import TreeSpec, tree_flatten, tree_unflatten

from zenverify.functions.torch.arrays import to_array, to_tensor
from zenverify.functions.torch.tables.matrices import SYMMETRIC
from zenverify.functions.torch.widening import WIDER, Widening
from zenverify.graph.case import Array


@dataclass(frozen=True, slots=True)
class TorchCall:
    """A call, with the arguments that it had.

    Attributes
    ----------
    function, name
        What was called.
    leaves, spec
        Its arguments, flattened; tensors as they were before the call.
    slots
        Which of them a derivative is wanted of.
    outputs
        Which of the results one flows through; ``-1 - n`` is argument n, if it was written to.
    generator
        The state of torch's random generator before the call, if the call drew from it.
    autocast
        What it computed in where ``torch.autocast`` was on.
    """

    function: Callable[..., Any]
    name: str
    leaves: Sequence[Any]
    spec: TreeSpec
    slots: tuple[int, ...]
    outputs: tuple[int, ...]
    generator: torch.Tensor | None = None
    autocast: torch.dtype | None = None

    def arguments(self, leaves: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
        """The arguments with other leaves in place of its own."""
        args, keywords = tree_unflatten(list(leaves), self.spec)
        return args, keywords


class Alone:
    """Runs a call at other operands, and its rule at its own.

    Parameters
    ----------
    call
        The call.
    differentiating
        Whether its operands want a derivative whenever it runs, as a function may ask for one
        inside.
    widened
        Whether it rounds on its way to a dtype that is narrower than its operands' may be: at
        operands of float64 it does without.
    """

    def __init__(
        self, call: TorchCall, *, differentiating: bool = False, widened: bool = False
    ) -> None:
        self._call = call
        self._differentiating = differentiating
        self._widened = widened

    def _run(
        self, operands: Sequence[torch.Tensor], *, wide: bool, moved: bool = False
    ) -> list[torch.Tensor]:
        call = self._call
        leaves = [
            None if number in call.slots else _copied(leaf, wide=wide)
            for number, leaf in enumerate(call.leaves)
        ]
        if moved and self._symmetric:
            operands = [(operands[0] + operands[0].mT) / 2, *operands[1:]]
        for slot, operand in zip(call.slots, operands, strict=True):
            # A leaf must not be written to, but a copy of it may.
            leaves[slot] = operand.clone() if self._writes else operand
        args, keywords = call.arguments(leaves)
        with ExitStack() as stack:
            if call.generator is not None:
                stack.enter_context(torch.random.fork_rng([]))
                torch.set_rng_state(call.generator)
            if wide and self._widened:
                stack.enter_context(Widening())
            elif call.autocast is not None:
                stack.enter_context(torch.autocast("cpu", call.autocast, cache_enabled=False))
            given = tree_flatten(call.function(*args, **keywords))[0]
        return [leaves[-1 - n] if n < 0 else given[n] for n in call.outputs]

    @cached_property
    def _symmetric(self) -> bool:
        """Whether the rule is that of a symmetric matrix, which the operand is."""
        call = self._call
        if call.name == "linalg_pinv":
            _, keywords = call.arguments(call.leaves)
            if not keywords.get("hermitian"):
                return False
        elif call.name not in SYMMETRIC:
            return False
        matrix = call.leaves[call.slots[0]]
        return bool(torch.allclose(matrix, matrix.mT))

    @cached_property
    def _writes(self) -> bool:
        named = getattr(self._call.function, "__name__", "")
        in_place = named.endswith("_") and not named.endswith("__")
        in_place = in_place or (named.startswith("__i") and named.endswith("__"))
        return in_place or any(output < 0 for output in self._call.outputs)

    def forward(self, operands: Sequence[Array]) -> list[Array]:
        """The results at other operands, of which all are of one dtype."""
        slots = self._call.slots
        tensors = [
            _laid_out(to_tensor(a, self._call.leaves[n]), self._call.leaves[n])
            for a, n in zip(operands, slots, strict=True)
        ]
        wide = all(tensor.dtype in (torch.float64, torch.complex128) for tensor in tensors)
        with torch.set_grad_enabled(self._differentiating):
            if self._differentiating:
                tensors = [tensor.requires_grad_() for tensor in tensors]
            return [to_array(result) for result in self._run(tensors, wide=wide, moved=True)]

    def pull(self, cotangents: Sequence[Array | None]) -> list[Array | None]:
        """What the rule makes of the results' cotangents, per operand."""
        call = self._call
        with torch.enable_grad():
            operands = [call.leaves[slot].clone().requires_grad_() for slot in call.slots]
            results = self._run(operands, wide=False)
        pairs = [
            (result, to_tensor(cotangent, result))
            for result, cotangent in zip(results, cotangents, strict=True)
            if cotangent is not None and result.requires_grad
        ]
        if not pairs:
            return [None] * len(operands)
        found = torch.autograd.grad(
            [result for result, _ in pairs],
            operands,
            [cotangent for _, cotangent in pairs],
            allow_unused=True,
        )
        return [None if gradient is None else to_array(gradient) for gradient in found]


def _laid_out(tensor: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A tensor in another one's memory layout: random numbers are drawn in the order of memory."""
    if like.layout != torch.strided or like.is_contiguous():
        return tensor
    return torch.empty_like(like, dtype=tensor.dtype).copy_(tensor)


def _copied(leaf: Any, *, wide: bool) -> Any:
    """An argument that the call may write to; in float64, if all of it is to be."""
    if not isinstance(leaf, torch.Tensor):
        return leaf
    return leaf.to(WIDER[leaf.dtype]) if wide and leaf.dtype in WIDER else leaf.clone()
