"""Whether an operation bends only where elements of its operand tie."""

from __future__ import annotations

from zenverify.engines.mutants.symbolic import buffers_in_symbols, symbols_of, vanish_at_ties
from zenverify.graph.drawing import instances_of
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.operator import Operator
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.homogeneous import Homogeneous
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.sort import Sort


def bends_only_at_ties(declared: Operator) -> bool:
    """Whether all kinks are where the operand's own elements tie.

    Where it is their deviations from a mean that vanish, elements a few floats apart may become
    others when all of them move by one. That changes slopes by less than the rounding of the mean.
    """
    programs = [
        declared.program(one.shapes, freeze_attributes(one.attributes))
        for one in instances_of(declared)
    ]
    return len(declared.arguments) == 1 and all(
        _compares_elements(program) or _vanishes_at_ties(program) for program in programs
    )


def _compares_elements(program: Program) -> bool:
    count = len(program.sizes)
    elements = set(range(count))
    for number, step in enumerate(program.steps, count):
        of_elements = elements.issuperset(step.sources)
        if (
            isinstance(step, Move)
            and of_elements
            and max(step.indices, default=-1) < sum(step.sizes)
        ):
            elements.add(number)
        elif step.can_kink and not (isinstance(step, Extremum | Sort) and of_elements):
            return False
    return True


def _vanishes_at_ties(program: Program) -> bool:
    bending = [step for step in program.steps if step.can_kink]
    buffers = buffers_in_symbols(program, symbols_of(program))
    return buffers is not None and all(
        isinstance(step, Homogeneous)
        and not any(inner.can_kink for inner in step.program.steps)
        and vanish_at_ties(buffers[step.sources[0]], step.width)
        for step in bending
    )
