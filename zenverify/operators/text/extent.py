"""How large and how deep an expression becomes once the functions that it calls are written out.

Some write their operand down twice: ``mish(x)`` is ``x*tanh(log1p(exp(x)))``, and a few dozen of
them inside each other would make more parts than SymPy could ever go through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zenverify.operators.program.kernel import Kernel


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of an expression; a `Kernel`'s expression computes with it as with a symbol.

    It also stands in for the SymPy module: whatever is taken from it is a part, and a call puts a
    part on top of its operands.

    Attributes
    ----------
    parts
        How many operations, functions, numbers and arguments there are.
    depth
        How many of them are inside each other.
    """

    parts: int = 1
    depth: int = 1

    def __getattr__(self, name: str) -> Extent:
        if name.startswith("__"):
            raise AttributeError(name)
        return Extent()

    def __call__(self, *operands: object) -> Extent:
        return over([operand for operand in operands if isinstance(operand, Extent)])

    def __neg__(self) -> Extent:
        return over([self])

    def _with(self, other: object) -> Extent:
        return over([self, other if isinstance(other, Extent) else Extent()])

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _with
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _with


PART = Extent()
"""A number or an argument."""


def over(operands: Sequence[Extent]) -> Extent:
    """The extent of an operation on operands."""
    parts = 1 + sum(operand.parts for operand in operands)
    return Extent(parts, 1 + max((operand.depth for operand in operands), default=0))


def written_out(kernel: Kernel, operands: Sequence[Extent]) -> Extent:
    """The extent of a kernel's expression in these operands."""
    sympy_stand_in: Any = Extent()
    found: Any = kernel.expression(sympy_stand_in, *operands)
    return found if isinstance(found, Extent) else Extent()
