"""Vectors whose sign is free: an eigenvector may as well point the other way.

Which way is meant is decided by a given result, such as the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from zenverify.operators.balls.arithmetic import ZERO, Ball

SignGroups = tuple[tuple[int, ...], ...]
"""Per vector, the places of its elements in the result."""


def turned_places(
    groups: SignGroups, items: Sequence[Ball], near: Sequence[Ball]
) -> frozenset[int]:
    """The places of the vectors that point away from those in a result nearby."""
    return frozenset(
        place
        for group in groups
        if sum((items[place] * near[place] for place in group), ZERO) < 0
        for place in group
    )


def turn(items: Sequence[Ball], places: frozenset[int]) -> Sequence[Ball]:
    """Change the signs of the elements at some places."""
    if not places:
        return items
    return [-item if place in places else item for place, item in enumerate(items)]


def turned_towards(groups: SignGroups, value: NDArray[Any], near: NDArray[Any]) -> NDArray[Any]:
    """An array with its vectors turned so that they point as those in another result do."""
    flat, others = value.ravel().copy(), near.ravel()
    for group in map(list, groups):
        if flat[group] @ others[group] < 0:
            flat[group] *= -1
    return flat.reshape(value.shape)
