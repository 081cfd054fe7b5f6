"""Derive a kernel's partials with SymPy and print them as Python functions on balls.

``python -m zenverify.operators.derive`` writes `zenverify.operators.derived` anew; it is to be run
after a kernel of the catalogue was added or changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sympy
from sympy.codegen import cfunctions

from zenverify.operators import balls, kernel
from zenverify.operators.kernel import Derived, DerivedSlice, Kernel, Slice
from zenverify.operators.printer import FUNCTIONS, BallPrinter, UnknownFunctionError

_HEADER = '''"""Values and partials of the catalogue's kernels, derived by SymPy.

Written by ``python -m zenverify.operators.derive``: do not edit, change the declaration instead.
"""

from __future__ import annotations

from zenverify.operators.balls import (
{names}
)
from zenverify.operators.kernel import Derived, DerivedSlice
'''


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
    value = prepared(kernel.expression(sympy, *arguments))
    raw = [partial(value, argument) for argument in arguments]
    kinks = sorted(
        {found.args[0] for slope in raw for found in slope.atoms(sympy.Heaviside)},
        key=sympy.default_sort_key,
    )
    steps = symbols(len(kinks), "h")
    partials = tuple(
        slope.replace(sympy.Heaviside, lambda *args: steps[kinks.index(args[0])]) for slope in raw
    )
    return Partials(arguments, steps, value, partials, tuple(kinks))


class _Flat(sympy.Function):  # type: ignore[misc]
    """A function that is constant but for jumps. Its derivative is 0, declared so at a jump too."""

    is_real = True

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.Integer(0)


_FLAT = {f: type(f.__name__, (_Flat,), {}) for f in (sympy.floor, sympy.ceiling, sympy.sign)}
"""What stands for SymPy's own: its `sign` is also the derivative of an absolute value, which jumps
at a kink, and it differentiates the others to delta functions."""

_LARGEST_ROOT = 16
"""A power such as 0.1, a float, is no root."""

_EXPANDED = ("Sqrt", "exp2", "fma", "hypot", "log10", "log2")


def prepared(expression: sympy.Expr) -> sympy.Expr:
    """A kernel's expression, ready to be differentiated.

    Raises
    ------
    ValueError
        If it holds a function that has no counterpart on balls.
    """
    value = sympy.sympify(expression, strict=True)
    for name in _EXPANDED:
        function = getattr(cfunctions, name)
        value = value.replace(function, lambda *args, f=function: f(*args).expand(func=True))
    value = value.replace(cfunctions.Cbrt, _cube_root)
    value = value.replace(_is_real_loggamma, lambda real_part: real_part.args[0])
    _refuse_unknown(value)
    return flattened(value)


def flattened(expression: sympy.Expr) -> sympy.Expr:
    """An expression whose `floor`, `ceiling` and `sign` SymPy differentiates to 0."""
    for function, flat in _FLAT.items():
        expression = expression.replace(function, flat)
    return expression


def _is_real_loggamma(part: sympy.Basic) -> bool:
    """Whether it is log |Gamma|, which is what the function on balls computes."""
    return isinstance(part, sympy.re) and isinstance(part.args[0], sympy.loggamma)


def _cube_root(x: sympy.Expr) -> sympy.Expr:
    return sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3)


def partial(value: sympy.Expr, argument: sympy.Symbol) -> sympy.Expr:
    """The derivative of a prepared expression, with Heaviside's step for each kink."""
    return _in_steps(sympy.diff(value.replace(sympy.sinc, _entire_sinc), argument))


def _entire_sinc(x: sympy.Expr) -> sympy.Expr:
    """sin(x) / x as the hypergeometric function that it is: its derivative has no 0 / 0."""
    return sympy.hyper((), (sympy.Rational(3, 2),), -(x**2) / 4)


def _refuse_unknown(value: sympy.Expr) -> None:
    """Let through only what has a counterpart on balls.

    Raises
    ------
    ValueError
        For any other function, and for conditions, which balls that overlap cannot decide.
    """
    for part in sympy.preorder_traversal(value):
        known = type(part).__name__ in FUNCTIONS or isinstance(part, sympy.Max | sympy.Min)
        foreign = isinstance(
            part, sympy.Function | sympy.Piecewise | sympy.core.relational.Relational
        )
        if foreign and not known:
            raise UnknownFunctionError(part)


def _in_steps(slope: sympy.Expr) -> sympy.Expr:
    """Write sign(x) as 2 H(x) - 1, and merge powers so that ``b a**b / a`` has no false pole.

    Of a kink and its negative one is kept, by H(-k) = 1 - H(k).
    """
    slope = slope.replace(lambda e: e.is_Mul, _even)
    slope = slope.replace(sympy.sign, lambda argument: 2 * sympy.Heaviside(argument) - 1)
    slope = slope.replace(
        lambda e: isinstance(e, sympy.Heaviside) and e.args[0].could_extract_minus_sign(),
        lambda e: 1 - sympy.Heaviside(-e.args[0]),
    )
    return sympy.powsimp(slope)


def _even(product: sympy.Expr) -> sympy.Expr:
    """Without kinks that are none: a sign that meets another one, or what it is the sign of."""
    factors = list(product.args)
    for factor in product.args:
        if not isinstance(factor, sympy.sign):
            continue
        (inside,) = factor.args
        flat = _FLAT[sympy.sign](inside)
        merged = {flat: sympy.Integer(1), inside: sympy.Abs(inside)}
        for other in factors:
            base, exponent = other.as_base_exp()
            if base in merged and exponent.is_Integer and exponent > 0:
                factors.remove(factor)
                factors.remove(other)
                factors += [base ** (exponent - 1), merged[base]]
                break
    return product.func(*factors)


def differentiate_slice(kernel: Kernel, piece: Slice) -> sympy.Expr:
    """What holds on a slice: the zeros put in, the derivative taken, and then the limit."""
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
    found = prepared(kernel.expression(sympy, *at))
    if piece.argument is not None:
        found = partial(found, arguments[piece.argument])
    for argument, condition in zip(arguments, piece.conditions, strict=True):
        if condition == "limit":
            found = sympy.limit(found, argument, 0, "+-")
    return found


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
    jumping = sorted(found.value.atoms(_Flat), key=sympy.default_sort_key)
    if jumping:
        parts.append(_function(f"jumps_{name}", found.arguments, jumping))
        fields.append(f"jumps=jumps_{name}")
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
    results = [_with_roots(result) for result in results]
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


def _with_roots(expression: sympy.Expr) -> sympy.Expr:
    """Write rational powers of what is never negative as roots, which are real at zero too."""
    return expression.replace(_is_root, lambda e: _root(e.base, e.exp.q) ** e.exp.p)


_root = type("root", (sympy.Function,), {"is_real": True})


def _is_root(e: sympy.Basic) -> bool:
    if not (isinstance(e, sympy.Pow) and e.exp.is_Rational and e.base.is_nonnegative):
        return False
    return not e.base.is_number and 2 < e.exp.q <= _LARGEST_ROOT


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
    functions = "\n\n".join(text for text, _ in sources.values())
    table = "\n".join(f'    "{name}": {call},' for name, (_, call) in sources.items())
    used = set(re.findall(r"\w+", functions)) & set(vars(balls))
    names = "\n".join(f"    {name}," for name in sorted(used, key=_import_order))
    header = _HEADER.format(names=names)
    return "\n\n".join([header, functions, f"DERIVED: dict[str, Derived] = {{\n{table}\n}}\n"])


def _import_order(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then functions."""
    return not name.isupper(), name.islower(), name


if __name__ == "__main__":
    Path(__file__).with_name("derived.py").write_text(module_text(), encoding="utf-8")
