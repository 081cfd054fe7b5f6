"""Expressions and equations given as text: ``log(1 + exp(x))``, ``y + exp(y) = x``.

Nothing is evaluated. Of the tree that Python's parser makes, `Parsed.fold` lets few nodes through.
"""

from __future__ import annotations

import ast
import importlib
import math
import operator
import re
import warnings
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

from zenverify.errors import UsageError
from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import Ball, exp, power, precision, ratio
from zenverify.operators.program.kernel import Kernel, Slice

RESULT = "y"  # what an equation calls it

_EXPECTED = "expected numbers, arguments, + - * / **, parentheses, functions: log(1 + exp(x))"
_ARGUMENT = "expected an argument: up to 30 letters, digits and _, other than functions, pi, e, inf"
_NAME = r"(?!(pi|e|inf|infinity|nan|oo|zoo)$)[A-Za-z][A-Za-z0-9_]{0,29}"
_WRITTEN = {"(_, ": "[", ", _)": "]", "is integer": "integer", "==": "="}  # before it was read
Compute = Callable[..., Any]
_SIGNS: dict[type[ast.operator], Compute] = {ast.Add: operator.add, ast.Sub: operator.sub}
_SIGNS |= {ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}


class Parsed:
    """Python's `tree` of a text in ASCII letters, digits, ``_.,+-*/()`` and `more` characters."""

    arguments: tuple[str, ...] = ()

    def __init__(self, what: str, text: str, more: str = "", expected: str = _EXPECTED) -> None:
        self._what, self._expected, self._line = what, expected, ""
        if not isinstance(text, str):
            raise UsageError(f"{what}: expected text, got {type(text).__name__}")
        if len(text) > 2_000:
            raise self.wrong(text, f"expected at most 2,000 characters, got {len(text):,}")
        if other := re.search(rf"[^\w.,+\-*/()\s{more}]", text, re.ASCII):
            raise self.wrong(other[0])
        self._line = re.sub(r"\s", " ", text).strip()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # such as that a number runs into a word
                self.tree = ast.parse(self._line, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = max(getattr(error, "offset", None) or 1, 1) - 1
            raise self.wrong(self._line[at:] or self._line) from None
        self._nodes = [node for node in ast.walk(self.tree) if isinstance(node, ast.expr)]
        if len(self._nodes) > 500:
            raise self.wrong(text, "expected at most 500 operations, names and numbers")

    def wrong(self, piece: ast.AST | str, expected: str = "") -> UsageError:
        """The error about a piece of the text."""
        if isinstance(piece, ast.AST):
            piece = ast.get_source_segment(self._line, piece) or self._line
        for put, written in _WRITTEN.items():
            piece = piece.replace(put, written)
        return UsageError(f"{self._what}, at {piece[:40]!a}: {expected or self._expected}")

    def read(self, *first: str) -> Parsed:
        """Let it through as an expression in these arguments, and then in the others of it."""
        called = {id(node.func) for node in self._nodes if isinstance(node, ast.Call)}
        named = [n for n in self._nodes if isinstance(n, ast.Name) and id(n) not in called]
        named.sort(key=lambda node: node.col_offset)
        found = dict.fromkeys([*first, *(node.id for node in named if node.id not in ("pi", "e"))])
        for name in found:
            if name in catalogue.kernels() or not re.fullmatch(_NAME, name):
                raise self.wrong(name, _ARGUMENT)
        if not 1 <= len(found) <= 8:
            raise self.wrong(self.tree, f"expected 1 to 8 arguments, such as x, got {len(found)}")
        self.arguments = tuple(found)
        self.value(self.tree)
        return self

    def value(self, node: ast.expr) -> Ball | None:
        """Let a part through; a ball around its value, or None if an argument is in it."""
        with precision(128):
            found: Ball | None = self.fold(node, None, dict.fromkeys(self.arguments), self._valued)
        return found

    def _valued(self, node: ast.expr, _: Any, value: Compute, *parts: Ball | None) -> Ball | None:
        if any(part is None for part in parts):
            return None
        number = float(ball := Ball(value(*parts)))
        if not (ball.is_finite() and abs(number) < math.inf and (number or ball.contains(0))):
            raise self.wrong(node, "expected a constant whose value a float64 can hold")
        return ball

    def fold(
        self, node: ast.expr, sp: Any, names: dict[str, Any], apply: Compute, levels: int = 60
    ) -> Any:
        """Compute what a tree says: the whitelist.

        It is what ``apply(node, compute, value, *operands)`` gives for each node: ``compute`` does
        it with what is in the module `sp`, ``value`` on balls. What stands on the left of a sign is
        on the sign's own level.
        """
        into = partial(self.fold, sp=sp, names=names, apply=apply, levels=levels - 1)
        if levels < 0:
            raise self.wrong(node, "expected at most 60 levels inside each other")
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                written = ast.get_source_segment(self._line, node) or ""
                if not abs(number) < math.inf or (not number and re.match("[0._]*[1-9]", written)):
                    raise self.wrong(node, "expected a number that a float64 can hold")
                whole = number.as_integer_ratio()
                return apply(node, lambda: sp.Rational(*whole), lambda: ratio(*whole))
            case ast.Name(id="pi"):
                return apply(node, lambda: sp.pi, Ball.pi)
            case ast.Name(id="e"):
                return apply(node, lambda: sp.E, lambda: exp(Ball(1)))
            case ast.Name(id=name):
                if name not in names:
                    raise self.wrong(node, f"expected {' or '.join(names) or 'a number'}")
                return names[name]
            case ast.UnaryOp(op=ast.USub()):
                return apply(node, operator.neg, operator.neg, into(node.operand))
            case ast.UnaryOp(op=ast.UAdd()):
                return into(node.operand)
            case ast.BinOp(op=op) if type(op) in _SIGNS:
                parts = into(node.left, levels=levels), into(node.right)
                sign = _SIGNS[type(op)]
                return apply(node, sign, power if sign is operator.pow else sign, *parts)
            case ast.Call(func=func, args=operands, keywords=[]):
                if (kernel := _called(node)) is None:
                    raise self.wrong(func, "expected a function of the catalogue, such as exp")
                repeats = len(operands) > 2 and kernel.name in ("maximum", "minimum")
                if len(operands) != kernel.arity and not repeats:
                    raise self.wrong(node, f"expected so many operands: {kernel.arity}")
                both: list[Compute] = [partial(kernel.expression, sp), kernel.derived.value]
                if repeats:
                    both = [lambda *parts, two=two: reduce(two, parts) for two in both]
                return apply(node, *both, *map(into, operands))
        raise self.wrong(node)

    def expression(self, sp: Any, *symbols: Any) -> Any:
        """The SymPy expression in the given symbols, as `Kernel` takes it; `sp` is the module.

        Raises
        ------
        UsageError
            If it has no real value, or at single points only, as ``sqrt(-x**2)``; or if it grows
            too large once it is written out: SymPy multiplies even ``(2*x)**(10**10)`` out.
        """
        # What the kernels' expressions expect to find in the module.
        importlib.import_module("sympy.codegen.cfunctions")
        names = dict(zip(self.arguments, symbols, strict=True))
        try:
            built = self.fold(self.tree, sp, names, partial(self._made, sp))
        except (ArithmeticError, RecursionError, TypeError, ValueError):
            raise self.wrong(self.tree, "expected what SymPy can compute with") from None
        if built.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
            raise self.wrong(self.tree, "expected an expression with a real value")
        return built

    def _made(self, sp: Any, node: ast.expr, compute: Compute, _: Any, *operands: Any) -> Any:
        kernel = catalogue.kernels()["power"] if compute is operator.pow else _called(node)
        if kernel is None:
            return compute(*operands)
        form = kernel.expression(sp, *sp.symbols(f"x:{kernel.arity}"))
        is_power, functions = kernel.name == "power", sp.codegen.cfunctions
        exponential = is_power or form.has(sp.exp, functions.exp2, functions.expm1)
        undone = exponential and any(one.has(sp.log) for one in operands[is_power:])
        # At an integer the last two are a sum or a product of all those before it.
        exact = kernel.name in ("power", "digamma", "gammaln")
        grow = [one for one in operands[is_power:] if undone or (exact and one.is_Rational)]
        times = math.prod(max(1, abs(one)) for one in sp.Tuple(*grow).atoms(sp.Rational))
        bases = operands[:1] if is_power and not undone else operands
        numbers = [part for one in sp.Tuple(*bases).atoms(sp.Rational) for part in (one.p, one.q)]
        if sum(int(part).bit_length() for part in numbers) * times > 14_000:
            raise self.wrong(node, "expected numbers of at most 4,200 digits to come of it")
        built = compute(*operands)
        kinks = built.atoms(sp.Abs, sp.Max, sp.Min, sp.sign, sp.floor, sp.ceiling)
        if len(kinks) > 8 or sum(1 for _ in sp.preorder_traversal(built)) > 1_500:
            raise self.wrong(node, "expected at most 8 functions with kinks, 1,500 parts in all")
        return built

    @property
    def slices(self) -> tuple[Slice, ...]:
        """What the catalogue says of points without a general formula, if it is a single call."""
        kernel, operands = _called(self.tree), getattr(self.tree, "args", [])
        match self.tree:
            case ast.BinOp(left, ast.Pow(), right):
                kernel, operands = catalogue.kernels()["power"], [left, right]
        names = [operand.id for operand in operands if isinstance(operand, ast.Name)]
        if not kernel or len(names) != kernel.arity or sorted(names) != sorted(self.arguments):
            return ()
        return kernel.slices_among([self.arguments.index(name) for name in names])


def _called(node: ast.AST) -> Kernel | None:
    """The function that a node calls, if it is a call of one."""
    return catalogue.kernels().get(getattr(getattr(node, "func", None), "id", ""))


def parse_expression(text: str) -> Parsed:
    """Parse an expression, without evaluating it and without SymPy.

    It is made of numbers, arguments, ``pi`` and ``e``, ``+ - * / **``, parentheses, and calls of
    the catalogue's elementwise functions by the names of NumPy or SymPy. A decimal number stands
    for the float64 nearest to it, as it would in the engine.

    Raises
    ------
    UsageError
        If it is none, or too large: 2,000 characters, 500 operations, 60 levels, 8 arguments.
    """
    return Parsed("expression", text).read()


def parse_equation(text: str) -> Parsed:
    """Parse an equation: its left side less its right one, in the result y and then its arguments.

    It is two expressions with ``=`` between them, or one that is zero. ``y`` is the result.

    Raises
    ------
    UsageError
        If the text is no such equation.
    """
    doubled = text.replace("=", "==") if isinstance(text, str) else text
    parsed = Parsed("equation", doubled, "=", "expected two expressions, or one: y + exp(y) = x")
    match parsed.tree:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            parsed.tree = ast.copy_location(ast.BinOp(left, ast.Sub(), right), parsed.tree)
    return parsed.read(RESULT)


def constant(what: str, text: str) -> Ball:
    """A ball around the value of an expression without arguments, such as ``-pi/2``.

    Raises
    ------
    UsageError
        If the text is no such expression; `what` says what it is meant to be.
    """
    parsed = Parsed(what, text)
    return parsed.value(parsed.tree) or Ball(0)
