"""The adapter of PyTorch, on the calls that the catalogue lists."""

import warnings
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, filled, only, unary
from tests.verification.test_conditions import chosen, combined, computed, raised
from tests.verification.test_masked import masked
from tests.verification.test_several_roots import shared
from zenverify import Contribution, check
from zenverify.engines.protocol import Counting, LeafKind, Probing, Rooted
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Case
from zenverify.graph.drawing import instances_of
from zenverify.graph.filling import Filling
from zenverify.operators import catalogue
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, verify_case

pytest.importorskip("torch")

import torch

from zenverify.engines.torch import elementwise
from zenverify.engines.torch.engine import TorchEngine

# Some calls are right and warned of: `kl_div` of the mean, for one.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

LACKING = {"average", "cbrt", "dropout", "masked_logsumexp", "ptp", "rollaxis"}

INACCURATE = {"hardsigmoid", "digamma", "gammaln", "sinc"}
"""A constant of float32 in a rule; a series cut short; terms that cancel."""


def lends_the_cotangent(result: CaseResult) -> bool:
    """Whether all that is wrong is that a leaf's gradient is a view of what the caller gave."""
    return all(
        finding.blame.operation == "variable" and "shares memory" in finding.message
        for finding in result.findings
    )


def test_what_it_offers_is_in_the_catalogue() -> None:
    assert set(catalogue.names()) - TorchEngine.operators == LACKING
    known = {*catalogue.names(), *(one.name for one in catalogue.decisions())}
    assert TorchEngine.operators <= known
    assert TorchEngine.version == torch.__version__


def test_a_tensor_that_keeps_no_gradient_is_not_asked_for_one() -> None:
    one = TorchEngine()
    x = one.leaf(LeafKind.VARIABLE, np.array([1.0, 2.0]))
    root = one.probe([x], [np.ones(2)])
    one.backward(root, np.array(1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert one.gradient(root) is None
        np.testing.assert_array_equal(one.gradient(x), [1.0, 1.0])


def test_it_probes_and_counts() -> None:
    assert isinstance(TorchEngine(), Probing)
    assert isinstance(TorchEngine(), Counting)


@pytest.mark.parametrize("name", sorted(TorchEngine.operators & set(catalogue.names())))
def test_each_operation_is_called_as_the_catalogue_means_it(name: str) -> None:
    operator = catalogue.get(name)
    instances = instances_of(operator)
    agreed = 0
    for seed, instance in enumerate(instances):
        result = verify_case(TorchEngine(), filled(operator, instance, Filling.ORDINARY, seed))
        allowed = {Verdict.UNSUPPORTED} | ({Verdict.INACCURATE} if name in INACCURATE else set())
        right = result.verdict is Verdict.AGREE or lends_the_cotangent(result)
        assert right or result.verdict in allowed, result.findings
        agreed += right
        if agreed == 6:
            break
    assert agreed


def test_numbers_and_arrays_are_handed_over() -> None:
    for name in ("add", "maximum", "arctan2", "hypot", "huber"):
        for side in (0, 1):
            for kind, dtype in ((LeafKind.NUMBER, "float64"), (LeafKind.ARRAY, "float32")):
                build = CaseBuilder()
                nodes = [build.variable(0.25, "float32"), build.leaf(kind, 1.5, dtype)]
                attributes = {"delta": 1.0, "reduction": "sum"} if name == "huber" else {}
                build.apply(name, *(nodes[::-1] if side else nodes), **attributes)
                result = verify_case(TorchEngine(), build.case())
                assert result.verdict is Verdict.AGREE, result.findings


def test_an_operation_that_returns_its_operand_still_makes_a_node() -> None:
    x = torch.ones(3)
    assert torch.flatten(x) is x
    one = TorchEngine()
    leaf = one.leaf(LeafKind.VARIABLE, np.ones(3))
    assert one.apply("flatten", [leaf], {}) is not leaf


def test_gradients_add_up_and_none_stands_for_zero() -> None:
    one = TorchEngine()
    x = one.leaf(LeafKind.VARIABLE, np.array([1.0, 2.0]))
    y = one.apply("square", [x], {})
    unused = one.apply("exp", [x], {})
    for _ in range(2):
        one.backward(y, np.ones(2))
    np.testing.assert_array_equal(one.gradient(x), [4.0, 8.0])
    np.testing.assert_array_equal(one.gradient(unused), [0.0, 0.0])
    assert one.gradient(2.0) is None
    assert one.gradient(one.leaf(LeafKind.CONSTANT, np.ones(2))) is None


@pytest.mark.parametrize(
    "name, operands, attributes",
    [
        ("softmax", [np.ones((2, 2))], {"axis": (0, 1)}),
        ("sum", [np.ones(2)], {"axis": (), "keepdims": False}),
        ("index", [np.ones(2)], {"key": (slice(None, None, -1),)}),
        ("solve", [np.zeros((2, 2)), np.ones(2)], {}),
        ("cbrt", [np.ones(2)], {}),
    ],
)
def test_calls_that_it_lacks_are_unsupported(
    name: str, operands: list[Any], attributes: dict[str, Any]
) -> None:
    one = TorchEngine()
    leaves = [one.leaf(LeafKind.VARIABLE, operand) for operand in operands]
    with pytest.raises(UnsupportedError):
        one.apply(name, leaves, attributes)


def test_mixed_precision_is_beyond_its_limits() -> None:
    build = CaseBuilder()
    build.apply("add", build.variable([1.0, 2.0], "float32"), build.variable(1.0))
    result = verify_case(TorchEngine(), build.case())
    assert result.verdict is Verdict.UNSUPPORTED


def test_a_wrong_rule_is_found_and_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(torch.tanh(x))
            return torch.tanh(x)

        @staticmethod
        def backward(ctx: Any, cotangent: Any) -> Any:
            (y,) = ctx.saved_tensors
            return cotangent * (1 - y * y) * (1 + 1e-7)

    functions = {**TorchEngine.functions, "tanh": Wrong.apply}
    monkeypatch.setattr(TorchEngine, "functions", functions)
    finding = only(verify_case(TorchEngine(), unary("exp", "tanh", "sin", at=[0.3, 0.8])))
    assert (finding.blame.operation, finding.blame.argument) == ("tanh", 0)


def test_a_detached_operation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def detached(x: Any) -> Any:
        return elementwise.FUNCTIONS["exp"](x.detach())

    monkeypatch.setattr(TorchEngine, "functions", {**TorchEngine.functions, "exp": detached})
    finding = only(verify_case(TorchEngine(), unary("exp", at=[0.3, 0.8])))
    assert finding.verdict is Verdict.STRUCTURE
    assert "has no gradient" in finding.message


@pytest.mark.parametrize("factor, passes", [(1.0, True), (1 + 1e-7, False)])
def test_a_function_of_ones_own_is_checked(factor: float, passes: bool) -> None:
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx: Any, cotangent: Any) -> Any:
            (x,) = ctx.saved_tensors
            return cotangent * 3 * x * x * factor

    own = Contribution(name="cube", expression="x**3", function=Cube.apply, engine="torch")
    card = check(own, graphs=60)
    assert bool(card) == passes
    blamed = {(f.finding.blame.operation, f.finding.blame.argument) for f in card.failures}
    assert blamed == (set() if passes else {("cube", 0)})


def test_a_function_that_differentiates_inside_leaves_no_gradient_at_its_operands() -> None:
    def slope(x: Any) -> Any:
        return torch.autograd.grad(torch.tanh(x).sum(), x, create_graph=True)[0]

    one = TorchEngine()
    x = one.leaf(LeafKind.VARIABLE, np.array([0.5, -1.0]))
    y = one.apply("sinh", [x], {})
    z = one.call("slope", slope, [y], {})
    assert not np.any(one.gradient(y))
    one.backward(z, np.ones(2))
    t = np.tanh(np.sinh([0.5, -1.0]))
    assert one.gradient(y) == pytest.approx(-2 * t * (1 - t * t), rel=1e-12)


@pytest.mark.parametrize(
    "case", [shared(), computed(), combined(), chosen(), raised(), masked("masked_softmax", np.inf)]
)
def test_several_roots_conditions_and_indices_are_handed_over(case: Case) -> None:
    assert isinstance(TorchEngine(), Rooted)
    result = verify_case(TorchEngine(), case)
    assert result.verdict is Verdict.AGREE, result.findings
