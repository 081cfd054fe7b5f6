"""The forward pass of a graph as a good NumPy user would write it.

NumPy's or SciPy's own function where there is one, else the formula in a line or a few. There is
none for `LACKING`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from zenverify.graph.case import Case
from zenverify.graph.graph import Graph
from zenverify.operators.attributes import thaw_attributes

Array = NDArray[Any]
Axis = int | tuple[int, ...] | None
Numbers = Sequence[int]

LACKING = frozenset({"eigh", "slogdet", "adaptive_avg_pool2d", "adaptive_max_pool2d"})
"""Whose results are packed into one array here, or that take a loop."""


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _softmax(x: Array, axis: Axis, mask: Array | bool = True) -> Array:
    terms = np.where(mask, np.exp(x - x.max(axis=axis, keepdims=True)), 0)
    return np.asarray(terms / terms.sum(axis=axis, keepdims=True))


def _logsumexp(x: Array, axis: Axis, keepdims: bool, mask: Array | bool = True) -> Array:
    highest = x.max(axis=axis, keepdims=True)
    terms = np.where(mask, np.exp(x - highest), 0)
    total = np.log(terms.sum(axis=axis, keepdims=True)) + highest
    return np.asarray(total if keepdims else total.squeeze(axis))


def _log_softmax(x: Array, axis: Axis = -1) -> Array:
    return np.asarray(x - _logsumexp(x, axis, True))


def _elu(x: Array, alpha: float) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _selu(x: Array) -> Array:
    return np.asarray(1.0507009873554805 * _elu(x, 1.6732632423543772))


def _gelu(x: Array, approximate: str) -> Array:
    if approximate == "none":
        return np.asarray(x * (1 + scipy.special.erf(x / np.sqrt(2))) / 2)
    return np.asarray(x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


def _split(x: Array, sections: Any, axis: int, part: int) -> Array:
    cuts = sections if isinstance(sections, int) else list(sections)
    return np.split(x, cuts, axis)[part]


def _gather(x: Array, dim: int, index: Array) -> Array:
    cut = tuple(slice(None) if n == dim % x.ndim else slice(k) for n, k in enumerate(index.shape))
    return np.take_along_axis(x[cut], index, dim)


def _scatter_add(x: Array, src: Array, dim: int, index: Array) -> Array:
    places: list[Any] = list(np.indices(index.shape))
    places[dim] = index
    result = x.copy()
    np.add.at(result, tuple(places), src[tuple(map(slice, index.shape))])
    return result


def _set_at(x: Array, values: Array, key: Any) -> Array:
    result = x.copy()
    result[key] = values
    return result


def _pad(x: Array, pad_width: Any, mode: str, constant_values: float) -> Array:
    if x.ndim == 0:
        return x
    more = {"constant_values": constant_values} if mode == "constant" else {}
    return np.pad(x, pad_width, mode, **more)  # type: ignore[call-overload,no-any-return]  # by name


def _windows(x: Array, kernel: Numbers, stride: Numbers, dilation: Numbers) -> Array:
    """All windows over the last axes, which come last."""
    count = len(kernel)
    axes = tuple(range(-count, 0))
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = sliding_window_view(x, reach, axis=axes)
    every: Any = tuple(slice(None, None, step) for step in (*stride, *dilation))
    return np.asarray(windows[(..., *every)])


def _around(x: Array, padding: Numbers, value: float = 0.0) -> Array:
    width = [(0, 0)] * (x.ndim - len(padding)) + [(p, p) for p in padding]
    return np.pad(x, width, constant_values=value)


def _conv(
    x: Array, w: Array, stride: Numbers, padding: Numbers, dilation: Numbers, groups: int
) -> Array:
    kernel = w.shape[2:]
    windows = _windows(_around(x, padding), kernel, stride, dilation)
    images = windows.reshape(len(x), groups, w.shape[1], *windows.shape[2:])
    kernels = w.reshape(groups, len(w) // groups, *w.shape[1:])
    form = "ngcijhw,gochw->ngoij" if len(kernel) == 2 else "ngcih,goch->ngoi"
    products = np.einsum(form, images, kernels)
    return np.asarray(products.reshape(len(x), len(w), *products.shape[3:]))


def _conv_transpose(
    x: Array,
    w: Array,
    stride: Numbers,
    padding: Numbers,
    output_padding: Numbers,
    dilation: Numbers,
    groups: int,
) -> Array:
    """A convolution of what lies apart by the stride, with the kernel turned around."""
    kernel = w.shape[2:]
    apart = np.zeros(
        (*x.shape[:2], *((n - 1) * s + 1 for n, s in zip(x.shape[2:], stride, strict=True)))
    )
    every: Any = tuple(slice(None, None, step) for step in stride)
    apart[(..., *every)] = x
    width = [(0, 0), (0, 0)]
    for k, d, p, o in zip(kernel, dilation, padding, output_padding, strict=True):
        around = d * (k - 1) - p
        width.append((max(around, 0), max(around + o, 0)))
        if around < 0:
            cut = [slice(None)] * apart.ndim
            cut[len(width) - 1] = slice(-around, apart.shape[len(width) - 1] + min(around + o, 0))
            apart = apart[tuple(cut)]
    turned = np.flip(w, tuple(range(2, w.ndim)))
    shape = (groups, len(w) // groups, *w.shape[1:])
    kernels = turned.reshape(shape).swapaxes(1, 2).reshape(-1, shape[1], *kernel)
    nothing = [0] * len(kernel)
    return _conv(np.pad(apart, width), kernels, [1] * len(kernel), nothing, dilation, groups)


def _max_pool(x: Array, kernel: Numbers, stride: Numbers, padding: Numbers) -> Array:
    windows = _windows(_around(x, padding, -np.inf), kernel, stride, [1] * len(kernel))
    return np.asarray(windows.max(axis=tuple(range(-len(kernel), 0))))


def _avg_pool(x: Array, kernel: Numbers, stride: Numbers, padding: Numbers) -> Array:
    windows = _windows(_around(x, padding), kernel, stride, [1] * len(kernel))
    return np.asarray(windows.mean(axis=tuple(range(-len(kernel), 0))))


def _batch_norm(x: Array, weight: Array, bias: Array, eps: float) -> Array:
    axes = (0, *range(2, x.ndim))
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    shape = (-1, *[1] * (x.ndim - 2))
    return np.asarray((x - mean) / np.sqrt(var + eps) * weight.reshape(shape) + bias.reshape(shape))


def _layer_norm(x: Array, weight: Array, bias: Array, eps: float) -> Array:
    axes = tuple(range(-weight.ndim, 0))
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return np.asarray((x - mean) / np.sqrt(var + eps) * weight + bias)


def _rms_norm(x: Array, weight: Array, eps: float) -> Array:
    axes = tuple(range(-weight.ndim, 0))
    return np.asarray(x / np.sqrt((x * x).mean(axes, keepdims=True) + eps) * weight)


def _attention(q: Array, k: Array, v: Array, mask: Array | None, is_causal: bool) -> Array:
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    if is_causal:
        scores = np.where(np.tril(np.ones(scores.shape[-2:], bool)), scores, -np.inf)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return np.asarray(np.nan_to_num(_softmax(scores, -1)) @ v)


def _reduced(losses: Array, reduction: str) -> Array:
    if reduction == "none":
        return losses
    return np.asarray(losses.sum() if reduction == "sum" else losses.mean())


def _huber(x: Array, target: Array, delta: float, reduction: str) -> Array:
    far = np.abs(x - target)
    return _reduced(np.where(far < delta, far**2 / 2, delta * (far - delta / 2)), reduction)


def _smooth_l1(x: Array, target: Array, beta: float, reduction: str) -> Array:
    far = np.abs(x - target)
    near = far**2 / (2 * beta) if beta else far
    return _reduced(np.where(far < beta, near, far - beta / 2), reduction)


def _cross_entropy(x: Array, target: Array, reduction: str, ignore_index: int) -> Array:
    axis = min(1, x.ndim - 1)
    kept = target != ignore_index
    classes = np.expand_dims(np.where(kept, target, 0), axis)
    picked = np.take_along_axis(_log_softmax(x, axis), classes, axis).squeeze(axis)
    losses = np.where(kept, -picked, 0)
    if reduction == "mean":
        return np.asarray(losses.sum() / kept.sum())
    return _reduced(losses, reduction)


def _soft_cross_entropy(x: Array, target: Array, reduction: str) -> Array:
    axis = min(1, x.ndim - 1)
    return _reduced(-(target * _log_softmax(x, axis)).sum(axis), reduction)


def _kl_div(x: Array, target: Array, reduction: str, log_target: bool) -> Array:
    if log_target:
        losses = np.exp(target) * (target - x)
    else:
        losses = scipy.special.xlogy(target, target) - target * x
    if reduction == "batchmean":
        return np.asarray(losses.sum() / len(losses))
    return _reduced(losses, reduction)


def _binary(x: Array, target: Array, reduction: str) -> Array:
    return _reduced(np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x))), reduction)


def _logcumsumexp(x: Array, axis: int | None) -> Array:
    x, axis = (x.ravel(), 0) if axis is None else (x, axis)
    return np.asarray(np.logaddexp.accumulate(x, axis))


NUMPY: dict[str, Callable[..., Any]] = {
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(x, 0),
    "relu": lambda x: np.maximum(x, 0),
    "clip": lambda x, lower, upper: np.clip(x, lower, upper),
    "where": lambda x, y, condition: np.where(condition, x, y),
    "xlogy": scipy.special.xlogy,
    "logit": scipy.special.logit,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "gammaln": scipy.special.gammaln,
    "digamma": scipy.special.digamma,
    "gelu": _gelu,
    "silu": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, 0)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "log_sigmoid": lambda x: -np.logaddexp(-x, 0),
    "elu": _elu,
    "selu": _selu,
    "leaky_relu": lambda x, negative_slope: np.where(x > 0, x, negative_slope * x),
    "hardtanh": lambda x, min_val, max_val: np.clip(x, min_val, max_val),
    "relu6": lambda x: np.clip(x, 0, 6),
    "hardsigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "softshrink": lambda x, lambd: np.sign(x) * np.maximum(np.abs(x) - lambd, 0),
    "hardshrink": lambda x, lambd: np.where(np.abs(x) > lambd, x, 0),
    "softmax": _softmax,
    "masked_softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "masked_logsumexp": _logsumexp,
    "logcumsumexp": _logcumsumexp,
    "average": lambda x, weights, axis, keepdims: np.average(x, axis, weights, keepdims=keepdims),
    "norm": np.linalg.norm,
    "conv1d": _conv,
    "conv2d": _conv,
    "conv_transpose1d": _conv_transpose,
    "conv_transpose2d": _conv_transpose,
    "max_pool1d": _max_pool,
    "max_pool2d": _max_pool,
    "avg_pool1d": _avg_pool,
    "avg_pool2d": _avg_pool,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "scaled_dot_product_attention": _attention,
    "embedding": lambda weight, indices: weight[indices],
    "dropout": lambda x, mask, p: x * mask / (1 - p),
    "mse_loss": lambda x, target, reduction: _reduced((x - target) ** 2, reduction),
    "l1_loss": lambda x, target, reduction: _reduced(np.abs(x - target), reduction),
    "huber": _huber,
    "smooth_l1_loss": _smooth_l1,
    "cross_entropy": _cross_entropy,
    "soft_cross_entropy": _soft_cross_entropy,
    "kl_div": _kl_div,
    "binary_cross_entropy_with_logits": _binary,
    "flatten": lambda x: x.reshape(-1),
    "reshape": lambda x, shape: x.reshape(shape),
    "pad": _pad,
    "split": _split,
    "gather": _gather,
    "scatter_add": _scatter_add,
    "set_at": _set_at,
    "index": lambda x, key: x[key],
    "stack": lambda *operands, axis: np.stack(operands, axis),
    "concatenate": lambda *operands, axis: np.concatenate(operands, axis),
    "hstack": lambda *operands: np.hstack(operands),
    "vstack": lambda *operands: np.vstack(operands),
    "dstack": lambda *operands: np.dstack(operands),
    "gradient": lambda x, spacing, axis, edge_order: np.gradient(
        x, spacing, axis=axis, edge_order=edge_order
    ),
    "einsum": lambda *operands, subscripts: np.einsum(subscripts, *operands),
    "matrix_power": lambda x, n: np.linalg.matrix_power(x, n),
    "det": np.linalg.det,
    "solve": np.linalg.solve,
    "inv": np.linalg.inv,
    "cholesky": np.linalg.cholesky,
    "svdvals": np.linalg.svdvals,
    "pinv": np.linalg.pinv,
}
"""Where NumPy's own function of the operator's name is not what one would call."""


def has_numpy(name: str) -> bool:
    """Whether the forward pass of an operation is written in plain NumPy here."""
    return name not in LACKING and (name in NUMPY or hasattr(np, name))


@dataclass(frozen=True, slots=True)
class Prepared:
    """One call: where its result goes, a function, its operands' places, its keyword arguments."""

    place: int
    function: Callable[..., Any]
    operands: tuple[int, ...]
    attributes: dict[str, Any]


def numpy_calls(graph: Graph) -> list[Prepared]:
    """The graph's operations as plain NumPy calls."""
    return [
        Prepared(
            place,
            NUMPY.get(node.operator) or getattr(np, node.operator),
            node.operands,
            thaw_attributes(node.attributes),
        )
        for place, node in ((place, graph.apply(place)) for place in graph.operations)
    ]


def numpy_pass(case: Case) -> Callable[[], Any]:
    """The forward pass in plain NumPy, which gives the root's value."""
    graph = case.graph
    values: list[Any] = [None] * len(graph.nodes)
    for leaf, value in zip(graph.leaves, case.values, strict=True):
        values[leaf] = value
    calls = [(c.place, c.function, c.operands, c.attributes) for c in numpy_calls(graph)]

    def run() -> Any:
        with np.errstate(all="ignore"):
            for place, function, operands, attributes in calls:
                values[place] = function(*[values[i] for i in operands], **attributes)
        return values[-1]

    return run
