"""Operations that jump."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **{name: (getattr(zt, name), [(2, 3)]) for name in ("sign", "floor", "ceil", "rint", "trunc")},
    **{name: (getattr(zt, name), [(2, 3), (3,)]) for name in ("fmod", "remainder")},
}
