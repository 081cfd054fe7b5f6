"""What a function is, put together from the operations of its forward pass."""

from __future__ import annotations

from collections.abc import Sequence

from zenverify.functions.recording import Recording
from zenverify.functions.terms import Declaration, UndeclaredError
from zenverify.graph.case import Array
from zenverify.operators.builder import Buffer, ProgramBuilder


def composed(recording: Recording, inputs: Sequence[int]) -> Declaration | None:
    """The declaration of a recorded call as one operation of its inputs.

    Returns
    -------
    Declaration or None
        None if a part of the call was not recorded or is not declared.
    """
    if recording.lost or any(node.declaration is None for node in recording.nodes):
        return None
    made = {result for node in recording.nodes for result in node.results}
    if any(root not in made and root not in inputs for root in recording.roots):
        return None
    constants: list[Array] = []
    starts = []
    for node in recording.nodes:
        assert node.declaration is not None
        starts.append(len(inputs) + len(constants))
        constants += node.declaration.constants

    def build(builder: ProgramBuilder, buffers: Sequence[Buffer]) -> Sequence[Buffer]:
        known = dict(zip(inputs, buffers, strict=False))
        for node, start in zip(recording.nodes, starts, strict=True):
            declaration = node.declaration
            assert declaration is not None
            fixed = buffers[start : start + len(declaration.constants)]
            built = declaration.build(builder, [*(known[i] for i in node.operands), *fixed])
            for result, buffer in zip(node.results, built, strict=False):
                if buffer is None:
                    raise UndeclaredError(f"a result of {node.name}")
                known[result] = buffer
        return [known[root] for root in recording.roots]

    elementwise = all(n.declaration is not None and n.declaration.elementwise for n in recording.nodes)
    return Declaration(build, tuple(constants), elementwise)
