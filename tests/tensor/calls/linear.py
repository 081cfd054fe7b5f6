"""Linear algebra."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls
from zenverify.tensor.linear.determinants import packed_slogdet
from zenverify.tensor.linear.factorizations import packed_eigh

CALLS: Calls = {
    "matmul": (zt.matmul, [(2, 3), (3, 2)]),
    "dot": (zt.dot, [(2, 3), (2, 3, 2)]),
    "inner": (zt.inner, [(2, 3), (2, 3)]),
    "outer": (zt.outer, [(2, 2), (3,)]),
    "vdot": (zt.vdot, [(2, 3), (6,)]),
    "tensordot": (lambda x, y: zt.tensordot(x, y, ((0, -1), (1, 0))), [(2, 3), (3, 2, 2)]),
    "einsum": (lambda x, y: zt.einsum("ii,i...->...i", x, y), [(3, 3), (3, 2)]),
    "kron": (zt.kron, [(2, 1, 2), (2, 3)]),
    "cross": (lambda x, y: zt.cross(x, y, 0, -1, 0), [(3, 2), (1, 3)]),
    "det": (zt.det, [(2, 3, 3)]),
    "slogdet": (packed_slogdet, [(2, 3, 3)]),
    "matrix_power": (lambda x: zt.matrix_power(x, 3), [(2, 2, 2)]),
    "solve": (zt.solve, [(2, 3, 3), (3, 2)]),
    "inv": (zt.inv, [(2, 3, 3)]),
    "cholesky": (zt.cholesky, [(2, 2)]),
    "eigh": (packed_eigh, [(2, 3, 3)]),
    "svdvals": (zt.svdvals, [(3, 2)]),
    "pinv": (zt.pinv, [(3, 2)]),
}
