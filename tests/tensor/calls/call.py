"""What a call of an operation is, for the tests of all operations alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from zenverify.tensor import Tensor

Calls: TypeAlias = dict[str, tuple[Callable[..., Tensor], list[tuple[int, ...]]]]
"""Per operation, a function that calls it, and the shapes of its operands."""
