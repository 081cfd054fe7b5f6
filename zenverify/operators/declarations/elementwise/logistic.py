"""The logistic function, its inverse and its integral, which adds in the logarithmic domain."""

from __future__ import annotations

from functools import partial

from zenverify.operators import sampling
from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.declarations.elementwise.exponential import log1p
from zenverify.operators.declarations.kernels import exp, log, maximum
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder
from zenverify.operators.program.kernel import kernel

FAMILY = "logistic"

declare = partial(elementwise, FAMILY)

SIGMOID = declare("sigmoid", "1 / (1 + exp(-x))", lambda sp, x: 1 / (1 + sp.exp(-x)))
SOFTPLUS = declare("softplus", "log(1 + exp(x))", lambda sp, x: log1p(sp, sp.exp(x)))
LOGIT = declare(
    "logit",
    "log(x / (1 - x))",
    lambda sp, x: sp.log(x) - log1p(sp, -x),
    domains=(Domain(low=0.0, high=1.0),),
)


def _logaddexp(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    """With the larger one taken out, as any implementation has to: it costs the slopes digits."""
    top = maximum(x, y).detach()
    return log(exp(x - top) + exp(y - top)) + top


LOGADDEXP = Operator(
    name="logaddexp",
    family=FAMILY,
    summary="log(exp(x) + exp(y)), without overflow",
    arguments=(Argument("x"), Argument("y")),
    build=_logaddexp,
    sample=sampling.elementwise(2),
    first_shapes=sampling.ANY_SHAPES,
    kernel=kernel("logaddexp", 2, lambda sp, x, y: sp.log(sp.exp(x) + sp.exp(y))),
    broadcasts=True,
)

OPERATORS = (SIGMOID, SOFTPLUS, LOGIT, LOGADDEXP)
