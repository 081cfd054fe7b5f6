"""What follows from an expression, held against what is declared."""

from collections.abc import Sequence

import pytest
import sympy

from zenverify.operators import catalogue
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument, Operator
from zenverify.operators.program.kernel import Kernel, Slice
from zenverify.operators.reasoning.analysis import Analysis, analyse
from zenverify.operators.text.domains import parse_domains
from zenverify.operators.text.expressions import parse_expression


def analysed(text: str, domain: str = "", kinks: Sequence[str] = ()) -> Analysis:
    parsed = parse_expression(text)
    domains = parse_domains(domain, parsed.arguments) if domain else {}
    arguments = [Argument(name, domains.get(name, Domain())) for name in parsed.arguments]
    return analyse(Kernel("probe", len(arguments), parsed.expression), arguments, kinks)


ELEMENTWISE = [operator for operator in catalogue.all_operators() if operator.kernel is not None]


@pytest.mark.parametrize("operator", ELEMENTWISE, ids=lambda operator: operator.name)
def test_no_declaration_of_the_catalogue_contradicts_its_expression(operator: Operator) -> None:
    assert operator.kernel is not None
    assert analyse(operator.kernel, operator.arguments, operator.kinks).problems == ()


def test_the_expression_and_its_partials_are_shown_under_the_arguments_names() -> None:
    found = analysed("log(1 + exp(x*scale))")
    x, scale = found.arguments
    assert (x.name, scale.name) == ("x", "scale")
    assert found.value == sympy.log(1 + sympy.exp(x * scale))
    assert found.partials[0] == scale * sympy.exp(x * scale) / (1 + sympy.exp(x * scale))
    assert found.value_text == "log(exp(scale*x) + 1)"
    assert found.partial_texts[1] == "x*exp(scale*x)/(exp(scale*x) + 1)"


def test_a_step_is_shown_as_heavisides() -> None:
    found = analysed("max(x, 0)", kinks=("x = 0",))
    assert found.partial_texts == ("Heaviside(x)",)


def test_a_float_is_shown_as_a_float() -> None:
    assert analysed("0.1*x + x**2.3").value_text == "0.1*x + x**(2.3)"
    third = Kernel("probe", 1, lambda sp, x: sp.Rational(10**20, 3 * 10**20 + 1) * x)
    assert analyse(third, [Argument("x")]).value_text == "0.3333333333333333...*x"


@pytest.mark.parametrize(
    "text, natural",
    [
        ("sin(x)", ()),
        ("log(1 + exp(x))", ()),
        ("log(x)", ("x > 0",)),
        ("log(2 - x)", ("x < 2",)),
        ("log1p(x)", ("x > -1",)),
        ("sqrt(x)", ("x >= 0",)),
        ("x**-0.5", ("x > 0",)),
        ("1/x", ("x != 0",)),
        ("1/(x**2 - 1)", ("x != -1, x != 1",)),
        ("1/(x**2 - 2)", ("x != -sqrt(2), x != sqrt(2)",)),
        ("1/(x**3 - 2*x - 5)", ("x != 2.0945514815423265...",)),
        ("arcsin(2*x)", ("-1/2 <= x <= 1/2",)),
        ("arccosh(x)", ("x >= 1",)),
        ("arctanh(x)", ("-1 < x < 1",)),
        ("sqrt(x**2 - 1)", ("x <= -1 or x >= 1",)),
        ("log(x/(1 - x))", ("0 < x < 1",)),
        ("log(x) + log(1 - x)", ("0 < x < 1",)),
        ("log(log(x))", ("x > 1",)),
        ("log(exp(x) - 2)", ("x > log(2)",)),
        ("log(abs(x) - 1)", ("x < -1 or x > 1",)),
        ("log(max(x, -1) + 1)", ("x > -1",)),
        ("log((1 + sinh(x))**3)", ("x > log(-1 + sqrt(2))",)),
        ("sqrt(x) + sqrt(-x)", ("x = 0",)),
        ("log(-exp(x))", ("nowhere",)),
        ("log(cos(x))", ("cos(x) > 0",)),
        ("tan(x)", ("cos(x) != 0",)),
        ("log(x + y)", ("x + y > 0",)),
        ("log(x)/y", ("x > 0", "y != 0")),
        ("digamma(x)", ("x != 0, -1, -2, ...",)),
        ("x**y", ("x > 0, or x = 0 and y >= 0, or y is an integer",)),
        ("2**x", ()),
    ],
)
def test_the_natural_domain_is_read_from_the_tree(text: str, natural: tuple[str, ...]) -> None:
    assert analysed(text).natural == natural


@pytest.mark.parametrize(
    "text, domain, kinks",
    [
        ("abs(x)", "", ("x = 0",)),
        ("abs(x)*x", "", ()),
        ("abs(x)**3", "", ()),
        ("max(x - 0.1, 0)", "", ("x = 0.1",)),
        ("max(x, 0)", "x > 1", ()),
        ("abs(x**2 - 1)", "x > 0", ("x = 1",)),
        ("min(max(x, -1), 1)", "", ("x = -1", "x = 1")),
        ("max(x, y)", "", ("x = y",)),
        ("max(x, 2*y)*max(y, 0)", "", ("y = 0", "x = 2*y")),
        ("max(log(x), -1)", "x > 0", ("x = exp(-1)",)),
        ("abs(sin(x))", "", ("sin(x) = 0",)),
        ("sign(x)", "", ("x = 0: a jump",)),
        ("sign(x)*x**2", "", ()),
        ("floor(2*x)", "", ("2*x an integer: a jump",)),
        ("tanh(x)", "", ()),
    ],
)
def test_kinks_follow_from_the_expression(text: str, domain: str, kinks: tuple[str, ...]) -> None:
    assert analysed(text, domain).kinks == kinks


@pytest.mark.parametrize(
    "text, singularities",
    [
        ("exp(x)", ()),
        ("log(x)", ("x = 0",)),
        ("sqrt(x)", ("x = 0",)),
        ("x**1.5", ()),
        ("cbrt(x)", ("x = 0",)),
        ("arcsin(x)", ("x = -1", "x = 1")),
        ("x/y", ("y = 0",)),
        ("1/(x - y)", ("x = y",)),
        ("x/(x*y + 1)", ("x*y + 1 = 0",)),
        ("tan(x)", ("cos(x) = 0",)),
        ("digamma(x)", ("x = 0, -1, -2, ...",)),
        ("sqrt(x**2 + y**2)", ("x**2 + y**2 = 0",)),
        ("1/(2 + sin(x)**2)", ()),
        ("log(-1 - x**2)", ()),
    ],
)
def test_singularities_follow_from_the_expression(
    text: str, singularities: tuple[str, ...]
) -> None:
    assert analysed(text).singularities == singularities


@pytest.mark.parametrize(
    "text, domain, problem",
    [
        (
            "log(x + 1)",
            "x in (-2, 2)",
            (
                "the expression is undefined at x = -1, which the declared domain (x > -2, x < 2) "
                "includes: log(x + 1) needs x + 1 > 0"
            ),
        ),
        (
            "sqrt(1 - x**2)",
            "",
            (
                "the expression is undefined at x = 2, which the declared domain includes: "
                "sqrt(1 - x**2) needs 1 - x**2 >= 0"
            ),
        ),
        (
            "log(x)",
            "x >= 0",
            (
                "the expression is undefined at x = 0, which the declared domain (x >= 0) "
                "includes: log(x) needs x > 0"
            ),
        ),
        (
            "1/x",
            "",
            (
                "the expression is undefined at x = 0, which the declared domain includes: "
                "1/x needs x != 0"
            ),
        ),
        (
            "log(100000 - x)",
            "x > 0",
            (
                "the expression is undefined at x = 100000, which the declared domain (x > 0) "
                "includes: log(100000 - x) needs 100000 - x > 0"
            ),
        ),
        (
            "log(x - y)",
            "x > 0, y > 0",
            (
                "the expression is undefined at x = 1, y = 1, which the declared domain "
                "(x > 0, y > 0) includes: log(x - y) needs x - y > 0"
            ),
        ),
        (
            "x**y",
            "",
            (
                "the expression is undefined at x = 0, y = -1, which the declared domain includes: "
                "x**y needs x > 0, or x = 0 and y >= 0, or y is an integer"
            ),
        ),
    ],
)
def test_a_domain_that_is_too_large_is_a_problem(text: str, domain: str, problem: str) -> None:
    found = analysed(text, domain)
    assert found.problems == (problem,)
    assert not any("smaller" in note for note in found.notes)


def test_a_point_that_a_domain_can_leave_out_is_a_problem_until_it_does() -> None:
    found = analysed("1/(x - 0.25)", "x in (0, 1)")
    (problem,) = found.problems
    assert problem == (
        "the expression is undefined at x = 0.25, which the declared domain (x > 0, x < 1) "
        "includes: 1/(x - 1/4) needs x - 1/4 != 0"
    )
    assert analysed("1/(x - 0.25)", "x in (0, 1), x != 0.25").problems == ()


def test_a_union_is_held_against_the_expression() -> None:
    assert analysed("log(x**2 - 1)", "x < -1 or x > 1").problems == ()
    (problem,) = analysed("log(x**2 - 1)", "x < -1 or x > 0.5").problems
    assert "which the declared domain (x < -1 or x > 0.5) includes" in problem
    (note,) = analysed("log(x**2 - 1)", "x < -2 or x > 1").notes
    assert note == "the declared domain is smaller than the natural one: x < -1 or x > 1"


def test_a_domain_of_integers_is_held_against_the_expression() -> None:
    assert analysed("x**n", "n integer, x != 0").problems == ()
    assert analysed("x**n", "x != 0").problems != ()


def test_balls_that_overflow_prove_nothing() -> None:
    found = analysed("exp(exp(exp(x))) - exp(exp(exp(x) - 1))")
    assert (found.problems, found.notes) == ((), ())


def test_each_condition_that_fails_is_told() -> None:
    found = analysed("sqrt(x) + log(2 - x)")
    assert len(found.problems) == 2
    assert "sqrt(x) needs x >= 0" in found.problems[0]
    assert "log(2 - x) needs 2 - x > 0" in found.problems[1]


@pytest.mark.parametrize(
    "text, domain, note",
    [
        ("1/(x**2 - 2)", "", "undefined at x = sqrt(2), which no domain can leave out"),
        ("1/(x - y)", "", "undefined at x = 0, y = 0, which no domain can leave out"),
        ("digamma(x)", "", "undefined at x = 0, which no domain can leave out"),
        ("x**y", "x >= 0", "undefined at x = 0, y = -1, an edge of the declared domain"),
    ],
)
def test_a_point_that_no_domain_can_leave_out_is_a_note(text: str, domain: str, note: str) -> None:
    found = analysed(text, domain)
    assert found.problems == ()
    assert note in found.notes[0]


@pytest.mark.parametrize(
    "text, domain, natural",
    [
        ("log(x)", "x > 1", "x > 0"),
        ("exp(x)", "x in (-50, 50)", "everywhere"),
        ("log(x) + y", "x > 1", "x > 0"),
        ("1/x", "x > 0", "x != 0"),
    ],
)
def test_a_domain_smaller_than_need_be_is_a_note(text: str, domain: str, natural: str) -> None:
    found = analysed(text, domain)
    assert found.problems == ()
    assert found.notes == (f"the declared domain is smaller than the natural one: {natural}",)


@pytest.mark.parametrize(
    "text, domain",
    [
        ("log(x)", "x > 0"),
        ("log(x - 0.3)", "x > 0.3"),
        ("arcsin(x)", "x in [-1, 1]"),
        ("1/x", "x != 0"),
        ("x/y", "y != 0"),
        ("log(x)*y", "x > 0"),
        ("exp(x)", ""),
    ],
)
def test_a_domain_that_fits_is_not_spoken_of(text: str, domain: str) -> None:
    found = analysed(text, domain)
    assert (found.problems, found.notes) == ((), ())


@pytest.mark.parametrize("domain", ["x > 1e300", "x < -1e5", "x in (1e-300, 2e-300)"])
def test_domains_far_from_zero_are_looked_at_too(domain: str) -> None:
    assert analysed("exp(-x**2)", domain).problems == ()
    assert len(analysed("sqrt(-1 - x**2)", domain).problems) == 1


@pytest.mark.parametrize(
    "text, kinks, problems",
    [
        ("abs(x)", (), ["a kink at x = 0 follows from the expression and is not declared"]),
        (
            "abs(x)",
            ("x = 1",),
            [
                "the declared kink 'x = 1' does not follow from the expression",
                "a kink at x = 0 follows from the expression and is not declared",
            ],
        ),
        ("x*abs(x)", ("x = 0",), ["the declared kink 'x = 0' does not follow from the expression"]),
        ("exp(x)", ("x = 0",), ["the declared kink 'x = 0' does not follow from the expression"]),
        ("max(x, y)", ("x = 0",), None),
        ("max(x, y)", ("y = x",), []),
        ("abs(x)", ("x=0.0",), []),
        ("abs(x)", ("x = 0: slope 0",), []),
        ("abs(x - 1/3)", ("x = 1/3",), []),
        ("abs(exp(x) - pi)", ("x = log(pi)",), []),
        ("abs(abs(x) - 1)", ("|x| = 1", "x = 0"), []),
        ("abs(abs(x) - 1)", ("|x| = 1",), ["a kink at x = 0 follows from the expression and is"]),
        ("abs(sin(x))", ("x = 0",), []),
        ("abs(sin(x))", ("x = 1",), None),
        ("abs(sin(x))", ("x a multiple of pi",), []),
        ("abs(x)", ("wherever it bends",), []),
        ("abs(x)", ("z = 0",), []),
        ("sign(x)", (), ["a kink at x = 0 follows from the expression and is not declared"]),
        ("floor(x)", ("x an integer",), []),
        ("floor(x)", ("x = 1",), []),
        ("cbrt(x)", (), []),
        ("cbrt(x)", ("x = 0",), []),
        ("max(x, y, z)", ("x = y", "y = z", "x = z"), []),
        ("max(x, y, z)", ("x = y", "y = z"), []),
    ],
)
def test_declared_kinks_are_compared(
    text: str, kinks: tuple[str, ...], problems: list[str] | None
) -> None:
    found = analysed(text, "", kinks).problems
    if problems is None:
        assert len(found) == 2
    else:
        assert len(found) == len(problems)
        assert all(a.startswith(b) for a, b in zip(found, problems, strict=True))


def test_slices_are_taken_into_account() -> None:
    kernel = Kernel("probe", 1, lambda sp, x: sp.sin(x) / x, (Slice(None, ("limit",)),))
    assert analyse(kernel, [Argument("x")]).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "sqrt(x**9223372036854775807)",
        "1/(x**1000 - 2)",
        "log(" * 12 + "x" + ")" * 12,
        "log(exp(exp(exp(x))) - exp(exp(6)))",
        "1/((x**8 + 1)**8 - 3)",
        "log(sin(x)*cos(x**2) + x)",
    ],
)
def test_what_cannot_be_solved_does_not_take_for_ever(text: str) -> None:
    assert analysed(text).natural != ("nowhere",)


def test_a_function_without_balls_is_an_error() -> None:
    kernel = Kernel("probe", 1, lambda sp, x: sp.zeta(x))
    with pytest.raises(ValueError, match="zeta has no counterpart on balls"):
        analyse(kernel, [Argument("x")])
