"""Derive a kernel's partials with SymPy and print them as Python functions on balls.

``python -m zenverify.operators.derive`` writes `zenverify.operators.derived` anew; it is to be run
after a kernel of the catalogue was added or changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sympy
import sympy.codegen.cfunctions
from sympy.printing.pycode import AbstractPythonCodePrinter

from zenverify.operators import balls, kernel
from zenverify.operators.kernel import Derived, DerivedSlice, Kernel, Slice

_HEADER = '''"""Values and partials of the catalogue's kernels, derived by SymPy.

Written by ``python -m zenverify.operators.derive``: do not edit, change the declaration instead.
"""

from __future__ import annotations

from zenverify.operators.balls import (
    Ball,
    absolute,
    cos,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    power,
    ratio,
    sin,
    sqrt,
    tanh,
)
from zenverify.operators.kernel import Derived, DerivedSlice
'''

_FUNCTIONS = {
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "Abs": "absolute",
}


class BallPrinter(AbstractPythonCodePrinter):  # type: ignore[misc]
    """Prints an expression as a call of the functions in `zenverify.operators.balls`."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False})

    def _print_Function(self, expr: sympy.Function) -> str:
        name = _FUNCTIONS.get(type(expr).__name__)
        if name is None:
            return self._print_not_supported(expr)
        return f"{name}({self._print_ball(expr.args[0])})"

    def _print_ball(self, expr: sympy.Expr) -> str:
        """An argument of a function on balls, which takes no other numbers."""
        printed = str(self._print(expr))
        return f"Ball({printed})" if expr.is_Number else printed

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return f"ratio({expr.p}, {expr.q})"

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        """In the slope of a kink: that of a kink inside another function with a kink."""
        return f"step({self._print_ball(expr.args[0])}, UNIT_STEP)"

    def _print_Float(self, expr: sympy.Float) -> str:
        return str(self._print(sympy.Rational(expr)))

    def _print_Pi(self, expr: sympy.NumberSymbol) -> str:
        return "Ball.pi()"

    def _print_Exp1(self, expr: sympy.NumberSymbol) -> str:
        return "exp(Ball(1))"

    def _print_Integer(self, expr: sympy.Integer) -> str:
        return str(expr.p)

    def _print_Max(self, expr: sympy.Max) -> str:
        return self._nested("maximum", expr.args)

    def _print_Min(self, expr: sympy.Min) -> str:
        return self._nested("minimum", expr.args)

    def _nested(self, function: str, arguments: Sequence[sympy.Expr]) -> str:
        first, *rest = sorted(arguments, key=sympy.default_sort_key)
        if not rest:
            return str(self._print(first))
        return f"{function}({self._nested(function, rest)}, {self._print(first)})"

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:
        base, exponent = expr.as_base_exp()
        printed = self.parenthesize(base, sympy.printing.precedence.PRECEDENCE["Pow"])
        if exponent == sympy.S.Half:
            return f"sqrt({self._print_ball(base)})"
        if exponent == -sympy.S.Half:
            return f"1 / sqrt({self._print_ball(base)})"
        if exponent == 2 and base.is_Symbol:
            return f"({printed} * {printed})"
        if exponent.is_Integer and exponent > 0:
            return f"{printed} ** {exponent}"
        if exponent.is_Integer:
            power = printed if exponent == -1 else f"{printed} ** {-exponent}"
            return f"1 / ({power})" if exponent != -1 else f"1 / {power}"
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _print_not_supported(self, expr: sympy.Basic) -> str:
        raise ValueError(f"{type(expr).__name__} has no counterpart on balls")

    emptyPrinter = _print_not_supported
    # What the printer for plain Python would write with floats and comparisons.
    _print_Abs = _print_sign = _print_Mod = _print_Function
    _print_Piecewise = _print_ITE = _print_Relational = _print_not_supported
    _print_Derivative = _print_Subs = _print_not_supported
    _print_Infinity = _print_NegativeInfinity = _print_ComplexInfinity = _print_not_supported
    _print_NaN = _print_ImaginaryUnit = _print_NumberSymbol = _print_not_supported
    _print_Catalan = _print_EulerGamma = _print_GoldenRatio = _print_not_supported
    _print_TribonacciConstant = _print_not_supported


@dataclass(frozen=True)
class Partials:
    """A kernel's expression and its partials, with a symbol in place of each step.

    A step is Heaviside's function of a kink, the expression whose zeros are the kink's places.
    """

    arguments: tuple[sympy.Symbol, ...]
    steps: tuple[sympy.Symbol, ...]
    value: sympy.Expr
    partials: tuple[sympy.Expr, ...]
    kinks: tuple[sympy.Expr, ...]


def symbols(arity: int, letter: str = "x", **assumptions: bool) -> tuple[sympy.Symbol, ...]:
    """Real symbols ``x0``, ``x1``, ...; names of our own, which no printer needs to escape."""
    return tuple(sympy.Symbol(f"{letter}{i}", real=True, **assumptions) for i in range(arity))


def differentiate(kernel: Kernel) -> Partials:
    """Differentiate a kernel's expression with respect to each of its arguments.

    Only automatic rewriting takes place: `sympy.simplify` can run for ever.
    """
    arguments = symbols(kernel.arity)
    value = sympy.sympify(kernel.expression(sympy, *arguments), strict=True)
    _refuse_unknown(value)
    raw = [_in_steps(sympy.diff(value, argument)) for argument in arguments]
    kinks = sorted(
        {found.args[0] for partial in raw for found in partial.atoms(sympy.Heaviside)},
        key=sympy.default_sort_key,
    )
    steps = symbols(len(kinks), "h")
    partials = tuple(
        partial.replace(sympy.Heaviside, lambda *args: steps[kinks.index(args[0])])
        for partial in raw
    )
    return Partials(arguments, steps, value, partials, tuple(kinks))


def _refuse_unknown(value: sympy.Expr) -> None:
    """Let through only what has a counterpart on balls.

    Raises
    ------
    ValueError
        For any other function, and for conditions, which balls that overlap cannot decide.
    """
    for part in sympy.preorder_traversal(value):
        name = type(part).__name__
        known = name in _FUNCTIONS or isinstance(part, sympy.Max | sympy.Min)
        foreign = isinstance(
            part, sympy.Function | sympy.Piecewise | sympy.core.relational.Relational
        )
        if foreign and not known:
            raise ValueError(f"{name} has no counterpart on balls")


def _in_steps(partial: sympy.Expr) -> sympy.Expr:
    """Write sign(x) as 2 H(x) - 1, and merge powers so that ``b a**b / a`` has no false pole.

    Of a kink and its negative one is kept, by H(-k) = 1 - H(k).
    """
    partial = partial.replace(sympy.sign, lambda argument: 2 * sympy.Heaviside(argument) - 1)
    partial = partial.replace(
        lambda e: isinstance(e, sympy.Heaviside) and e.args[0].could_extract_minus_sign(),
        lambda e: 1 - sympy.Heaviside(-e.args[0]),
    )
    return sympy.powsimp(partial)


def differentiate_slice(kernel: Kernel, piece: Slice) -> sympy.Expr:
    """The partial of a slice: put the zeros in first, then differentiate."""
    arguments = [
        sympy.Symbol(f"x{i}", positive=True)
        if condition == "positive"
        else sympy.Symbol(f"x{i}", real=True)
        for i, condition in enumerate(piece.conditions)
    ]
    at = [
        sympy.Integer(0) if condition == "zero" else argument
        for argument, condition in zip(arguments, piece.conditions, strict=True)
    ]
    return sympy.diff(kernel.expression(sympy, *at), arguments[piece.argument])


def constant_partials(derived: Partials) -> tuple[int | None, ...]:
    """Per argument, the partial where it is an integer constant, else None."""
    return tuple(int(p) if p.is_Integer else None for p in derived.partials)


def source(kernel: Kernel) -> tuple[str, str]:
    """Python text that defines a kernel's functions, and the call that makes its `Derived`."""
    found = differentiate(kernel)
    constants = constant_partials(found)
    varying = [p for p, constant in zip(found.partials, constants, strict=True) if constant is None]
    name = kernel.name
    parts = [
        _function(f"value_{name}", found.arguments, [found.value], single=True),
        _function(f"linear_{name}", found.arguments + found.steps, [found.value, *varying]),
    ]
    fields = [f"value_{name}", f"linear_{name}", repr(constants)]
    if found.kinks:
        slopes = [sympy.diff(kink, a) for kink in found.kinks for a in found.arguments]
        parts.append(_function(f"kinks_{name}", found.arguments, found.kinks))
        parts.append(_function(f"kink_partials_{name}", found.arguments, slopes))
        fields += [f"kinks_{name}", f"kink_partials_{name}", str(len(found.kinks))]
    slices = []
    for number, piece in enumerate(kernel.slices):
        function = f"slice_{name}_{number}"
        partial = differentiate_slice(kernel, piece)
        parts.append(_function(function, found.arguments, [partial], single=True))
        slices.append(f"DerivedSlice({piece.argument}, {piece.conditions!r}, {function})")
    if slices:
        fields.append(f"slices=({', '.join(slices)},)")
    return "\n\n".join(parts), f"Derived({', '.join(fields)})"


def _function(
    name: str,
    arguments: Sequence[sympy.Symbol],
    results: Sequence[sympy.Expr],
    *,
    single: bool = False,
) -> str:
    shared, reduced = sympy.cse(results, symbols=sympy.numbered_symbols("t"), order="none")
    printer = BallPrinter()
    signature = ", ".join(f"{argument}: Ball" for argument in arguments)
    lines = [f"def {name}({signature}) -> {'Ball' if single else 'tuple[Ball, ...]'}:"]
    lines += [f"    {symbol} = {printer.doprint(value)}" for symbol, value in shared]
    printed = [
        f"Ball({printer.doprint(result)})" if result.is_Number else printer.doprint(result)
        for result in reduced
    ]
    lines.append(f"    return {printed[0] if single else '(' + ', '.join(printed) + ',)'}")
    return "\n".join(lines)


def derive(kernel: Kernel) -> Derived:
    """Derive a kernel's evaluators now.

    The text that is executed is printed from the SymPy tree by `BallPrinter`, which knows names
    of its own making only.

    Raises
    ------
    ValueError
        If the expression holds a function that has no counterpart on balls.
    """
    namespace: dict[str, object] = {**vars(balls), "Derived": Derived, "DerivedSlice": DerivedSlice}
    functions, made = source(kernel)
    exec(f"{functions}\n\nresult = {made}\n", namespace)  # noqa: S102
    result = namespace["result"]
    assert isinstance(result, Derived)
    return result


def module_text() -> str:
    """The text of `zenverify.operators.derived`."""
    from zenverify.operators import catalogue

    catalogue.names()
    sources = {name: source(made) for name, made in sorted(kernel.CATALOGUE.items())}
    functions = (text for text, _ in sources.values())
    table = "\n".join(f'    "{name}": {call},' for name, (_, call) in sources.items())
    return "\n\n".join([_HEADER, *functions, f"DERIVED: dict[str, Derived] = {{\n{table}\n}}\n"])


if __name__ == "__main__":
    Path(__file__).with_name("derived.py").write_text(module_text(), encoding="utf-8")
