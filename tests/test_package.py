"""What ``import zenverify`` gives, and what it costs."""

import subprocess
import sys
from pathlib import Path

import pytest

import zenverify
from tests.corpus.prepared import tanh_entry
from zenverify.corpus.writing import write_entry


def modules_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after the code."""
    script = f"{code}\nimport sys\nprint(*sys.modules, file=sys.__stderr__)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stderr.split()}


def test_the_public_names_are_there() -> None:
    assert set(zenverify.__all__) <= set(dir(zenverify))
    for name in zenverify.__all__:
        assert getattr(zenverify, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'zenverify' has no attribute 'Tensr'"):
        zenverify.Tensr  # noqa: B018  the access is the test


def test_the_import_loads_no_dependency() -> None:
    loaded = modules_after("import zenverify")
    assert not loaded & {"numpy", "sympy", "hypothesis", "flint", "click", "rich", "jinja2"}


@pytest.mark.parametrize(
    "code",
    [
        "import zenverify.strategies; zenverify.strategies.cases",
        "from zenverify.strategies import cases, structures",
        "from zenverify import strategies; strategies.cases",
        "import zenverify; zenverify.strategies.cases",
    ],
)
def test_the_strategies_can_be_imported_in_every_way(code: str) -> None:
    assert "hypothesis" in modules_after(code)


def test_the_registry_loads_no_dependency() -> None:
    loaded = modules_after("from zenverify.engines.registry import DEFAULT")
    assert not loaded & {"numpy", "sympy", "hypothesis", "flint"}


def test_the_engine_needs_only_numpy() -> None:
    loaded = modules_after("from zenverify import Tensor")
    assert not loaded & {"sympy", "hypothesis", "flint", "click", "rich", "jinja2"}


CALL = """
from zenverify.cli.main import main
main([{arguments}])
"""


@pytest.mark.parametrize("arguments", ["'--help'", "'run', '--help'", "'replay', '--help'"])
def test_help_loads_nothing_heavy(arguments: str) -> None:
    loaded = modules_after(CALL.format(arguments=arguments))
    assert not loaded & {"numpy", "sympy", "hypothesis", "flint", "rich", "jinja2"}


def test_replay_loads_neither_sympy_nor_hypothesis(tmp_path: Path) -> None:
    path = write_entry(tmp_path, tanh_entry())
    loaded = modules_after(CALL.format(arguments=f"'replay', {str(path)!r}"))
    assert "numpy" in loaded
    assert not loaded & {"sympy", "hypothesis"}


def test_a_campaign_draws_without_hypothesis(tmp_path: Path) -> None:
    # It tries numbers of the modules at hand: a seed would mean something else in each place.
    places = f"'--corpus', {str(tmp_path)!r}, '--reports', {str(tmp_path)!r}"
    code = CALL.format(arguments=f"'run', '--graphs', '100', '--seed', '1', '-j', '1', {places}")
    assert "hypothesis" not in modules_after(code)


def test_nothing_internal_to_hypothesis_is_used() -> None:
    package = Path(zenverify.__file__).parent
    assert not [p for p in package.rglob("*.py") if "hypothesis.internal" in p.read_text()]


def test_the_catalogue_loads_neither_sympy_nor_hypothesis() -> None:
    loaded = modules_after(CALL.format(arguments="'operators'"))
    assert not loaded & {"sympy", "hypothesis"}
