"""A function against the expression that it is said to compute, elementwise."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from zenverify.errors import UsageError
from zenverify.functions.checking import examine_as_one
from zenverify.functions.recording import Function
from zenverify.functions.result import GradcheckResult
from zenverify.functions.terms import Fixed, Slot, Term, declare
from zenverify.operators.program.kernel import Kernel

if TYPE_CHECKING:
    import sympy


def checked_by_expression(
    function: Function, expression: Callable[..., sympy.Expr] | str
) -> GradcheckResult:
    """Check a function as one elementwise operation.

    Raises
    ------
    UsageError
        If the expression has another number of arguments than the function, holds something that
        has no counterpart on balls, or does not give the result's shape.
    """
    node, values, arguments = function.whole(parameters=False)
    scalar = _kernel(node.name, expression, len(arguments))
    results = [values[place].array for place in node.results]
    if len(results) != 1:
        raise UsageError(f"expression: the function has {len(results)} results, expected one")
    operands = [values[place].array for place in node.operands]
    placed = [_operand(number, one) for number, one in enumerate(arguments)]
    shapes = [
        operands[one.number].shape if isinstance(one, Slot) else np.shape(one.array)
        for one in placed
    ]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise UsageError(f"expression: the inputs do not broadcast: {error}") from error
    if shape != results[0].shape:
        raise UsageError(
            f"expression: elementwise, it gives the shape {shape}; the function's result has "
            f"{results[0].shape}"
        )

    def declared(*terms: Term) -> Term:
        first = terms[0]
        return first.like(first.builder.map(scalar, *(term.buffer for term in terms)))

    declaration = declare(declared, placed, {}, str(results[0].dtype), elementwise=True)
    return examine_as_one(function, replace(node, declaration=declaration), values)


def _operand(number: int, argument: Any) -> Slot | Fixed:
    if isinstance(argument, Slot | Fixed):
        return argument
    if isinstance(argument, np.ndarray | int | float) and not isinstance(argument, bool):
        return Fixed(np.asarray(argument, np.float64))
    raise UsageError(
        f"expression: input {number} is of type {type(argument).__name__}, expected numbers"
    )


def _kernel(name: str, expression: Callable[..., sympy.Expr] | str, count: int) -> Kernel:
    """The scalar function that an expression stands for."""
    if isinstance(expression, str):
        from zenverify.operators.text.expressions import parse_expression

        parsed = parse_expression(expression)
        _check_count(len(parsed.arguments), count)
        made = Kernel("expression", count, parsed.expression, parsed.slices)
    elif callable(expression):
        parameters = inspect.signature(expression).parameters.values()
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        if not any(p.kind is p.VAR_POSITIONAL for p in parameters):
            _check_count(len(positional), count)
        made = Kernel(
            "expression", count, lambda sp, *symbols: _sympified(sp, expression(*symbols))
        )
    else:
        raise UsageError(
            f"expression: expected a function of SymPy symbols or text, got "
            f"{type(expression).__name__}"
        )
    try:
        made.derived  # noqa: B018  at once, while it is clear whose expression it is
    except (ArithmeticError, RecursionError, ValueError) as error:
        raise UsageError(f"expression of {name}: {error}") from error
    return made


def _sympified(sp: Any, built: Any) -> Any:
    try:
        return sp.sympify(built, strict=True)
    except sp.SympifyError as error:
        raise ValueError(f"a {type(built).__name__} is no SymPy expression") from error


def _check_count(found: int, expected: int) -> None:
    if found != expected:
        raise UsageError(f"expression: {found} arguments, but the function has {expected} inputs")
