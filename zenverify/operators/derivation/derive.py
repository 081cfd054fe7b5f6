"""Derive a kernel's partials with SymPy and print them as Python functions on balls.

``python -m zenverify.operators.derivation`` writes `derived.py`, beside this file, anew; it is to
be run after a kernel of the catalogue was added or changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from zenverify.operators.balls import arithmetic as balls
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.derivation.evaluators import Derived, DerivedSlice
from zenverify.operators.derivation.printer import BallPrinter
from zenverify.operators.derivation.rewriting import Flat, partial, prepared, with_roots

if TYPE_CHECKING:
    from zenverify.operators.program.kernel import Kernel, Slice

_HEADER = '''"""Values and partials of the catalogue's kernels, derived by SymPy.

Written by ``python -m zenverify.operators.derivation``: do not edit it, change the
declaration instead.
"""

from __future__ import annotations

from zenverify.operators.balls.arithmetic import (
{names}
)
from zenverify.operators.derivation.evaluators import Derived, DerivedSlice
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


def _jumps(value: sympy.Expr, part: Flat) -> bool:
    """Whether a value may jump where a part of it does: sign(x) * f(x) does not if f(0) = 0."""
    inner = part.args[0]
    if type(part).__name__ != "sign" or not inner.is_Symbol:
        return True
    right, left = (value.xreplace({part: side}) for side in (sympy.S.One, -sympy.S.One))
    return bool((right - left).subs(inner, 0) != 0)


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
    parts_that_jump = (part for part in found.value.atoms(Flat) if _jumps(found.value, part))
    jumping = sorted(parts_that_jump, key=sympy.default_sort_key)
    if jumping:
        parts.append(_function(f"jumps_{name}", found.arguments, jumping))
        fields.append(f"jumps=jumps_{name}")
    slices = []
    for number, piece in enumerate(kernel.slices):
        function = f"slice_{name}_{number}"
        held = differentiate_slice(kernel, piece)
        parts.append(_function(function, found.arguments, [held], single=True))
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
    results = [with_roots(result) for result in results]
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

    Raises
    ------
    ValueError
        If the expression holds a function that has no counterpart on balls.
    """
    functions, made = source(kernel)
    result = _executed(f"{functions}\n\nresult = {made}\n")
    assert isinstance(result, Derived)
    return result


def evaluator(
    arguments: Sequence[sympy.Symbol], results: Sequence[sympy.Expr]
) -> Callable[..., tuple[Ball, ...]]:
    """A function of balls that evaluates expressions.

    The arguments' names must be of our own making: see `symbols`.

    Raises
    ------
    ValueError
        If an expression holds a function that has no counterpart on balls.
    """
    result: Callable[..., tuple[Ball, ...]] = _executed(_function("result", arguments, results))
    return result


def _executed(text: str) -> Any:
    """What a text leaves in the name `result`.

    The text is printed from a SymPy tree by `BallPrinter`, which knows names of its own making
    only.
    """
    namespace: dict[str, object] = {**vars(balls), "Derived": Derived, "DerivedSlice": DerivedSlice}
    exec(text, namespace)  # noqa: S102
    return namespace["result"]


def module_text(kernels: Mapping[str, Kernel]) -> str:
    """The text of `zenverify.operators.derivation.derived` for kernels by their names."""
    sources = {name: source(made) for name, made in sorted(kernels.items())}
    functions = "\n\n".join(text for text, _ in sources.values())
    table = "\n".join(f'    "{name}": {call},' for name, (_, call) in sources.items())
    used = set(re.findall(r"\w+", functions)) & set(vars(balls))
    names = "\n".join(f"    {name}," for name in sorted(used, key=_import_order))
    header = _HEADER.format(names=names)
    return "\n\n".join([header, functions, f"DERIVED: dict[str, Derived] = {{\n{table}\n}}\n"])


def _import_order(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then functions."""
    return not name.isupper(), name.islower(), name
