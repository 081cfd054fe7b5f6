"""The adapter of JAX, on calls that the catalogue lists."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, filled, only, unary
from tests.verification.test_conditions import chosen, combined, computed, raised
from tests.verification.test_masked import masked
from tests.verification.test_several_roots import shared
from zenverify.engines.protocol import LeafKind, Probing, Rooted
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Case
from zenverify.graph.drawing import instances_of
from zenverify.graph.filling import Filling
from zenverify.operators import catalogue
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, verify_case

pytest.importorskip("jax")

import jax

from zenverify.engines.jax.engine import JaxEngine


def verified(case: Case) -> CaseResult:
    """What the checks say, with time to compile whatever was not met before."""
    return verify_case(JaxEngine(), case, timeout=100.0)


def test_what_it_offers_is_in_the_catalogue() -> None:
    known = {*catalogue.names(), *(one.name for one in catalogue.decisions())}
    assert known >= JaxEngine.operators
    assert JaxEngine.version == jax.__version__
    assert isinstance(JaxEngine(), Probing)


# Each call of another shape is compiled, so these are samples.
@pytest.mark.parametrize("name", sorted(JaxEngine.operators & set(catalogue.names())))
def test_each_operation_is_called_as_the_catalogue_means_it(name: str) -> None:
    operator = catalogue.get(name)
    for seed, instance in enumerate(instances_of(operator)):
        result = verified(filled(operator, instance, Filling.ORDINARY, seed))
        if result.verdict is Verdict.AGREE:
            return
        assert result.verdict is Verdict.UNSUPPORTED, result.findings
    pytest.fail("no call of it is supported")


def test_every_node_of_a_diamond_has_its_gradient() -> None:
    one = JaxEngine()
    x = one.leaf(LeafKind.VARIABLE, np.array([1.0, 2.0]))
    y = one.apply("square", [x], {})
    z = one.apply("multiply", [x, y], {})
    one.backward(z, np.ones(2))
    np.testing.assert_array_equal(one.gradient(z), [1.0, 1.0])
    np.testing.assert_array_equal(one.gradient(y), [1.0, 2.0])
    np.testing.assert_array_equal(one.gradient(x), [3.0, 12.0])


def test_a_tap_does_not_change_the_sign_of_zero() -> None:
    one = JaxEngine()
    x = one.leaf(LeafKind.VARIABLE, np.array([-0.0, 0.0]))
    y = one.apply("arctan2", [x, one.leaf(LeafKind.NUMBER, np.array(-1.0))], {})
    z = one.apply("multiply", [y, y], {})
    one.backward(z, np.ones(2))
    # At -pi and pi, above and below the cut: 2 y times the slope, -1.
    gradient = one.gradient(x)
    assert gradient is not None
    np.testing.assert_allclose(gradient, np.array([2.0, -2.0]) * np.pi)


def test_a_single_number_is_padded_by_nothing() -> None:
    build = CaseBuilder()
    x = build.variable(1.5)
    build.apply("pad", x, pad_width=(), mode="constant", constant_values=0.0)
    assert verified(build.case()).verdict is Verdict.AGREE


def test_precisions_mix_as_in_numpy() -> None:
    build = CaseBuilder()
    x = build.variable([1.5, 2.0], "float32")
    build.apply("multiply", build.apply("exp", x), build.variable(0.5))
    assert verified(build.case()).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "name, operands, attributes",
    [
        ("gradient", [np.ones(3)], {"spacing": 1.0, "axis": 0, "edge_order": 2}),
        ("logcumsumexp", [np.ones(2)], {"axis": None}),
        ("hardtanh", [np.ones(2)], {"min_val": 0.0, "max_val": 1.0}),
        ("embedding", [np.ones((2, 2))], {"indices": np.array([0])}),
    ],
)
def test_calls_that_it_lacks_are_unsupported(
    name: str, operands: list[Any], attributes: dict[str, Any]
) -> None:
    one = JaxEngine()
    leaves = [one.leaf(LeafKind.VARIABLE, operand) for operand in operands]
    with pytest.raises(UnsupportedError):
        one.apply(name, leaves, attributes)


def test_a_wrong_rule_is_found_and_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    @jax.custom_vjp
    def wrong(x: Any) -> Any:
        return jax.numpy.tanh(x)

    wrong.defvjp(
        lambda x: (jax.numpy.tanh(x), x),
        lambda x, cotangent: (cotangent / jax.numpy.cosh(x) ** 2 * (1 + 1e-7),),
    )
    monkeypatch.setattr(JaxEngine, "functions", {**JaxEngine.functions, "tanh": wrong})
    finding = only(verified(unary("exp", "tanh", "sin", at=[0.3, 0.8])))
    assert (finding.blame.operation, finding.blame.argument) == ("tanh", 0)


def test_singular_values_are_those_of_the_reverse_pass() -> None:
    """By themselves they are computed otherwise, and round otherwise."""
    build = CaseBuilder()
    x = build.variable(np.ones((2, 2)), "float32")
    y = build.variable(1.0)
    build.apply("multiply", y, build.apply("svdvals", x))
    assert verified(build.case()).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "case", [shared(), computed(), combined(), chosen(), raised(), masked("masked_softmax", np.inf)]
)
def test_several_roots_conditions_and_indices_are_handed_over(case: Case) -> None:
    assert isinstance(JaxEngine(), Rooted)
    result = verify_case(JaxEngine(), case)
    assert result.verdict is Verdict.AGREE, result.findings
