"""Linear algebra."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    "matmul": (zt.matmul, [(2, 3), (3, 2)]),
}
