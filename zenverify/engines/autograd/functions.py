"""How a user of HIPS autograd calls each operation: ``function(*operands, **attributes)``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
from autograd.scipy import special

from zenverify.engines.tabled import named
from zenverify.errors import UnsupportedError

_FAR_BELOW_ZERO = -1e6


def _lower(x: Any) -> Any:
    """The symmetric matrices that the lower triangles of `x` stand for.

    The rules of Cholesky and of eigenvalues give the gradient with respect to symmetric matrices.
    """
    return anp.tril(x) + anp.swapaxes(anp.tril(x, -1), -1, -2)


def _eigh(x: Any) -> Any:
    values, vectors = anp.linalg.eigh(_lower(x))
    return anp.concatenate((values[..., None, :], vectors), axis=-2)


def _digamma(x: Any) -> Any:
    # Its rule calls SciPy's polygamma, which counts up to zero in C, where no signal stops it.
    if anp.any(x < _FAR_BELOW_ZERO):
        raise UnsupportedError("digamma far below zero, whose derivative takes for ever")
    return special.digamma(x)


def _slogdet(x: Any) -> Any:
    sign, logarithm = anp.linalg.slogdet(x)
    if not anp.all(sign):
        raise UnsupportedError("slogdet of singular matrices")
    return anp.stack((sign, logarithm))


def _of_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function in which NumPy makes any number float64, whatever the other operand is."""

    def called(x: Any, y: Any, **attributes: Any) -> Any:
        if isinstance(x, float) or isinstance(y, float):
            raise UnsupportedError("a product with a plain number")
        return function(x, y, **attributes)

    return called


def _pad(x: Any, pad_width: Any, mode: str, constant_values: float) -> Any:
    if mode != "constant" or not pad_width:
        raise UnsupportedError(f"pad of {pad_width} in mode {mode!r}")
    return anp.pad(x, pad_width, mode, constant_values=constant_values)


def _broadcast_to(x: Any, shape: Any) -> Any:
    if len(shape) > anp.ndim(x):
        raise UnsupportedError("broadcast_to with more dimensions")
    return anp.broadcast_to(x, shape)


def _gradient(x: Any, spacing: float, axis: int, edge_order: int) -> Any:
    if edge_order != 1:
        raise UnsupportedError("gradient of edge_order 2")
    # Its rule takes no spacing.
    return anp.gradient(x, axis=axis) / spacing


def _trace(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    if (axis1, axis2) != (0, 1):
        raise UnsupportedError(f"trace of axes {axis1} and {axis2}")
    return anp.trace(x, offset)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **named(
        anp,
        (
            *("negative", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp"),
            *("sqrt", "square", "reciprocal", "sin", "cos", "tan", "arcsin", "arccos", "arctan"),
            *("arctan2", "sinc", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
            *("absolute", "maximum", "minimum", "sign", "floor", "ceil", "rint"),
            *("trunc", "remainder", "hypot", "sum", "mean", "prod", "max", "min", "var", "std"),
            *("cumsum", "sort", "expand_dims", "squeeze", "transpose"),
            *("swapaxes", "moveaxis", "rollaxis", "roll", "tile", "repeat", "diag", "tril", "triu"),
            *("diagonal", "diff", "cross"),
        ),
    ),
    **{
        name: _of_arrays(function)
        for name, function in named(anp, ("dot", "inner", "tensordot", "outer", "kron")).items()
    },
    **named(special, ("logit", "logsumexp", "erf", "erfc", "gammaln")),
    "digamma": _digamma,
    "reshape": lambda x, shape: anp.reshape(x, shape),  # NumPy 2.0 calls it newshape
    "sigmoid": special.expit,
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "index": lambda x, key: x[key],
    "flatten": lambda x: x.flatten(),
    "clip": lambda x, lower, upper: anp.clip(x, lower, upper),
    "broadcast_to": _broadcast_to,
    **named(
        anp,
        (
            *("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"),
            *("logical_and", "logical_or", "logical_not"),
        ),
    ),
    "where": lambda x, y, condition: anp.where(condition, x, y),
    "stack": lambda *operands, axis: anp.stack(operands, axis),
    "concatenate": lambda *operands, axis: anp.concatenate(operands, axis),
    "hstack": lambda *operands: anp.hstack(operands),
    "vstack": lambda *operands: anp.vstack(operands),
    "split": lambda x, sections, axis, part: anp.split(x, sections, axis)[part],
    "gradient": _gradient,
    "einsum": lambda *operands, subscripts: anp.einsum(subscripts, *operands),
    "pad": _pad,
    "norm": anp.linalg.norm,
    "trace": _trace,
    "det": anp.linalg.det,
    "slogdet": _slogdet,
    "solve": anp.linalg.solve,
    "inv": anp.linalg.inv,
    "pinv": anp.linalg.pinv,
    "cholesky": lambda x: anp.linalg.cholesky(_lower(x)),
    "eigh": _eigh,
    "svdvals": lambda x: anp.linalg.svd(x, compute_uv=False),
}
