"""Domains, signatures, and what a call that does not fit is told."""

import gc
import math
import weakref
from typing import Any

import pytest

from zenverify.errors import GraphError
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.domain import Domain

Shape = tuple[int, ...]


@pytest.mark.parametrize(
    "domain, words, edges",
    [
        (Domain(), "", ()),
        (Domain(low=0.0), "x > 0", (0.0,)),
        (Domain(low=-1.0, high=1.0, closed=True), "x >= -1, x <= 1", (-1.0, 1.0)),
        (Domain(nonzero=True), "x != 0", (0.0,)),
        (Domain(high=2.5), "x < 2.5", (2.5,)),
    ],
)
def test_a_domain_describes_itself(domain: Domain, words: str, edges: tuple[float, ...]) -> None:
    assert domain.describe("x") == words
    assert domain.edges == edges


@pytest.mark.parametrize(
    "domain, interval, admitted",
    [
        (Domain(), (-math.inf, 1.0), False),
        (Domain(), (-9.0, 9.0), True),
        (Domain(low=0.0, closed=True), (0.0, 1.0), False),
        (Domain(low=0.0), (0.1, 1.0), True),
        (Domain(nonzero=True), (-1.0, 1.0), False),
        (Domain(nonzero=True), (0.0, 1.0), False),
        (Domain(nonzero=True), (-2.0, -1.0), True),
    ],
)
def test_a_domain_admits_what_lies_well_inside(
    domain: Domain, interval: tuple[float, float], admitted: bool
) -> None:
    assert domain.admits(*interval) is admitted


@pytest.mark.parametrize(
    "name, signature",
    [
        ("tanh", "tanh(x)"),
        ("power", "power(x, y)"),
        ("sum", "sum(x, axis, keepdims)"),
        ("stack", "stack(*x, axis)"),
        ("conv2d", "conv2d(x, w, stride, padding, dilation, groups)"),
    ],
)
def test_signatures(name: str, signature: str) -> None:
    assert catalogue.get(name).signature == signature


def test_the_arguments_of_a_variadic_operator_are_all_alike() -> None:
    assert catalogue.get("stack").argument(7).name == "x"
    assert catalogue.get("power").argument(0).domain == "x >= 0"
    assert catalogue.get("power").argument(1).domain == ""


PLAIN = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
"""A convolution's attributes by default."""


@pytest.mark.parametrize(
    "name, shapes, attributes, message",
    [
        ("add", [(2,)], {}, "add: expected 2 operands, got 1"),
        ("stack", [], {"axis": 0}, "stack: expected at least one operand"),
        (
            "sum",
            [(2,)],
            {"axis": 0},
            "sum: attributes are axis, keepdims; missing or unknown: keep",
        ),
        ("tanh", [(2,)], {"axis": 0}, "tanh: attributes are none; missing or unknown: axis"),
        ("add", [(2,), (3,)], {}, r"add of shapes \(2,\), \(3,\): shape mismatch"),
        ("reshape", [(4,)], {"shape": (3,)}, r"reshape of shapes \(4,\): cannot reshape"),
        ("reshape", [(4,)], {"shape": (10**30,)}, r"reshape of shapes \(4,\): Maximum"),
        ("index", [(2,)], {"key": (5,)}, r"index of shapes \(2,\): index 5 is out of bounds"),
        ("index", [(2,)], {"key": ("a",)}, "index of shapes"),
        ("squeeze", [(1,)], {"axis": 10**30}, r"squeeze of shapes \(1,\): "),
        (
            "broadcast_to",
            [(1,)],
            {"shape": (10**15,)},
            "broadcast_to: 1,000.* are more",
        ),
        ("sum", [(2,)], {"axis": 1, "keepdims": True}, "sum: axis 1 is out of range for 1 dim"),
        ("sum", [(2, 2)], {"axis": (0, -2), "keepdims": True}, "names a dimension twice"),
        ("sum", [(2,)], {"axis": "all", "keepdims": True}, r"sum of shapes \(2,\): "),
        ("max", [(2, 0)], {"axis": 1, "keepdims": False}, r"the extremum of no elements"),
        ("matmul", [(), (2,)], {}, "matmul: a scalar is no operand"),
        ("matmul", [(2, 3), (2, 3)], {}, r"\(2, 3\) and \(2, 3\) do not fit: 3 columns, 2 rows"),
        ("conv2d", [(2, 2), (2, 2)], PLAIN, "expected 4 dim"),
        (
            "conv2d",
            [(1, 2, 3, 3), (1, 1, 2, 2)],
            PLAIN,
            "conv2d: 2 channels of x, 1 times 1 of w",
        ),
        (
            "conv2d",
            [(1, 1, 1, 1), (1, 1, 2, 2)],
            PLAIN,
            "conv2d: a window of 2 does not fit 1 padded by 0",
        ),
        (
            "conv2d",
            [(1, 2, 1, 1), (1, 1, 1, 1)],
            {**PLAIN, "groups": 2},
            "conv2d: 2 groups of 1 kernels",
        ),
        (
            "conv2d",
            [(1, 1, 2, 2), (1, 1, 2, 2)],
            {**PLAIN, "stride": (0, 1)},
            "conv2d: stride 0, padding 0 and dilation 1 do not fit",
        ),
    ],
)
def test_a_call_that_does_not_fit_is_told_why(
    name: str, shapes: list[Shape], attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        catalogue.get(name).program(tuple(shapes), freeze_attributes(attributes))


def test_few_programs_of_large_operands_are_kept() -> None:
    """A program of a thousand by a thousand elements holds millions of indices."""
    sum_of = catalogue.get("sum")
    attributes = (("axis", None), ("keepdims", False))
    small = sum_of.program([(3,)], attributes)
    first = weakref.ref(sum_of.program([(5000,)], attributes))
    assert first() is sum_of.program([(5000,)], attributes)
    for size in range(5001, 5010):
        sum_of.program([(size,)], attributes)
    gc.collect()
    assert first() is None
    assert sum_of.program([(3,)], attributes) is small
