"""An automatic-differentiation engine on NumPy alone.

A graph is recorded as operations are applied to a `Tensor`, and differentiated by a depth-first
walk from the result:

>>> from zenverify.tensor import Tensor
>>> a = Tensor(10)
>>> b = Tensor(5)
>>> d = (a * b) ** 2
>>> d.get_gradients()
>>> float(a.gradient), float(b.gradient)
(500.0, 1000.0)

Values and gradients stay in float64 or float32, as given. At a kink every operation has the mean of
its one-sided derivatives for a slope; operands that tie get equal shares.
"""

# Functions are called as in NumPy, also where Python has one of that name.
# ruff: noqa: A004

from zenverify.tensor.arithmetic import add, divide, multiply, negative, power, subtract
from zenverify.tensor.elementary import (
    cos,
    exp,
    expm1,
    log,
    log1p,
    sigmoid,
    sin,
    softplus,
    sqrt,
    tanh,
)
from zenverify.tensor.indexing import index
from zenverify.tensor.linear import matmul
from zenverify.tensor.network import conv2d, log_softmax, softmax
from zenverify.tensor.operation import OPERATIONS, Operation
from zenverify.tensor.piecewise import absolute, clip, maximum, minimum, relu, where
from zenverify.tensor.reductions import logsumexp, max, mean, min, prod, sum, var
from zenverify.tensor.shaping import (
    broadcast_to,
    concatenate,
    expand_dims,
    flatten,
    reshape,
    squeeze,
    stack,
    transpose,
)
from zenverify.tensor.tensor import Tensor

__all__ = [
    "OPERATIONS",
    "Operation",
    "Tensor",
    "absolute",
    "add",
    "broadcast_to",
    "clip",
    "concatenate",
    "conv2d",
    "cos",
    "divide",
    "exp",
    "expand_dims",
    "expm1",
    "flatten",
    "index",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "multiply",
    "negative",
    "power",
    "prod",
    "relu",
    "reshape",
    "sigmoid",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "squeeze",
    "stack",
    "subtract",
    "sum",
    "tanh",
    "transpose",
    "var",
    "where",
]
