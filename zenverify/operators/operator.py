"""An operator: what an operation is, apart from any engine."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache, partial
from typing import Any, Protocol

from zenverify.errors import GraphError
from zenverify.operators.attributes import Attributes, thaw_attributes
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.program import Program


class Choose(Protocol):
    """Draws an integer from ``0`` to ``count - 1``; 0 is the simplest choice."""

    def __call__(self, count: int, /) -> int: ...


class Matrix(StrEnum):
    """What the matrices along an argument's last two axes must be.

    Ordinary ones have singular values (or eigenvalues, where only the lower triangle is read)
    between 0.5 and 2, whose distances are at least 0.2.
    """

    INVERTIBLE = "invertible"
    FULL_RANK = "of full rank"
    DISTINCT_SINGULAR_VALUES = "with distinct singular values other than zero"
    POSITIVE_DEFINITE = "positive definite"
    DISTINCT_EIGENVALUES = "with distinct eigenvalues"

    @property
    def symmetric(self) -> bool:
        """Whether only the lower triangle is read."""
        return self in (Matrix.POSITIVE_DEFINITE, Matrix.DISTINCT_EIGENVALUES)


@dataclass(frozen=True, slots=True)
class Domain:
    """The real interval on which an argument is defined, and where ordinary values lie.

    Attributes
    ----------
    low, high
        The ends; an infinite one is open.
    closed
        Whether finite ends belong to the domain.
    nonzero
        Whether zero is left out.
    matrix
        What the matrices along the last two axes must be; None where it is elements that matter.
    marks
        Places inside that are to be tried, such as kinks, or where an obvious formula cancels:
        beside 0, 1/2 and the integers up to 2 in size, which always are.
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    nonzero: bool = False
    matrix: Matrix | None = None
    marks: tuple[float, ...] = ()

    def describe(self, name: str) -> str:
        """For example ``"x > 0"``; empty where there is no restriction."""
        relation = "=" if self.closed else ""
        parts = []
        if self.low > -math.inf:
            parts.append(f"{name} >{relation} {self.low:g}")
        if self.high < math.inf:
            parts.append(f"{name} <{relation} {self.high:g}")
        if self.nonzero:
            parts.append(f"{name} != 0")
        if self.matrix is not None:
            parts.append(f"{name} {self.matrix}")
        return ", ".join(parts)

    @property
    def edges(self) -> tuple[float, ...]:
        """The finite places where the domain ends."""
        ends = tuple(end for end in (self.low, self.high) if math.isfinite(end))
        return (*ends, 0.0) if self.nonzero else ends

    def admits(self, low: float, high: float) -> bool:
        """Whether the interval from `low` to `high` lies well inside.

        Matrices are never known to: their elements' size does not tell.
        """
        inside = self.low < low and high < self.high and self.matrix is None
        return inside and not (self.nonzero and low <= 0 <= high)


EVERYWHERE = Domain()


@dataclass(frozen=True, slots=True)
class Argument:
    """One operand of an operator."""

    name: str
    limits: Domain = EVERYWHERE

    @property
    def domain(self) -> str:
        """The domain in words; empty for everywhere."""
        return self.limits.describe(self.name)


@dataclass(frozen=True, slots=True)
class Instance:
    """One way to call an operator: its operands' shapes, and its attributes."""

    shapes: tuple[Shape, ...]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Equation:
    """What the result of an elementwise operator is declared by, in place of an expression.

    Attributes
    ----------
    residual
        The scalar kernel that is zero: of the result, and the arguments.
    result
        What to call the result.
    """

    residual: Kernel
    result: str


Sampler = Callable[[Choose, Shape], Instance | None]
"""Draws an instance whose first operand has a given shape; None where that shape does not fit."""


@dataclass(frozen=True, eq=False)
class Operator:
    """The declaration of one operation.

    Attributes
    ----------
    name
        Its one name everywhere.
    family
        The group it is listed under.
    summary
        One line for the reader.
    arguments
        The operands. A `variadic` operator repeats its only one.
    build
        ``build(builder, *buffers, **attributes)`` gives the result's buffer.
    sample
        Draws instances for random graphs.
    first_shapes
        Shapes to draw the first operand's from, where the graph holds none that fits.
    kernel
        The scalar kernel, for elementwise operators.
    equation
        For elementwise operators that have none, the equation which the result satisfies.
    kinks
        Where it is not differentiable, in words.
    jumps
        Whether its value jumps there. Its derivative is declared to be that of the pieces then.
    variadic
        Whether any number of operands may be given.
    integers_extend
        The argument whose integers let the first one be anything: the exponent of a negative base.
    broadcasts
        Whether it broadcasts operands against each other, or some of their axes.
    wide
        Instances with sums over more than a hundred elements, whose rounding errors add up.
    composed
        Whether an engine makes it of several operations, each of which rounds by itself. Then what
        mixed precisions and plain numbers give is a matter of those, and it is called with neither.
    """

    name: str
    family: str
    summary: str
    arguments: tuple[Argument, ...]
    build: Callable[..., Buffer]
    sample: Sampler
    first_shapes: tuple[Shape, ...]
    kernel: Kernel | None = None
    equation: Equation | None = None
    kinks: tuple[str, ...] = ()
    jumps: bool = False
    variadic: bool = False
    integers_extend: int | None = None
    broadcasts: bool = False
    wide: tuple[Instance, ...] = ()
    composed: bool = False

    @property
    def is_elementwise(self) -> bool:
        """Whether each element of the result depends on one of each operand, broadcast."""
        return self.kernel is not None or self.equation is not None

    @property
    def signature(self) -> str:
        """For example ``sum(x, axis, keepdims)``."""
        names = [argument.name for argument in self.arguments]
        if self.variadic:
            names = [f"*{names[0]}"]
        return f"{self.name}({', '.join([*names, *self.attribute_names])})"

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """The attributes that every call gives."""
        parameters = inspect.signature(self.build).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)

    def argument(self, position: int) -> Argument:
        """The argument at a position; a variadic operator's are all alike."""
        return self.arguments[0 if self.variadic else position]

    def program(self, shapes: Sequence[Shape], attributes: Attributes) -> Program:
        """The operation's program for operands of these shapes.

        Raises
        ------
        GraphError
            If the number of operands, an attribute or a shape does not fit.
        """
        return self._programs(tuple(shapes), attributes)

    @cached_property
    def _programs(self) -> Callable[[tuple[Shape, ...], Attributes], Program]:
        # Each operator has its own: those of functions in hand are gone when they are.
        return lru_cache(maxsize=_PROGRAMS)(partial(_program, self))


_PROGRAMS = 128
"""Programs of one operator that are kept."""

_NUMPY_REFUSES = (
    ArithmeticError,
    IndexError,
    KeyError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What NumPy raises for shapes, axes and keys that do not fit, or are absurdly large."""


def _program(operator: Operator, shapes: tuple[Shape, ...], attributes: Attributes) -> Program:
    _check_call(operator, shapes, attributes)
    builder = ProgramBuilder(shapes)
    try:
        result = operator.build(builder, *builder.operands, **thaw_attributes(attributes))
    except GraphError as error:
        raise GraphError(f"{operator.name}: {error}") from error
    except _NUMPY_REFUSES as error:
        listed = ", ".join(map(str, shapes))
        raise GraphError(f"{operator.name} of shapes {listed}: {error}") from error
    return builder.program(result)


def _check_call(operator: Operator, shapes: tuple[Shape, ...], attributes: Attributes) -> None:
    expected = len(operator.arguments)
    if operator.variadic:
        if not shapes:
            raise GraphError(f"{operator.name}: expected at least one operand")
    elif len(shapes) != expected:
        raise GraphError(f"{operator.name}: expected {expected} operands, got {len(shapes)}")
    given = {name for name, _ in attributes}
    wanted = set(operator.attribute_names)
    if given != wanted:
        wrong = ", ".join(sorted(given ^ wanted))
        listed = ", ".join(sorted(wanted)) or "none"
        raise GraphError(f"{operator.name}: attributes are {listed}; missing or unknown: {wrong}")
