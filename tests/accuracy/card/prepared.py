"""Operations of somebody's own, right and wrong in known ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.contribution import Contribution
from zenverify.operators.domain import Domain
from zenverify.tensor import new_operation


def softplus(
    *,
    name: str = "softplus",
    forward: Callable[..., Any] = lambda x: np.logaddexp(x, 0),
    pullback: Callable[..., Any] = lambda g, y, x: g / (1 + np.exp(-x)),
    expression: Callable[..., Any] | str = lambda sp, x: sp.log(1 + sp.exp(x)),
    **fields: Any,
) -> Contribution:
    """Softplus with one thing changed."""
    function = new_operation(name, forward, pullback, broadcasts=True)
    return Contribution(name=name, expression=expression, function=function, **fields)


def ratio() -> Contribution:
    """Of two operands, with a domain."""
    return Contribution(
        name="ratio",
        expression=lambda sp, a, b: a / b,
        domains={"b": Domain(nonzero=True)},
        function=new_operation(
            "ratio",
            lambda a, b: a / b,
            lambda g, y, a, b: g / b,
            lambda g, y, a, b: -g * y / b,
            broadcasts=True,
        ),
    )
