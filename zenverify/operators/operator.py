"""An operator: what an operation is, apart from any engine."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache, partial
from typing import Any, Protocol

from zenverify.errors import GraphError
from zenverify.operators.attributes import Attributes, thaw_attributes
from zenverify.operators.domain import EVERYWHERE as EVERYWHERE
from zenverify.operators.domain import Domain as Domain
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.program import Program


class Choose(Protocol):
    """Draws an integer from ``0`` to ``count - 1``; 0 is the simplest choice."""

    def __call__(self, count: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Argument:
    """One operand of an operator.

    Attributes
    ----------
    name
        What it is called.
    limits
        Its domain.
    logical
        Whether it is of booleans.
    """

    name: str
    limits: Domain = EVERYWHERE
    logical: bool = False

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
    selects
        An attribute that is a condition, and may be computed: whatever it holds, the result has a
        value.
    takes
        An attribute that is a mask: what it leaves out of the first argument, whatever that is,
        does not enter, forward or backward.
    integers_extend
        The argument whose integers let the first one be anything: the exponent of a negative base.
    broadcasts
        Whether it broadcasts operands against each other, or some of their axes.
    wide
        Instances with sums over more than a hundred elements, whose rounding errors add up.
    composed
        Whether an engine makes it of several operations, each of which rounds by itself. Then what
        mixed precisions and plain numbers give is a matter of those, and it is called with neither.
    decides
        For operators whose results are booleans, what each element is, given its operands'
        elements as Python's numbers and booleans; nothing is differentiated there.
    decided_outside
        Whether the expression says what is right outside the domain too: its value, or that there
        is none. So it is throughout the catalogue. Where it does not, nothing is judged there.
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
    selects: str | None = None
    takes: str | None = None
    integers_extend: int | None = None
    broadcasts: bool = False
    wide: tuple[Instance, ...] = ()
    composed: bool = False
    decides: Callable[..., bool] | None = None
    decided_outside: bool = True

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
        if sum(map(math.prod, shapes)) > _SMALL:
            return _large_program(self, tuple(shapes), attributes)
        return self._programs(tuple(shapes), attributes)

    @cached_property
    def _programs(self) -> Callable[[tuple[Shape, ...], Attributes], Program]:
        # Each operator has its own: those of functions in hand are gone when they are.
        return lru_cache(maxsize=_PROGRAMS)(partial(_program, self))


@dataclass(frozen=True, eq=False)
class CallPart(Operator):
    """A part of an operator's call: some elements of its result, with a program of their own."""

    part: Program | None = None

    @classmethod
    def of(cls, operator: Operator, program: Program) -> CallPart:
        held = {field.name: getattr(operator, field.name) for field in fields(Operator)}
        return cls(**{**held, "decided_outside": True}, part=program)

    def program(self, shapes: Sequence[Shape], attributes: Attributes) -> Program:
        assert self.part is not None
        return self.part


_SMALL = 256
"""Elements of all operands together. A program holds an index for each element that it moves."""

_PROGRAMS = 128
"""Programs of one operator that are kept, for small operands."""

_LARGE_PROGRAMS = 4
"""Programs of all operators that are kept, for large operands."""

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


_large_program = lru_cache(maxsize=_LARGE_PROGRAMS)(_program)


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
