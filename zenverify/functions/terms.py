"""What an operation of a library is, said in terms of the catalogue.

A declaration is a Python function with the library's own signature, called with `Term` in place of
float arrays. So Python binds the arguments, and a call that the function does not provide for is
not declared.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zenverify.graph.case import Array
from zenverify.operators import catalogue
from zenverify.operators.operator import Argument, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder


class UndeclaredError(Exception):
    """A call that the table of declarations does not provide for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a call for an operand that a derivative is wanted of.

    Attributes
    ----------
    number
        Which of the operands.
    array
        Its elements, where they are known: a declaration may ask on which side of a threshold they
        are.
    """

    number: int
    array: Array | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Stands in a call for a float array that none is wanted of."""

    array: Array


class Term:
    """A float array inside a declaration of a library's operation.

    What it adds to a `Buffer` is what a library's call has and a catalogue's declaration has not:
    the dtype, to which numbers are rounded, and elements that may be known, of the call's own
    arguments.
    """

    __slots__ = ("array", "buffer", "builder", "dtype")

    def __init__(
        self, builder: ProgramBuilder, buffer: Buffer, dtype: str, array: Array | None = None
    ) -> None:
        self.builder = builder
        self.buffer = buffer
        self.dtype = dtype
        self.array = array

    @property
    def elements(self) -> Array:
        """The elements.

        Raises
        ------
        UndeclaredError
            If they are not known.
        """
        if self.array is None:
            raise UndeclaredError("a choice by elements that are not known")
        return self.array

    @property
    def shape(self) -> tuple[int, ...]:
        return self.buffer.shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def like(self, buffer: Buffer) -> Term:
        """Another array of the same declaration, computed in the same dtype."""
        return Term(self.builder, buffer, self.dtype)

    def detach(self) -> Term:
        """The same values, without a derivative."""
        return self.like(self.buffer.detach())

    def __add__(self, other: Term | float) -> Term:
        return apply("add", self, other)

    def __sub__(self, other: Term | float) -> Term:
        return apply("subtract", self, other)

    def __mul__(self, other: Term | float) -> Term:
        return apply("multiply", self, other)

    def __truediv__(self, other: Term | float) -> Term:
        return apply("divide", self, other)


def apply(name: str, *operands: Any, **attributes: Any) -> Term:
    """Apply an operator of the catalogue; numbers are rounded to the dtype they meet."""
    first = next((operand for operand in operands if isinstance(operand, Term)), None)
    if first is None:
        raise UndeclaredError(f"{name} of no float array")
    buffers = [_buffer(first, operand) for operand in operands]
    return first.like(catalogue.get(name).build(first.builder, *buffers, **attributes))


def moved(function: Callable[..., Any], *terms: Term) -> Term:
    """Move elements as a function of arrays does; -1 stands for a zero."""
    first = terms[0]
    return first.like(first.builder.move(function, *(term.buffer for term in terms)))


def constant(beside: Term, array: Any) -> Term:
    """An array of few different numbers as a constant beside another term.

    Raises
    ------
    UndeclaredError
        If there are too many.
    """
    numbers = np.asarray(array, dtype=beside.dtype)
    different, places = np.unique(numbers, return_inverse=True)
    if different.size > _MOST_DIFFERENT or not different.size:
        raise UndeclaredError(f"{different.size} different numbers")
    fills = [beside.builder.fill(float(number)) for number in different]
    held = beside.builder.move(lambda *n: np.stack(n)[places.reshape(numbers.shape)], *fills)
    return beside.like(held)


_MOST_DIFFERENT = 64


def _buffer(like: Term, operand: Any) -> Buffer:
    if isinstance(operand, Term):
        return operand.buffer
    if isinstance(operand, np.ndarray) and operand.dtype.kind in "biu":
        return constant(like, operand).buffer
    if not isinstance(operand, int | float):
        raise UndeclaredError(f"an operand of type {type(operand).__name__}")
    return like.builder.fill(float(np.dtype(like.dtype).type(operand)))


Build = Callable[[ProgramBuilder, Sequence[Buffer]], Sequence[Buffer | None]]


@dataclass(frozen=True, eq=False)
class Declaration:
    """What one call of an operation is.

    Attributes
    ----------
    build
        From the operands' buffers, and behind them those of the constants, to the results'; None
        for a result that no derivative is wanted of.
    constants
        Float arrays that none is wanted of either.
    elementwise
        Whether each element of the result depends on one of each operand of the same shape.
    least
        The least precision that is met inside, as `Value` has it.
    """

    build: Build
    constants: tuple[Array, ...] = ()
    elementwise: bool = False
    least: str = ""

    def operator(self, name: str, result: int) -> Operator:
        """One of its results, as an operator."""

        def build(builder: ProgramBuilder, *buffers: Buffer) -> Buffer:
            built = self.build(builder, buffers)[result]
            if built is None:
                raise UndeclaredError(f"result {result} of {name}")
            return built

        return Operator(
            name=name,
            family="functions",
            summary="an operation of the function in hand",
            arguments=(Argument("x"),),
            build=build,
            sample=lambda choose, shape: None,
            first_shapes=(),
            variadic=True,
        )


def declare(
    declared: Callable[..., Any],
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    dtype: str,
    *,
    elementwise: bool,
) -> Declaration | None:
    """What a call is, by the table's function for it; None if that does not provide for the call.

    Parameters
    ----------
    declared
        Has the library's own signature, as far as it is declared.
    arguments, keywords
        The call's, with `Slot` and `Fixed` in place of float arrays.
    dtype
        What the operation computes in.
    elementwise
        See `Declaration`.
    """
    try:
        inspect.signature(declared).bind(*arguments, **keywords)
    except TypeError:
        return None
    constants: list[Array] = []
    count = _slots((arguments, dict(keywords)))
    placed = _placed((tuple(arguments), dict(keywords)), constants, count)

    def build(builder: ProgramBuilder, buffers: Sequence[Buffer]) -> Sequence[Buffer | None]:
        given, named = _filled(
            placed, lambda slot: Term(builder, buffers[slot.number], dtype, slot.array)
        )
        made = declared(*given, **named)
        results = made if isinstance(made, tuple | list) else (made,)
        return [None if one is None else one.buffer for one in results]

    return Declaration(build, tuple(constants), elementwise)


def _slots(tree: Any) -> int:
    """One more than the largest number of a slot."""
    if isinstance(tree, Slot):
        return tree.number + 1
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if isinstance(tree, tuple | list):
        return max(map(_slots, tree), default=0)
    return 0


def _placed(tree: Any, constants: list[Array], first: int) -> Any:
    """The same call with slots behind the operands in place of constants, which are collected."""
    if isinstance(tree, Fixed):
        constants.append(tree.array)
        return Slot(first + len(constants) - 1, tree.array)
    if isinstance(tree, dict):
        return {name: _placed(part, constants, first) for name, part in tree.items()}
    if isinstance(tree, tuple | list):
        return tuple(_placed(part, constants, first) for part in tree)
    return tree


def _filled(tree: Any, term: Callable[[Slot], Term]) -> Any:
    if isinstance(tree, Slot):
        return term(tree)
    if isinstance(tree, dict):
        return {name: _filled(part, term) for name, part in tree.items()}
    if isinstance(tree, tuple | list):
        return tuple(_filled(part, term) for part in tree)
    return tree
