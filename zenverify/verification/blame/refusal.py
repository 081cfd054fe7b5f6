"""What an engine raises where there is no answer: it says so in another way than by NaN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from flint import arb

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.operators.balls.arithmetic import FloatRange, precision
from zenverify.oracles.enclosure import SIGNIFICAND, lift
from zenverify.verification.blame.locate import values_of
from zenverify.verification.checks.local import SOLVERS_MARGIN
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict

_SAYING_SO = (ArithmeticError, ValueError)
"""What Python and NumPy raise there: 1 / 0.0, math.log(-1), numpy.linalg.inv of zeros."""

_OF_MATRICES = "LinAlgError"
"""How NumPy, SciPy and torch end the name of what they raise about a matrix."""


def as_refusal(
    engine: Engine, case: Case, finding: Finding, raised: BaseException | None
) -> Finding:
    """The finding; `UNSUPPORTED` where an operation raised since its expression has no answer.

    Parameters
    ----------
    engine, case
        Where it was found.
    finding
        It, with the guilty operation.
    raised
        What the engine raised, if it did.
    """
    node, graph = finding.blame.node, case.graph
    is_crash = finding.verdict is Verdict.CRASH and raised is not None
    if not is_crash or node in graph.leaves or graph.operator_of(node) != finding.blame.operation:
        return finding
    if not isinstance(raised, _SAYING_SO) and not type(raised).__name__.endswith(_OF_MATRICES):
        return finding
    if not _is_unanswered(graph, node, values_of(engine, case)):
        return finding
    message = f"{finding.message}; the expression has no answer there"
    return replace(finding, verdict=Verdict.UNSUPPORTED, message=message)


def _is_unanswered(graph: Graph, node: int, values: Sequence[Array]) -> bool:
    """Whether the result of an operation, or a partial, is not finite at the dtype's precision."""
    if graph.is_discrete(node) or graph.apply(node).given:
        return False
    program, dtype = graph.programs[node], graph.dtypes[node]
    limits = np.finfo(dtype)
    within = FloatRange(float(limits.tiny), float(limits.max))
    bits = SIGNIFICAND[dtype] - (SOLVERS_MARGIN if program.solves else 0)
    with precision(bits, rounding=True, within=within):
        made = program.linearise([lift(values[operand]) for operand in graph.operands[node]])
        parts = [made.value, *made.pull([arb(1)] * graph.sizes[node])]
    return any(not ball.is_finite() for part in parts for ball in part or ())
