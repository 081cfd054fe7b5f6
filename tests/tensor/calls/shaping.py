"""Operations that move elements."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    "reshape": (lambda x: zt.reshape(x, (-1, 2)), [(2, 3)]),
    "flatten": (zt.flatten, [(2, 3)]),
    "transpose": (lambda x: zt.transpose(x, (1, 0)), [(2, 3)]),
    "expand_dims": (lambda x: zt.expand_dims(x, 1), [(2, 3)]),
    "squeeze": (lambda x: zt.squeeze(x, 0), [(1, 3)]),
    "broadcast_to": (lambda x: zt.broadcast_to(x, (4, 3)), [(1, 3)]),
    "index": (lambda x: zt.index(x, (slice(None), [0, 0])), [(2, 3)]),
    "stack": (lambda x, y: zt.stack([x, y], -1), [(2, 3), (2, 3)]),
    "concatenate": (lambda x, y: zt.concatenate([x, y], -1), [(2, 3), (2, 1)]),
}
