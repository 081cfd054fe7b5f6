"""The kernels that other declarations are composed of."""

from __future__ import annotations

from zenverify.operators.declarations.elementwise import arithmetic, exponential
from zenverify.operators.operator import Operator
from zenverify.operators.program.kernel import Kernel


def of(operator: Operator) -> Kernel:
    """The kernel of an elementwise operator."""
    assert operator.kernel is not None
    return operator.kernel


add = of(arithmetic.ADD)
subtract = of(arithmetic.SUBTRACT)
multiply = of(arithmetic.MULTIPLY)
divide = of(arithmetic.DIVIDE)
exp = of(exponential.EXP)
log = of(exponential.LOG)
