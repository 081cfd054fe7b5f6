"""Faults of the traversal: each makes a difference somewhere, is found there, and is taken out."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import TRAVERSAL, Fault, faults_of
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.tensor import Tensor, walk
from zenverify.verification.campaign.hunt import hunt
from zenverify.verification.verify import verify_case

KNOWN = list(faults_of(ZenEngine(), TRAVERSAL))


def shared(dtype: str = "float64") -> Case:
    """A product that five sums use, one of them twice; a leaf that is used three times."""
    build = GraphBuilder()
    x = build.leaf(LeafKind.VARIABLE, (2,), dtype)
    y = build.leaf(LeafKind.VARIABLE, (2,), dtype)
    product = build.apply("multiply", x, y)
    total = build.apply("add", product, product)
    total = build.apply("add", build.apply("exp", product), total)
    total = build.apply("multiply", total, x)
    build.apply("subtract", total, x)
    values = (np.array([0.3, -0.7], dtype), np.array([1.1, 0.9], dtype))
    return Case(build.graph(), values, np.array([1.3, 0.1], dtype))


def broadcast() -> Case:
    build = GraphBuilder()
    x = build.leaf(LeafKind.VARIABLE, (2, 1))
    y = build.leaf(LeafKind.VARIABLE, (3,))
    build.apply("multiply", x, y)
    cotangent = np.array([[1.0, -0.3, 0.7], [0.2, 1.1, -2.1]])
    return Case(build.graph(), (np.array([[0.3], [-0.7]]), np.array([1.1, 0.9, 0.4])), cotangent)


def added() -> Case:
    build = GraphBuilder()
    x = build.leaf(LeafKind.VARIABLE, (2, 3))
    build.apply("multiply", x, build.variable())
    cotangent = np.array([[1.0, -0.3, 0.7], [0.2, 1.1, -2.1]])
    return Case(build.graph(), (cotangent + 0.1, np.array(0.7)), cotangent)


def deep() -> Case:
    build = GraphBuilder()
    node = build.variable()
    for _ in range(1200):
        node = build.apply("negative", node)
    return Case(build.graph(), (np.array(0.5),), np.array(1.0))


def late() -> Case:
    """A result whose depths differ: level by level, the first sum is handed on too early."""
    build = GraphBuilder()
    x = build.variable()
    inner = build.apply("exp", x)
    build.apply("add", build.apply("sin", build.apply("exp", inner)), inner)
    return Case(build.graph(), (np.array(0.5),), np.array(1.0))


def stacked() -> Case:
    build = GraphBuilder()
    leaves = [build.variable() for _ in range(3)]
    build.apply("stack", *leaves, axis=0)
    return Case(build.graph(), tuple(map(np.array, (0.5, 0.2, 0.1))), np.array([1.0, 2.0, 3.0]))


def undefined() -> Case:
    """The square root's derivative at -1 is no number, and meets another contribution."""
    build = GraphBuilder()
    x = build.variable()
    build.apply("add", build.apply("sqrt", x), build.apply("negative", x))
    return Case(build.graph(), (np.array(-1.0),), np.array(1.0))


CASES = [
    shared(),
    shared("float32"),
    broadcast(),
    added(),
    late(),
    stacked(),
    undefined(),
    deep(),
]


@pytest.mark.parametrize("case", CASES[:-2])
def test_the_engine_without_a_fault_passes(case: Case) -> None:
    assert not verify_case(ZenEngine(), case).findings


@pytest.mark.parametrize("fault", KNOWN, ids=lambda fault: fault.name)
def test_a_fault_is_found_and_taken_out(fault: Fault) -> None:
    before = _parts()
    found = hunt(ZenEngine(), fault.operation, fault.mutant, CASES)
    assert found.differed
    assert found.finding is not None
    assert found.blamed
    assert _parts() == before


def _parts() -> list[Any]:
    functions = [part for _, part in inspect.getmembers(walk, inspect.isfunction)]
    return [*functions, Tensor.get_gradients, inspect.getattr_static(Tensor, "gradient")]
