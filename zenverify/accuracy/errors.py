"""What an engine's numbers of one operation are off by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zenverify.accuracy.exact import Exact, Signature, exact, is_narrow
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.kinks import LEFT, RIGHT
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import SMALLEST, lift, lift_all
from zenverify.verification.checks.structure import differentiated

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """The errors of a result, or of one gradient, element by element.

    Attributes
    ----------
    argument
        The operand whose gradient it is; None for the result.
    dtype
        The dtype of the numbers.
    numbers
        The engine's.
    residuals
        How far each is from the truth; NaN where the truth is infinite, undefined, at a kink, or
        no normal number of the dtype, and infinity where the engine's number is not finite.
    sizes
        How large the truth is.
    ulps
        The residuals in units in the last place of the truth.
    """

    argument: int | None
    dtype: str
    numbers: Array
    residuals: Numbers
    sizes: Numbers
    ulps: Numbers


@dataclass(frozen=True)
class Measured:
    """One case of one operation, run on an engine and held against the truth.

    Attributes
    ----------
    call, case
        What was run.
    operands
        Per operand of the call, its node in the case.
    values
        Per node, the engine's value.
    truth
        The exact results.
    errors
        Those of the result, then those of each gradient.
    """

    call: Signature
    case: Case
    operands: tuple[int, ...]
    values: list[Array]
    truth: Exact
    errors: tuple[Errors, ...]


def measure(engine: Engine, call: Signature, case: Case) -> Measured:
    """Run a case on an engine, and measure every number.

    Parameters
    ----------
    engine
        The engine.
    call
        The operation.
    case
        Of this operation alone. Of an operand that is given twice no gradient is measured.

    Raises
    ------
    zenverify.verification.trace.EngineFault
        If the engine raises, hangs, or gives no number where it must.
    """
    graph = case.graph
    run, gradients = differentiated(engine, case)
    operands = graph.apply(graph.root).operands
    balls, cotangent = lift_all([run.values[one] for one in operands]), lift(case.cotangent)
    near = lift(run.values[graph.root]) if call.program.free_signs else None
    truth, one_slope = _truth(call, balls, cotangent, near)
    errors = [_errors(None, run.values[graph.root], truth.value, graph.dtypes[graph.root])]
    for argument, leaf in enumerate(operands):
        exact_balls, smooth = truth.gradients[argument], one_slope[argument]
        if exact_balls is None or leaf not in gradients or operands.count(leaf) > 1:
            continue
        found = _errors(argument, gradients[leaf].copy(), exact_balls, graph.dtypes[leaf])
        found.residuals[~smooth] = math.nan
        found.ulps[~smooth] = math.nan
        errors.append(found)
    return Measured(call, case, operands, run.values, truth, tuple(errors))


def _truth(
    call: Signature, operands: Sequence[Balls], cotangent: Balls, near: Balls | None
) -> tuple[Exact, list[NDArray[np.bool_]]]:
    """The truth, and per gradient which of its elements have one slope only."""
    if not call.program.can_kink:
        found = exact(call, operands, cotangent, near=near)
        return found, [np.ones(len(balls), bool) for balls in operands]
    left, right = (exact(call, operands, cotangent, side, near) for side in (LEFT, RIGHT))
    return left, [
        np.array([_same(*pair) for pair in zip(here, there, strict=True)], bool)
        if here is not None and there is not None
        else np.zeros(len(balls), bool)
        for here, there, balls in zip(left.gradients, right.gradients, operands, strict=True)
    ]


def _same(left: Ball, right: Ball) -> bool:
    return bool(left.overlaps(right))


def _errors(argument: int | None, numbers: Array, truths: Balls, dtype: str) -> Errors:
    smallest, largest = SMALLEST[dtype], float(np.finfo(dtype).max)
    residuals = np.full(len(truths), math.nan)
    sizes = np.full(len(truths), math.nan)
    for place, (number, truth) in enumerate(zip(numbers.ravel().tolist(), truths, strict=True)):
        if not (truth.is_finite() and is_narrow(truth)):
            continue
        size = abs(float(truth.mid()))
        if smallest <= size < largest:
            sizes[place] = size
            finite = math.isfinite(number)
            residuals[place] = float(abs(truth.mid() - number)) if finite else math.inf
    spacing = np.spacing(np.where(np.isnan(sizes), 1.0, sizes).astype(dtype))
    with np.errstate(over="ignore"):
        ulps = residuals / spacing.astype(np.float64)
    # What is off by more units than a float can hold is still a finite error.
    ulps[np.isinf(ulps) & np.isfinite(residuals)] = np.finfo(np.float64).max
    return Errors(argument, dtype, numbers.ravel(), residuals, sizes, ulps)
