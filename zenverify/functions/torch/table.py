"""torch's functions in terms of the catalogue: each has torch's own signature.

An argument that is missing here, or a value that `_only` refuses, is not declared: then the call
is checked by differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, moved

Axes = int | tuple[int, ...] | None


def _only(value: Any, *allowed: Any) -> None:
    if not any(value is one or value == one for one in allowed):
        raise UndeclaredError(f"{value!r}")


def _term(operand: Any) -> Any:
    """An operand: integers in arrays take part as numbers do."""
    if isinstance(operand, np.ndarray):
        raise UndeclaredError("an operand of integers")
    return operand


def _unary(name: str) -> Callable[..., Term]:
    return lambda input: apply(name, input)


def _binary(name: str) -> Callable[..., Term]:
    return lambda input, other: apply(name, _term(input), _term(other))


def _add(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("add", _term(input), _scaled(_term(other), alpha))


def _sub(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("subtract", _term(input), _scaled(_term(other), alpha))


def _scaled(other: Any, alpha: float) -> Any:
    if alpha == 1:
        return other
    return apply("multiply", other, alpha) if isinstance(other, Term) else other * alpha


def _rsub(input: Any, other: Any) -> Term:
    return apply("subtract", _term(other), _term(input))


def _rdiv(input: Any, other: Any) -> Term:
    return apply("divide", _term(other), _term(input))


def _rpow(input: Any, other: Any) -> Term:
    return apply("power", _term(other), _term(input))


def _div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Term:
    _only(rounding_mode, None)
    return apply("divide", _term(input), _term(other))


def _rsqrt(input: Term) -> Term:
    return apply("reciprocal", apply("sqrt", input))


def _where(condition: Any, input: Any, other: Any) -> Term:
    return apply("where", _term(input), _term(other), condition=condition)


def _masked_fill(input: Term, mask: Any, value: Any) -> Term:
    return apply("where", _term(value), input, condition=np.broadcast_to(mask, input.shape))


def _embedding(
    weight: Term,
    indices: Any,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Term:
    _only(scale_grad_by_freq, False)
    # By its documentation, the row at padding_idx is not to get a gradient.
    held = Term(weight.builder, weight.builder.detach(weight.buffer), weight.dtype)
    padding = (indices == padding_idx)[..., None]
    return moved(lambda n, h: np.where(padding, h[indices], n[indices]), weight, held)


def _clamp(input: Term, min: Any = None, max: Any = None) -> Term:
    above = input if min is None else apply("maximum", input, _term(min))
    return above if max is None else apply("minimum", above, _term(max))


def _gelu(input: Term, *, approximate: str = "none") -> Term:
    return apply("gelu", input, approximate=approximate)


def _relu(input: Term, inplace: bool = False) -> Term:
    return apply("relu", input)


def _leaky_relu(input: Term, negative_slope: float = 0.01) -> Term:
    return apply("leaky_relu", input, negative_slope=negative_slope)


def _elu(input: Term, alpha: float = 1.0) -> Term:
    return apply("elu", input, alpha=alpha)


def _hardtanh(input: Term, min_val: float = -1.0, max_val: float = 1.0) -> Term:
    return apply("hardtanh", input, min_val=min_val, max_val=max_val)


def _axes(dim: Any) -> Axes:
    if dim is None or isinstance(dim, int):
        return dim
    return tuple(dim) or None


def _reduction(name: str) -> Callable[..., Term]:
    def reduced(input: Term, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Term:
        _only(dtype, None)
        return apply(name, input, axis=_axes(dim), keepdims=keepdim)

    return reduced


def _extremum(name: str) -> Callable[..., Any]:
    def extremum(input: Term, dim: Any = None, keepdim: bool = False) -> Any:
        found = apply(name, input, axis=_axes(dim), keepdims=keepdim)
        return found if dim is None else (found, None)

    return extremum


def _deviation(name: str) -> Callable[..., Term]:
    def deviation(
        input: Term,
        dim: Any = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: int | None = None,
    ) -> Term:
        ddof = int(unbiased) if correction is None else correction
        return apply(name, input, axis=_axes(dim), ddof=ddof, keepdims=keepdim)

    return deviation


def _along(name: str) -> Callable[..., Term]:
    def along(input: Term, dim: int, dtype: Any = None, _stacklevel: int = 3) -> Term:
        _only(dtype, None)
        return apply(name, input, axis=dim)

    return along


def _logsumexp(input: Term, dim: Any, keepdim: bool = False) -> Term:
    return apply("logsumexp", input, axis=_axes(dim), keepdims=keepdim)


def _linear(input: Term, weight: Term, bias: Term | None = None) -> Term:
    product = apply("matmul", input, moved(np.transpose, weight))
    return product if bias is None else product + bias


def _addmm(input: Term, mat1: Term, mat2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    _only((beta, alpha), (1, 1))
    return apply("matmul", mat1, mat2) + input


def _baddbmm(
    input: Term, batch1: Term, batch2: Term, *, beta: float = 1, alpha: float = 1
) -> Term:
    _only((beta, alpha), (1, 1))
    return apply("matmul", batch1, batch2) + input


def _conv(name: str) -> Callable[..., Term]:
    def conv(
        input: Term,
        weight: Term,
        bias: Term | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Term:
        rank = weight.ndim - 2
        given = [_pair(one, rank) for one in (stride, padding, dilation)]
        keywords = dict(zip(("stride", "padding", "dilation"), given, strict=True))
        found = apply(name, input, weight, **keywords, groups=groups)
        if bias is None:
            return found
        return found + moved(lambda n: n.reshape(-1, *(1,) * rank), bias)

    return conv


def _pair(value: Any, rank: int) -> Any:
    if isinstance(value, str):
        raise UndeclaredError(value)
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(values) == 1:
        values *= rank
    return values[0] if rank == 1 else values


def _dot(input: Term, tensor: Term) -> Term:
    return apply("dot", input, tensor)


def _mv(input: Term, vec: Term) -> Term:
    return apply("matmul", input, vec)


def _mm(input: Term, mat2: Term) -> Term:
    return apply("matmul", input, mat2)


def _outer(input: Term, vec2: Term) -> Term:
    return apply("outer", input, vec2)


def _einsum(equation: str, *operands: Any) -> Term:
    terms = operands[0] if len(operands) == 1 and isinstance(operands[0], tuple) else operands
    return apply("einsum", *terms, subscripts=equation.replace(" ", ""))


_REDUCTIONS = ("none", "mean", "sum")


def _cross_entropy(
    input: Term,
    target: Any,
    weight: Any = None,
    reduction: int = 1,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Term:
    _only(weight, None)
    _only(label_smoothing, 0.0)
    name = _REDUCTIONS[reduction]
    if isinstance(target, Term):
        return apply("soft_cross_entropy", input, target, reduction=name)
    return apply("cross_entropy", input, target=target, ignore_index=ignore_index, reduction=name)


def _loss(name: str) -> Callable[..., Term]:
    def loss(input: Term, target: Term, reduction: int = 1) -> Term:
        return apply(name, input, target, reduction=_REDUCTIONS[reduction])

    return loss


def _smooth_l1(input: Term, target: Term, reduction: int = 1, beta: float = 1.0) -> Term:
    return apply("smooth_l1_loss", input, target, reduction=_REDUCTIONS[reduction], beta=beta)


def _huber(input: Term, target: Term, reduction: int = 1, delta: float = 1.0) -> Term:
    return apply("huber", input, target, reduction=_REDUCTIONS[reduction], delta=delta)


def _logits_loss(
    input: Term, target: Term, weight: Any = None, pos_weight: Any = None, reduction: int = 1
) -> Term:
    _only(weight, None)
    _only(pos_weight, None)
    name = "binary_cross_entropy_with_logits"
    return apply(name, input, target, reduction=_REDUCTIONS[reduction])


def _layer_norm(
    input: Term,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Term:
    if weight is None or bias is None:
        raise UndeclaredError("layer_norm without weight or bias")
    return apply("layer_norm", input, weight, bias, eps=eps)


def _batch_norm(
    input: Term,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Term:
    if weight is None or bias is None or not training:
        raise UndeclaredError("batch_norm without weight or bias, or with running statistics")
    return apply("batch_norm", input, weight, bias, eps=eps)


def _attention(
    query: Term,
    key: Term,
    value: Term,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Term:
    _only(attn_mask, None)
    _only(dropout_p, 0.0)
    _only(scale, None)
    _only(enable_gqa, False)
    return apply("scaled_dot_product_attention", query, key, value, mask=None, is_causal=is_causal)


def _dropout(input: Term, p: float, train: bool) -> Term:
    _only(p == 0 or not train, True)
    return moved(lambda numbers: numbers, input)


def _same(input: Term, *_: Any, **__: Any) -> Term:
    return moved(lambda numbers: numbers, input)


def _transposed(input: Term) -> Term:
    return moved(np.transpose, input)


def _cumulated(name: str) -> Callable[..., Term]:
    return lambda input, dim: apply(name, input, axis=dim)


_SAME_NAME = (
    "exp exp2 expm1 log log2 log10 log1p sqrt square reciprocal sin cos tan sinh cosh tanh erf "
    "erfc digamma absolute negative sigmoid silu mish sign floor ceil trunc hardswish "
    "hardsigmoid relu6 selu log_sigmoid logit sinc"
).split()
_OTHER_NAMES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "arcsin": "arcsin",
    "arccos": "arccos",
    "arctan": "arctan",
    "lgamma": "gammaln",
    "abs": "absolute",
    "neg": "negative",
}
_UNARY = {**{name: name for name in _SAME_NAME}, **_OTHER_NAMES}
_BINARY = {
    "mul": "multiply",
    "multiply": "multiply",
    "rmul": "multiply",
    "radd": "add",
    "truediv": "divide",
    "true_divide": "divide",
    "pow": "power",
    "maximum": "maximum",
    "minimum": "minimum",
    "atan2": "arctan2",
    "hypot": "hypot",
    "logaddexp": "logaddexp",
    "xlogy": "xlogy",
}

_ELEMENTWISE: dict[str, Callable[..., Any]] = {
    **{torch_name: _unary(name) for torch_name, name in _UNARY.items()},
    **{torch_name: _binary(name) for torch_name, name in _BINARY.items()},
    "add": _add,
    "sub": _sub,
    "rsub": _rsub,
    "div": _div,
    "divide": _div,
    "rdiv": _rdiv,
    "rtruediv": _rdiv,
    "rpow": _rpow,
    "rsqrt": _rsqrt,
    "clamp": _clamp,
    "relu": _relu,
    "gelu": _gelu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "hardtanh": _hardtanh,
    "dropout": _dropout,
    "clone": _same,
    "contiguous": _same,
    "double": _same,
    "float": _same,
    "to": _same,
}

ELEMENTWISE = frozenset(_ELEMENTWISE)
"""Those whose results' elements each depend on one of each operand."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **_ELEMENTWISE,
    "where": _where,
    "masked_fill": _masked_fill,
    "embedding": _embedding,
    "baddbmm": _baddbmm,
    "conv1d": _conv("conv1d"),
    "conv2d": _conv("conv2d"),
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "prod": _reduction("prod"),
    "amax": _reduction("max"),
    "amin": _reduction("min"),
    "max": _extremum("max"),
    "min": _extremum("min"),
    "var": _deviation("var"),
    "std": _deviation("std"),
    "softmax": _along("softmax"),
    "log_softmax": _along("log_softmax"),
    "cumsum": _cumulated("cumsum"),
    "cumprod": _cumulated("cumprod"),
    "logsumexp": _logsumexp,
    "matmul": _binary("matmul"),
    "mm": _mm,
    "bmm": _mm,
    "mv": _mv,
    "dot": _dot,
    "outer": _outer,
    "linear": _linear,
    "addmm": _addmm,
    "einsum": _einsum,
    "cross_entropy_loss": _cross_entropy,
    "mse_loss": _loss("mse_loss"),
    "l1_loss": _loss("l1_loss"),
    "smooth_l1_loss": _smooth_l1,
    "huber_loss": _huber,
    "binary_cross_entropy_with_logits": _logits_loss,
    "layer_norm": _layer_norm,
    "batch_norm": _batch_norm,
    "scaled_dot_product_attention": _attention,
}

MOVEMENTS = frozenset(
    "T mT view view_as reshape reshape_as flatten unflatten ravel permute transpose swapaxes "
    "swapdims movedim moveaxis t squeeze unsqueeze expand expand_as broadcast_to broadcast_tensors "
    "getitem select narrow index_select take gather unbind chunk split split_with_sizes "
    "tensor_split cat concat concatenate stack hstack vstack dstack flip roll rot90 tile repeat "
    "repeat_interleave diagonal diag diag_embed tril triu pad unfold masked_select "
    "take_along_dim column_stack".split()
)
"""Functions that only move elements, or put in zeros."""
