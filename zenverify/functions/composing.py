"""What a function is, put together from the operations of its forward pass."""

from __future__ import annotations

from collections.abc import Sequence

from zenverify.functions.recording import RecordedCall, coarsest
from zenverify.functions.terms import Declaration, UndeclaredError
from zenverify.graph.case import Array
from zenverify.operators.program.builder import Buffer, ProgramBuilder


def composed(
    recording: RecordedCall, inputs: Sequence[int], fixed: Sequence[int] = ()
) -> Declaration | None:
    """The declaration of a recorded call as one operation of its inputs.

    Parameters
    ----------
    recording
        The call.
    inputs
        The values that a derivative is wanted of.
    fixed
        Those that were given too, and that none is wanted of.

    Returns
    -------
    Declaration or None
        None if a part of the call was not recorded or is not declared.
    """
    if recording.lost or any(node.declaration is None for node in recording.nodes):
        return None
    made = {result for node in recording.nodes for result in node.results}
    if any(root not in made and root not in (*inputs, *fixed) for root in recording.roots):
        return None
    constants: list[Array] = [recording.values[place].array for place in fixed]
    starts = []
    for node in recording.nodes:
        assert node.declaration is not None
        starts.append(len(inputs) + len(constants))
        constants += node.declaration.constants

    def build(builder: ProgramBuilder, buffers: Sequence[Buffer]) -> Sequence[Buffer]:
        known = dict(zip((*inputs, *fixed), buffers, strict=False))
        for node, start in zip(recording.nodes, starts, strict=True):
            declaration = node.declaration
            assert declaration is not None
            held = buffers[start : start + len(declaration.constants)]
            built = declaration.build(builder, [*(known[i] for i in node.operands), *held])
            for result, buffer in zip(node.results, built, strict=False):
                if buffer is None:
                    raise UndeclaredError(f"a result of {node.name}")
                known[result] = buffer
        return [known[root] for root in recording.roots]

    elementwise = all(
        node.declaration is not None and node.declaration.elementwise for node in recording.nodes
    )
    least = coarsest(value.least for value in recording.values)
    return Declaration(build, tuple(constants), elementwise, least)
