"""The same seed draws the same graphs, whatever else is imported."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zenverify.graph.provider import BACKEND


def drawn(strategy: st.SearchStrategy[int], backend: str = BACKEND) -> list[int]:
    """What the strategy draws with one seed."""
    found: list[int] = []

    @hypothesis.seed(7)
    @settings(
        max_examples=300,
        database=None,
        derandomize=False,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        backend=backend,
    )
    @given(strategy)
    def collect(number: int) -> None:
        found.append(number)

    collect()
    return found


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
    before = drawn(strategy)

    import_numbers(tmp_path / "full_of_numbers.py", monkeypatch)

    assert drawn(strategy) == before


def test_integers_are_uniform_between_their_bounds() -> None:
    found = drawn(st.integers(0, 9))

    assert set(found) == set(range(10))
    assert max(found.count(number) for number in range(10)) < 60


def test_open_integers_are_drawn_as_by_hypothesis() -> None:
    assert len(set(drawn(st.integers()))) > 100
