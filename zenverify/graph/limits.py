"""What an engine cannot do, and a drawn graph cut to what it can."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zenverify.errors import GraphError
from zenverify.graph.graph import DTYPES, Graph, Leaf, LeafKind
from zenverify.graph.structure import Structure


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine cannot do. By default it can do everything.

    What is left out of a verification because of them is said, and is no pass.

    Attributes
    ----------
    dtypes
        The precisions it has, the preferred one first.
    mixed
        Whether operands of one operation may differ in precision.
    arrays
        Whether values have shapes. If not, each is a number.
    seeded
        Whether `backward` takes a cotangent. If not, it starts from a number with cotangent 1.
    inner
        Whether gradients are kept of nodes that are no leaves.
    repeated
        Whether `backward` can be called again on a graph that has been differentiated.
    """

    dtypes: tuple[str, ...] = DTYPES
    mixed: bool = True
    arrays: bool = True
    seeded: bool = True
    inner: bool = True
    repeated: bool = True

    def excess(self, graph: Graph) -> str | None:
        """What a graph asks for that is beyond these limits; None if it stays within."""
        kinds = {
            dtype for position, dtype in enumerate(graph.dtypes) if not graph.is_number(position)
        }
        if missing := sorted(kinds.difference(self.dtypes)):
            return missing[0]
        if len(kinds) > 1 and not self.mixed:
            return "mixed precision"
        if not self.arrays and any(shape != () for shape in graph.shapes):
            return "arrays"
        return None


UNLIMITED = Limits()


def within(limits: Limits, structure: Structure) -> Structure | None:
    """The structure, with one precision, or numbers in place of arrays, where limits ask for it.

    None where that leaves no graph: sums over an axis have no counterpart among numbers.
    """
    if limits.excess(structure.graph) is None:
        return structure
    nodes = structure.graph.nodes
    leaves = [node for node in nodes if isinstance(node, Leaf) and node.kind != LeafKind.NUMBER]
    kinds = {leaf.dtype for leaf in leaves}
    common = leaves[0].dtype if leaves[0].dtype in limits.dtypes else limits.dtypes[0]
    keep = kinds <= set(limits.dtypes) and (limits.mixed or len(kinds) == 1)
    changed = [
        replace(
            node,
            dtype=node.dtype if keep or node.kind is LeafKind.NUMBER else common,
            shape=node.shape if limits.arrays else (),
        )
        if isinstance(node, Leaf)
        else node
        for node in nodes
    ]
    try:
        graph = Graph(tuple(changed))
    except GraphError:
        return None
    return Structure(graph, structure.plans) if limits.excess(graph) is None else None
