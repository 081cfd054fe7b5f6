"""Every example in a docstring is run."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import zenverify

MODULES = [
    found.name
    for found in pkgutil.walk_packages(zenverify.__path__, "zenverify.")
    if not found.name.endswith("__main__")
]

EXTRAS = {
    f"zenverify.{part}.{library}": library
    for part in ("engines", "functions", "testing")
    for library in ("autograd", "jax", "mygrad", "tinygrad", "torch")
}
"""Parts that need a library which need not be installed."""


def skip_without_library(name: str) -> None:
    for part, library in EXTRAS.items():
        if f"{name}.".startswith(f"{part}."):
            pytest.importorskip(library)


@pytest.mark.parametrize("name", ["zenverify", *MODULES])
def test_examples(name: str) -> None:
    skip_without_library(name)
    module = import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    modules = [name for name in MODULES if not name.startswith(tuple(EXTRAS))]
    found = [t for name in modules for t in finder.find(import_module(name)) if t.examples]
    assert len(found) >= 3
