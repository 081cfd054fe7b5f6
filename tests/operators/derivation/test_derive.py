"""What SymPy derives from a kernel, printed as functions on balls."""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
import sympy
from flint import arb
from sympy.codegen import cfunctions

from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import Ball, precision, step
from zenverify.operators.derivation import derive, derived, rewriting
from zenverify.operators.domain import Domain
from zenverify.operators.kinks import MEAN
from zenverify.operators.program.kernel import CATALOGUE, Kernel, Slice
from zenverify.operators.program.steps.map import Map

LN2, EULER = math.log(2), 0.5772156649015329

Expression = Callable[..., sympy.Expr]

every_kernel = pytest.mark.parametrize("kernel", CATALOGUE.values(), ids=lambda k: k.name)


def test_the_written_module_is_what_sympy_derives() -> None:
    path = Path(derived.__file__)
    assert path.read_text(encoding="utf-8") == derive.module_text(CATALOGUE)


DOMAINS = {
    operator.kernel.name: [argument.limits for argument in operator.arguments]
    for operator in catalogue.all_operators()
    if operator.kernel is not None
}


def random_points(kernel: Kernel, count: int = 12) -> list[list[Fraction]]:
    """Rational points in every kernel's domain, away from kinks and jumps."""
    draw = random.Random(kernel.name)
    limits = DOMAINS.get(kernel.name, [Domain(low=0.0)] * kernel.arity)
    return [
        [inside(d, Fraction(draw.randrange(1, 9973), 9973 + k)) for k, d in enumerate(limits)]
        for _ in range(count)
    ]


def inside(domain: Domain, share: Fraction) -> Fraction:
    """A point of the domain, or of that part of it that is close to zero or to its only end."""
    if math.isfinite(domain.low) and math.isfinite(domain.high):
        return Fraction(domain.low) + (Fraction(domain.high) - Fraction(domain.low)) * share
    if math.isfinite(domain.low):
        return Fraction(domain.low) + 4 * share
    if math.isfinite(domain.high):
        return Fraction(domain.high) - 4 * share
    return 8 * share - Fraction(7, 2)


def ball_of(number: Fraction) -> Ball:
    return arb(number.numerator) / number.denominator


def evaluated(expression: sympy.Expr, point: dict[sympy.Symbol, sympy.Expr]) -> Ball:
    """An expression to 60 digits, with what that may be off by."""
    # Not put in first: SymPy would look for the factors of rational powers, which can take hours.
    number = expression.evalf(60, subs=point, maxn=400)
    return arb(str(number)) * arb(1, 1e-50) + arb(0, 1e-55)


def elementary(expression: sympy.Expr) -> sympy.Expr:
    """Without the functions that SymPy cannot evaluate, and away from jumps."""
    for function in (cfunctions.log1p, cfunctions.expm1):
        expression = expression.replace(function, lambda x, f=function: f(x).expand(func=True))
    expression = expression.replace(sympy.Subs, lambda *args: sympy.Integer(0))
    return expression.replace(sympy.Derivative, lambda *args: sympy.Integer(0))


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


def kink_places(kernel: Kernel, others: sympy.Expr) -> dict[sympy.Expr, bool]:
    """Where the formulae of the slopes have steps, and whether a slope has one.

    Places are values of the first argument. Of the function itself no jump counts.
    """
    symbols = derive.symbols(kernel.arity)
    expression = sympy.sympify(kernel.expression(sympy, *symbols)).xreplace(
        dict.fromkeys(symbols[1:], others)
    )
    jumps = {
        part: sympy.Dummy() for part in expression.atoms(sympy.floor, sympy.ceiling, sympy.sign)
    }
    slope = expression.xreplace(jumps).diff(symbols[0])
    steps = slope.rewrite(sympy.Heaviside).atoms(sympy.Heaviside)
    slope = slope.xreplace({jump: part for part, jump in jumps.items()})
    places = {place for step in steps for place in sympy.solve(step.args[0], symbols[0])}
    near = sympy.Rational(1, 10**20)
    found = {}
    for place in places:
        left, right = (evaluated(elementary(slope), {symbols[0]: place + d}) for d in (-near, near))
        found[place] = bool(abs(left - right) > 1e-9)
    return found


@every_kernel
def test_the_declared_kinks_are_where_sympy_finds_steps(kernel: Kernel) -> None:
    made = kernel.derived
    others = sympy.Rational(3, 2)
    places = kink_places(kernel, others)
    assert made.kinks is not None or not any(places.values())
    if made.kinks is None or made.kink_partials is None:
        return
    met = set()
    for place, jumps in places.items():
        point = [arb(int(c.p)) / int(c.q) for c in (place, *[others] * (kernel.arity - 1))]
        here = [number for number, kink in enumerate(made.kinks(*point)) if kink.is_zero()]
        assert here or not jumps
        met.update(here)
        assert len(made.kink_partials(*point)) == kernel.arity * made.kink_count
    assert met == set(range(made.kink_count))


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
        (lambda sp, x: sp.real_root(x, 3), -8, -2, 1 / 12),
        (lambda sp, x: cfunctions.Cbrt(x), 8, 2, 1 / 12),
        (lambda sp, x: sp.sign(x) * sp.Abs(x) ** sp.Rational(5, 3), 0, 0, 0),
        (lambda sp, x: sp.Abs(x) ** sp.Rational(-1, 4), 16, 0.5, -1 / 128),
        (lambda sp, x: cfunctions.exp2(x) + cfunctions.log2(8 * x), 1, 5, 2 * LN2 + 1 / LN2),
        (lambda sp, x: cfunctions.log10(x) * sp.log(10), 2, LN2, 0.5),
        (lambda sp, x: cfunctions.hypot(x, 4) + cfunctions.Sqrt(x + 1), 3, 7, 0.85),
        (lambda sp, x: cfunctions.fma(x, 3, x), 3, 12, 4),
        (lambda sp, x: sp.polygamma(0, x) * sp.gamma(1), 1, -EULER, math.pi**2 / 6),
        (lambda sp, x: sp.re(sp.loggamma(x)), -0.5, math.lgamma(-0.5), 0.03648997397857652),
        (lambda sp, x: sp.sinc(x), 0, 1, 0),
        (lambda sp, x: sp.sinc(x / 2), math.pi, 2 / math.pi, -2 / math.pi**2),
        (lambda sp, x: sp.atan2(x, 1) + sp.acosh(1 + x) * 0, 1, math.pi / 4, 0.5),
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
    "expression, at, value, slope",
    [
        (lambda sp, x: x * sp.sign(x - 1), 3, 3, 1),
        (lambda sp, x: x * sp.sign(x - 1), -3, 3, -1),
        (lambda sp, x: x * sp.sign(x - 1), 1, 0, 0),
        (lambda sp, x: sp.floor(x), 2, 2, 0),
        (lambda sp, x: sp.ceiling(x / 2) * x, 3, 6, 2),
        (lambda sp, x: 7 - x * sp.floor(7 / x), 3, 1, -2),
        (lambda sp, x: 6 - x * sp.floor(6 / x), 3, 0, -2),
        (lambda sp, x: sp.exp(sp.floor(x)) * sp.Abs(x), -1, math.exp(-1), -math.exp(-1)),
    ],
)
def test_functions_with_jumps_have_no_slope_and_no_kink_of_their_own(
    expression: Expression, at: float, value: float, slope: float
) -> None:
    made = Kernel("made", 1, expression).derived
    kinks = made.kinks(arb(at)) if made.kinks else ()
    assert not any(kink.is_zero() for kink in kinks)
    found = made.linear(arb(at), *[step(kink, arb("nan")) for kink in kinks])
    partial = found[1] if made.constants == (None,) else made.constants[0]
    assert abs(found[0] - value) < 1e-12
    assert abs(arb(partial) - slope) < 1e-12


def test_a_jump_that_may_lie_in_a_ball_is_enclosed() -> None:
    made = Kernel("made", 1, lambda sp, x: sp.floor(x) + 10 * sp.sign(x - 2)).derived
    around = made.value(arb(2, 0.5))
    assert around.contains(arb(-9))
    assert around.contains(arb(12))


def test_the_sign_in_the_slope_of_an_absolute_value_stays_a_kink() -> None:
    both = derive.differentiate(Kernel("made", 1, lambda sp, x: sp.sign(x) * sp.Abs(x - 1)))
    (x,) = derive.symbols(1)
    assert both.kinks == (x - 1,)


@pytest.mark.parametrize(
    "expression",
    [
        lambda sp, x: sp.real_root(x, 3),
        lambda sp, x: sp.sign(x) * sp.Abs(x) ** sp.Rational(3, 2),
        lambda sp, x: x / (1 + sp.Abs(x)),
        lambda sp, x: (x - 2) ** 3 * sp.exp(sp.Abs(x - 2)),
    ],
)
def test_where_the_slopes_of_both_sides_are_equal_there_is_no_kink(expression: Expression) -> None:
    assert derive.differentiate(Kernel("made", 1, expression)).kinks == ()


@pytest.mark.parametrize(
    "expression, name",
    [
        (lambda sp, x: sp.gamma(x), "gamma"),
        (lambda sp, x: x + sp.acot(x), "acot"),
        (lambda sp, x: sp.erfi(x), "erfi"),
        (lambda sp, x: sp.frac(x), "frac"),
        (lambda sp, x: sp.re(sp.polygamma(0, x)), "re"),
        (lambda sp, x: sp.trigamma(x), "polygamma"),
        (lambda sp, x: sp.hyper((), (2,), x), "hyper"),
        (lambda sp, x: sp.hyper((1,), (2,), x), "hyper"),
        (lambda sp, x: sp.root(x**2, 3) + sp.Function("root")(x, 3), "root"),
        (lambda sp, x: sp.Heaviside(x), "Heaviside"),
        (lambda sp, x: sp.Mod(x, 2), "Mod"),
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


def test_a_removable_singularity_takes_the_limits() -> None:
    slices = (Slice(None, ("limit",)), Slice(0, ("limit",)))
    quotient = Kernel("quotient", 1, lambda sp, x: cfunctions.expm1(x) / x, slices)
    bare = Kernel("quotient", 1, lambda sp, x: cfunctions.expm1(x) / x)
    points = [0, 1e-8, 1e-30, 1]
    with precision(512):
        values, (slopes,) = Map(quotient, (0,)).linearise([list(map(arb, points))], MEAN)
        again = Map(quotient, (0,)).value([list(map(arb, points))])
        assert all(map(arb.overlaps, values, again))
        assert Map(bare, (0,)).value([[arb(0)]])[0].is_nan()
        assert values[0] == 1
        assert slopes[0] == 0.5
        for point, value, slope in zip(points[1:3], values[1:], slopes[1:], strict=False):
            assert abs(value - (1 + arb(point) / 2)) < arb(point) ** 2
            assert abs(slope - (arb(1) / 2 + arb(point) / 3)) < arb(point) ** 2
        assert slopes[3].overlaps(arb(1))
        # A ball around the singularity is not the singularity.
        assert not Map(quotient, (0,)).value([[arb(0, 1)]])[0].is_finite()
        assert Map(quotient, (0,)).bound([arb(0)]) == 1


def test_a_limit_that_depends_on_the_side_is_none() -> None:
    with pytest.raises(ValueError, match="limit does not exist"):
        derive.differentiate_slice(
            Kernel("made", 1, lambda sp, x: sp.Abs(x) / x), Slice(None, ("limit",))
        )


def test_the_value_of_a_slice_is_taken_from_numbers_only() -> None:
    slices = (Slice(None, ("zero", "number")),)
    product = Map(Kernel("product", 2, lambda sp, x, y: x * sp.log(y), slices), (0, 1))
    zeros = [arb(0)] * 4
    values = product.value([zeros, [arb(2), arb(0), arb(-1), arb("nan")]])
    assert all(value.is_zero() for value in values[:3])
    assert values[3].is_nan()
    assert product.value([[arb(1)], [arb(0)]])[0].is_nan()


def test_the_slope_of_sinc_is_sharp_at_every_distance_from_zero() -> None:
    slope = Kernel("made", 1, lambda sp, x: sp.sinc(x)).derived.linear
    with precision(60):
        for distance in (1e-300, 1e-30, 1e-8, 0.1, 0.9, 1.1, 3.0, 20.0, 300.0):
            found = slope(arb(distance))[1]
            assert found.rel_accuracy_bits() > 35
            with precision(4096):
                x = arb(distance)
                assert found.overlaps(x.cos() / x - x.sin() / x**2)


def test_the_hypergeometric_function_in_place_of_sinc_is_sinc() -> None:
    x = sympy.Symbol("x", real=True)
    with_hyper = rewriting.partial(sympy.sinc(x), x)
    assert with_hyper.has(sympy.hyper)
    plain = sympy.hyperexpand(with_hyper)
    assert sympy.simplify(plain - sympy.diff(sympy.sin(x) / x, x)) == 0


@pytest.mark.parametrize("places", list(permutations(range(3))))
def test_a_sum_allows_for_the_rounding_of_any_order(places: tuple[int, ...]) -> None:
    """Of 1e10, -1e10 and 1 two cancel exactly, unless the third comes in between."""
    three = Kernel("three", 3, lambda sp, x, y, z: x + y + z)
    terms = [arb(1e10), arb(-1e10), arb(1)]
    with precision(53, rounding=True):
        found = three.derived.value(*(terms[place] for place in places))
    assert found.mid() == 1
    assert found.rad() >= 1e10 * 2.0**-53
    assert three.derived.value(*terms) == 1
