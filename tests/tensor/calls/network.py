"""Operations of neural networks."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    "softmax": (zt.softmax, [(2, 3)]),
    "log_softmax": (zt.log_softmax, [(2, 3)]),
    "conv2d": (lambda x, w: zt.conv2d(x, w, 2, 1), [(1, 2, 3, 3), (2, 2, 2, 2)]),
}
