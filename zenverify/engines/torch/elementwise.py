"""PyTorch's functions of elements."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch.nn import functional

from zenverify.engines.torch.calls import Function, of_tensors, offered


def _clip(x: Any, lower: float | None, upper: float | None) -> Any:
    offered(lower is not None or upper is not None, "clamp without a bound")
    return torch.clamp(x, min=lower, max=upper)


def _where(x: Any, y: Any, condition: Any) -> Any:
    return torch.where(torch.as_tensor(condition), x, y)


def _remainder(x: Any, y: Any) -> Any:
    offered(isinstance(x, torch.Tensor), "the derivative of remainder of a number")
    return torch.remainder(x, y)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "add": operator.add,
        "subtract": operator.sub,
        "multiply": operator.mul,
        "divide": operator.truediv,
        "power": operator.pow,
        "negative": operator.neg,
        "absolute": abs,
        "exp": torch.exp,
        "exp2": torch.exp2,
        "expm1": torch.expm1,
        "log": torch.log,
        "log2": torch.log2,
        "log10": torch.log10,
        "log1p": torch.log1p,
        "xlogy": torch.xlogy,
        "sigmoid": torch.sigmoid,
        "softplus": functional.softplus,
        "logit": torch.logit,
        "logaddexp": of_tensors(torch.logaddexp),
        "sqrt": torch.sqrt,
        "square": torch.square,
        "reciprocal": torch.reciprocal,
        "sin": torch.sin,
        "cos": torch.cos,
        "tan": torch.tan,
        "arcsin": torch.arcsin,
        "arccos": torch.arccos,
        "arctan": torch.arctan,
        "arctan2": of_tensors(torch.arctan2),
        "sinc": torch.sinc,
        "sinh": torch.sinh,
        "cosh": torch.cosh,
        "tanh": torch.tanh,
        "arcsinh": torch.arcsinh,
        "arccosh": torch.arccosh,
        "arctanh": torch.arctanh,
        "hypot": of_tensors(torch.hypot),
        "erf": torch.special.erf,
        "erfc": torch.special.erfc,
        "gammaln": torch.special.gammaln,
        "digamma": torch.special.digamma,
        "relu": torch.relu,
        "maximum": of_tensors(torch.maximum),
        "minimum": of_tensors(torch.minimum),
        "clip": _clip,
        "where": _where,
        "nan_to_num": torch.nan_to_num,
        "sign": torch.sign,
        "floor": torch.floor,
        "ceil": torch.ceil,
        "rint": torch.round,
        "trunc": torch.trunc,
        "fmod": of_tensors(torch.fmod),
        "remainder": _remainder,
        "gelu": functional.gelu,
        "silu": functional.silu,
        "mish": functional.mish,
        "softsign": functional.softsign,
        "log_sigmoid": functional.logsigmoid,
        "elu": functional.elu,
        "selu": functional.selu,
        "leaky_relu": functional.leaky_relu,
        "hardtanh": functional.hardtanh,
        "relu6": functional.relu6,
        "hardsigmoid": functional.hardsigmoid,
        "hardswish": functional.hardswish,
        "softshrink": functional.softshrink,
        "hardshrink": functional.hardshrink,
    }
)
