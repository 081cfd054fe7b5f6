"""One call of every operation, family by family."""

from __future__ import annotations

from tests.tensor.calls import elementwise, linear, network, piecewise, reductions, shaping
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **elementwise.CALLS,
    **piecewise.CALLS,
    **reductions.CALLS,
    **shaping.CALLS,
    **linear.CALLS,
    **network.CALLS,
}
