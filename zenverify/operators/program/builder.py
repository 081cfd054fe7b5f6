"""The vocabulary in which declarations are written: move, map, reduce."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zenverify.errors import GraphError
from zenverify.operators.balls.signs import SignGroups
from zenverify.operators.program.allowance import affordable, spend

# Declarations import them from here.
from zenverify.operators.program.buffer import Axis as Axis
from zenverify.operators.program.buffer import Buffer as Buffer
from zenverify.operators.program.buffer import Shape as Shape
from zenverify.operators.program.equations import (
    MakeEquations,
    common_rows,
    implicit_step,
    split_rows,
)
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.fill import Fill
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.homogeneous import Homogeneous
from zenverify.operators.program.steps.implicit import Bound, Branch, Start
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.sort import Sort
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum

Numbers = NDArray[np.int64]

_ARITHMETIC = 6
"""Multiplications of balls that take as long as an element of an ordinary step."""


class ProgramBuilder:
    """Builds the program of one operation for given operand shapes.

    A declaration is a function that receives this builder and the operands' buffers, and returns
    the result's buffer. NumPy's own rules decide which shapes, axes and keys are valid.
    """

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self.operands = tuple(Buffer(number, shape, self) for number, shape in enumerate(shapes))
        self._steps: list[Step] = []
        self._work = 0
        self._terms = 1
        self._multiplies = 0
        self._solves = False
        self._free_signs: SignGroups = ()

    def _spend(self, elements: int) -> None:
        spend(elements)
        self._work += elements

    def _result(self, made: Step, shape: Shape) -> Buffer:
        self._steps.append(made)
        return Buffer(len(self.operands) + len(self._steps) - 1, shape, self)

    def move(
        self, function: Callable[..., Any], *buffers: Buffer, detached: bool = False
    ) -> Buffer:
        """Move elements as a NumPy function does: it is run on arrays of element numbers.

        Where the function puts in elements of its own (padding), they must be -1: a zero.
        """
        affordable(sum(buffer.size for buffer in buffers))
        numbers: list[Numbers] = []
        start = 0
        for buffer in buffers:
            numbers.append(np.arange(start, start + buffer.size).reshape(buffer.shape))
            start += buffer.size
        moved = np.asarray(function(*numbers))
        self._spend(moved.size)
        flat = moved.ravel()
        if (flat < 0).any():
            flat = np.where(flat < 0, start, flat)
        if flat.size and start and not all(map(self._is_constant, buffers)):
            used = np.bincount(flat, minlength=start + 1)[:start]
            self._terms = max(self._terms, int(used.max()))
        step = Move(
            tuple(buffer.number for buffer in buffers),
            tuple(buffer.size for buffer in buffers),
            flat,
            detached,
        )
        return self._result(step, moved.shape)

    def _is_constant(self, buffer: Buffer) -> bool:
        """Whether it is a number of the declaration's, for which nobody adds up a derivative."""
        place = buffer.number - len(self.operands)
        return place >= 0 and isinstance(self._steps[place], Fill)

    def detach(self, buffer: Buffer) -> Buffer:
        """The same values, without a derivative: for a shift that the result does not depend on."""
        return self.move(lambda numbers: numbers, buffer, detached=True)

    def within(self, buffer: Buffer, low: float, high: float) -> Buffer:
        """The same values, which lie between these two whatever the operands are."""
        self._spend(buffer.size)
        places = np.arange(buffer.size)
        step = Move((buffer.number,), (buffer.size,), places, known=(low, high))
        return self._result(step, buffer.shape)

    def eliminated(self, buffer: Buffer) -> Buffer:
        """The same values; where results may underflow, each may lose the smallest normal number.

        For matrices that engines eliminate: they subtract products, which may underflow, from each
        element, and from the same element as often as there are rows (Demmel, "Underflow and the
        reliability of numerical software", 1984). A matrix of tiny elements may so be singular.
        """
        self._spend(buffer.size)
        places = np.arange(buffer.size)
        step = Move((buffer.number,), (buffer.size,), places, eliminated=True)
        return self._result(step, buffer.shape)

    def broadcast(self, buffer: Buffer, shape: Shape) -> Buffer:
        if buffer.shape == shape:
            return buffer
        return self.move(lambda numbers: np.broadcast_to(numbers, shape), buffer)

    def map(self, kernel: Kernel, *operands: Buffer | float) -> Buffer:
        """Map a kernel over buffers, broadcast against each other; numbers are constants."""
        buffers = [one if isinstance(one, Buffer) else self.fill(one) for one in operands]
        shape = np.broadcast_shapes(*(buffer.shape for buffer in buffers))
        self._spend(math.prod(shape))
        wide = [self.broadcast(buffer, shape) for buffer in buffers]
        return self._result(Map(kernel, tuple(buffer.number for buffer in wide)), shape)

    def fill(self, value: float) -> Buffer:
        """A constant of shape ``()``."""
        self._spend(1)
        return self._result(Fill((float(value),)), ())

    def finite(self, buffer: Buffer) -> Buffer:
        """The same values where they are finite; anything may stand for the others."""
        self._spend(buffer.size)
        return self._result(Finite((buffer.number,)), buffer.shape)

    def _rows(self, buffer: Buffer, axis: Axis) -> tuple[Buffer, int]:
        """The reduced axes moved last, and the number of elements in them."""
        axes = normalise_axis(axis, buffer.ndim)
        width = math.prod([buffer.shape[a] for a in axes])
        self._spend(buffer.size)
        kept = tuple(a for a in range(buffer.ndim) if a not in axes)
        order = kept + axes
        if order == tuple(range(buffer.ndim)):
            return buffer, width
        return self.move(lambda numbers: numbers.transpose(order), buffer), width

    def sum(self, buffer: Buffer, axis: Axis = None, *, keepdims: bool = False) -> Buffer:
        rows, width = self._rows(buffer, axis)
        self._terms = max(self._terms, width)
        shape = reduced_shape(buffer.shape, axis, keepdims=keepdims)
        return self._result(Sum((rows.number,), width, math.prod(shape)), shape)

    def extremum(
        self, buffer: Buffer, axis: Axis = None, *, keepdims: bool = False, largest: bool
    ) -> Buffer:
        rows, width = self._rows(buffer, axis)
        shape = reduced_shape(buffer.shape, axis, keepdims=keepdims)
        if width == 0 and 0 not in shape:
            raise GraphError(f"the extremum of no elements (shape {buffer.shape}, axis {axis})")
        return self._result(Extremum((rows.number,), width, math.prod(shape), largest), shape)

    def fold(
        self,
        kernel: Kernel,
        neutral: float,
        buffer: Buffer,
        axis: Axis = None,
        *,
        keepdims: bool = False,
    ) -> Buffer:
        """Reduce with a kernel of two arguments, pairing neighbours until one is left."""
        rows, width = self._rows(buffer, axis)
        shape = reduced_shape(buffer.shape, axis, keepdims=keepdims)
        self._terms = max(self._terms, width)
        self.multiplies_many()
        flat = self.move(lambda n: n.reshape(math.prod(shape), width), rows)
        if width == 0:
            return self.broadcast(self.fill(neutral), shape)
        while flat.shape[1] > 1:
            even = flat.shape[1] // 2 * 2
            paired = self.map(
                kernel,
                self.move(lambda n, even=even: n[:, 0:even:2], flat),
                self.move(lambda n, even=even: n[:, 1:even:2], flat),
            )
            rest = self.move(lambda n, even=even: n[:, even:], flat)
            flat = self.move(lambda a, b: np.concatenate([a, b], axis=1), paired, rest)
        return self.move(lambda n: n.reshape(shape), flat)

    def implicit(
        self,
        equations: MakeEquations,
        unknowns: Sequence[Shape],
        operands: Sequence[Buffer],
        *,
        start: Start,
        branch: Branch | None = None,
        bound: Bound | None = None,
        terms: int = 1,
        remainder: bool = False,
    ) -> tuple[Buffer, ...]:
        """Solve equations F(y, x) = 0 for y: many small systems, one to a row.

        The first axis of every buffer and array here is that of the rows.

        Parameters
        ----------
        equations
            ``equations(builder, *unknowns, *operands)`` gives what is zero, with another builder.
            Equations of one kind belong into one buffer, those of another (a normalisation) into
            another: rounding errors are allowed for by the size of a kind's partials.
        unknowns
            Per array of unknowns, its shape in one row. In all, as many unknowns as equations.
        operands
            What the equations depend on, of shapes ``(rows, ...)``.
        start
            ``start(*operands)`` gives approximate solutions: per array of unknowns a float array,
            NaN where there is none. It decides which solution is meant; the equations decide what
            it is.
        branch
            ``branch(*unknowns)`` tells per row whether the solution is the one meant, for instance
            positive. It is given object arrays of balls.
        bound
            ``bound(*operands)`` gives a ball that holds every unknown, from one ball per operand;
            without it nothing is known of ordinary solutions' size.
        terms
            How many rounding errors of a solver meet in one number, where there are more of them
            than unknowns.
        remainder
            Whether the last array of unknowns is what the first equations leave, b - A y: it is
            rounded as they are, also where nothing is left.

        Returns
        -------
        tuple of Buffer
            Per array of unknowns, its solutions, of shape ``(rows, *shape)``.

        Raises
        ------
        GraphError
            If there are more or fewer equations than unknowns, if they have kinks, or if the
            operands have different numbers of rows.
        """
        rows = common_rows(operands)
        count = sum(map(math.prod, unknowns))
        self._spend(rows * count**3 // _ARITHMETIC)
        inner = ProgramBuilder(((rows, count), *(buffer.shape for buffer in operands)))
        step = implicit_step(inner, equations, unknowns, operands, start, branch, bound, remainder)
        self._work += inner._work
        self._solves = True
        self._terms = max(self._terms, step.size, step.equations.terms, terms)
        return split_rows(self, self._result(step, (rows, count)), unknowns)

    def free_signs(self, vectors: Callable[[Numbers], Numbers], result: Buffer) -> Buffer:
        """Declare that vectors in the operation's result may as well point the other way.

        ``vectors`` takes the result's element numbers to an array whose last axis runs along one
        vector each. What an engine gives then decides which way is meant.
        """
        numbers = vectors(np.arange(result.size).reshape(result.shape))
        rows = numbers.reshape(-1, numbers.shape[-1]) if numbers.size else numbers[:0]
        self._free_signs = tuple(tuple(row) for row in rows.tolist())
        return result

    def scan(
        self,
        combine: Callable[[Buffer, Buffer], Buffer],
        buffer: Buffer,
        axis: int,
        *,
        multiplies: bool = False,
    ) -> Buffer:
        """Combine each element along an axis with all before it, as a running sum does.

        Parameters
        ----------
        combine
            ``combine(earlier, later)`` combines two buffers of equal shape, by an associative
            operation. It is called log2 n times for n elements along the axis (Hillis and Steele,
            "Data parallel algorithms", 1986).
        buffer, axis
            What to scan.
        multiplies
            Whether the operation multiplies.
        """
        (place,) = normalise_axis(axis, buffer.ndim)
        width = buffer.shape[place]
        self._terms = max(self._terms, width)
        if multiplies:
            self.multiplies_many()
        scanned = self.move(lambda n: np.moveaxis(n, place, -1), buffer)
        reach = 1
        while reach < width:
            combined = combine(
                self.move(lambda n, reach=reach: n[..., :-reach], scanned),
                self.move(lambda n, reach=reach: n[..., reach:], scanned),
            )
            scanned = self.move(
                lambda a, b, reach=reach: np.concatenate([a[..., :reach], b], axis=-1),
                scanned,
                combined,
            )
            reach *= 2
        return self.move(lambda n: np.moveaxis(n, -1, place), scanned)

    def multiplies_many(self, times: int = 1) -> None:
        """Say that three factors or more are multiplied, in whatever order.

        Parameters
        ----------
        times
            How often one element may be among them.
        """
        self._multiplies = max(self._multiplies, times)

    def sort(self, buffer: Buffer, axis: Axis = None) -> Buffer:
        """Sort along the axes, which are merged into one, the last, smallest element first."""
        rows, width = self._rows(buffer, axis)
        self._terms = max(self._terms, width)
        kept = reduced_shape(buffer.shape, axis, keepdims=False)
        return self._result(Sort((rows.number,), width, math.prod(kept)), (*kept, width))

    def homogeneous(
        self,
        function: Callable[[ProgramBuilder, Buffer], Buffer],
        buffer: Buffer,
        axis: Axis = None,
        *,
        keepdims: bool = False,
        symmetric: bool = False,
        convex: bool = False,
    ) -> Buffer:
        """Reduce with a function f of which f(t x) = t f(x) for t > 0, so that it bends at zero.

        Parameters
        ----------
        function
            ``function(builder, rows)`` gives a buffer of shape ``(n,)`` from one of shape
            ``(n, m)``, with another builder: each element from one row.
        buffer, axis, keepdims
            What to reduce.
        symmetric
            Whether the order of a row's elements does not matter.
        convex
            Whether f is convex, as every norm is.

        Raises
        ------
        GraphError
            If the function's result has another shape.
        """
        rows, width = self._rows(buffer, axis)
        shape = reduced_shape(buffer.shape, axis, keepdims=keepdims)
        count = math.prod(shape)
        inner = ProgramBuilder(((count, width),))
        program = inner.program(function(inner, *inner.operands))
        if program.shape != (count,):
            raise GraphError(
                f"a function of rows gives shape {program.shape} for {(count, width)}; expected "
                f"{(count,)}"
            )
        self._work += program.work
        self._terms = max(self._terms, program.terms)
        step = Homogeneous((rows.number,), width, count, program, symmetric, convex)
        return self._result(step, shape)

    def program(self, result: Buffer) -> Program:
        """The finished program, which ends in `result`."""
        if not self._steps or result.number != len(self.operands) + len(self._steps) - 1:
            result = self.move(lambda numbers: numbers, result)
        sizes = tuple(buffer.size for buffer in self.operands)
        return Program(
            sizes,
            tuple(self._steps),
            result.shape,
            self._terms,
            self._multiplies,
            self._solves,
            self._free_signs,
            self._work,
        )


def normalise_axis(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The axes as a tuple of non-negative integers, in increasing order.

    Raises
    ------
    GraphError
        If an axis is out of range or named twice.
    """
    if axis is None:
        return tuple(range(ndim))
    wanted = (axis,) if isinstance(axis, int) else axis
    if not all(-ndim <= a < ndim for a in wanted):
        raise GraphError(f"axis {axis} is out of range for {ndim} dimensions")
    axes = tuple(sorted(a % ndim for a in wanted))
    if len(set(axes)) != len(axes):
        raise GraphError(f"axis {axis} names a dimension twice")
    return axes


def reduced_shape(shape: Shape, axis: Axis, *, keepdims: bool) -> Shape:
    """The shape that is left when the axes are reduced."""
    axes = normalise_axis(axis, len(shape))
    if keepdims:
        return tuple(1 if a in axes else size for a, size in enumerate(shape))
    return tuple(size for a, size in enumerate(shape) if a not in axes)
