"""Places where other tools raise false alarms, and this one must not."""

from pathlib import Path

import numpy as np
import pytest

from tests.verification.prepared import WHOLE, CaseBuilder, binary, square_of_tanh, unary
from zenverify.corpus.entry import read_entry
from zenverify.engines.extended import extended
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import new_operation
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

INF, NAN, TINY = np.inf, np.nan, 5e-324


def reduced(operator: str, at: object, **attributes: object) -> Case:
    build = CaseBuilder()
    build.apply(operator, build.variable(np.asarray(at)), **attributes)
    return build.case()


def of_itself(operator: str, at: object) -> Case:
    build = CaseBuilder()
    x = build.variable(np.asarray(at))
    build.apply(operator, x, x)
    return build.case()


def identity_of_relus() -> Case:
    build = CaseBuilder()
    x = build.variable([0.0, -0.0, 1.0])
    minus = build.apply("relu", build.apply("negative", x))
    build.apply("subtract", build.apply("relu", x), minus)
    return build.case()


def underflowing_softplus() -> Case:
    """In float32 the slope underflows to zero, and a float64 cotangent is huge."""
    build = CaseBuilder()
    y = build.apply("softplus", build.variable([-94.5], "float32"))
    build.apply("multiply", y, build.variable([1e18]))
    return build.case()


def fifth_power() -> Case:
    """Of a matrix whose square is almost zero: some orders cancel early, some do not."""
    build = CaseBuilder()
    almost = [[-1.2941585, -1.2941583], [1.2941582, 1.2941585]]
    build.apply("matrix_power", build.variable(almost, "float32"), n=5)
    return build.case(np.full((2, 2), -0.7132356))


CASES = {
    "maximum(x, x)": of_itself("maximum", [0.0, 2.0]),
    "minimum(x, x)": of_itself("minimum", [0.0, -2.0]),
    "relu(x) - relu(-x)": identity_of_relus(),
    "x / x": of_itself("divide", [3.0, 1e-200]),
    "x - x": of_itself("subtract", [3.0, 1e300]),
    "x ** x": of_itself("power", [2.0, 0.5]),
    "relu at zero": unary("relu", at=[0.0, -0.0, TINY, -TINY]),
    "abs at zero": unary("absolute", at=[0.0, -0.0]),
    "abs of abs at zero": unary("absolute", "absolute", at=0.0),
    "tie of two": binary("maximum", [1.0, 2.0], [1.0, 3.0]),
    "tie of zeros": binary("maximum", [0.0], [-0.0]),
    "ties of many": reduced("max", [[1.0, 1.0], [1.0, 0.0]], **WHOLE),
    "ties of minima": reduced("min", [0.0, 0.0, -0.0], axis=0, keepdims=True),
    "clip on its limits": reduced("clip", [-1.0, 1.0, 0.0, 2.0], lower=-1.0, upper=1.0),
    "product with zeros": reduced("prod", [0.0, 0.0, 3.0], **WHOLE),
    "product with one zero": reduced("prod", [0.0, 2.0, 3.0], **WHOLE),
    "log of zero": unary("log", at=[0.0, 1.0]),
    "log below zero": unary("log", at=[-1.0, 1.0]),
    "square root of zero": unary("sqrt", at=[0.0, 4.0]),
    "division by zero": binary("divide", [1.0, 0.0], [0.0, 0.0]),
    "zero to powers": binary("power", [0.0] * 5, [0.0, 1.0, 2.0, 0.5, -1.0]),
    "negative base": binary("power", [-2.0, -2.0], [3.0, 2.0]),
    "overflow": unary("exp", at=[800.0, 1.0]),
    "overflow in float32": unary("exp", at=[100.0, 1.0], dtype="float32"),
    "underflow": unary("exp", at=[-800.0, -740.0]),
    "far out": unary("tanh", "sigmoid", "softplus", at=[700.0, -700.0, 40.0]),
    "far out in float32": unary("sigmoid", at=[90.0, -90.0, -104.0], dtype="float32"),
    "not a number": unary("tanh", "exp", at=[NAN, 1.0]),
    "maximum with NaN": binary("maximum", [NAN, 1.0], [1.0, NAN]),
    "infinity": unary("tanh", "exp", at=[INF, -INF, 1.0]),
    "infinities that tie": reduced("max", [INF, INF, 1.0], **WHOLE),
    "subnormals": unary("sin", "tanh", at=[TINY, -TINY, 1e-310]),
    "subnormals in float32": unary("sin", "tanh", at=[1e-45, -1e-40], dtype="float32"),
    "products that underflow": of_itself("multiply", [1e-200, 1e-170]),
    "cancellation": binary("subtract", [1.0 + 2**-52], [1.0]),
    "softmax of large": reduced("softmax", [800.0, 800.0, -800.0], axis=0),
    "log-softmax far apart": reduced("log_softmax", [0.0, 800.0], axis=0),
    "logsumexp of ties": reduced("logsumexp", [5.0, 5.0], **WHOLE),
    "variance of equals": reduced("var", [3.0, 3.0, 3.0], ddof=1, **WHOLE),
    "variance that cancels": reduced("var", [1e8, 1e8 + 1, 1e8 + 2], ddof=0, **WHOLE),
    "no elements": reduced("sum", np.zeros((0, 2)), **WHOLE),
    "softplus that underflows before a huge cotangent": underflowing_softplus(),
    "square of tanh": square_of_tanh(),
    "power of an almost nilpotent matrix": fifth_power(),
}


@pytest.mark.parametrize("name", CASES)
def test_a_right_engine_agrees(name: str) -> None:
    result = verify_case(ZenEngine(), CASES[name])
    assert result.verdict is Verdict.AGREE, [finding.message for finding in result.findings]


@pytest.mark.parametrize("entry", sorted(Path(__file__).with_name("false_alarms").glob("*.json")))
def test_what_was_a_false_alarm_once(entry: Path) -> None:
    """Underflow that a weight multiplies, taint by structural zeros, kinks elsewhere."""
    result = verify_case(ZenEngine(), read_entry(entry).case)
    assert result.verdict is Verdict.AGREE, result.findings


def test_a_wrong_power_of_an_almost_nilpotent_matrix_is_found() -> None:
    def pull(g: np.ndarray, y: np.ndarray, x: np.ndarray, n: int) -> np.ndarray:
        right = sum(
            np.linalg.matrix_power(x.T, k) @ g @ np.linalg.matrix_power(x.T, n - 1 - k)
            for k in range(n)
        )
        return np.asarray(right + error * g, x.dtype)

    power = new_operation("matrix_power", np.linalg.matrix_power, pull)
    engine = extended(ZenEngine(), "matrix_power", power)
    error = 0.0
    assert verify_case(engine, fifth_power()).verdict is Verdict.AGREE
    error = 5e-3
    result = verify_case(engine, fifth_power())
    assert result.verdict is Verdict.ENGINE_WRONG
    assert result.findings[0].blame.operation == "matrix_power"
