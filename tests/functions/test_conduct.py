"""What rules do with the memory of their cotangents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from zenverify.functions.conduct import ignores_cotangent, misconduct
from zenverify.functions.occurrence import Occurrence
from zenverify.functions.recording import Node
from zenverify.graph.case import Array

X = np.array([[0.5, 1.0, 2.0], [-1.0, 0.25, 3.0]])
G = np.array([[0.75, -1.25, 0.5], [1.0, -0.625, 1.5]])


def seen(rule: Callable[[Array], Array]) -> Occurrence:
    """The sine with a rule."""

    def pull(cotangents: Sequence[Array | None]) -> list[Array | None]:
        return [None if one is None else rule(one) for one in cotangents]

    node = Node("sine", (0,), (1,), lambda arrays: [np.sin(arrays[0])], pull, pull_in_place=pull)
    return Occurrence(0, node, ["input 0"], [X], [np.sin(X)], [G])


def overwriting(cotangent: Array) -> Array:
    cotangent *= np.cos(X)
    return cotangent


def contiguous(cotangent: Array) -> Array:
    owner = cotangent if cotangent.base is None else cotangent.base
    return np.asarray(owner.ravel(order="K")[: X.size].reshape(X.shape) * np.cos(X))


class Stateful:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, cotangent: Array) -> Array:
        self.calls += 1
        return np.asarray(self.calls * cotangent * np.cos(X))


@pytest.mark.parametrize(
    "rule, message",
    [
        (overwriting, "the rule of sine writes to its cotangent"),
        (contiguous, "the rule of sine reads its cotangent's memory as if it were contiguous"),
        (Stateful(), "the rule of sine keeps state between calls"),
    ],
)
def test_a_rule_is_told_for_what_it_does(rule: Callable[[Array], Array], message: str) -> None:
    (finding,) = misconduct(seen(rule))
    assert finding.message.startswith(message)
    assert (finding.verdict, finding.blame.operation) == ("STRUCTURE", "sine")


@pytest.mark.parametrize("rule", [lambda g: g * np.cos(X), lambda g: g, lambda g: -g[...]])
def test_a_rule_that_only_reads_is_not(rule: Callable[[Array], Array]) -> None:
    assert not list(misconduct(seen(rule)))


def test_rounding_in_another_order_is_no_memory_of_its_own() -> None:
    drift = iter(range(100))
    rounding = seen(lambda g: np.asarray(g * np.cos(X) * (1 + next(drift) * 2.0**-52)))
    assert not list(misconduct(rounding))


def test_the_cotangents_stay_as_they_were() -> None:
    before = G.copy()
    list(misconduct(seen(overwriting)))
    assert np.array_equal(G, before)


def test_a_rule_that_ignores_its_cotangent() -> None:
    assert ignores_cotangent(seen(lambda g: np.cos(X)), 0)
    assert not ignores_cotangent(seen(lambda g: g * np.cos(X)), 0)
    assert not ignores_cotangent(seen(np.zeros_like), 0)  # that says nothing
