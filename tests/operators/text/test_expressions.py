"""Expressions given as text: what is understood, and what is refused and how."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sympy
from flint import arb
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy.codegen import cfunctions

from zenverify.errors import UsageError
from zenverify.operators import catalogue
from zenverify.operators.derivation import derive
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.steps.map import Map
from zenverify.operators.text.expressions import constant, parse_expression

X, Y, Z = derive.symbols(3)


def parsed(text: str) -> sympy.Expr:
    """In symbols for x, y and z, or for arguments with other names in order of appearance."""
    found = parse_expression(text)
    symbols = dict(zip("xyz", (X, Y, Z), strict=True))
    places = range(len(found.arguments))
    given = [symbols.get(name, Z) for name in found.arguments]
    return found.expression(
        sympy, *(given if set(found.arguments) <= set("xyz") else derive.symbols(len(places)))
    )


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x", X),
        ("log(1 + exp(x))", sympy.log(1 + sympy.exp(X))),
        ("x + y*x", X + Y * X),
        ("-x**2", -(X**2)),
        ("2**-x", 2 ** (-X)),
        ("x**y**z", X ** (Y**Z)),
        ("x - y - z", X - Y - Z),
        ("x / y / z", X / Y / Z),
        ("x/(y*z)", X / (Y * Z)),
        ("+x", X),
        ("--x", X),
        ("pi*x + e", sympy.pi * X + sympy.E),
        ("x/3", X / 3),
        ("0.1*x", sympy.Rational(0.1) * X),
        ("1.5e-3*x", sympy.Rational(1.5e-3) * X),
        (".5*x + 1.", X / 2 + 1),
        ("x**0.5", sympy.sqrt(X)),
        ("9223372036854775808*x", 2**63 * X),
        ("sqrt(x) + cbrt(8)", sympy.sqrt(X) + 2),
        ("max(x, y, 0)", sympy.Max(X, Y, 0)),
        ("Min(x, Max(y, 1))", sympy.Min(X, sympy.Max(Y, 1))),
        ("abs(x)", sympy.Abs(X)),
        ("arcsin(x) + acos(x)", sympy.asin(X) + sympy.acos(X)),
        ("digamma(x) - psi(y)", sympy.digamma(X) - sympy.digamma(Y)),
        ("log1p(exp(x))", cfunctions.log1p(sympy.exp(X))),
        ("power(x, 2) - pow(2, x)", X**2 - 2**X),
        ("negative(multiply(x, y))", -X * Y),
        ("atan2(x, y)", sympy.atan2(X, Y)),
        ("sign(x)*floor(y)*ceil(z)", sympy.sign(X) * sympy.floor(Y) * sympy.ceiling(Z)),
        ("  log (x)\n\t+ 1  ", sympy.log(X) + 1),
        ("x*log(2)**2", X * sympy.log(2) ** 2),
        ("(x + 1)**500", (X + 1) ** 500),
        ("9223372036854775809*x", (2**63 + 1) * X),
        ("(" * 90 + "x" + ")" * 90, X),
        ("x+" * 249 + "x", 250 * X),
    ],
)
def test_an_expression_is_what_sympy_makes_of_it(text: str, expected: sympy.Expr) -> None:
    assert parsed(text) == expected


def test_arguments_come_in_order_of_appearance() -> None:
    assert parse_expression("b*a + b").arguments == ("b", "a")
    assert parse_expression("x - y - z").arguments == ("x", "y", "z")


def test_an_integer_keeps_all_digits() -> None:
    assert parsed("x + 9007199254740993") == X + 9007199254740993


def test_every_elementwise_operation_of_the_catalogue_can_be_called() -> None:
    for operator in catalogue.all_operators():
        if operator.kernel is None:
            continue
        text = f"{operator.name}({', '.join('xyz'[: len(operator.arguments)])})"
        symbols = derive.symbols(len(operator.arguments))
        assert parsed(text) == sympy.sympify(operator.kernel.expression(sympy, *symbols)), text


@pytest.mark.parametrize("name", sorted(catalogue.kernels()))
def test_every_function_can_be_differentiated(name: str) -> None:
    count = catalogue.kernels()[name].arity
    text = f"{name}({', '.join('xyz'[:count])})"
    kernel = Kernel("probe", count, parse_expression(text).expression)
    assert len(derive.differentiate(kernel).partials) == count


def test_names_of_numpy_and_sympy_and_python_are_known() -> None:
    known = set(catalogue.kernels())
    assert {"arctan", "atan", "arccosh", "acosh", "abs", "Abs", "absolute"} <= known
    assert {"max", "Max", "maximum", "ceil", "ceiling", "ln", "log", "log2", "log10"} <= known
    assert {"gammaln", "loggamma", "lgamma", "digamma", "psi", "erf", "erfc"} <= known
    assert {"sigmoid", "softplus", "relu", "exp2", "expm1", "hypot", "cbrt", "square"} <= known


SYNTAX = "expected numbers, arguments, + - * / **, parentheses, functions: log(1 + exp(x))"
FUNCTION = "expected a function of the catalogue, such as exp"
ARGUMENT = "expected an argument: up to 30 letters, digits and _, other than functions, pi, e, inf"
NUMBER = "expected a number that a float64 can hold"
CONSTANT = "expected a constant whose value a float64 can hold"


@pytest.mark.parametrize(
    "text, piece, expected",
    [
        ("lgo(x)", "lgo", FUNCTION),
        ("x + x(5)", "x", FUNCTION),
        ("np.log(x)", "np.log", FUNCTION),
        ("(x)(y).z(x)", "(x)(y).z", FUNCTION),
        ("log + x", "log", ARGUMENT),
        ("_x", "_x", ARGUMENT),
        ("nan*x", "nan", ARGUMENT),
        ("x + " + "y" * 31, "y" * 31, ARGUMENT),
        ("log(x, y)", "log(x, y)", "expected so many operands: 1"),
        ("x + log()", "log()", "expected so many operands: 1"),
        ("max(x)", "max(x)", "expected so many operands: 2"),
        ("pow(x, y, z)", "pow(x, y, z)", "expected so many operands: 2"),
        ("sin(*x)", "*x", SYNTAX),
        ("sin(**x)", "sin(**x)", SYNTAX),
        ("sin(x=1)", "=", SYNTAX),
        ("x[0]", "[", SYNTAX),
        ("x < y", "<", SYNTAX),
        ("x^2", "^", SYNTAX),
        ("|x|", "|", SYNTAX),
        ("x # y", "#", SYNTAX),
        ("lambda x, y", "lambda x, y", SYNTAX),
        ("x if x else y", "x if x else y", SYNTAX),
        ("x and y", "x and y", SYNTAX),
        ("True*x", "True", SYNTAX),
        ("x.real", "x.real", SYNTAX),
        ("(x, y)", "(x, y)", SYNTAX),
        ("x//y", "x//y", SYNTAX),
        ("x + * y", "* y", SYNTAX),
        ("2x", "2x", SYNTAX),
        ("2j*x", "2j", SYNTAX),
        ("1if x", "1if x", SYNTAX),
        ("x y", "y", SYNTAX),
        ("log(x", "(x", SYNTAX),
        ("log(x))", ")", SYNTAX),
        ("", "", SYNTAX),
        ("1 + pi", "1 + pi", "expected 1 to 8 arguments, such as x, got 0"),
        ("a*b*c*d*f*g*h*k*m", "a*b*c*d*f*g*h*k*m", "expected 1 to 8 arguments, such as x, got 9"),
        ("x*" * 1000 + "x", "x*" * 20, "expected at most 2,000 characters, got 2,001"),
        ("x+" * 300 + "x", "x+" * 20, "expected at most 500 operations, names and numbers"),
        ("-" * 61 + "x", "x", "expected at most 60 levels inside each other"),
        ("sin(" * 59 + "--x" + ")" * 59, "x", "expected at most 60 levels inside each other"),
        ("1e400*x", "1e400", NUMBER),
        ("1e-400*x", "1e-400", NUMBER),
        ("x*10**10**10", "10**10**10", CONSTANT),
        ("x + exp(10**5)", "exp(10**5)", CONSTANT),
        ("x + exp(-10**5)", "exp(-10**5)", CONSTANT),
        ("x*log(0)", "log(0)", CONSTANT),
        ("x*exp2(1e300)", "exp2(1e300)", CONSTANT),
        ("x*(-8)**(1/3)", "(-8)**(1/3)", CONSTANT),
        ("x*arcsin(2)", "arcsin(2)", CONSTANT),
    ],
)
def test_what_is_no_expression_is_refused_in_one_sentence(
    text: str, piece: str, expected: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_expression(text)
    assert str(caught.value) == f"expression, at {piece!r}: {expected}"


@pytest.mark.parametrize("letter", ["\0", "\u0430", "\ufb01", "\u00d7", "\u03c0"])
def test_letters_that_look_like_others_are_refused_and_written_out(letter: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_expression(f"x + {letter}")
    assert str(caught.value) == f"expression, at {letter!a}: {SYNTAX}"


GROWN = "expected numbers of at most 4,200 digits to come of it"
WRITTEN = "expected at most 8 functions with kinks, 1,500 parts in all"
REAL = "expected an expression with a real value"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("(2*x)**(10**10)", GROWN),
        ("power(2*x, 10**10)", GROWN),
        ("(((2*x)**100)**100)**100", GROWN),
        ("exp(10**10*log(2*x))", GROWN),
        ("e**(10**10*log(2*x))", GROWN),
        ("expm1(10**10*log(2*x))", GROWN),
        ("exp(x*log(2)*exp(log(2)*200)*10**5)", GROWN),
        ("square(" * 20 + "2*x" + ")" * 20, GROWN),
        ("x*gammaln(10**9)", GROWN),
        ("gammaln(x - x + 10**9)*x", GROWN),
        ("x*digamma(10**9)", GROWN),
        ("mish(" * 15 + "x" + ")" * 15, WRITTEN),
        ("+".join(f"abs(x - {k})" for k in range(9)).join(["sin(", ")"]), WRITTEN),
        ("x/0", REAL),
        ("x/(pi - pi)", REAL),
        ("log(x - x)", REAL),
        ("x/(x - x)", REAL),
        ("sqrt(-1 - x + x)*x", REAL),
        ("sqrt(-x**2)", REAL),
        ("max(x, log(x - x))", "expected what SymPy can compute with"),
    ],
)
def test_what_sympy_would_choke_on_is_refused_when_it_is_built(text: str, expected: str) -> None:
    with pytest.raises(UsageError, match=r"^expression, at ") as caught:
        parsed(text)
    assert str(caught.value).endswith(expected)


@pytest.mark.parametrize(
    "text", ["exp(-50000*x)", "x**1e300", "log(10**10*x)", "gammaln(100)*x", "max(x, 1, 2, 3, 4)"]
)
def test_large_numbers_that_do_not_grow_are_no_harm(text: str) -> None:
    assert parsed(text).free_symbols == {X}


def test_only_text_is_parsed() -> None:
    text: Any = b"x"
    with pytest.raises(UsageError, match="expression: expected text, got bytes"):
        parse_expression(text)


def test_a_wrong_number_of_symbols_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        parse_expression("x*y").expression(sympy, X)


def test_constants_are_bounded() -> None:
    assert constant("end", "-pi/2").overlaps(-constant("end", "pi") / 2)
    assert constant("end", "1/4") == 0.25
    assert constant("end", "1 - 1") == 0
    with pytest.raises(UsageError, match=r"^end, at 'x': expected a number$"):
        constant("end", "1+x")


def test_parsing_needs_no_sympy() -> None:
    program = (
        "import sys\n"
        "from zenverify.operators.text.expressions import parse_expression\n"
        "parse_expression('log(1 + exp(x)) * sin(2) * max(x, y) + mish(x)**2.5')\n"
        "assert 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


NUMBERS = st.sampled_from(["2", "3", "7", "0.1", "0.5", "1e5", "1e300", "1e-300", "pi", "e", "1"])
UNARY: dict[str, Callable[..., sympy.Expr]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sin": sympy.sin,
    "tanh": sympy.tanh,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "erf": sympy.erf,
    "floor": sympy.floor,
    "asinh": sympy.asinh,
}
BINARY: dict[str, Callable[..., sympy.Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
Tree = Any

TREES: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from(["x", "y"]) | NUMBERS,
    lambda inner: (
        st.tuples(st.sampled_from(sorted(UNARY)), inner)
        | st.tuples(inner, st.sampled_from(sorted(BINARY)), inner)
    ),
    max_leaves=8,
)


def text_of(tree: Tree) -> str:
    match tree:
        case (function, operand):
            return f"{function}({text_of(operand)})"
        case (left, sign, right):
            return f"({text_of(left)} {sign} {text_of(right)})"
    return str(tree)


def built(tree: Tree) -> sympy.Expr:
    match tree:
        case (function, operand):
            return UNARY[function](built(operand))
        case (left, sign, right):
            return BINARY[sign](built(left), built(right))
    named = {"x": X, "y": Y, "pi": sympy.pi, "e": sympy.E}
    return named[tree] if tree in named else sympy.Rational(float(tree))


@settings(max_examples=300, deadline=10_000)
@given(TREES)
@example((("2", "*", "x"), "**", ("1e5", "*", "1e5")))
def test_random_expressions_are_what_sympy_makes_of_them(tree: Tree) -> None:
    try:
        found = parsed(text_of(tree))
    except UsageError:
        return
    assert found == built(tree)


def refusal(text: str) -> str:
    """The message about a text; empty if it is an expression that SymPy can be given."""
    try:
        parsed(text)
    except UsageError as error:
        return str(error)
    return ""


CALLS = [f"{name}(" for name in ("exp", "log", "gammaln", "square", "max", "pow", "sin", "abs")]
PIECES = [*"xy0123456789.e+-*/(), _[", "**", "10**", "1e300", ")", ")", "==", "\n", "or", *CALLS]


@settings(max_examples=500, deadline=10_000)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_any_text_is_parsed_or_refused_with_one_class_of_errors(text: str) -> None:
    message = refusal(text)
    assert len(message) < 250
    assert message == "" or message.isprintable()


HOSTILE = [
    *("()", "(", ")", "x(", "-", "+x", "**x", "*x", "x**", "/x", "sin(", ",", "x,", "1.", "e1"),
    *("x.", "\n", " ", "0", "9", "lambda", "[", "{", "not ", "1e9**", "max(x,", "log(exp(", "_"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_is_refused_at_once(piece: str) -> None:
    for text in (piece * (2000 // len(piece)), "x" + piece * 55, piece * 40 + "x"):
        assert len(refusal(text)) < 250


@pytest.mark.parametrize(
    "text, conditions",
    [
        ("xlogy(x, y)", [("zero", "number")] * 2),
        ("x ** y", [("any", "zero"), ("zero", "positive")]),
        ("power(x, y)", [("any", "zero"), ("zero", "positive")]),
        ("xlogy(x, 2 * y)", []),
        ("xlogy(x, y) + x", []),
        ("xlogy(x, x)", []),
        ("log(x)", []),
    ],
)
def test_what_the_catalogue_knows_of_special_points(
    text: str, conditions: list[tuple[str, ...]]
) -> None:
    assert [piece.conditions for piece in parse_expression(text).slices] == conditions


def test_special_points_of_arguments_in_another_order() -> None:
    (kernel,) = {catalogue.kernels()["xlogy"]}
    first, second = kernel.slices_among([1, 0])
    assert (first.argument, first.conditions) == (None, ("number", "zero"))
    assert (second.argument, second.conditions) == (0, ("number", "zero"))
    turned = Kernel("text", 2, lambda sp, a, b: kernel.expression(sp, b, a), (first,))
    assert Map(turned, (0, 1)).value([[arb(0)], [arb(0)]]) == [arb(0)]
