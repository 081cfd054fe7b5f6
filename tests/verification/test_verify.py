"""Checks 2 to 6: one planted fault for each, found and blamed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import (
    WHOLE,
    CaseBuilder,
    binary,
    derived_otherwise,
    finding_of,
    planted,
    scaled_partial,
    square_of_tanh,
    unary,
    wrong_rule,
    wrong_value,
)
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.filling import with_nan
from zenverify.graph.graph import LeafKind
from zenverify.operators import catalogue
from zenverify.operators.kinks import LEFT, RIGHT, AtKink
from zenverify.operators.program.kernel import Kernel
from zenverify.tensor import OPERATIONS
from zenverify.verification.checks.probes import make_probes
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case

TANH = unary("exp", "tanh", "negative", at=[0.3, -0.4], cotangent=[1.0, -2.0])


def wrong_tanh(g: Any, y: Any, x: Any) -> Any:
    return g * (1 - y)


def test_a_wrong_value() -> None:
    with wrong_value("tanh", lambda x: np.tanh(x) * 1.001):
        finding = finding_of(TANH)
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert finding.check == "forward"
    assert (finding.blame.node, finding.blame.operation, finding.blame.argument) == (
        2,
        "tanh",
        None,
    )
    assert finding.message.startswith("the value of tanh is wrong: the engine gives 0.")


def test_a_value_that_loses_digits() -> None:
    with wrong_value("tanh", lambda x: np.tanh(x) * (1 + 1e-12)):
        finding = finding_of(TANH)
    assert (finding.verdict, finding.check) == (Verdict.INACCURATE, "forward")


def test_a_value_that_is_none() -> None:
    with wrong_value("tanh", lambda x: np.sinh(x * 1e4) / np.cosh(x * 1e4)):
        finding = finding_of(TANH)
    assert (finding.verdict, finding.check) == (Verdict.NON_FINITE, "forward")


def test_a_wrong_rule() -> None:
    with wrong_rule("tanh", wrong_tanh):
        finding = finding_of(TANH)
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert finding.check == "local adjoint"
    assert (finding.blame.node, finding.blame.operation, finding.blame.argument) == (2, "tanh", 0)
    assert finding.blame.condition == "always"
    message = "the derivative of tanh with respect to x (argument 0) for the cotangent "
    assert finding.message.startswith(message)
    (witness,) = finding.witnesses
    assert witness.node == 1
    assert witness.symbolic is not None
    assert witness.difference is not None
    assert witness.symbolic.low <= witness.difference.high
    assert witness.difference.low <= witness.symbolic.high
    assert witness.error is not None
    assert witness.error > 1e10


@pytest.mark.parametrize("argument", [0, 1])
def test_the_argument_is_told(argument: int) -> None:
    with wrong_rule("divide", lambda g, y, a, b: g * 3.0, argument):
        finding = finding_of(binary("divide", [1.5, 2.5], [0.5, 4.0]))
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert (finding.blame.operation, finding.blame.argument) == ("divide", argument)


@pytest.mark.parametrize("error, bits", [(1e-9, 23), (1e-13, 9)])
def test_a_rule_that_loses_digits(error: float, bits: int) -> None:
    with wrong_rule("tanh", lambda g, y, x: g / np.cosh(x) ** 2 * (1 + error)):
        finding = finding_of(TANH)
    assert finding.verdict is Verdict.INACCURATE
    lost = int(finding.message.split("loses ")[1].split(" bits")[0])
    assert abs(lost - bits) <= 1
    assert "is right to first order" in finding.message


def test_not_a_number_where_the_truth_is_finite() -> None:
    with wrong_rule("tanh", lambda g, y, x: g * np.nan):
        finding = finding_of(TANH)
    assert finding.verdict is Verdict.NON_FINITE
    assert "should be finite exactly where the truth is: the engine gives nan" in finding.message


@pytest.mark.parametrize(
    "operation, pullback",
    [
        ("sqrt", lambda g, y, x: np.where(y == 0, 0.0, g / (y + y))),
        ("log", lambda g, y, x: np.nan_to_num(g / x)),
    ],
)
def test_a_number_where_there_is_no_truth(operation: str, pullback: Any) -> None:
    with wrong_rule(operation, pullback):
        finding = finding_of(unary(operation, at=[0.0, 4.0]))
    assert finding.verdict is Verdict.NON_FINITE
    assert (finding.blame.operation, finding.blame.condition) == (operation, "domain edge")


def test_a_wrong_expression() -> None:
    """A contributor's may be; of one of the catalogue it is the engine that is accused."""
    wrong = Kernel("wrong", 1, lambda sp, x: sp.tanh(x) * sp.Rational(3, 2)).derived
    with derived_otherwise("tanh", lambda good: wrong):
        assert finding_of(TANH).verdict is Verdict.ENGINE_WRONG
        with catalogue.including(replace(catalogue.get("tanh"), summary="a contributor's")):
            finding = finding_of(unary("tanh", at=0.5))
    assert finding.verdict is Verdict.EXPRESSION_WRONG
    assert finding.blame.operation == "tanh"
    assert finding.message.startswith("the SymPy expression of tanh is at fault")


def test_a_derivative_that_sympy_gets_wrong() -> None:
    with derived_otherwise("tanh", scaled_partial(2.0)):
        finding = finding_of(TANH)
    assert finding.verdict is Verdict.EXPRESSION_WRONG
    assert (finding.blame.operation, finding.blame.argument) == ("tanh", 0)
    assert "finite differences side with the engine" in finding.message


def test_three_answers() -> None:
    with (
        derived_otherwise("tanh", scaled_partial(2.0)),
        wrong_rule("tanh", lambda g, y, x: 3 * g / np.cosh(x) ** 2),
    ):
        finding = finding_of(TANH)
    assert finding.verdict is Verdict.DISPUTED
    assert finding.message.startswith("all three witnesses disagree on the derivative of tanh")


def test_engine_and_expression_wrong_alike() -> None:
    def doubled(g: Any, y: Any, x: Any) -> Any:
        return 2 * g / np.cosh(x) ** 2

    with derived_otherwise("tanh", scaled_partial(2.0)), wrong_rule("tanh", doubled):
        finding = finding_of(TANH)
        assert verify_case(ZenEngine(), TANH, difference=False).verdict is Verdict.AGREE
    assert finding.verdict is Verdict.DISPUTED
    assert finding.check == "whole graph, difference"
    assert (finding.blame.node, finding.blame.operation, finding.blame.argument) == (2, "tanh", 0)
    assert "differences of the engine's forward pass converge to" in finding.message


def declaring(**conventions: AtKink) -> ZenEngine:
    """The Zen engine, which declares this and nothing else."""
    engine = ZenEngine()
    engine.conventions = conventions
    return engine


@pytest.mark.parametrize(
    "slope, operation, verdict",
    [
        (0.0, None, None),
        (1.0, "absolute", Verdict.CONVENTION),
        (1.01, "relu", Verdict.CONVENTION),
    ],
)
def test_two_operations_at_a_kink_choose_each_for_itself(
    slope: float, operation: str | None, verdict: Verdict | None
) -> None:
    """Of a node that they share one takes the slope from the left, the other from the right.

    Each may, and the walk adds up what they give; only of the whole it is no slope.
    """
    build = CaseBuilder()
    x = build.variable(0.0)
    build.apply("subtract", build.apply("relu", x), build.apply("absolute", x))
    with (
        wrong_rule("relu", lambda g, y, x: g * slope),
        wrong_rule("absolute", lambda g, y, x: -g),
    ):
        findings = verify_case(declaring(), build.case()).findings
    blamed = {(finding.blame.operation, finding.verdict) for finding in findings}
    assert blamed == (set() if operation is None else {(operation, verdict)})


def right_relu(g: Any, y: Any, x: Any) -> Any:
    return g * (x >= 0)


def test_another_choice_at_a_kink_than_declared() -> None:
    case = unary("relu", at=[0.0, 1.0])
    with wrong_rule("relu", right_relu):
        finding = finding_of(case)
        assert verify_case(declaring(relu=RIGHT), case).verdict is Verdict.AGREE
        assert verify_case(declaring(), case).verdict is Verdict.AGREE
    assert finding.verdict is Verdict.CONVENTION
    assert (finding.blame.operation, finding.blame.condition) == ("relu", "kink")
    assert "is not what the engine declares at a kink" in finding.message


@pytest.mark.parametrize("slope", [-0.01, 1.01, 2.0])
def test_a_slope_outside_the_two_sides(slope: float) -> None:
    with wrong_rule("relu", lambda g, y, x: g * np.heaviside(x, slope)):
        finding = finding_of(unary("relu", at=[0.0, 1.0]), declaring())
    assert finding.verdict is Verdict.CONVENTION
    assert finding.blame.operation == "relu"


@pytest.mark.parametrize("slope", [0.0, 0.25, 1.0])
def test_any_slope_between_the_two_sides_is_right_if_nothing_is_declared(slope: float) -> None:
    with wrong_rule("relu", lambda g, y, x: g * np.heaviside(x, slope)):
        assert verify_case(declaring(), unary("relu", at=[0.0, 1.0])).verdict is Verdict.AGREE


def identity_of_relus() -> Case:
    build = CaseBuilder()
    x = build.variable([0.0, 2.0])
    minus = build.apply("relu", build.apply("negative", x))
    build.apply("subtract", build.apply("relu", x), minus)
    return build.case()


def test_a_smooth_function_of_kinks_has_one_slope() -> None:
    """relu(x) - relu(-x) is x: each relu'(0) = 0 is allowed, their sum is not."""
    with wrong_rule("relu", lambda g, y, x: g * (x > 0)):
        finding = finding_of(identity_of_relus(), declaring())
        declared = verify_case(declaring(relu=LEFT), identity_of_relus())
    assert finding.verdict is Verdict.CONVENTION
    assert (
        "slope at node 0, element 0, is 1.0 on both sides; the engine gives 0.0" in finding.message
    )
    assert declared.verdict is Verdict.AGREE, (
        "each did what it declares; the chain rule does the rest"
    )
    assert any("is 1.0 on both sides" in note for note in declared.notes)
    assert verify_case(ZenEngine(), identity_of_relus()).verdict is Verdict.AGREE


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 4.0]], np.arange(1.0, 10).reshape(3, 3)])
@pytest.mark.parametrize(
    "outcome", [(0.0, -np.inf, np.nan), (0.0, -np.inf, np.inf), (1.0, -36.0, 4e15)]
)
def test_the_logarithm_of_a_determinant_that_rounding_makes_zero(
    matrix: Any, outcome: tuple[float, float, float]
) -> None:
    sign, log, slope = outcome
    with (
        wrong_value("slogdet", lambda x: np.array([sign, log])),
        wrong_rule("slogdet", lambda g, y, x: g[1] * np.full(x.shape, slope)),
    ):
        result = verify_case(ZenEngine(), unary("slogdet", at=matrix))
    assert result.verdict is Verdict.AGREE
    assert any("is undefined" in note for note in result.notes)


@pytest.mark.parametrize("log", [5.0, 0.0, -20.0, -2000.0])
def test_a_logarithm_that_no_rounding_of_a_singular_matrix_has(log: float) -> None:
    with wrong_value("slogdet", lambda x: np.array([0.0, log])):
        finding = finding_of(unary("slogdet", at=[[1.0, 2.0], [2.0, 4.0]]))
    assert finding.verdict is Verdict.NON_FINITE


def test_a_logarithm_of_nothing_but_zero_is_infinite() -> None:
    with wrong_value("log", lambda x: np.full(x.shape, -745.0)):
        assert finding_of(unary("log", at=[0.0])).verdict is Verdict.NON_FINITE
    with wrong_value("slogdet", lambda x: np.array([0.0, -36.0])):
        # A single element is not rounded, and never comes out as anything else than zero.
        assert finding_of(unary("slogdet", at=[[0.0]])).verdict is Verdict.NON_FINITE


def chosen_share(shares: list[float]) -> Callable[..., Any]:
    return lambda g, y, x, **attributes: g * np.asarray(shares)


def three_ties(name: str) -> Case:
    build = CaseBuilder()
    build.apply(name, build.variable([1.0, 1.0, 1.0]), **WHOLE)
    return build.case()


LEGAL_SHARES = [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [1 / 3] * 3, [0.25, 0.5, 0.25]]


@pytest.mark.parametrize("name", ["max", "min", "median"])
@pytest.mark.parametrize("shares", LEGAL_SHARES)
def test_any_share_of_three_ties_is_right_if_nothing_is_declared(
    name: str, shares: list[float]
) -> None:
    case = three_ties(name)
    with wrong_rule(name, chosen_share(shares)):
        assert verify_case(declaring(), case).verdict is Verdict.AGREE


@pytest.mark.parametrize("name", ["max", "median"])
@pytest.mark.parametrize("share", [-0.01, 1 + 1e-8, 2.0])
def test_a_share_of_three_ties_outside_the_two_sides(name: str, share: float) -> None:
    with wrong_rule(name, chosen_share([0.0, share, 0.0])):
        finding = finding_of(three_ties(name), declaring())
    assert finding.verdict is Verdict.CONVENTION
    assert finding.blame.operation == name


def test_a_declared_side_of_three_ties() -> None:
    """The median stays as it is when one element moves, but it is not flat."""
    case = three_ties("median")
    middle = chosen_share([0.0, 1.0, 0.0])
    with wrong_rule("median", middle):
        assert verify_case(declaring(median=LEFT), case).verdict is Verdict.AGREE
        assert finding_of(case).verdict is Verdict.CONVENTION


def test_ties_that_cancel_have_one_slope() -> None:
    """The least, the middle and the largest of three add up to their sum."""
    build = CaseBuilder()
    x = build.variable([1.0, 1.0, 1.0])
    ends = build.apply("add", build.apply("max", x, **WHOLE), build.apply("min", x, **WHOLE))
    build.apply("add", ends, build.apply("median", x, **WHOLE))
    first = chosen_share([1.0, 0.0, 0.0])
    with wrong_rule("max", first), wrong_rule("min", first), wrong_rule("median", first):
        finding = finding_of(build.case(), declaring())
    assert finding.verdict is Verdict.CONVENTION
    assert "is 1.0 on both sides; the engine gives 3.0" in finding.message
    assert verify_case(ZenEngine(), build.case()).verdict is Verdict.AGREE


@pytest.mark.parametrize("name", ["max", "median"])
@pytest.mark.parametrize("shares", [[1.0, 1, 1], [0.2, 0.2, 0.2], [0, 0, 0], [0.5, 0.5, 1e-6]])
def test_shares_of_three_ties_that_do_not_add_up_to_one(name: str, shares: list[float]) -> None:
    """Each of them could be right. The largest of three moves by one where all three do."""
    with wrong_rule(name, chosen_share(shares)):
        finding = finding_of(three_ties(name), declaring())
    assert finding.verdict is Verdict.CONVENTION
    assert finding.blame.operation == name
    assert "at node 0, all elements moved alike, is 1.0 on both sides" in finding.message


@pytest.mark.parametrize("shares", [[0.0, 0, 1], [0.5, 0.5, 0], [0.3, 0.3, 0.4]])
def test_any_order_of_three_that_tie_is_right_in_a_sort(shares: list[float]) -> None:
    build = CaseBuilder()
    build.apply("sort", build.variable([1.0, 1.0, 1.0]), axis=0)
    case = build.case([1.0, 0.0, 0.0])
    with wrong_rule("sort", lambda g, y, x, **_: g[0] * np.asarray(shares)):
        assert verify_case(declaring(), case).verdict is Verdict.AGREE
    with wrong_rule("sort", lambda g, y, x, **_: g[0] * np.asarray(shares) / 2):
        assert finding_of(case, declaring()).verdict is Verdict.CONVENTION


def test_bends_of_elements_that_do_not_tie_have_no_common_slope() -> None:
    """Each element of -c relu(x) has its own choice, and what they add up to says nothing."""
    case = unary("relu", at=[0.0, 0.0], cotangent=[1.0, -1.0])
    with wrong_rule("relu", lambda g, y, x: g * np.array([1.0, 0.0])):
        assert verify_case(declaring(), case).verdict is Verdict.AGREE


def two_bends(kind: LeafKind) -> Case:
    """``2 |x - b| + clip(x, None, 1)`` at x = b = 1."""
    build = CaseBuilder()
    x = build.variable(1.0)
    distance = build.apply("absolute", build.apply("subtract", x, build.leaf(kind, 1.0)))
    clipped = build.apply("clip", x, lower=None, upper=1.0)
    build.apply("add", build.apply("multiply", build.number(2.0), distance), clipped)
    return build.case()


@pytest.mark.parametrize("side", [1.0, 0.0])
def test_the_sides_of_two_bends_at_once(side: float) -> None:
    """Beyond b and below the bound, the slope is 2 + 1: so it is nearby, unless b is the bound."""
    with (
        wrong_rule("absolute", lambda g, y, x: g * (2 * side - 1)),
        wrong_rule("clip", lambda g, y, x, **_: g * side),
    ):
        assert verify_case(declaring(), two_bends(LeafKind.VARIABLE)).verdict is Verdict.AGREE
        finding = finding_of(two_bends(LeafKind.CONSTANT), declaring())
    assert finding.verdict is Verdict.CONVENTION
    assert f"the engine gives {4 * side - 2 + side}" in finding.message


def times_a_millionth(build: CaseBuilder, y: int) -> int:
    return build.apply("multiply", y, build.number(1e-6))


def saturated_sigmoid(build: CaseBuilder, y: int) -> int:
    return build.apply("sigmoid", build.apply("add", y, build.number(20.0)))


def tiny_exponential(build: CaseBuilder, y: int) -> int:
    return build.apply("exp", build.apply("add", y, build.number(-30.0)))


def dead_relu(build: CaseBuilder, y: int) -> int:
    return build.apply("relu", build.apply("subtract", y, build.number(5.0)))


@pytest.mark.parametrize("error", [0.5, 1e-9, 1e-11])
@pytest.mark.parametrize(
    "mask", [times_a_millionth, saturated_sigmoid, tiny_exponential, dead_relu]
)
def test_nothing_masks_a_wrong_rule(mask: Callable[[CaseBuilder, int], int], error: float) -> None:
    build = CaseBuilder()
    x = build.variable([0.3, -0.4])
    masked = mask(build, build.apply("tanh", x))
    build.apply("sum", build.apply("add", masked, x), **WHOLE)
    with wrong_rule("tanh", lambda g, y, x: g / np.cosh(x) ** 2 * (1 + error)):
        finding = finding_of(build.case())
    assert finding.verdict in (Verdict.ENGINE_WRONG, Verdict.INACCURATE)
    assert (finding.blame.operation, finding.blame.argument) == ("tanh", 0)


def test_what_the_root_does_not_show_is_found_by_probes() -> None:
    build = CaseBuilder()
    y = build.apply("tanh", build.variable(0.3))
    build.apply("subtract", y, y)
    with wrong_rule("tanh", wrong_tanh):
        finding = finding_of(build.case())
    assert (finding.check, finding.blame.operation) == ("probes", "tanh")


def test_probes_are_of_order_one_and_have_all_the_digits_of_their_nodes() -> None:
    build = CaseBuilder()
    narrow = build.apply("exp", build.variable([0.3] * 20, dtype="float32"))
    build.apply("add", narrow, build.variable([0.3] * 20))
    probes = make_probes(build.case().graph)
    dtypes = [probe.dtype.name for probe in probes.values()]
    assert dtypes == ["float32", "float32", "float64", "float64"]
    for probe in probes.values():
        assert ((np.abs(probe) > 0.5) & (np.abs(probe) < 1.5)).all()
        halved = probe.astype(np.float32) if probe.dtype == np.float64 else probe.astype(np.float16)
        few_digits = probe.dtype == np.float32
        assert (halved == probe).all() == few_digits


def test_a_linear_rule_that_rounds_to_float32_is_found_behind_a_mask() -> None:
    build = CaseBuilder()
    x = build.variable([0.3, -0.4])
    nothing = build.apply("multiply", build.apply("negative", x), build.number(0.0))
    build.apply("sum", build.apply("add", nothing, x), **WHOLE)
    with wrong_rule("negative", lambda g, y, x: -g.astype(np.float32).astype(np.float64)):
        finding = finding_of(build.case())
    assert (finding.verdict, finding.check) == (Verdict.INACCURATE, "probes")
    assert finding.blame.operation == "negative"


def test_a_nan_in_the_cotangent_must_reach_what_depends_on_it() -> None:
    build = CaseBuilder()
    build.apply("negative", build.variable([0.3, -0.4]))
    case = with_nan(build.case(), 1)
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE
    with wrong_rule("negative", lambda g, y, x: np.nan_to_num(-g)):
        finding = finding_of(case)
    assert (finding.verdict, finding.blame.operation) == (Verdict.NON_FINITE, "negative")


def test_a_nan_that_a_solver_hides_is_found() -> None:
    build = CaseBuilder()
    build.apply("inv", build.variable([[2.0, 0.5], [0.25, 1.0]]))
    with wrong_rule("inv", lambda g, y, x: np.nan_to_num(-y.T @ g @ y.T)):
        finding = finding_of(with_nan(build.case(), 1))
    assert (finding.verdict, finding.blame.operation) == (Verdict.NON_FINITE, "inv")


def test_a_nan_that_a_solver_spreads_is_none_of_its_faults() -> None:
    build = CaseBuilder()
    build.apply("cholesky", build.variable([[2.0, 0.5], [0.5, 1.0]]))
    for place in range(4):
        result = verify_case(ZenEngine(), with_nan(build.case(), place))
        assert result.verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "operation, good", [("multiply", lambda g, b: g * b), ("add", lambda g, b: g)]
)
def test_a_rule_that_is_wrong_for_one_operand_given_twice(
    operation: str, good: Callable[[Any, Any], Any]
) -> None:
    build = CaseBuilder()
    y = build.apply("tanh", build.variable(0.5))
    build.apply(operation, y, y)
    with wrong_rule(operation, lambda g, y, a, b: g * 0 if a is b else good(g, b)):
        finding = finding_of(build.case())
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert (finding.blame.operation, finding.blame.condition) == (operation, "repeated operand")


@pytest.mark.parametrize(
    "fault",
    [
        "gradient overwritten instead of accumulated",
        "only the first contribution kept",
    ],
)
def test_a_gradient_that_is_not_the_sum_of_the_contributions(fault: str) -> None:
    build = CaseBuilder()
    y = build.apply("tanh", build.variable(0.5))
    build.apply("add", build.apply("exp", y), build.apply("sin", y))
    with planted(fault):
        findings = verify_case(ZenEngine(), build.case()).findings
    finding = findings[0]
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert finding.blame.operation == ACCUMULATION
    assert finding.blame.condition == "shared node"
    assert "which has 2 consumers, is not the sum of what they contribute" in finding.message


def test_broadcasting_that_is_summed_wrongly() -> None:
    with wrong_rule("multiply", lambda g, y, a, b: g * b * (1 + (b.shape != g.shape)), 0):
        finding = finding_of(binary("multiply", [1.0, 2.0], [[3.0], [4.0]]))
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert (finding.blame.argument, finding.blame.condition) == (0, "broadcast")


@pytest.mark.parametrize(
    "at, dtype, condition",
    [
        (np.array([50.0]), "float64", "extreme values"),
        (np.array([0.5]), "float32", "float32"),
        (np.array([0.0, 0.5]), "float64", "zeros"),
        (np.array([0.5]), "float64", "always"),
    ],
)
def test_the_condition_is_told(at: Any, dtype: str, condition: str) -> None:
    with wrong_rule("softplus", lambda g, y, x: g * 2):
        finding = finding_of(unary("softplus", at=at, dtype=dtype))
    assert finding.blame.condition == condition


def test_a_result_counts_what_it_checked() -> None:
    result = verify_case(ZenEngine(), square_of_tanh())
    assert (result.operations, result.nodes, result.elements) == (2, 3, 3)
    assert result.verdict is Verdict.AGREE
    assert result.findings == ()
    assert ("multiply", "repeated operand", 1) in result.coverage
    assert 0 <= result.worst_units < 8
    assert result.sampled == ""


def test_a_partial_product_that_underflows_is_not_held_against_the_whole() -> None:
    build = CaseBuilder()
    x = build.variable([1e-30, 1e-30, 1e30, 1e30], "float32")
    build.apply("cumprod", x, axis=0)
    result = verify_case(ZenEngine(), build.case())
    assert result.verdict is Verdict.AGREE
    assert "whole graph not composed: a partial product may leave the floats" in result.notes


def test_a_pseudoinverse_by_singular_values_may_lose_what_is_tiny_beside_the_rest() -> None:
    build = CaseBuilder()
    x = build.variable(
        [
            [3.19818828e-27, 1.65133446, 5.97071689e12],
            [-7.51870619e14, -3.39076569e-17, -1.61956603],
            [-1.05662767e-25, 1.90939655, -5.77831152e-9],
        ]
    )
    build.apply("pinv", x)
    assert verify_case(ZenEngine(), build.case()).verdict is Verdict.AGREE


@pytest.mark.parametrize("operation, attributes", [("mean", WHOLE), ("log_softmax", {"axis": 0})])
def test_differences_of_a_value_that_is_refuted_side_with_nobody(
    operation: str, attributes: dict[str, Any]
) -> None:
    """The engine's slopes are those of what it computes, so its differences agree with them."""
    right = OPERATIONS[operation].forward
    build = CaseBuilder()
    build.apply(operation, build.variable([0.5, 1.0, 2.0]), **attributes)
    with wrong_value(operation, lambda x, **given: np.asarray(right(x, **given) + 0.1 * x[0])):
        finding = finding_of(build.case())
    assert (finding.verdict, finding.blame.operation) == (Verdict.ENGINE_WRONG, operation)
