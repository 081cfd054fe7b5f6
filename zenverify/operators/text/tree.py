"""What a parsed expression is kept as, until SymPy is at hand."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from zenverify.operators.program.kernel import Kernel, Slice
from zenverify.operators.text.functions import Function, Sign

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, exactly."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant that has a name."""

    name: Literal["pi", "e"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """The argument at a position."""

    position: int


@dataclass(frozen=True, slots=True)
class Negative:
    """An unary minus."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation between two."""

    sign: Sign
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A function's call."""

    function: Function
    operands: tuple[Tree, ...]


Tree: TypeAlias = Number | Constant | Parameter | Negative | Binary | Call


def build(tree: Tree, sp: Any, symbols: Sequence[sympy.Symbol]) -> sympy.Expr:
    """The SymPy expression; `sp` is the module."""
    match tree:
        case Number(value):
            return sp.Rational(value.numerator, value.denominator)
        case Constant(name):
            return sp.pi if name == "pi" else sp.E
        case Parameter(position):
            return symbols[position]
        case Negative(operand):
            return -build(operand, sp, symbols)
        case Call(function, operands):
            # What the kernels' expressions expect to find in the module.
            importlib.import_module("sympy.codegen.cfunctions")
            built = [build(operand, sp, symbols) for operand in operands]
            express = function.kernel.expression
            if function.repeats:
                return reduce(lambda a, b: express(sp, a, b), built)
            return express(sp, *built)
        case Binary():
            return _build_chain(tree, sp, symbols)


def _build_chain(tree: Binary, sp: Any, symbols: Sequence[sympy.Symbol]) -> sympy.Expr:
    # A sum of hundreds of terms leans to the left that deep.
    pending: list[Binary] = []
    first: Tree = tree
    while isinstance(first, Binary):
        pending.append(first)
        first = first.left
    result = build(first, sp, symbols)
    for binary in reversed(pending):
        result = _apply(binary.sign, result, build(binary.right, sp, symbols))
    return result


def _apply(sign: Sign, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "**":
            return left**right


def slices_of(tree: Tree) -> tuple[Slice, ...]:
    """What the catalogue says of points without a general formula, as of ``0 * log(0)``.

    It is said of a function of arguments. Where a function's operands are expressions, or it is a
    part of one, the points are others, and nothing is said.
    """
    match tree:
        case Call(function, operands):
            kernel = function.kernel
        case Binary("**", left, right):
            kernel, operands = _power(), (left, right)
        case _:
            return ()
    places = [operand.position for operand in operands if isinstance(operand, Parameter)]
    if sorted(places) != list(range(len(operands))) or len(operands) != kernel.arity:
        return ()
    return tuple(
        Slice(
            None if piece.argument is None else places[piece.argument],
            tuple(piece.conditions[places.index(i)] for i in range(len(places))),
        )
        for piece in kernel.slices
    )


def _power() -> Kernel:
    from zenverify.operators.declarations.elementwise.arithmetic import POWER

    assert POWER.kernel is not None
    return POWER.kernel
