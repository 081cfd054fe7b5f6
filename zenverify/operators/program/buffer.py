"""The arrays that declarations are written with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from zenverify.operators.program import arithmetic

if TYPE_CHECKING:
    from zenverify.operators.program.builder import ProgramBuilder

Shape = tuple[int, ...]
Axis = int | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Buffer:
    """An array inside a program: an operand or the result of a step.

    Infix operators map the kernels of arithmetic over it and another array, broadcast against each
    other, or a number, which becomes a constant of the program. Any other kernel is called like a
    function: ``exp(x - x.max().detach())``. Each appends its steps to the builder's, in the order
    in which Python evaluates them.

    Attributes
    ----------
    number
        Which of the program's arrays it is: the operands come first.
    shape
        Its shape.
    builder
        The builder of the program that it belongs to.

    Examples
    --------
    >>> from zenverify.operators.program.builder import ProgramBuilder
    >>> builder = ProgramBuilder(((2, 3), (3,)))
    >>> x, y = builder.operands
    >>> ((x - y) * 0.5).sum(-1, keepdims=True).shape
    (2, 1)
    """

    number: int
    shape: Shape
    builder: ProgramBuilder = field(repr=False, compare=False)

    __array_ufunc__: ClassVar[None] = None
    """NumPy's numbers leave infix operators to it."""

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def __add__(self, other: Buffer | float) -> Buffer:
        return arithmetic.ADD(self, other)

    def __radd__(self, other: float) -> Buffer:
        return arithmetic.ADD(other, self)

    def __sub__(self, other: Buffer | float) -> Buffer:
        return arithmetic.SUBTRACT(self, other)

    def __rsub__(self, other: float) -> Buffer:
        return arithmetic.SUBTRACT(other, self)

    def __mul__(self, other: Buffer | float) -> Buffer:
        return arithmetic.MULTIPLY(self, other)

    def __rmul__(self, other: float) -> Buffer:
        return arithmetic.MULTIPLY(other, self)

    def __truediv__(self, other: Buffer | float) -> Buffer:
        return arithmetic.DIVIDE(self, other)

    def __rtruediv__(self, other: float) -> Buffer:
        return arithmetic.DIVIDE(other, self)

    def __pow__(self, other: Buffer | float) -> Buffer:
        return arithmetic.POWER(self, other)

    def __neg__(self) -> Buffer:
        return arithmetic.NEGATIVE(self)

    def __getitem__(self, key: Any) -> Buffer:
        """The elements that NumPy's indexing gives for this key."""
        return self.move(lambda numbers: numbers[key])

    def move(self, function: Callable[[Any], Any]) -> Buffer:
        """Move its elements; see `ProgramBuilder.move`."""
        return self.builder.move(function, self)

    def reshape(self, *shape: int | Shape) -> Buffer:
        return self.move(lambda numbers: numbers.reshape(*shape))

    def swapaxes(self, first: int, second: int) -> Buffer:
        return self.move(lambda numbers: numbers.swapaxes(first, second))

    def broadcast(self, shape: Shape) -> Buffer:
        return self.builder.broadcast(self, shape)

    def sum(self, axis: Axis = None, *, keepdims: bool = False) -> Buffer:
        return self.builder.sum(self, axis, keepdims=keepdims)

    def max(self, axis: Axis = None, *, keepdims: bool = False) -> Buffer:
        return self.builder.extremum(self, axis, keepdims=keepdims, largest=True)

    def min(self, axis: Axis = None, *, keepdims: bool = False) -> Buffer:
        return self.builder.extremum(self, axis, keepdims=keepdims, largest=False)

    def detach(self) -> Buffer:
        """The same values, without a derivative; see `ProgramBuilder.detach`."""
        return self.builder.detach(self)
