"""The declarations, family by family; the order here is the order of the listings."""

from __future__ import annotations

from zenverify.operators.declarations import (
    arithmetic,
    elementary,
    linear,
    network,
    piecewise,
    reductions,
    shaping,
)

FAMILIES = (
    arithmetic.OPERATORS,
    elementary.OPERATORS,
    piecewise.OPERATORS,
    reductions.OPERATORS,
    shaping.OPERATORS,
    linear.OPERATORS,
    network.OPERATORS,
)
