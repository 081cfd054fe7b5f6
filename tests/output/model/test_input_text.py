"""An input as text that Python reads back."""

from __future__ import annotations

import numpy as np

from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.output.model.input_text import input_text


def test_points_of_a_function_are_numbers() -> None:
    build = GraphBuilder()
    build.apply("power", build.variable((1,)), build.variable((1,)))
    case = Case(build.graph(), (np.array([1e-17]), np.array([0.1])), np.ones(1))
    assert input_text(case) == "x = 1e-17, y = 0.1"


def test_arrays_come_with_attributes_and_the_cotangent() -> None:
    build = GraphBuilder()
    build.apply("sum", build.variable((1, 2), "float32"), axis=1, keepdims=True)
    values = np.array([[0.5, 2.0]], np.float32)
    case = Case(build.graph(), (values,), np.array([[-1.0]], np.float32))
    assert input_text(case) == ("x = [[0.5, 2.0]], axis = 1, keepdims = True, cotangent = [[-1.0]]")


def test_operands_of_which_there_are_any_number_are_counted() -> None:
    build = GraphBuilder()
    build.apply("stack", build.variable((1,)), build.variable((1,)), axis=0)
    case = Case(build.graph(), (np.array([1.0]), np.array([2.0])), np.ones((2, 1)))
    assert input_text(case) == "x0 = [1.0], x1 = [2.0], axis = 0"
