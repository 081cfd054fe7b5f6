"""Faults that show in a region of values only, or in calls of one form: an axis, a dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule

REGION = "value regions"
CALLS = "some calls only"


def _where(condition: Any, factor: float) -> Any:
    """The right contribution times a factor, where a condition on the first operand holds."""

    def alter(pullback: Pullback) -> Pullback:
        def wrong(g: Any, y: Any, x: Any, *rest: Any, **attributes: Any) -> Any:
            found = pullback(g, y, x, *rest, **attributes)
            return np.where(condition(x), found * factor, found).astype(found.dtype)

        return wrong

    return alter


def _sometimes(condition: Any, factor: float) -> Any:
    """The right contribution times a factor, if the operand and the attributes are such."""

    def alter(pullback: Pullback) -> Pullback:
        def wrong(g: Any, y: Any, x: Any, *rest: Any, **attributes: Any) -> Any:
            found = pullback(g, y, x, *rest, **attributes)
            return (found * factor).astype(found.dtype) if condition(x, attributes) else found

        return wrong

    return alter


def _negative(axis: Any) -> bool:
    return axis is not None and any(number < 0 for number in np.atleast_1d(axis))


def _cleaned(pullback: Pullback) -> Pullback:
    return lambda *args, **attributes: np.nan_to_num(pullback(*args, **attributes))


def _prod_by_division(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    from zenverify.tensor.axes import keep_axes

    return keep_axes(g, x.shape, axis) * keep_axes(y, x.shape, axis) / x


def _every_tie(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    from zenverify.tensor.axes import keep_axes

    return np.where(x == keep_axes(y, x.shape, axis), keep_axes(g, x.shape, axis), 0)


def _unshifted(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    from zenverify.tensor.axes import keep_axes

    powers = np.exp(x)
    return keep_axes(g, x.shape, axis) * powers / powers.sum(axis=axis, keepdims=True)


REGIONS: tuple[KnownFault, ...] = (
    rule(REGION, "power", "NaN at a base of zero", lambda g, y, a, b: g * y * b / a),
    rule(REGION, "power", "0 ** x", lambda g, y, a, b: g * y * np.log(a, dtype=y.dtype), 1),
    rule(REGION, "prod", "by division, NaN at zeros", _prod_by_division),
    rule(
        REGION,
        "sigmoid",
        "overflow far out",
        lambda g, y, x: g * np.exp(-x) / (1 + np.exp(-x)) ** 2,
    ),
    rule(REGION, "softplus", "overflow far out", lambda g, y, x: g * np.exp(x) / (1 + np.exp(x))),
    rule(REGION, "logsumexp", "overflow without a shift", _unshifted),
    rule(REGION, "max", "every tie gets all", _every_tie),
    rule(REGION, "min", "every tie gets all", _every_tie),
    rule(REGION, "maximum", "both at a tie", lambda g, y, a, b: g * (a >= b)),
    rule(REGION, "minimum", "neither at a tie", lambda g, y, a, b: g * (a < b)),
    rule(REGION, "relu", "1 at the kink", lambda g, y, x: g * (x >= 0)),
    rule(REGION, "absolute", "1 at the kink", lambda g, y, x: g * np.where(x >= 0, 1, -1)),
    rule(REGION, "clip", "1 beyond the limits", lambda g, y, x, lower, upper: g),
    altered(REGION, "log", "NaN cleaned away", _cleaned),
    altered(REGION, "sqrt", "infinity cleaned away", _cleaned),
    altered(REGION, "tanh", "wrong below -1.5", _where(lambda x: x < -1.5, 1.001)),
    altered(REGION, "exp", "wrong beyond 20", _where(lambda x: np.abs(x) > 20, 1.01)),
    altered(REGION, "sin", "wrong at zero", _where(lambda x: x == 0, 0.5)),
    altered(REGION, "divide", "wrong for tiny numerators", _where(lambda x: np.abs(x) < 1e-3, 0.9)),
    altered(CALLS, "softmax", "wrong in three dimensions", _sometimes(lambda x, a: x.ndim > 2, 2)),
    altered(CALLS, "matmul", "wrong in three dimensions", _sometimes(lambda x, a: x.ndim > 2, 2)),
    altered(
        CALLS,
        "sum",
        "wrong for a negative axis",
        _sometimes(lambda x, a: _negative(a["axis"]), 2),
    ),
    altered(CALLS, "mean", "wrong with keepdims", _sometimes(lambda x, a: a["keepdims"], 2)),
    altered(
        CALLS, "tanh", "wrong in float32", _sometimes(lambda x, a: x.dtype == np.float32, 1.01)
    ),
)
