from html.parser import HTMLParser

import pytest
import sympy

from zenverify.output.html.formulae.mathml import Printer, equation, partial

X = sympy.Symbol("x", real=True)
Y = sympy.Symbol("y", real=True)


class Words(HTMLParser):
    """The text that a reader sees, without its arrangement."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(expression: sympy.Expr) -> str:
    printer = Printer({X: ("v", "0"), Y: ("v", "1[2]")})
    text = Words(equation(printer, printer.name(("r", "")), expression)).text
    return text.removeprefix("r=").replace("\N{MINUS SIGN}", "-")


TIMES = "\N{INVISIBLE TIMES}"


@pytest.mark.parametrize(
    "expression, text",
    [
        (1 - sympy.tanh(X) ** 2, "1-tanh(v0)2"),
        (-X / (Y + 2), "-v0v1[2]+2"),
        (sympy.exp(X), "ev0"),
        (sympy.Integer(-3) * X, f"-3{TIMES}v0"),
        (sympy.Float("-1.5e-7"), "-1.5·10-7"),
        (sympy.Max(X, 0), "max(0,v0)"),
        (sympy.Min(X, Y), "min(v0,v1[2])"),
        (sympy.Max(X, 0).diff(X), "H(v0)"),
        (sympy.Piecewise((X, X > 0), (0, True)), "{v0if\u00a0v0>00otherwise"),
        (Y * sympy.Piecewise((X, X > 0), (0, True)), f"v1[2]{TIMES}({{v0if\u00a0v0>00otherwise)"),
        (sympy.Abs(X).diff(X), "sign(v0)"),
        (sympy.And(X > -1, Y < 1), "v0>-1∧v1[2]<1"),
    ],
)
def test_expressions(expression: sympy.Expr, text: str) -> None:
    assert shown(expression) == text


def test_minus_signs_are_no_hyphens() -> None:
    markup = equation(Printer({}), Printer({}).name(("r", "")), -3 * X - 1)
    assert "-" not in markup
    assert markup.count("&#8722;") == 2


def test_a_difference_of_sums_keeps_its_parentheses() -> None:
    difference = sympy.Add(X, sympy.Mul(-1, X + Y, evaluate=False), evaluate=False)
    assert shown(difference) == "v0-(v0+v1[2])"


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "&lt;script&gt;", "a<b&c"])
def test_names_of_symbols_and_functions_cannot_become_markup(name: str) -> None:
    printer = Printer({})
    expression = sympy.Symbol(name) + sympy.Function(name)(X)
    markup = equation(printer, printer.name((name, name)), expression)
    assert Words(markup).tags == {"math", "mrow", "msub", "mi", "mtext", "mo"}


def test_markup_is_ascii_and_has_no_style() -> None:
    printer = Printer({X: ("v", "0"), Y: ("v", "1")})
    derivative = partial(printer, printer.name(("v", "2")), printer.name(("v", "0")))
    markup = equation(printer, derivative, X * Y**-2 - sympy.sqrt(X))
    assert markup.isascii()
    assert "style" not in markup
    assert markup.startswith('<math display="block"><mfrac><mrow><mo>&#8706;</mo><msub>')
