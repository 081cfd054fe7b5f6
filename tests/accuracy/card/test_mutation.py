"""The mutation score counts what is found, what is blamed, and what survives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from tests.accuracy.test_over_cases import case_of
from zenverify.accuracy.card.mutation import mutation_score
from zenverify.engines.protocol import Mutant
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array
from zenverify.tensor import OPERATIONS, Operation

CASES = [case_of("tanh", 0.5, -1.0, 2.0)]


def mutant(name: str, rule: Callable[..., Array], argument: int = 0) -> Mutant:
    @contextmanager
    def plant() -> Iterator[None]:
        right = OPERATIONS["tanh"]
        OPERATIONS["tanh"] = Operation("tanh", right.forward, (rule,), broadcasts=True)
        try:
            yield
        finally:
            OPERATIONS["tanh"] = right

    return Mutant(name, "class", argument, plant, lambda: name != "harmless", name)


class Planted(ZenEngine):
    """Has the faults that it is given, and no others."""

    rules_of = replace_rules = None  # type: ignore[assignment]

    def __init__(self, *mutants: Mutant) -> None:
        self._mutants = mutants

    def mutants(self, operator: str) -> tuple[Mutant, ...]:
        assert operator == "tanh"
        return self._mutants


def right(g: Array, y: Array, x: Array) -> Array:
    contribution: Array = g / np.cosh(x) ** 2
    return contribution


def test_found_survived_and_harmless_are_told_apart() -> None:
    engine = Planted(
        mutant("sign", lambda g, y, x: -right(g, y, x)),
        mutant("tiny", lambda g, y, x: right(g, y, x) * (1 + 2**-52)),
        mutant("harmless", right),
    )
    score = mutation_score(engine, "tanh", CASES)
    assert score is not None
    assert (score.planted, score.harmless, score.of) == (3, 1, 2)
    assert (score.found, score.blamed) == (1, 1)
    assert [one.name for one in score.survivors] == ["tiny"]
    assert score.by_kind == (("class", 1, 2),)


def test_blame_on_another_argument_does_not_count() -> None:
    score = mutation_score(
        Planted(mutant("sign", lambda g, y, x: -right(g, y, x), argument=1)), "tanh", CASES
    )
    assert score is not None
    assert (score.found, score.blamed) == (1, 0)


def test_a_crash_is_blamed_on_the_operation() -> None:
    def raising(g: Array, y: Array, x: Array) -> Array:
        raise ArithmeticError

    score = mutation_score(Planted(mutant("crash", raising)), "tanh", CASES)
    assert score is not None
    assert (score.found, score.blamed) == (1, 1)


def test_no_mutants_no_score() -> None:
    assert mutation_score(Planted(), "tanh", CASES) is None
