"""Operations that move elements."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    "reshape": (lambda x: zt.reshape(x, (-1, 2)), [(2, 3)]),
    "flatten": (zt.flatten, [(2, 3)]),
    "transpose": (lambda x: zt.transpose(x, (1, 0)), [(2, 3)]),
    "swapaxes": (lambda x: zt.swapaxes(x, 0, -1), [(2, 3)]),
    "moveaxis": (lambda x: zt.moveaxis(x, (0, 1), (1, 2)), [(2, 3, 2)]),
    "rollaxis": (lambda x: zt.rollaxis(x, 0, 3), [(2, 3, 2)]),
    "roll": (lambda x: zt.roll(x, (1, -1), (0, 1)), [(2, 3)]),
    "flip": (lambda x: zt.flip(x, (0, 1)), [(2, 3)]),
    "expand_dims": (lambda x: zt.expand_dims(x, 1), [(2, 3)]),
    "squeeze": (lambda x: zt.squeeze(x, 0), [(1, 3)]),
    "broadcast_to": (lambda x: zt.broadcast_to(x, (4, 3)), [(1, 3)]),
    "tile": (lambda x: zt.tile(x, (2, 1)), [(2, 3)]),
    "repeat": (lambda x: zt.repeat(x, [2, 0, 1], 1), [(2, 3)]),
    "pad": (lambda x: zt.pad(x, 1, "reflect"), [(2, 3)]),
    "index": (lambda x: zt.index(x, (slice(None), [0, 0])), [(2, 3)]),
    "set_at": (lambda x, y: zt.set_at(x, (slice(None), [0, 2]), y), [(2, 3), (2, 1)]),
    "take": (lambda x: zt.take(x, [[0, -1]], 1), [(2, 3)]),
    "take_along_axis": (lambda x: zt.take_along_axis(x, [[0, 0, 1]], 0), [(2, 3)]),
    "gather": (lambda x: zt.gather(x, 1, [[0, 2]]), [(2, 3)]),
    "scatter_add": (
        lambda x, src: zt.scatter_add(x, 0, [[0, 0], [1, 0]], src),
        [(2, 3), (2, 2)],
    ),
    "diag": (lambda x: zt.diag(x, 1), [(2, 3)]),
    "diagonal": (lambda x: zt.diagonal(x, -1, 1, 0), [(2, 3)]),
    "trace": (lambda x: zt.trace(x, 1), [(2, 3)]),
    "tril": (lambda x: zt.tril(x, -1), [(2, 3)]),
    "triu": (lambda x: zt.triu(x, 1), [(2, 3)]),
    "stack": (lambda x, y: zt.stack([x, y], -1), [(2, 3), (2, 3)]),
    "concatenate": (lambda x, y: zt.concatenate([x, y], -1), [(2, 3), (2, 1)]),
    "hstack": (lambda x, y: zt.hstack([x, y]), [(2, 3), (2, 1)]),
    "vstack": (lambda x, y: zt.vstack([x, y]), [(2, 3), (3,)]),
    "dstack": (lambda x, y: zt.dstack([x, y]), [(2, 3), (2, 3)]),
    "split": (lambda x: zt.split(x, [1], 1)[1], [(2, 3)]),
    "diff": (lambda x: zt.diff(x, 2), [(2, 3)]),
    "gradient": (lambda x: zt.gradient(x, 0.5, axis=1, edge_order=2), [(2, 3)]),
}
