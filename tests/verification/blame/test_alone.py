"""One operation taken out of its graph."""

import numpy as np

from tests.verification.prepared import CaseBuilder
from zenverify.graph.graph import Leaf, LeafKind
from zenverify.verification.blame.alone import extract


def test_an_operation_keeps_its_operands_values_kinds_and_attributes() -> None:
    build = CaseBuilder()
    y = build.apply("tanh", build.variable([1.0, 2.0]))
    c = build.constant([3.0, 4.0])
    build.apply("stack", y, c, y, axis=-1)
    graph = build.case().graph
    values = [np.array([1.0, 2.0]), np.array([5.0, 6.0]), np.array([3.0, 4.0])]
    for merged, count in ((True, 2), (False, 3)):
        case = extract(graph, 3, values, np.ones((2, 3)), merged=merged)
        leaves = [case.graph.nodes[i] for i in case.graph.leaves]
        assert len(leaves) == count
        kinds = [leaf.kind for leaf in leaves if isinstance(leaf, Leaf)]
        assert kinds[:2] == [LeafKind.VARIABLE, LeafKind.CONSTANT]
        assert case.graph.shapes[-1] == (2, 3)
        np.testing.assert_array_equal(case.values[0], [5.0, 6.0])
    assert case.graph.apply(3).operands == (0, 1, 2)
