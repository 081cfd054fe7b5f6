"""Differences that deny what an engine and an expression agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul

from flint import arb

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.operators.balls.arithmetic import ZERO, Ball, precision
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import SMALLEST, THRESHOLD, lift
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.arbitrate import difference_of
from zenverify.verification.blame.condition import condition_of
from zenverify.verification.blame.gradients import relocated
from zenverify.verification.blame.intervals import interval_of_estimate
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Interval, Verdict, Witnesses


def denying_operation(
    engine: Engine, graph: Graph, values: Sequence[Array], cotangents: Mapping[int, Array]
) -> Finding | None:
    """The operation whose own difference denies what engine and expression agree on."""
    for position in reversed(graph.operations):
        if position not in cotangents:
            continue
        single = extract(graph, position, values, cotangents[position], merged=False)
        found = denied_by_difference(engine, single)
        if found is not None:
            return relocated(found, position, graph)
    return None


def denied_by_difference(engine: Engine, case: Case) -> Finding | None:
    """Whether a single operation's difference denies a gradient that the two others agree on.

    Only a difference that has converged counts: its error must be a tenth of the disagreement. And
    what underflows, as the two agree that it may, is not denied by a difference in more precision.
    The expression's own values must deny its partials, too: where a singular value all but
    vanishes, every step that floats allow leads past the place where it does.
    """
    graph = case.graph
    run, gradients = differentiated(engine, case)
    check = LocalCheck(graph, run.values, engine.conventions)
    if check.kinked(graph.root):
        return None
    operator = graph.apply(graph.root).operator
    allowed = THRESHOLD + graph.programs[graph.root].terms
    for argument, node in enumerate(graph.apply(graph.root).operands):
        if node not in gradients:
            continue
        for element, number in enumerate(gradients[node].ravel().tolist()):
            estimate = difference_of(engine, case, run.values, node, element)
            if estimate is None:
                continue
            apart = abs(number - estimate.value)
            if not estimate.error < 0.1 * apart or apart <= allowed * SMALLEST[graph.dtypes[node]]:
                continue
            if not _is_confirmed(case, node, element, estimate.value):
                continue
            witness = Witnesses(
                node,
                element,
                "gradient",
                number,
                Interval(number, number, f"{number:.17g}"),
                interval_of_estimate(estimate),
                None,
                Verdict.DISPUTED,
            )
            message = (
                f"the engine and the expression agree on the derivative of {operator} with respect "
                f"to argument {argument}, {number!r}, and differences of the engine's forward pass "
                f"converge to {estimate.value!r}"
            )
            blame = Blame(graph.root, operator, argument, condition_of(case, node, engine))
            return Finding(Verdict.DISPUTED, blame, "whole graph, difference", message, (witness,))
    return None


_STEP = arb(2) ** -256
"""In units of the element that moves: a pole that floats can express is further away."""

_BITS = 1024


def _is_confirmed(case: Case, node: int, element: int, denied_by: float) -> bool:
    """Whether the expression's own values, at points next to each other, deny its partials.

    Their slope is taken without any partial, with steps that only balls can take; it is closer to
    that of the engine's forward pass than the partials are.
    """
    graph = case.graph
    program, operands = graph.programs[graph.root], graph.apply(graph.root).operands
    cotangent = lift(case.cotangent)
    with precision(_BITS):
        values = dict(zip(graph.leaves, map(lift, case.values), strict=True))

        def total(found: Balls) -> Ball:
            return sum(map(mul, found, cotangent), ZERO)

        def at(direction: Ball) -> Ball:
            moved = [*values[node]]
            moved[element] += direction
            given = {**values, node: moved}
            return total(program.value([given[operand] for operand in operands]))

        size = abs(values[node][element])
        step = _STEP if size.is_zero() else _STEP * size
        slope = (at(step) - at(-step)) / (2 * step)
        tangents = [
            [
                arb(int(operand == node and place == element))
                for place in range(graph.sizes[operand])
            ]
            for operand in operands
        ]
        partial = total(program.push([values[operand] for operand in operands], tangents))
        return bool(abs(slope - denied_by) < abs(slope - partial))
