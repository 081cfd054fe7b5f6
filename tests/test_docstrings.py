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


@pytest.mark.parametrize("name", ["zenverify", *MODULES])
def test_examples(name: str) -> None:
    module = import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [t for name in MODULES for t in finder.find(import_module(name)) if t.examples]
    assert len(found) >= 3
