"""``zenverify check``: what is checked, what is printed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify

OWN = """
import numpy as np
from zenverify import Contribution, Domain
from zenverify.tensor import new_operation

def pullback(g, y, x):
    return g / (1 + np.exp(-x))

softplus = Contribution(
    name="softplus",
    expression=lambda sp, x: sp.log(1 + sp.exp(x)),
    function=new_operation("softplus", lambda x: np.logaddexp(x, 0), pullback, broadcasts=True),
)
wrong = Contribution(
    name="wrong",
    expression=lambda sp, x: sp.log(1 + sp.exp(x)),
    function=new_operation(
        "wrong", lambda x: np.logaddexp(x, 0), lambda g, y, x: 2 * g, broadcasts=True
    ),
)
number = 3

def plain(x):
    return x.tanh() * x

def untyped(x, y):
    return x / y
"""


@pytest.fixture
def own(directory: Path) -> Path:
    path = directory / "own.py"
    path.write_text(OWN)
    return path


def test_an_operation_that_passes(zenverify: Zenverify, own: Path) -> None:
    done = zenverify("check", "own.py:softplus", "-n", "60")
    assert done.code == 0
    first, *_, last = done.out.strip().splitlines()
    assert first == "softplus(x)"
    assert last.startswith("softplus passes: no discrepancy in 60 graphs")
    for label in ("expression    log(exp(x) + 1)", "d/dx", "largest error", "planted", "checked"):
        assert label in done.out
    assert "reports/zen-softplus.html" in done.err
    assert (own.parent / "reports" / "zen-softplus.html").is_file()


def test_an_operation_that_fails(zenverify: Zenverify, own: Path) -> None:
    done = zenverify("check", "own.py:wrong", "-n", "60", "--quiet")
    assert done.code == 1
    assert done.out.startswith("ENGINE_WRONG: wrong, argument 0")
    assert "<- here" in done.out
    assert done.out.strip().splitlines()[-1].startswith("wrong fails: 1 discrepancy in 60 graphs")
    assert done.err == ""


def test_an_operation_of_the_catalogue_as_json(zenverify: Zenverify) -> None:
    done = zenverify("check", "tanh", "-n", "40", "--json", "--seed", "5")
    assert done.code == 0
    data = json.loads(done.out)
    assert (data["name"], data["engine"], data["seed"], data["exit_code"]) == ("tanh", "zen", 5, 0)
    assert data["declared"]["partials"] == [["x", "1 - tanh(x)**2"]]


def test_strict_fails_where_something_was_not_looked_at(zenverify: Zenverify) -> None:
    """Of autograd some things cannot be seen; of the Zen engine all can."""
    arguments = ("check", "tanh", "-n", "20")
    assert zenverify(*arguments, "--strict").code == 0
    done = zenverify(*arguments, "--engine", "autograd")
    assert done.code == 0
    assert "not seen" in done.out
    strict = zenverify(*arguments, "--engine", "autograd", "--strict", "--json")
    assert strict.code == 1
    assert json.loads(strict.out)["run"]["not_looked_at"]


def test_a_plain_function_and_its_expression(zenverify: Zenverify, own: Path) -> None:
    done = zenverify("check", "own.py:plain", "--expression", "x * tanh(x)", "-n", "40")
    assert done.code == 0
    assert "the rules of engine zen cannot be replaced" in done.out
    wrong = zenverify("check", "own.py:plain", "--expression", "x * sin(x)", "-n", "40", "-q")
    assert wrong.code == 1
    assert "EXPRESSION_WRONG" in wrong.out


def test_the_domain_of_an_expression(zenverify: Zenverify, own: Path) -> None:
    arguments = ("check", "own.py:untyped", "--expression", "x / y", "-n", "40")
    done = zenverify(*arguments, "--domain", "y != 0")
    assert done.code == 0
    assert "domain        y != 0" in done.out
    assert zenverify(*arguments).code == 1  # it says that the expression is defined everywhere


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["softmx"], "there is no operator 'softmx'; did you mean 'softmax'?"),
        (["missing.py:f"], "operation file 'missing.py' does not exist"),
        (["own.py:sofplus"], "own.py has no attribute 'sofplus'; did you mean 'softplus'?"),
        (["no.such.module:f"], "operation module 'no.such.module': ModuleNotFoundError"),
        (["own.py:"], "operation 'own.py:': expected module:attribute or file.py:attribute"),
        (["own.py:number"], "is of type int, expected a zenverify.Contribution or a function"),
        (["own.py:plain"], "is a plain function: say what it computes with --expression"),
        (["own.py:softplus", "--expression", "x"], "is declared already; leave --expression out"),
        (["tanh", "--expression", "x"], "names an operation of the catalogue"),
        (["own.py:softplus", "--domain", "x > 0"], "--domain goes with --expression"),
        (
            ["own.py:plain", "--expression", "__import__('os')"],
            """expression, at "'": expected numbers, arguments, + - * / **, parentheses""",
        ),
        (["own.py:plain", "--expression", "x", "--domain", "z > 0"], "z"),
        (["tanh", "--engine", "zem"], "there is no engine 'zem'; did you mean 'zen'?"),
    ],
)
def test_what_does_not_fit_is_refused(
    zenverify: Zenverify, own: Path, arguments: list[str], message: str
) -> None:
    done = zenverify("check", *arguments, "-n", "10")
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("zenverify: ")
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "domain",
    [
        *("x > 5", "x > 20", "x in (0.1, 0.3)"),
        *("x in (0.1, 0.5) or x > 2", "x > 0, x != 1", "x integer, x > 0"),
    ],
)
def test_domains_far_from_zero_narrow_ones_unions_and_integers(
    zenverify: Zenverify, directory: Path, domain: str
) -> None:
    (directory / "logarithm.py").write_text(
        "import numpy as np\n"
        "from zenverify.tensor import new_operation\n"
        "def log(right):\n"
        "    return new_operation('log', np.log, lambda g, y, x: g * right / x, broadcasts=True)\n"
        "good, bad = log(1), log(2)\n"
    )
    how = ("--expression", "log(x)", "--domain", domain, "-n", "20", "-q")
    assert zenverify("check", "logarithm.py:good", *how).code == 0
    assert zenverify("check", "logarithm.py:bad", *how).code == 1
