"""What SymPy derives from a kernel, printed as functions on balls."""

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from flint import arb
from sympy.codegen import cfunctions

from zenverify.operators import catalogue, derive, derived
from zenverify.operators.balls import Ball, precision, step
from zenverify.operators.kernel import CATALOGUE, Kernel, Slice

Expression = Callable[..., sympy.Expr]

every_kernel = pytest.mark.parametrize("kernel", CATALOGUE.values(), ids=lambda k: k.name)


def test_the_written_module_is_what_sympy_derives() -> None:
    path = Path(derived.__file__)
    assert path.read_text(encoding="utf-8") == derive.module_text()


def random_points(kernel: Kernel, count: int = 12) -> list[list[Fraction]]:
    """Rational points in every kernel's domain, away from kinks."""
    draw = random.Random(kernel.name)
    return [
        [Fraction(draw.randrange(1, 400), 97) * (k + 1) for k in range(kernel.arity)]
        for _ in range(count)
    ]


def ball_of(number: Fraction) -> Ball:
    return arb(number.numerator) / number.denominator


def evaluated(expression: sympy.Expr, point: dict[sympy.Symbol, sympy.Expr]) -> Ball:
    """An expression to 60 digits, with what that may be off by."""
    number = sympy.N(expression.xreplace(point), 60, maxn=400)
    return arb(str(number)) * arb(1, 1e-50) + arb(0, 1e-55)


def elementary(expression: sympy.Expr) -> sympy.Expr:
    """Without the functions that SymPy cannot evaluate."""
    for function in (cfunctions.log1p, cfunctions.expm1):
        expression = expression.replace(function, lambda x, f=function: f(x).expand(func=True))
    return expression


@every_kernel
def test_partials_are_those_of_sympy(kernel: Kernel) -> None:
    made = kernel.derived
    symbols = derive.symbols(kernel.arity)
    expression = sympy.sympify(kernel.expression(sympy, *symbols))
    value = elementary(expression)
    partials = [elementary(sympy.diff(expression, symbol)) for symbol in symbols]
    for fractions in random_points(kernel):
        at = {s: sympy.Rational(f) for s, f in zip(symbols, fractions, strict=True)}
        with precision(220):
            point = list(map(ball_of, fractions))
            kinks = made.kinks(*point) if made.kinks else ()
            found, *varying = made.linear(*point, *[step(kink, arb("nan")) for kink in kinks])
            assert found.overlaps(evaluated(value, at))
            assert made.value(*point).overlaps(found)
            rest = iter(varying)
            for constant, partial in zip(made.constants, partials, strict=True):
                slope = arb(constant) if constant is not None else arb(next(rest))
                assert slope.overlaps(evaluated(partial, at))
                assert slope.rel_accuracy_bits() > 150


@every_kernel
def test_the_declared_kinks_are_where_sympy_finds_steps(kernel: Kernel) -> None:
    made = kernel.derived
    symbols = derive.symbols(kernel.arity)
    partials = [
        sympy.diff(kernel.expression(sympy, *symbols), symbol).rewrite(sympy.Heaviside)
        for symbol in symbols
    ]
    places = {
        sympy.solve(found.args[0], symbols[0])[0]
        for partial in partials
        for found in partial.atoms(sympy.Heaviside)
    }
    assert made.kink_count == len(places)
    assert (made.kinks is None) == (not places)
    if made.kinks is not None and made.kink_partials is not None:
        (kinked,) = places
        point = [sympy.Rational(3, 2)] * kernel.arity
        point[0] = kinked.xreplace(dict(zip(symbols, point, strict=True)))
        balls = [arb(int(c.p)) / int(c.q) for c in point]
        assert [kink.is_zero() for kink in made.kinks(*balls)] == [True]
        assert len(made.kink_partials(*balls)) == kernel.arity


def test_a_kernel_outside_the_catalogue_is_derived_when_it_is_used() -> None:
    cube = Kernel("cube", 1, lambda sp, x: x**3 + sp.Rational(1, 3))
    value, slope = cube.derived.linear(arb(2))
    assert value.overlaps(arb(25) / 3)
    assert slope == 12
    assert cube.derived is cube.derived


def test_a_kernel_of_the_same_name_as_one_in_the_catalogue_keeps_its_own_derivation() -> None:
    other = Kernel("tanh", 1, lambda sp, x: 5 * x)
    assert other.derived.constants == (5,)


@pytest.mark.parametrize(
    "expression, at, value, slope",
    [
        (lambda sp, x: sp.Max(x, 1, 2 - x), 3, 3, 1),
        (lambda sp, x: sp.Min(x, 1), 3, 1, 0),
        (lambda sp, x: sp.Min(sp.Max(x, 0), 1), 0.25, 0.25, 1),
        (lambda sp, x: 1 / sp.sqrt(x), 4, 0.5, -1 / 16),
        (lambda sp, x: x**-3, 2, 0.125, -3 / 16),
        (lambda sp, x: x ** sp.Rational(3, 2), 4, 8, 3),
        (lambda sp, x: sp.Abs(x - 1) * x, 3, 6, 5),
    ],
)
def test_what_is_printed_computes_what_was_meant(
    expression: Expression, at: float, value: float, slope: float
) -> None:
    made = Kernel("made", 1, expression).derived
    kinks = made.kinks(arb(at)) if made.kinks else ()
    found = made.linear(arb(at), *[step(kink, arb(0.5)) for kink in kinks])
    assert abs(found[0] - value) < 1e-12
    partial = found[1] if made.constants == (None,) else made.constants[0]
    assert abs(arb(partial) - slope) < 1e-12
    if made.kink_partials is not None:
        assert len(made.kink_partials(arb(at))) == made.kink_count


@pytest.mark.parametrize(
    "expression, name",
    [
        (lambda sp, x: sp.gamma(x), "gamma"),
        (lambda sp, x: sp.erf(x), "erf"),
        (lambda sp, x: x + sp.atan(x), "atan"),
        (lambda sp, x: sp.floor(x), "floor"),
        (lambda sp, x: sp.Mod(x, 2), "Mod"),
        (lambda sp, x: x * sp.sign(x - 1), "sign"),
        (lambda sp, x: sp.besseli(1, x), "besseli"),
        (lambda sp, x: sp.Piecewise((x, x < 0), (x**2, True)), "Piecewise"),
        (lambda sp, x: sp.oo * sp.exp(x), "Infinity"),
        (lambda sp, x: sp.EulerGamma * x, "EulerGamma"),
    ],
)
def test_what_has_no_counterpart_on_balls_is_refused(expression: Expression, name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} has no counterpart on balls$"):
        derive.derive(Kernel("foreign", 1, expression))


@pytest.mark.parametrize(
    "expression, truth",
    [
        (lambda sp, x: sp.pi * x, arb.pi),
        (lambda sp, x: sp.E * x, arb.const_e),
        (lambda sp, x: sp.exp(x * sp.log(2)), arb.const_log2),
        (lambda sp, x: 2**x, arb.const_log2),
        (lambda sp, x: sp.sqrt(2) * x, lambda: arb(2).sqrt()),
        (lambda sp, x: x / sp.sqrt(sp.pi), lambda: 1 / arb.pi().sqrt()),
        (lambda sp, x: x / 3, lambda: arb(1) / 3),
        (lambda sp, x: x * sp.Float(0.1), lambda: arb(0.1)),
    ],
)
def test_constants_are_enclosed_to_working_precision(
    expression: Expression, truth: Callable[[], Ball]
) -> None:
    with precision(300):
        value, slope = Kernel("scaled", 1, expression).derived.linear(arb(0))
        assert arb(slope).overlaps(truth())
        assert arb(slope).rel_accuracy_bits() > 250
        assert value.is_finite()


@pytest.mark.parametrize(
    "base, exponent, slopes",
    [
        (0.0, 0.0, (0.0, None)),
        (0.0, 1.0, (1.0, 0.0)),
        (0.0, 2.0, (0.0, 0.0)),
        (0.0, 0.5, (None, 0.0)),
        (-2.0, 0.0, (0.0, None)),
        (-2.0, 3.0, (12.0, None)),
        (0.0, -1.0, (None, None)),
        (2.0, 0.0, (0.0, 0.6931471805599453)),
    ],
)
def test_the_slopes_of_powers_at_zero(
    base: float, exponent: float, slopes: tuple[float | None, ...]
) -> None:
    program = catalogue.get("power").program(((), ()), ())
    linear = program.linearise([[arb(base)], [arb(exponent)]])
    for pulled, slope in zip(linear.pull([arb(1)]), slopes, strict=True):
        assert pulled is not None
        if slope is None:
            assert not pulled[0].is_finite()
        else:
            assert abs(pulled[0] - slope) < 1e-15


def test_a_slice_is_differentiated_after_its_zeros_are_put_in() -> None:
    kernel = CATALOGUE["power"]
    assert derive.differentiate_slice(kernel, Slice(0, ("any", "zero"))) == 0
    assert derive.differentiate_slice(kernel, Slice(1, ("zero", "positive"))) == 0
    piece = kernel.derived.slices[1]
    assert piece.holds_at((arb(0), arb(2)))
    assert not piece.holds_at((arb(0), arb(0)))
    assert not piece.holds_at((arb(1), arb(2)))
