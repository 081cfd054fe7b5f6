"""torch's functions in terms of the catalogue: each has torch's own signature.

An argument that is missing there, or a value that a function refuses, is not declared: then the
call is checked by differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zenverify.functions.torch.tables import elementwise, networks, products, reductions, windows

ELEMENTWISE = frozenset(elementwise.FUNCTIONS)
"""Those whose results' elements each depend on one of each operand."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **elementwise.FUNCTIONS,
    **reductions.FUNCTIONS,
    **products.FUNCTIONS,
    **windows.FUNCTIONS,
    **networks.FUNCTIONS,
}

MOVEMENTS = frozenset(
    "T mT view view_as reshape reshape_as flatten unflatten ravel permute transpose swapaxes "
    "swapdims movedim moveaxis t squeeze unsqueeze expand expand_as broadcast_to broadcast_tensors "
    "getitem select narrow index_select take gather unbind chunk split split_with_sizes "
    "tensor_split cat concat concatenate stack hstack vstack dstack flip roll rot90 tile repeat "
    "repeat_interleave diagonal diag diag_embed tril triu pad unfold masked_select "
    "take_along_dim column_stack".split()
)
"""Functions that only move elements, or put in zeros."""
