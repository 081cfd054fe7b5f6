"""What a recorded call of torch is, by the table of torch's functions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_flatten, tree_unflatten

from zenverify.functions.terms import (
    Declaration,
    Fixed,
    Slot,
    Term,
    UndeclaredError,
    declare,
    moved,
)
from zenverify.functions.torch.alone import TorchCall
from zenverify.functions.torch.arrays import to_array
from zenverify.functions.torch.table import ELEMENTWISE, FUNCTIONS, MOVEMENTS


def declaration_of(call: TorchCall) -> Declaration | None:
    """What a call is; None where the table does not provide for it."""
    if any(isinstance(leaf, torch.Tensor) and leaf.is_complex() for leaf in call.leaves):
        return None
    if call.name in MOVEMENTS:
        return _movement(call)
    declared = FUNCTIONS.get(call.name)
    if declared is None:
        return None
    arguments, keywords = call.arguments([placed(call, n) for n in range(len(call.leaves))])
    return declare(
        _of_outputs(declared, call.outputs),
        arguments,
        keywords,
        _dtype(call),
        elementwise=call.name in ELEMENTWISE,
    )


def _of_outputs(declared: Callable[..., Any], outputs: Sequence[int]) -> Callable[..., Any]:
    """The table's function, with those results alone that a derivative flows through."""
    if outputs in ((0,), (-1,)):
        return declared

    @functools.wraps(declared)
    def chosen(*args: Any, **keywords: Any) -> Any:
        made = declared(*args, **keywords)
        results = made if isinstance(made, tuple | list) else (made,)
        if any(number >= len(results) for number in outputs):
            raise UndeclaredError("a result of its own")
        return tuple(results[max(number, 0)] for number in outputs)

    return chosen


def placed(call: TorchCall, number: int) -> Any:
    """A call's argument as the table takes it."""
    leaf = call.leaves[number]
    if number in call.slots:
        return Slot(call.slots.index(number), to_array(leaf))
    if isinstance(leaf, torch.Tensor):
        if leaf.is_floating_point():
            return Fixed(to_array(leaf))
        return leaf.numpy()
    return leaf


def _dtype(call: TorchCall) -> str:
    tensors = [leaf for leaf in call.leaves if isinstance(leaf, torch.Tensor)]
    narrow = all(leaf.dtype != torch.float64 for leaf in tensors if leaf.is_floating_point())
    return "float32" if narrow else "float64"


def _movement(call: TorchCall) -> Declaration | None:
    """A function that only moves elements: which ones, it says itself, run on their numbers.

    Numbers start at 1, so that the zeros that it may put in are told apart.
    """
    keeps = [n for n, leaf in enumerate(call.leaves) if isinstance(placed(call, n), Slot | Fixed)]

    def numbered(*numbers: Any) -> Any:
        # Some take no integers; floats count as exactly, up to 2^53.
        for dtype in (np.int64, np.float64):
            leaves = list(call.leaves)
            for place, array in zip(keeps, numbers, strict=True):
                leaves[place] = torch.from_numpy(np.asarray(np.array(array, dtype) + dtype(1)))
            args, keywords = tree_unflatten(leaves, call.spec)
            try:
                with torch.no_grad():
                    return tree_flatten(call.function(*args, **keywords))[0]
            except (RuntimeError, NotImplementedError):
                continue
        raise UndeclaredError(call.name)

    def declared(*terms: Term) -> tuple[Term, ...]:
        return tuple(
            moved(lambda *numbers, place=place: _numbers(numbered(*numbers)[place]), *terms)
            for place in call.outputs
        )

    operands = [placed(call, n) for n in keeps]
    return declare(declared, operands, {}, _dtype(call), elementwise=False)


def _numbers(moved: torch.Tensor) -> Any:
    return np.asarray(moved.numpy()).astype(np.int64) - 1
