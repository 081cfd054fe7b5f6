"""What an engine cannot do, and a drawn graph cut to what it can."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zenverify.errors import GraphError
from zenverify.graph.graph import DTYPES, Apply, Graph, Leaf, LeafKind
from zenverify.graph.structure import Structure, trimmed


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
    roots
        Whether gradients of several roots can be had together.
    discrete
        Whether integers and booleans are values: indices, labels, masks, conditions.
    """

    dtypes: tuple[str, ...] = DTYPES
    mixed: bool = True
    arrays: bool = True
    seeded: bool = True
    inner: bool = True
    repeated: bool = True
    roots: bool = True
    discrete: bool = True

    def excess(self, graph: Graph) -> str | None:
        """What a graph asks for that is beyond these limits; None if it stays within."""
        kinds = {
            dtype
            for position, dtype in enumerate(graph.dtypes)
            if not (graph.is_number(position) or graph.is_discrete(position))
        }
        if missing := sorted(kinds.difference(self.dtypes)):
            return missing[0]
        if len(kinds) > 1 and not self.mixed:
            return "mixed precision"
        if not self.arrays and any(shape != () for shape in graph.shapes):
            return "arrays"
        if not self.roots and graph.further_roots:
            return "several roots"
        if not self.discrete and any(
            graph.is_discrete(position) and not graph.is_number(position)
            for position in range(len(graph.nodes))
        ):
            return "integers and booleans as values"
        return None


UNLIMITED = Limits()


def within(limits: Limits, structure: Structure) -> Structure | None:
    """The structure, with one precision, one root, or numbers for arrays, where limits ask for it.

    None where that leaves no graph: sums over an axis have no counterpart among numbers.
    """
    if limits.excess(structure.graph) is None:
        return structure
    if not limits.roots and structure.graph.further_roots:
        structure = trimmed(structure.graph.nodes, structure.plans)
    if not limits.discrete or not limits.arrays:
        structure = _without_given(structure)
    nodes = structure.graph.nodes
    leaves = [
        node
        for node in nodes
        if isinstance(node, Leaf) and node.kind != LeafKind.NUMBER and node.dtype in DTYPES
    ]
    kinds = {leaf.dtype for leaf in leaves}
    common = leaves[0].dtype if leaves[0].dtype in limits.dtypes else limits.dtypes[0]
    keep = kinds <= set(limits.dtypes) and (limits.mixed or len(kinds) == 1)
    changed = [
        replace(
            node,
            dtype=common if not keep and node in leaves else node.dtype,
            shape=node.shape if limits.arrays else (),
        )
        if isinstance(node, Leaf)
        else node
        for node in nodes
    ]
    try:
        graph = Graph(tuple(changed), structure.graph.further_roots)
    except GraphError:
        return None
    return Structure(graph, structure.plans) if limits.excess(graph) is None else None


def _without_given(structure: Structure) -> Structure:
    """The structure with attributes in place of the nodes that give them."""
    nodes = [
        node if isinstance(node, Leaf) else Apply(node.declared, node.operands, node.attributes)
        for node in structure.graph.nodes
    ]
    return trimmed(nodes, structure.plans, structure.graph.further_roots)
