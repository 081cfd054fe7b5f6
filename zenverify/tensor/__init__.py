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

from zenverify.tensor.custom import NewOperation, new_operation
from zenverify.tensor.elementwise.activations import gelu, log_sigmoid, mish, silu, softsign
from zenverify.tensor.elementwise.arithmetic import add, divide, multiply, negative, power, subtract
from zenverify.tensor.elementwise.comparisons import equal, not_equal
from zenverify.tensor.elementwise.exponential import (
    exp,
    exp2,
    expm1,
    log,
    log1p,
    log2,
    log10,
    xlogy,
)
from zenverify.tensor.elementwise.hyperbolic import arccosh, arcsinh, arctanh, cosh, sinh, tanh
from zenverify.tensor.elementwise.logistic import logaddexp, logit, sigmoid, softplus
from zenverify.tensor.elementwise.piecewise import (
    absolute,
    clip,
    maximum,
    minimum,
    nan_to_num,
    relu,
    where,
)
from zenverify.tensor.elementwise.powers import cbrt, reciprocal, sqrt, square
from zenverify.tensor.elementwise.rectifiers import (
    elu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    relu6,
    selu,
    softshrink,
)
from zenverify.tensor.elementwise.rounding import ceil, floor, fmod, remainder, rint, sign, trunc
from zenverify.tensor.elementwise.special import digamma, erf, erfc, gammaln
from zenverify.tensor.elementwise.trigonometric import (
    arccos,
    arcsin,
    arctan,
    arctan2,
    cos,
    sin,
    sinc,
    tan,
)
from zenverify.tensor.linear.contractions import dot, inner, tensordot
from zenverify.tensor.linear.determinants import det, slogdet
from zenverify.tensor.linear.factorizations import cholesky, eigh, svdvals
from zenverify.tensor.linear.linear import matmul, matrix_power
from zenverify.tensor.linear.products import cross, kron, outer, vdot
from zenverify.tensor.linear.systems import inv, pinv, solve
from zenverify.tensor.networks.adaptive_pooling import adaptive_avg_pool2d, adaptive_max_pool2d
from zenverify.tensor.networks.attention import scaled_dot_product_attention
from zenverify.tensor.networks.convolution import conv1d, conv2d
from zenverify.tensor.networks.cross_entropies import cross_entropy, soft_cross_entropy
from zenverify.tensor.networks.divergences import binary_cross_entropy_with_logits, kl_div
from zenverify.tensor.networks.losses import huber, l1_loss, mse_loss, smooth_l1_loss
from zenverify.tensor.networks.masking import dropout
from zenverify.tensor.networks.normalisation import batch_norm, layer_norm, rms_norm
from zenverify.tensor.networks.pooling import avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from zenverify.tensor.networks.transposed_convolution import conv_transpose1d, conv_transpose2d
from zenverify.tensor.operation import OPERATIONS, Operation
from zenverify.tensor.reductions.deviations import average, std, var
from zenverify.tensor.reductions.masked import masked_logsumexp, masked_softmax
from zenverify.tensor.reductions.norms import hypot, norm
from zenverify.tensor.reductions.reductions import (
    amax,
    amin,
    logsumexp,
    max,
    mean,
    min,
    prod,
    ptp,
    sum,
)
from zenverify.tensor.reductions.scans import cumprod, cumsum, logcumsumexp
from zenverify.tensor.reductions.softmaxes import log_softmax, softmax
from zenverify.tensor.reductions.sorting import median, sort
from zenverify.tensor.reductions.summation import einsum
from zenverify.tensor.shaping.diagonals import diag, diagonal, trace, tril, triu
from zenverify.tensor.shaping.differences import diff, gradient
from zenverify.tensor.shaping.embeddings import embedding
from zenverify.tensor.shaping.indexing import index, set_at
from zenverify.tensor.shaping.joining import concatenate, dstack, hstack, split, stack, vstack
from zenverify.tensor.shaping.padding import pad
from zenverify.tensor.shaping.permuting import flip, moveaxis, roll, rollaxis, swapaxes, transpose
from zenverify.tensor.shaping.repeating import repeat, tile
from zenverify.tensor.shaping.shaping import broadcast_to, expand_dims, flatten, reshape, squeeze
from zenverify.tensor.shaping.taking import gather, scatter_add, take, take_along_axis
from zenverify.tensor.tensor import Tensor

__all__ = [
    "OPERATIONS",
    "NewOperation",
    "Operation",
    "Tensor",
    "absolute",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "add",
    "amax",
    "amin",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "average",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "broadcast_to",
    "cbrt",
    "ceil",
    "cholesky",
    "clip",
    "concatenate",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "cos",
    "cosh",
    "cross",
    "cross_entropy",
    "cumprod",
    "cumsum",
    "det",
    "diag",
    "diagonal",
    "diff",
    "digamma",
    "divide",
    "dot",
    "dropout",
    "dstack",
    "eigh",
    "einsum",
    "elu",
    "embedding",
    "equal",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "flatten",
    "flip",
    "floor",
    "fmod",
    "gammaln",
    "gather",
    "gelu",
    "gradient",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hstack",
    "huber",
    "hypot",
    "index",
    "inner",
    "inv",
    "kl_div",
    "kron",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logcumsumexp",
    "logit",
    "logsumexp",
    "masked_logsumexp",
    "masked_softmax",
    "matmul",
    "matrix_power",
    "max",
    "max_pool1d",
    "max_pool2d",
    "maximum",
    "mean",
    "median",
    "min",
    "minimum",
    "mish",
    "moveaxis",
    "mse_loss",
    "multiply",
    "nan_to_num",
    "negative",
    "new_operation",
    "norm",
    "not_equal",
    "outer",
    "pad",
    "pinv",
    "power",
    "prod",
    "ptp",
    "reciprocal",
    "relu",
    "relu6",
    "remainder",
    "repeat",
    "reshape",
    "rint",
    "rms_norm",
    "roll",
    "rollaxis",
    "scaled_dot_product_attention",
    "scatter_add",
    "selu",
    "set_at",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "slogdet",
    "smooth_l1_loss",
    "soft_cross_entropy",
    "softmax",
    "softplus",
    "softshrink",
    "softsign",
    "solve",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "svdvals",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "tril",
    "triu",
    "trunc",
    "var",
    "vdot",
    "vstack",
    "where",
    "xlogy",
]
