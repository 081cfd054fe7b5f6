"""Operations with kinks, and selections."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **{name: (getattr(zt, name), [(2, 3)]) for name in ("absolute", "nan_to_num", "relu")},
    **{name: (getattr(zt, name), [(2, 3), (3,)]) for name in ("maximum", "minimum")},
    "clip": (lambda x: zt.clip(x, 0.7, 1.1), [(2, 3)]),
    "where": (lambda x, y: zt.where([True, False, True], x, y), [(2, 3), (3,)]),
}
