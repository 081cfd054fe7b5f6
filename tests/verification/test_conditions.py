"""Conditions, masks, indices and integers that are values: drawn, judged, and faults found."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder
from zenverify.engines.conformance import check
from zenverify.engines.protocol import Array, Engine, LeafKind, limits_of
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UsageError
from zenverify.faults.catalogue import faults_of
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import FILLINGS, fill
from zenverify.graph.limits import within
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.tensor import Tensor
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.reduce import reduce
from zenverify.verification.events import FailureMinimised
from zenverify.verification.verdict import ACCUMULATION, Pass, Verdict
from zenverify.verification.verify import verify_case


def computed(x: Sequence[float] = (1.0, -2.0, 0.5), dtype: str = "float64") -> Case:
    """``where(x > 0.5, exp(x), y)``: a tie, and x in the condition and behind it."""
    build = CaseBuilder()
    operand, other = build.variable(x, dtype), build.variable([3.0, 4.0, 5.0], dtype)
    condition = build.apply("greater", operand, build.number(0.5))
    grown = build.apply("exp", operand)
    build.apply("where", grown, other, given={"condition": condition})
    return build.case([1.0, 2.0, 3.0])


def chosen(indices: Sequence[int] = (1, 0, 1), kind: LeafKind = LeafKind.CONSTANT) -> Case:
    """``take(x, indices)``: element 1 repeatedly."""
    build = CaseBuilder()
    x = build.variable([2.0, 3.0])
    given = build.leaf(kind, indices, "int64")
    build.apply("take", x, given={"indices": given}, axis=0)
    return build.case(np.arange(len(indices)) + 1.0)


def combined() -> Case:
    """Two comparisons, one of them the other way round, and a leaf of booleans."""
    build = CaseBuilder()
    x, y = build.variable([1.0, 2.0, 3.0]), build.variable([3.0, 2.0, 1.0])
    mask = build.leaf(LeafKind.ARRAY, [True, True, False], "bool")
    less = build.apply("less_equal", x, y)
    same = build.apply("not_equal", build.constant([3.0, 0.0, 0.0]), y)
    both = build.apply("logical_and", build.apply("logical_not", same), less)
    either = build.apply("logical_or", both, mask)
    build.apply("where", x, y, given={"condition": either})
    return build.case([1.0, 2.0, 3.0])


def raised(exponent: int = 2) -> Case:
    """``x ** 2`` by a Python integer, at 0 too."""
    build = CaseBuilder()
    build.apply("power", build.variable([3.0, 0.0]), build.leaf(LeafKind.NUMBER, exponent, "int64"))
    return build.case([1.0, 2.0])


@pytest.mark.parametrize(
    "case",
    [
        computed(),
        computed(dtype="float32"),
        chosen(),
        chosen(kind=LeafKind.ARRAY),
        combined(),
        raised(),
        raised(0),
    ],
)
def test_a_right_engine_agrees(case: Case) -> None:
    result = verify_case(ZenEngine(), case)
    assert result.verdict is Verdict.AGREE, result.findings


def test_what_the_engine_decided_is_a_constant_to_the_truth() -> None:
    """Each element's gradient is that of the branch that the engine took."""

    class Close(ZenEngine):
        """It computes 0.1 + 0.2 in another order, and comes out on the other side."""

    build = CaseBuilder()
    x = build.variable([0.1, 0.3])
    shifted = build.apply("add", x, build.number(0.2))
    condition = build.apply("greater", shifted, build.constant([0.3, 0.5]))
    build.apply("where", build.apply("square", x), x, given={"condition": condition})
    assert verify_case(Close(), build.case()).verdict is Verdict.AGREE


class TieHolds(ZenEngine):
    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        other = "greater_equal" if operator == "greater" else operator
        return super().apply(other, operands, attributes)


class Leaking(ZenEngine):
    """It differentiates through a comparison, as a step that is made smooth."""

    compared: Any = None

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator == "greater":
            self.compared = operands[0]
        if operator == "where" and self.compared is not None:
            leak = [made, self.compared]
            made = Tensor.from_operation(made.value, leak, [_same, _same], name="where")
        return made


def _same(cotangent: Array) -> Array:
    return cotangent


class ConditionKept(ZenEngine):
    """`where` goes by the first condition that it ever got."""

    kept: Any = None

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == "where":
            self.kept = attributes["condition"] if self.kept is None else self.kept
            if np.shape(self.kept) == np.shape(attributes["condition"]):
                attributes = {"condition": self.kept}
        return super().apply(operator, operands, attributes)


class IntegerExponentsApart(ZenEngine):
    """Its rule for an exponent that is a Python integer forgets the factor."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == "power" and type(operands[1]) is int:
            x, n = operands
            slope: Array = x.value ** (n - 1)

            def pull(cotangent: Array) -> Array:
                return np.asarray(cotangent * slope)

            return Tensor.from_operation(x.value**n, [x], [pull], name="power")
        return super().apply(operator, operands, attributes)


class IndicesOnce(ZenEngine):
    """`take` sets where an index comes repeatedly, in place of adding."""

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        made = super().apply(operator, operands, attributes)
        if operator != "take":
            return made
        (x,) = operands

        def pull(cotangent: Array) -> Array:
            contribution: Array = np.zeros_like(x.value)
            contribution[attributes["indices"]] = cotangent
            return contribution

        return Tensor.from_operation(made.value, [x], [pull], name="take")


@pytest.mark.parametrize(
    "engine, case, operation, argument, during",
    [
        (TieHolds(), computed(), "greater", None, Pass.FORWARD),
        (Leaking(), computed(), ACCUMULATION, None, Pass.REVERSE),
        (IntegerExponentsApart(), raised(), "power", 0, Pass.REVERSE),
        (IndicesOnce(), chosen(), "take", 0, Pass.REVERSE),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, ZenEngine) else None,
)
def test_a_fault_is_found_and_blamed(
    engine: Engine, case: Case, operation: str, argument: int | None, during: Pass
) -> None:
    result = verify_case(engine, case)
    assert result.verdict is Verdict.ENGINE_WRONG
    finding = result.findings[0]
    assert (finding.blame.operation, finding.blame.argument) == (operation, argument)
    assert finding.during is during


def test_a_wrong_comparison_says_of_what() -> None:
    (finding,) = verify_case(TieHolds(), computed()).findings
    assert finding.message == "greater of 0.5 and 0.5 is True"


def test_a_condition_that_is_kept_from_another_call_is_found() -> None:
    engine = ConditionKept()
    assert verify_case(engine, computed()).verdict is Verdict.AGREE
    result = verify_case(engine, computed((-1.0, 2.0, 3.0)))
    assert {finding.blame.operation for finding in result.findings} == {"where"}


def test_a_variable_that_is_only_compared_has_no_gradient() -> None:
    build = CaseBuilder()
    x, y = build.variable([1.0]), build.variable([2.0])
    condition = build.apply("less", x, build.number(5.0))
    build.apply("where", y, build.constant([3.0]), given={"condition": condition})
    case = build.case()
    assert not case.graph.differentiated[0]
    assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE

    class Giving(ZenEngine):
        def gradient(self, handle: Any) -> Array | None:
            found = super().gradient(handle)
            return np.ones_like(found) if found is not None and not found.any() else found

    (finding,) = verify_case(Giving(), case).findings
    assert finding.message == "node 0, a variable, has a gradient, although nothing asks for one"


def test_what_fails_is_reduced_to_a_condition_that_is_a_leaf_or_an_attribute() -> None:
    engine = IndicesOnce()
    case = chosen((0, 1, 1, 0, 1))
    reduced = reduce(engine, case, verify_case(engine, case).findings[0])
    assert reduced.case.graph.takes_given is False
    build = CaseBuilder()
    x = build.variable([1.0, 2.0, -1.0])
    condition = build.apply("greater", x, build.number(0.5))
    kept = build.apply("where", x, build.constant([0.0] * 3), given={"condition": condition})
    build.apply("tanh", build.apply("take", kept, indices=np.array([0, 0, 1]), axis=0))
    case = build.case()
    finding = verify_case(engine, case).findings[0]
    assert finding.blame.operation == "take"
    reduced = reduce(engine, case, finding)
    assert not reduced.case.graph.decisions
    assert len(reduced.case.graph.operations) == 1


class Plain(ZenEngine):
    """It takes conditions and indices as attributes only."""

    discrete = None  # type: ignore[assignment]  # it has none


def test_an_engine_without_such_values_says_so_and_gets_attributes() -> None:
    assert not limits_of(Plain()).discrete
    result = verify_case(Plain(), computed())
    assert result.verdict is Verdict.UNSUPPORTED
    expected = "the engine does not offer integers and booleans as values"
    assert result.findings[0].message == expected
    draw = random.Random(0)
    operators = [catalogue.get("where"), catalogue.get("take"), *catalogue.decisions()]
    for _ in range(100):
        structure = draw_structure(draw.randrange, operators, 4, Dtypes.FLOAT64)
        cut = within(limits_of(Plain()), structure)
        assert cut is not None
        assert not cut.graph.takes_given
        assert not cut.graph.decisions
    problems = check(Plain(), ["greater"])
    assert problems == [
        "greater: what it gives can be handed to no operation without the method `discrete`"
    ]


def test_a_comparison_that_is_none_fails_conformance() -> None:
    (problem,) = check(TieHolds(), ["greater", "logical_or"])
    assert problem == (
        "greater of [1.0, 2.0, 3.0] and [2.0, 2.0, 2.0] is [False, True, True] of bool, expected "
        "[False, False, True] of bool"
    )


def test_they_are_drawn() -> None:
    draw = random.Random(3)
    operators = [*catalogue.all_operators(), *catalogue.decisions()]
    given: set[tuple[str, str, str]] = set()
    decisions: set[str] = set()
    numbers: set[str] = set()
    few = [one for one in operators if one.selects or one.decides]
    for number in range(1500):
        available = operators if number % 3 else few
        structure = draw_structure(draw.randrange, available, 6, Dtypes.FLOAT64)
        graph = structure.graph
        fill(structure, FILLINGS[draw.randrange(4)], draw.getrandbits(32))
        decisions.update(graph.apply(p).operator for p in graph.decisions)
        for position in graph.operations:
            node = graph.apply(position)
            for name, giver in node.given:
                given.add((node.operator, name, graph.operator_of(giver)))
            numbers.update(graph.dtypes[one] for one in node.operands if graph.is_number(one))
    assert decisions == {one.name for one in catalogue.decisions()}
    assert numbers == {"float64", "int64"}
    for operator, name in (
        ("where", "condition"),
        ("take", "indices"),
        ("gather", "index"),
        ("cross_entropy", "target"),
        ("embedding", "indices"),
        ("dropout", "mask"),
    ):
        assert {(operator, name, "array"), (operator, name, "constant")} <= given
    assert ("where", "condition", "greater") in given


@pytest.mark.parametrize(
    "engine, operation",
    [(TieHolds(), "greater"), (IndicesOnce(), "take"), (IntegerExponentsApart(), "power")],
)
def test_a_run_finds_them(engine: Engine, operation: str) -> None:
    operators = ("where", "take", "power", *(one.name for one in catalogue.decisions()))
    options = CampaignOptions(seed=5, graphs=400, operators=operators)
    found = {
        event.finding.blame.operation
        for event in run(engine, options)
        if isinstance(event, FailureMinimised)
    }
    assert operation in found


def test_comparisons_alone_are_nothing_to_differentiate() -> None:
    options = CampaignOptions(seed=1, graphs=1, operators=("greater", "logical_not"))
    expected = "nothing to differentiate among the operators greater, logical_not"
    with pytest.raises(UsageError, match=expected):
        run(ZenEngine(), options)


def test_no_fault_can_be_planted_into_a_comparison() -> None:
    assert list(faults_of(ZenEngine(), ["greater"])) == []
