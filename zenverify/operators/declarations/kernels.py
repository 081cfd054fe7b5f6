"""The kernels that other declarations are composed of."""

from __future__ import annotations

from zenverify.operators.declarations import arithmetic, elementary
from zenverify.operators.kernel import Kernel
from zenverify.operators.operator import Operator


def _of(operator: Operator) -> Kernel:
    assert operator.kernel is not None
    return operator.kernel


add = _of(arithmetic.ADD)
subtract = _of(arithmetic.SUBTRACT)
multiply = _of(arithmetic.MULTIPLY)
divide = _of(arithmetic.DIVIDE)
exp = _of(elementary.EXP)
log = _of(elementary.LOG)
