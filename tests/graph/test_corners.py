"""What chance would take too long to draw."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array
from zenverify.graph.corners import Corner, corners_of
from zenverify.graph.filling import Filling, fill
from zenverify.operators import catalogue
from zenverify.tensor import Tensor
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def corners(*names: str) -> list[Corner]:
    return list(corners_of(map(catalogue.get, names)))


def values(corner: Corner) -> tuple[Array, ...]:
    return fill(corner.structure, corner.filling, 1).values


def test_the_first_of_each_comes_before_the_second_of_any() -> None:
    roots = [
        one.structure.graph.operator_of(one.structure.graph.root) for one in corners("max", "sort")
    ]
    assert roots == ["max", "sort", "max", "sort", "max", "sort"]


def test_operands_of_one_shape_all_have_gradients() -> None:
    (corner,) = corners("conv2d")
    graph = corner.structure.graph
    assert corner.filling is Filling.ORDINARY
    assert len({graph.shapes[leaf] for leaf in graph.leaves}) == 1
    assert all(graph.trainable)


def test_each_number_meets_each() -> None:
    corner = next(one for one in corners("maximum") if one.filling is Filling.PAIRS)
    x, y = values(corner)
    met = set(zip(x.tolist(), y.tolist(), strict=True))
    assert len(met) == x.size == 36
    assert {(-30.0, -8.0), (-8.0, -30.0), (30.0, -30.0), (1.5, 8.0)} <= met


def test_pairs_stay_in_the_domain() -> None:
    corner = next(one for one in corners("power") if one.filling is Filling.PAIRS)
    x, y = values(corner)
    assert x.min() > 0
    assert set(x.tolist()) >= {1.5, 8.0, 30.0}
    assert y.min() == -30.0


def test_large_numbers_stay_in_the_domain() -> None:
    found = {
        name: values(next(one for one in corners(name) if one.filling is Filling.LARGE))[0]
        for name in ("cosh", "log", "arcsin")
    }
    assert {-400.0, -360.0, 360.0, 400.0} & set(found["cosh"].ravel().tolist())
    assert np.isfinite(np.cosh(found["cosh"])).all()
    assert found["log"].min() > 0
    assert np.abs(found["arcsin"]).max() < 1


@pytest.mark.parametrize("number", [0, 1])
def test_neighbours_lie_a_few_floats_apart(number: int) -> None:
    near = [one for one in corners("max") if one.filling is Filling.NEIGHBOURS]
    (x,) = values(near[number])
    assert x.dtype == ("float64", "float32")[number]
    assert len(np.unique(x)) > 1
    assert 0 < np.ptp(x) <= 4 * np.spacing(x.dtype.type(1))


@pytest.mark.parametrize("name", ["conv2d", "maximum", "max", "std", "norm", "sort", "l1_loss"])
def test_the_engine_is_right_there(name: str) -> None:
    for corner in corners(name):
        result = verify_case(ZenEngine(), fill(corner.structure, corner.filling, 1))
        assert result.verdict is Verdict.AGREE, result.findings


def test_zeros_are_raised_to_plain_numbers() -> None:
    found = [
        (str(y.dtype), y.item())
        for one in corners("power")
        if one.structure.graph.is_number(1)
        for x, y in [values(one)]
        if not x.any()
    ]
    integers = [("int64", 2), ("int64", 1), ("int64", 0), ("int64", 3)]
    assert found == [*integers, ("float64", 2.0), ("float64", 0.5), ("float64", 1.0)]


def test_a_rule_that_divides_by_the_base_is_found_by_them() -> None:
    class Dividing(ZenEngine):
        """Its rule for a number is n * y / x."""

        def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
            made = super().apply(operator, operands, attributes)
            if operator != "power" or not isinstance(operands[1], int | float):
                return made
            x, n = operands

            def pull(cotangent: Array) -> Array:
                return np.asarray(cotangent * n * made.value / x.value)

            return Tensor.from_operation(made.value, [x], [pull], name="power")

    verdicts = set()
    for one in corners("power"):
        case = fill(one.structure, one.filling, 1)
        verdicts.add(verify_case(ZenEngine(), case).verdict)
        finite = one.structure.graph.is_number(1) and case.values[1] != 0.5
        if finite:
            (finding,) = verify_case(Dividing(), case).findings
            assert finding.verdict is Verdict.NON_FINITE
            assert (finding.blame.operation, finding.blame.argument) == ("power", 0)
    assert verdicts == {Verdict.AGREE}
