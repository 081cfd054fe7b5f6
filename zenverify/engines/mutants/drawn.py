"""The calls of an operation that its declaration draws, and what becomes of shapes in them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

from zenverify.graph.drawing import instances_of
from zenverify.operators.attributes import Attributes, freeze_attributes
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.operator import Instance, Operator
from zenverify.operators.program.builder import Shape
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.sort import Sort
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum

_MOST_AXES = 4
_SIZES = range(4)
_DRAWS = 12


@cache
def calls_drawn(operator: Operator) -> tuple[Instance, ...]:
    """Calls with every shape of up to four axes of sizes 0 to 3 for the first operand.

    Each shape is drawn several times; always the same calls.
    """
    choose = random.Random(0).randrange
    found: dict[Any, Instance] = {}
    for axes in range(_MOST_AXES + 1):
        for shape in product(_SIZES, repeat=axes):
            for _ in range(_DRAWS):
                one = operator.sample(choose, shape)
                if one is not None:
                    found[one.shapes, freeze_attributes(one.attributes)] = one
    for one in instances_of(operator):
        found[one.shapes, freeze_attributes(one.attributes)] = one
    return tuple(found.values())


def by_attributes(operator: Operator) -> Mapping[Attributes, Instance]:
    """A call for each of the attributes that are drawn."""
    return {freeze_attributes(one.attributes): one for one in instances_of(operator)}


def result_of(operator: Operator, call: Instance) -> Shape:
    """The shape of a call's result."""
    return operator.program(call.shapes, freeze_attributes(call.attributes)).shape


def gives_back(operator: Operator, call: Instance, operand: int) -> bool:
    """Whether a call's result is one of its operands, element by element, if these are finite."""
    program = operator.program(call.shapes, freeze_attributes(call.attributes))
    if not all(isinstance(one, Move | Finite) or _is_single(one) for one in program.steps):
        return False
    numbers = iter(range(1, 1 + sum(program.sizes)))
    operands = [[Ball(next(numbers)) for _ in range(size)] for size in program.sizes]
    return list(program.value(operands)) == operands[operand]


def _is_single(step: Step) -> bool:
    """Whether it reduces or sorts rows of one element."""
    return isinstance(step, Extremum | Sort | Sum) and step.width == 1
