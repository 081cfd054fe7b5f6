"""How a user of tinygrad calls each operation: ``function(*operands, **attributes)``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from tinygrad import Tensor

from zenverify.errors import UnsupportedError


def _method(name: str) -> Callable[..., Any]:
    """The method of a tensor, of the same name or another one."""

    def called(x: Any, *operands: Any, **attributes: Any) -> Any:
        if not isinstance(x, Tensor):
            # A number has no methods; as a tensor it takes the precision of what it meets.
            x = Tensor(x, dtype=next(one.dtype for one in operands if isinstance(one, Tensor)))
        return getattr(x, name)(*operands, **attributes)

    return called


def _reduction(name: str) -> Callable[..., Any]:
    def called(x: Any, axis: Any, keepdims: bool) -> Any:
        if axis == ():
            raise UnsupportedError(f"{name} over no axis")
        return getattr(x, name)(axis=axis, keepdim=keepdims)

    return called


def _spread(name: str) -> Callable[..., Any]:
    def called(x: Any, axis: Any, ddof: int, keepdims: bool) -> Any:
        if axis == ():
            raise UnsupportedError(f"{name} over no axis")
        return getattr(x, name)(axis=axis, keepdim=keepdims, correction=ddof)

    return called


def _along(name: str) -> Callable[..., Any]:
    def called(x: Any, axis: Any) -> Any:
        if axis is None:
            raise UnsupportedError(f"{name} of all elements")
        return getattr(x, name)(axis)

    return called


def _tensors(operands: Sequence[Any]) -> list[Any]:
    return [one if isinstance(one, Tensor) else Tensor(np.asarray(one)) for one in operands]


def _concatenate(*operands: Any, axis: int | None) -> Any:
    if axis is None:
        raise UnsupportedError("cat of all elements")
    first, *rest = _tensors(operands)
    return first.cat(*rest, dim=axis)


def _stack(*operands: Any, axis: int) -> Any:
    first, *rest = _tensors(operands)
    return first.stack(*rest, dim=axis)


def _values(array: Any) -> Any:
    """An array of booleans or integers, or a tensor of some, as a tensor."""
    return array if isinstance(array, Tensor) else Tensor(array)


def _where(x: Any, y: Any, condition: Any) -> Any:
    return _values(condition).where(x, y)


def _clip(x: Any, lower: float | None, upper: float | None) -> Any:
    if lower is None and upper is None:
        raise UnsupportedError("clip without limits")
    return x.clip(lower, upper)


def _transpose(x: Any, axes: Any) -> Any:
    return x.permute(tuple(range(x.ndim)[::-1] if axes is None else axes))


def _expand_dims(x: Any, axis: Any) -> Any:
    if not isinstance(axis, int):
        raise UnsupportedError("unsqueeze of several axes")
    return x.unsqueeze(axis)


def _squeeze(x: Any, axis: Any) -> Any:
    if not isinstance(axis, int | None):
        raise UnsupportedError("squeeze of several axes")
    return x.squeeze(axis)


def _roll(x: Any, shift: Any, axis: Any) -> Any:
    if np.ndim(shift) != np.ndim(axis) and axis is not None:
        raise UnsupportedError("roll with shifts and dims of different number")
    return x.roll(shift, axis)


def _index(x: Any, key: Any) -> Any:
    if any(isinstance(one, np.ndarray) and one.dtype == bool for one in key):
        raise UnsupportedError("a mask as a key")
    return x[tuple(Tensor(one) if isinstance(one, np.ndarray) else one for one in key)]


def _gather(x: Any, dim: int, index: Any) -> Any:
    return x.gather(dim, _values(index))


def _elu(x: Any, alpha: float) -> Any:
    return x.elu(alpha)


def _leaky_relu(x: Any, negative_slope: float) -> Any:
    return x.leaky_relu(negative_slope)


def _hardtanh(x: Any, min_val: float, max_val: float) -> Any:
    return x.hardtanh(min_val, max_val)


def _triangle(name: str) -> Callable[..., Any]:
    return lambda x, k: getattr(x, name)(k)


def _conv2d(x: Any, w: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    return x.conv2d(w, None, groups, stride, dilation, padding)


def _tile(x: Any, reps: Any) -> Any:
    if not isinstance(reps, int) and len(reps) < x.ndim:
        raise UnsupportedError("repeat with fewer counts than axes")
    return x.repeat(reps)


def _repeat(x: Any, repeats: Any, axis: int | None) -> Any:
    if not isinstance(repeats, int):
        raise UnsupportedError("repeat_interleave by different counts")
    return x.repeat_interleave(repeats, axis)


def _gelu(x: Any, approximate: str) -> Any:
    if approximate != "tanh":
        raise UnsupportedError(f"gelu with approximate={approximate!r}")
    return x.gelu()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        name: _method(name)
        for name in (
            *("exp", "exp2", "log", "log2", "log10", "sigmoid", "logaddexp", "sqrt", "square"),
            *("reciprocal", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "relu", "maximum"),
            *("minimum", "softplus", "mish", "silu", "softsign", "selu", "relu6", "hardsigmoid"),
            *("hardswish", "sign", "floor", "ceil", "trunc", "flatten"),
        )
    },
    **{
        name: _method(theirs)
        for name, theirs in {
            "arcsin": "asin",
            "arccos": "acos",
            "arctan": "atan",
            "arcsinh": "asinh",
            "arccosh": "acosh",
            "arctanh": "atanh",
            "absolute": "abs",
            "log_sigmoid": "logsigmoid",
        }.items()
    },
    **{name: _reduction(name) for name in ("sum", "mean", "prod", "max", "min", "logsumexp")},
    **{name: _spread(name) for name in ("var", "std")},
    **{
        name: _along(name)
        for name in ("cumsum", "cumprod", "logcumsumexp", "softmax", "log_softmax", "flip")
    },
    **{name: _triangle(name) for name in ("tril", "triu")},
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "negative": operator.neg,
    "reshape": lambda x, shape: x.reshape(shape),
    "broadcast_to": lambda x, shape: x.expand(shape),
    "transpose": _transpose,
    "swapaxes": lambda x, axis1, axis2: x.transpose(axis1, axis2),
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "roll": _roll,
    "clip": _clip,
    "where": _where,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "logical_and": operator.and_,
    "logical_or": operator.or_,
    "logical_not": lambda x: x.logical_not(),
    "stack": _stack,
    "concatenate": _concatenate,
    "split": lambda x, sections, axis, part: (
        x.chunk(sections, axis)[part] if isinstance(sections, int) else _refused("split at places")
    ),
    "tile": _tile,
    "repeat": _repeat,
    "index": _index,
    "gather": _gather,
    "einsum": lambda *operands, subscripts: Tensor.einsum(subscripts, *_tensors(operands)),
    "gelu": _gelu,
    "elu": _elu,
    "leaky_relu": _leaky_relu,
    "hardtanh": _hardtanh,
    "conv1d": _conv2d,
    "conv2d": _conv2d,
}


def _refused(what: str) -> Any:
    raise UnsupportedError(what)
