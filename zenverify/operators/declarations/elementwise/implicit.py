"""Elementwise operations that are declared by an equation: a root finder, a fixed point."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zenverify.errors import UsageError
from zenverify.operators import sampling
from zenverify.operators.domain import EVERYWHERE, Domain
from zenverify.operators.operator import Argument, Equation, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.text.expressions import RESULT

if TYPE_CHECKING:
    import sympy

Floats = NDArray[np.floating[Any]]


def elementwise_implicit(
    name: str,
    summary: str,
    equation: Callable[..., sympy.Expr],
    start: Callable[..., Floats],
    *,
    arguments: Sequence[str] | None = None,
    domains: Mapping[str, Domain] | None = None,
    branch: Callable[[NDArray[np.object_]], NDArray[np.bool_]] | None = None,
    family: str = "contributed",
) -> Operator:
    """Declare an elementwise operator by one equation F(y, x, ...) = 0 for its result y.

    Parameters
    ----------
    name, summary, family
        As in `Operator`.
    equation
        ``equation(sympy, y, *arguments)`` gives the SymPy expression that is zero.
    start
        ``start(*arguments)`` takes float arrays of one shape to approximate results, NaN where
        there is none. Newton's method starts there, and a proof that the equation has one solution
        nearby follows. So it decides which solution is meant, and need not be accurate.
    arguments
        The names of the operator's arguments; by default, those that the equation's parameters
        have.
    domains
        Per argument, where it is defined; everywhere by default.
    branch
        ``branch(results)`` takes an array of balls to whether each is the solution that is meant,
        such as ``lambda y: y > 0``.

    Examples
    --------
    >>> from zenverify.operators.balls.arithmetic import arb
    >>> operator = elementwise_implicit(
    ...     "root",
    ...     "the y with y + exp(y) = x",
    ...     lambda sp, y, x: y + sp.exp(y) - x,
    ...     start=lambda x: np.where(x > 0, np.log1p(np.abs(x)), x),
    ... )
    >>> linear = operator.program([()], ()).linearise([[arb(2)]])
    >>> (contribution,) = linear.pull([arb(1)])
    >>> round(float(linear.value[0]), 12), round(float(contribution[0]), 12)
    (0.442854401002, 0.391061033205)
    """
    parameters = list(inspect.signature(equation).parameters)
    names = parameters[2:] if arguments is None else list(arguments)
    result = parameters[1] if arguments is None else RESULT
    residual = Kernel(f"{name}_equation", 1 + len(names), equation)

    def build(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
        shape = np.broadcast_shapes(*(operand.shape for operand in operands))
        rows = [
            builder.move(lambda n: np.broadcast_to(n, shape).ravel(), operand)
            for operand in operands
        ]
        (results,) = builder.implicit(
            lambda inner, y, *given: inner.map(residual, y, *given),
            [()],
            rows,
            start=lambda *given: [_started(name, start, given)],
            branch=branch,
        )
        return builder.move(lambda n: n.reshape(shape), results)

    limits = domains or {}
    return Operator(
        name=name,
        family=family,
        summary=summary,
        arguments=tuple(Argument(n, limits.get(n, EVERYWHERE)) for n in names),
        build=build,
        sample=sampling.elementwise(len(names)),
        first_shapes=sampling.ANY_SHAPES,
        equation=Equation(residual, result),
        broadcasts=True,
    )


def _started(name: str, start: Callable[..., Any], given: Sequence[Floats]) -> Floats:
    """What `start` gives; it is a user's own, so that what goes wrong there is to be told."""
    try:
        found = np.asarray(start(*given), np.float64)
    except Exception as error:
        raise UsageError(f"{name}: start raised {type(error).__name__}: {error}") from error
    if found.shape != given[0].shape:
        raise UsageError(
            f"{name}: start returned shape {found.shape}, expected {given[0].shape} like its "
            "arguments"
        )
    return found
