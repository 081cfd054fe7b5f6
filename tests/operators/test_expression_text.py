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
from zenverify.operators.expression_text import constant_bounds, parse_expression
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.steps.map import Map
from zenverify.operators.text.functions import functions

X, Y, Z = derive.symbols(3)


def parsed(text: str, *arguments: str) -> sympy.Expr:
    found = parse_expression(text, arguments or None)
    return found.expression(sympy, *derive.symbols(len(found.arguments)))


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
    ],
)
def test_an_expression_is_what_sympy_makes_of_it(text: str, expected: sympy.Expr) -> None:
    assert parsed(text) == expected


def test_arguments_come_in_order_of_appearance_or_as_given() -> None:
    assert parse_expression("b*a + b").arguments == ("b", "a")
    assert parse_expression("b*a + b", ["a", "b", "c"]).arguments == ("a", "b", "c")
    assert parsed("b - a", "a", "b") == Y - X


def test_an_integer_keeps_all_digits() -> None:
    assert parsed("x + 9007199254740993") == X + 9007199254740993


def test_every_elementwise_operation_of_the_catalogue_can_be_called() -> None:
    for operator in catalogue.all_operators():
        if operator.kernel is None:
            continue
        names = [argument.name for argument in operator.arguments]
        found = parsed(f"{operator.name}({', '.join(names)})", *names)
        symbols = derive.symbols(len(names))
        assert found == sympy.sympify(operator.kernel.expression(sympy, *symbols)), operator.name


@pytest.mark.parametrize("name", sorted(functions()))
def test_every_function_can_be_differentiated(name: str) -> None:
    function = functions()[name]
    count = 2 if function.repeats else function.kernel.arity
    text = f"{name}({', '.join('xyz'[:count])})"
    kernel = Kernel("probe", count, parse_expression(text).expression)
    assert len(derive.differentiate(kernel).partials) == count


def test_names_of_numpy_and_sympy_and_python_are_known() -> None:
    known = set(functions())
    assert {"arctan", "atan", "arccosh", "acosh", "abs", "Abs", "absolute"} <= known
    assert {"max", "Max", "maximum", "ceil", "ceiling", "ln", "log", "log2", "log10"} <= known
    assert {"gammaln", "loggamma", "lgamma", "digamma", "psi", "erf", "erfc"} <= known
    assert {"sigmoid", "softplus", "relu", "exp2", "expm1", "hypot", "cbrt", "square"} <= known


@pytest.mark.parametrize(
    "text, expected",
    [
        ("lgo(x)", "column 1, at 'lgo': there is no function 'lgo'; did you mean log?"),
        ("1 + frobnicate(x)", "column 5, at 'frobnicate': there is no function 'frobnicate'; ex"),
        ("x + x(5)", "column 5, at 'x': there is no function 'x'; multiplication is written *"),
        ("np.log(x)", "column 1, at 'np.log': write log without what stands before it"),
        ("(x)(y).z(x)", "expected the name of a function before the parenthesis"),
        ("log + x", "column 1, at 'log': a function; expected its arguments, log(...)"),
        ("log(x, y)", "column 1, at 'log(x, y)': log takes 1 argument, got 2"),
        ("1 + log()", "column 5, at 'log()': log takes 1 argument, got 0"),
        ("max(x)", "max takes 2 arguments or more, got 1"),
        ("pow(x)", "pow takes 2 arguments, got 1"),
        ("sin(*x)", "column 5, at '*x': expected arguments one by one, without *"),
        ("sin(**x)", "expected arguments by position, without names"),
        ("sin(x=1)", "column 6, at '=': only the expression itself is expected"),
        ("y = x", "column 3, at '=': only the expression itself is expected"),
        ("x[0]", "column 2, at '[': subscripts and lists have no place in an expression"),
        ("x < y", "column 3, at '<': comparisons have no place in an expression"),
        ("'x'", 'column 1, at "\'": text has no place in an expression'),
        ("x^2", "column 2, at '^': a power is written **"),
        ("|x|", "column 1, at '|': the absolute value is written abs(...)"),
        ("x # y", "column 3, at '#': this has no place in an expression"),
        ("x \\\n + y", "this has no place in an expression"),
        ("lambda x, y", "column 1, at 'lambda': a keyword of Python"),
        ("x if x else y", "column 3, at 'if': a keyword of Python"),
        ("x and y", "column 3, at 'and': a keyword of Python"),
        ("True*x", "column 1, at 'True': a keyword of Python"),
        ("x.real", "column 1, at 'x.real': not understood; expected numbers, arguments"),
        ("(x, y)", "column 1, at '(x, y)': not understood"),
        ("x//y", "column 1, at 'x//y': there is no such operation"),
        ("x + * y", "column 5, at '* y': not understood"),
        ("...", "not understood"),
        ("2x", "column 1, at '2x': no number; multiplication is written *"),
        ("2j*x", "column 1, at '2j': no number"),
        ("0x10*x", "no number"),
        ("1if x", "no number"),
        ("x y", "column 3, at 'y': not understood"),
        ("x +", "not understood"),
        ("log(x", "column 4, at '(x': this parenthesis is never closed"),
        ("log(x))", "column 7, at ')': there is nothing to close here"),
        ("", "there is nothing but blanks; expected numbers"),
        (" \n", "there is nothing but blanks"),
        ("1 + pi", "expected at least one argument, such as x"),
        ("_x", "column 1, at '_x': expected a name of the letters a to z"),
        ("x + " + "y" * 31, "the name has 31 characters, at most 30 are allowed"),
        ("nan*x", "column 1, at 'nan': this is no finite number"),
        ("a*b*c*d*f*g*h*k*m", "column 17, at 'm': too many arguments: at most 8 are allowed"),
        ("x\0", "column 2, at '\\x00': this has no place in an expression"),
        ("\u0430 + x", "at '\\u0430': CYRILLIC SMALL LETTER A has no place in an expression"),
        ("\ufb01x", "LATIN SMALL LIGATURE FI has no place in an expression"),
        ("x\u00d7y", "multiplication is written *"),
        ("\u03c0*x", "it is written pi"),
        ("x*" * 1000 + "x", "is too large: 2,001 characters, at most 2,000 are allowed"),
        ("x+" * 300 + "x", "is too large: 601 parts, at most 500 are allowed"),
        ("(" * 61 + "x" + ")" * 61, "column 61: too deep: more than 60 levels"),
        ("sin(" * 59 + "--x" + ")" * 59, "too deep: more than 60 levels"),
        ("-" * 1999 + "x", "is too large"),
        ("-" * 61 + "x", "too deep: more than 60 levels"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_expression(text)
    message = str(caught.value)
    assert expected in message
    assert message.startswith("expression")
    assert len(message) < 300
    assert message.isprintable()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("9223372036854775809*x", "the integer is too large: at most 2**63 is allowed"),
        ("1e400*x", "the number is larger than any float"),
        ("1e-400*x", "the number is smaller than any float, and not zero"),
        ("x*10**10**10", "at '10**10**10': the numbers that come of it are too large"),
        ("x + exp(10**5)", "the constant is larger than any float"),
        ("x + exp(-10**5)", "the constant is smaller than any float, and not zero"),
        ("(2*x)**(10**10)", "the numbers that come of it are too large"),
        ("(((2*x)**100)**100)**100", "the numbers that come of it are too large"),
        ("exp(10**10*log(2*x))", "the numbers that come of it are too large"),
        ("exp(log(2)*exp(log(2)*exp(log(2)*200)))*x", "are too large"),
        ("square(" * 20 + "2*x" + ")" * 20, "the numbers that come of it are too large"),
        ("x*gammaln(10**9)", "expected a constant of at most 1000 as its argument"),
        ("x*digamma(10**9)", "expected a constant of at most 1000 as its argument"),
        ("mish(" * 15 + "x" + ")" * 15, "parts once its functions are written out, at most"),
        ("sigmoid(" * 50 + "x" + ")" * 50, "levels once its functions are written out"),
        ("abs(" * 9 + "x" + ")" * 9, "9 functions with kinks, at most 8 are allowed"),
        ("max(x, 1, 2, 3, 4, 5, 6, 7, 8, 9)", "9 functions with kinks, at most 8 are allowed"),
        ("(" * 15 + "x" + "**x)" * 15, "parts once its functions are written out"),
        ("x + (-2)**x", "at '(-2)**x': a number with an argument in its exponent must be positive"),
        ("x + 0**x", "at '0**x': a number with an argument in its exponent must be positive"),
        ("x/0", "at 'x/0': division by zero"),
        ("x/(pi - pi)", "division by zero"),
        ("x*log(0)", "at 'log(0)': it has no finite real value"),
        ("x*(-8)**(1/3)", "at '(-8)**(1/3)': it has no finite real value"),
        ("x*arcsin(2)", "it has no finite real value"),
    ],
)
def test_numbers_that_sympy_would_choke_on_are_refused(text: str, expected: str) -> None:
    with pytest.raises(UsageError, match="expression, column") as caught:
        parse_expression(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize("text", ["log(x - x)", "x/(x - x)", "sqrt(-1 - x + x)*x", "sqrt(-x**2)"])
def test_an_expression_without_a_value_is_refused_when_it_is_built(text: str) -> None:
    with pytest.raises(UsageError, match="has no real value"):
        parsed(text)


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ("x", "expected a sequence of names, got the text 'x'"),
        ([], "expected at least one name"),
        (["x", "x"], "argument 'x' is given twice"),
        (["x", "lambda"], "argument 'lambda': a keyword of Python cannot be an argument's name"),
        (["sin"], "argument 'sin': a function has this name"),
        (["pi"], "argument 'pi': a constant has this name"),
        (["inf"], "argument 'inf': this is no finite number"),
        (["a-b"], "argument 'a-b': expected a name of the letters"),
        (["\ufb01"], "expected a name of the letters"),
        (list("abcdfghkm"), "expected at most 8 arguments, got 9"),
    ],
)
def test_names_of_arguments_are_checked(arguments: Any, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_expression("x", arguments)
    assert expected in str(caught.value)


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(UsageError, match="there is no argument z; the arguments are x, y"):
        parse_expression("x + z", ["x", "y"])
    with pytest.raises(UsageError, match="there is no argument scal; did you mean scale"):
        parse_expression("x*scal", ["x", "scale"])


def test_only_text_is_parsed() -> None:
    with pytest.raises(UsageError, match="expected text, got bytes"):
        parse_expression(b"x")  # type: ignore[arg-type]


def test_a_wrong_number_of_symbols_is_an_error() -> None:
    with pytest.raises(TypeError, match="expected 2 symbols, got 1"):
        parse_expression("x*y").expression(sympy, X)


def test_constants_are_bounded() -> None:
    assert constant_bounds("end", "-pi/2").overlaps(-constant_bounds("end", "pi") / 2)
    assert constant_bounds("end", "1/4") == 0.25
    with pytest.raises(UsageError, match="end, column 3, at 'x': expected a number"):
        constant_bounds("end", "1+x")


def test_parsing_needs_no_sympy() -> None:
    program = (
        "import sys\n"
        "from zenverify.operators.expression_text import parse_expression\n"
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
        found = parsed(text_of(tree), "x", "y")
    except UsageError:
        return
    assert found == built(tree)


def refusal(text: str) -> str:
    """The message about a text; empty if it is an expression."""
    try:
        parse_expression(text)
    except UsageError as error:
        return str(error)
    return ""


@settings(max_examples=500, deadline=2_000)
@given(st.text(max_size=60) | st.text("xy0123456789.e+-*/() ,_sinlogmaxpow\n", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    message = refusal(text)
    assert len(message) < 400
    assert message == "" or message.isprintable()


HOSTILE = [
    *("()", "(", ")", "x(", "-", "+x", "**x", "*x", "x**", "/x", "sin(", ",", "x,", "1.", "e1"),
    *("x.", "\n", " ", "0", "9", "lambda", "[", "{", "not ", "1e9**", "max(x,", "log(exp(", "_"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_is_refused_at_once(piece: str) -> None:
    for text in (piece * (2000 // len(piece)), "x" + piece * 55, piece * 40 + "x"):
        assert len(refusal(text)) < 400


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
    first, second = parse_expression("xlogy(b, a)", ["a", "b"]).slices
    assert (first.argument, first.conditions) == (None, ("number", "zero"))
    assert (second.argument, second.conditions) == (0, ("number", "zero"))
    kernel = Kernel("text", 2, parse_expression("xlogy(b, a)", ["a", "b"]).expression, (first,))
    program = Map(kernel, (0, 1))
    assert program.value([[arb(0)], [arb(0)]]) == [arb(0)]
