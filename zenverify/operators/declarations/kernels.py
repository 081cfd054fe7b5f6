"""The kernels that other declarations are composed of, called like functions."""

from __future__ import annotations

from zenverify.operators.declarations.elementwise import (
    exponential,
    piecewise,
    powers,
    rounding,
)
from zenverify.operators.operator import Operator
from zenverify.operators.program.kernel import Kernel


def of(operator: Operator) -> Kernel:
    """The kernel of an elementwise operator."""
    assert operator.kernel is not None
    return operator.kernel


exp = of(exponential.EXP)
log = of(exponential.LOG)
sqrt = of(powers.SQRT)
absolute = of(piecewise.ABSOLUTE)
maximum = of(piecewise.MAXIMUM)
minimum = of(piecewise.MINIMUM)
sign = of(rounding.SIGN)
