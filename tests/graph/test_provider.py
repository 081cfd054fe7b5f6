"""The same seed draws the same graphs, whatever else is imported."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS

from zenverify.graph.provider import UniformProvider, drawn
from zenverify.graph.strategies import structures
from zenverify.graph.structure import Structure


def many(strategy: st.SearchStrategy[int], count: int = 300) -> list[int | None]:
    """What the strategy draws with one seed."""
    source = random.Random(7)
    return [drawn(strategy, source) for _ in range(count)]


def import_numbers(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import a module of the user's own, full of numbers that Hypothesis would try."""
    path.write_text("NUMBERS = (" + ", ".join(str(n) for n in range(1000, 1400, 7)) + ")\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, path.stem, module)


def test_numbers_in_modules_of_the_user_do_not_change_what_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strategy = st.integers(0, 2**32)
    before = many(strategy)

    import_numbers(tmp_path / "full_of_numbers.py", monkeypatch)

    assert many(strategy) == before


def test_integers_are_uniform_between_their_bounds() -> None:
    found = many(st.integers(0, 9))

    assert set(found) == set(range(10))
    assert max(found.count(number) for number in range(10)) < 60


def test_open_integers_are_drawn_as_by_hypothesis() -> None:
    assert len(set(many(st.integers()))) > 100


def test_what_takes_too_many_choices_is_not_drawn() -> None:
    @st.composite
    def endless(draw: st.DrawFn) -> int:
        while True:
            draw(st.integers(0, 9))

    assert drawn(endless(), random.Random(0)) is None


def test_graphs_are_those_that_a_property_test_would_be_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(AVAILABLE_PROVIDERS, "uniform", UniformProvider)
    strategy = structures(operators=("tanh", "multiply", "sum"))
    given_: list[Structure] = []

    @hypothesis.seed(7)
    @settings(
        max_examples=20,
        database=None,
        derandomize=False,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        backend="uniform",
    )
    @given(strategy)
    def collect(structure: Structure) -> None:
        given_.append(structure)

    collect()
    source = random.Random(7)
    # Hypothesis itself begins with the simplest graph there is.
    assert given_[1:] == [drawn(strategy, source) for _ in range(19)]
