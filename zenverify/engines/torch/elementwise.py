"""PyTorch's functions of elements."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch.nn import functional

from zenverify.engines.tabled import Function, named, offered
from zenverify.engines.torch.calls import of_tensors


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
        **{
            o: of_tensors(f)
            for o, f in named(
                torch,
                (
                    "logaddexp",
                    "arctan2",
                    "hypot",
                    "maximum",
                    "minimum",
                    "fmod",
                ),
            ).items()
        },
        **named(
            torch,
            (
                "exp",
                "exp2",
                "expm1",
                "log",
                "log2",
                "log10",
                "log1p",
                "xlogy",
                "sigmoid",
                "logit",
                "sqrt",
                "square",
                "reciprocal",
                "sin",
                "cos",
                "tan",
                "arcsin",
                "arccos",
                "arctan",
                "sinc",
                "sinh",
                "cosh",
                "tanh",
                "arcsinh",
                "arccosh",
                "arctanh",
                "relu",
                "nan_to_num",
                "sign",
                "floor",
                "ceil",
                "trunc",
            ),
        ),
        **named(
            torch,
            {
                "erf": "special.erf",
                "erfc": "special.erfc",
                "gammaln": "special.gammaln",
                "digamma": "special.digamma",
                "rint": "round",
            },
        ),
        **named(
            functional,
            (
                "softplus",
                "gelu",
                "silu",
                "mish",
                "softsign",
                "elu",
                "selu",
                "leaky_relu",
                "hardtanh",
                "relu6",
                "hardsigmoid",
                "hardswish",
                "softshrink",
                "hardshrink",
            ),
        ),
        **named(functional, {"log_sigmoid": "logsigmoid"}),
        "add": operator.add,
        "subtract": operator.sub,
        "multiply": operator.mul,
        "divide": operator.truediv,
        "power": operator.pow,
        "negative": operator.neg,
        "absolute": abs,
        "clip": _clip,
        "where": _where,
        "greater": operator.gt,
        "greater_equal": operator.ge,
        "less": operator.lt,
        "less_equal": operator.le,
        "equal": operator.eq,
        "not_equal": operator.ne,
        "logical_and": torch.logical_and,
        "logical_or": torch.logical_or,
        "logical_not": torch.logical_not,
        "remainder": _remainder,
    }
)
