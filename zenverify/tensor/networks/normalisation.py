"""Normalisation: elements made comparable by the statistics of those around them."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from zenverify.tensor.arrays import describe, promoted
from zenverify.tensor.axes import Shape
from zenverify.tensor.networks.standardisation import (
    by_rms,
    pull_by_rms,
    pull_standardised,
    standardised,
)
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record
from zenverify.tensor.reductions.reductions import add_up

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["batch_norm", "layer_norm", "rms_norm"]


def _of_channels(weight: Array, x: Array) -> Array:
    """One number per channel, to be broadcast against x."""
    return weight.reshape(-1, *(1,) * (x.ndim - 2))


def _all_but_channels(x: Array) -> Shape:
    return (0, *range(2, x.ndim))


def _batch_norm(x: Array, weight: Array, bias: Array, eps: float) -> Array:
    x, weight, bias = promoted(x, weight, bias)
    z, _ = standardised(x, _all_but_channels(x), eps)
    return z * _of_channels(weight, x) + _of_channels(bias, x)


def _pull_batch(g: Array, y: Array, x: Array, weight: Array, bias: Array, eps: float) -> Array:
    x, weight, g = promoted(x, weight, g)
    return pull_standardised(g * _of_channels(weight, x), x, _all_but_channels(x), eps)


def _pull_batch_weight(
    g: Array, y: Array, x: Array, weight: Array, bias: Array, eps: float
) -> Array:
    x, g = promoted(x, g)
    axes = _all_but_channels(x)
    return add_up(g * standardised(x, axes, eps)[0], axis=axes)


define(
    "batch_norm",
    _batch_norm,
    _pull_batch,
    _pull_batch_weight,
    lambda g, y, x, weight, bias, eps: add_up(g, axis=_all_but_channels(x)),
)


def batch_norm(x: Operand, weight: Operand, bias: Operand, eps: float = 1e-5) -> Tensor:
    """Each channel less its mean, over its deviation, times a weight, plus a bias: as in training.

    Parameters
    ----------
    x : (N, C, ...)
        The statistics are those of the batch at hand, over all axes but the second; the variance
        is divided by the number of elements.
    weight, bias : (C,)
        One number per channel.
    eps : float
        Added to the variance.

    Returns
    -------
    Tensor, of the shape of x

    Raises
    ------
    ValueError
        If the shapes do not fit, or eps is below 0 or not finite.
    """
    operands = as_operands("batch_norm", (x, weight, bias))
    shapes = [operand.shape for operand in operands]
    if len(shapes[0]) < 2 or not shapes[1] == shapes[2] == shapes[0][1:2]:
        call = f"batch_norm of {describe(operand.array for operand in operands)}"
        raise ValueError(f"{call}: expected x (N, C, ...), weight (C,) and bias (C,)")
    return record("batch_norm", operands, {"eps": _checked("batch_norm", eps)})


def _last(x: Array, weight: Array) -> Shape:
    """The axes that the weight lies along."""
    return tuple(range(x.ndim - weight.ndim, x.ndim))


def _leading(x: Array, weight: Array) -> Shape:
    return tuple(range(x.ndim - weight.ndim))


def _layer_norm(x: Array, weight: Array, bias: Array, eps: float) -> Array:
    x, weight, bias = promoted(x, weight, bias)
    return standardised(x, _last(x, weight), eps)[0] * weight + bias


def _pull_layer(g: Array, y: Array, x: Array, weight: Array, bias: Array, eps: float) -> Array:
    x, weight, g = promoted(x, weight, g)
    return pull_standardised(g * weight, x, _last(x, weight), eps)


def _pull_layer_weight(
    g: Array, y: Array, x: Array, weight: Array, bias: Array, eps: float
) -> Array:
    x, g = promoted(x, g)
    return add_up(g * standardised(x, _last(x, weight), eps)[0], axis=_leading(x, weight))


define(
    "layer_norm",
    _layer_norm,
    _pull_layer,
    _pull_layer_weight,
    lambda g, y, x, weight, bias, eps: add_up(g, axis=_leading(x, weight)),
)


def layer_norm(x: Operand, weight: Operand, bias: Operand, eps: float = 1e-5) -> Tensor:
    """Elements less their mean, over their deviation, times a weight, plus a bias.

    Parameters
    ----------
    x : (..., *S)
        The statistics are over the last axes, those of the weight; the variance is divided by
        the number of elements.
    weight, bias : (*S)
        At least one axis.
    eps : float
        Added to the variance.

    Returns
    -------
    Tensor, of the shape of x

    Raises
    ------
    ValueError
        If the shapes do not fit, or eps is below 0 or not finite.
    """
    operands = as_operands("layer_norm", (x, weight, bias))
    _check_last("layer_norm", operands)
    return record("layer_norm", operands, {"eps": _checked("layer_norm", eps)})


def _rms_norm(x: Array, weight: Array, eps: float) -> Array:
    x, weight = promoted(x, weight)
    return by_rms(x, _last(x, weight), eps)[0] * weight


def _pull_rms(g: Array, y: Array, x: Array, weight: Array, eps: float) -> Array:
    x, weight, g = promoted(x, weight, g)
    return pull_by_rms(g * weight, x, _last(x, weight), eps)


def _pull_rms_weight(g: Array, y: Array, x: Array, weight: Array, eps: float) -> Array:
    x, g = promoted(x, g)
    return add_up(g * by_rms(x, _last(x, weight), eps)[0], axis=_leading(x, weight))


define("rms_norm", _rms_norm, _pull_rms, _pull_rms_weight)


def rms_norm(x: Operand, weight: Operand, eps: float = 1e-6) -> Tensor:
    """Elements over the root of their mean square, times a weight.

    Parameters
    ----------
    x : (..., *S)
        The mean is over the last axes, those of the weight.
    weight : (*S)
        At least one axis.
    eps : float
        Added to the mean square.

    Returns
    -------
    Tensor, of the shape of x

    Raises
    ------
    ValueError
        If the shapes do not fit, or eps is below 0 or not finite.
    """
    operands = as_operands("rms_norm", (x, weight))
    _check_last("rms_norm", operands)
    return record("rms_norm", operands, {"eps": _checked("rms_norm", eps)})


def _check_last(name: str, operands: tuple[Tensor, ...]) -> None:
    shape, *others = [operand.shape for operand in operands]
    count = len(others[0])
    if not 0 < count <= len(shape) or any(other != shape[-count:] for other in others):
        call = f"{name} of {describe(operand.array for operand in operands)}"
        wanted = "weight and bias" if len(others) > 1 else "a weight"
        raise ValueError(f"{call}: expected {wanted} of the shape of the last axes of x")


def _checked(name: str, eps: float) -> float:
    if not (isfinite(eps) and eps >= 0):
        raise ValueError(f"{name}: eps {eps} must be a finite number from 0 up")
    return float(eps)
