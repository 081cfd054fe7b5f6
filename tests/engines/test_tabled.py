"""A name that a library's version lacks leaves out one operation, and not the adapter."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from zenverify.engines.tabled import named


def test_what_is_missing_is_left_out() -> None:
    library: Any = SimpleNamespace(exp=abs, special=SimpleNamespace(erf=round), pi=3.14)
    assert named(library, ("exp", "log", "pi")) == {"exp": abs}
    paths = {"erf": "special.erf", "erfc": "special.erfc", "gelu": "nn.gelu", "absolute": "exp"}
    assert named(library, paths) == {"erf": round, "absolute": abs}


OLDER = """
import sys
import {module} as library
del library.{lacking}
from zenverify.engines import registry
engine = registry.load({name!r})
print(" ".join(sorted(engine.operators)))
"""


@pytest.mark.parametrize(
    "name, module, lacking, operator",
    [
        ("autograd", "autograd.numpy", "arcsinh", "arcsinh"),
        ("autograd", "autograd.numpy", "kron", "kron"),
        ("mygrad", "mygrad", "cbrt", "cbrt"),
        ("torch", "torch", "xlogy", "xlogy"),
        ("torch", "torch", "hypot", "hypot"),
        ("torch", "torch.nn.functional", "mish", "mish"),
        ("jax", "jax.numpy", "cbrt", "cbrt"),
        ("jax", "jax.nn", "mish", "mish"),
    ],
)
def test_an_older_library_offers_one_operation_less(
    name: str, module: str, lacking: str, operator: str
) -> None:
    pytest.importorskip(name)
    adapter: Any = importlib.import_module(f"zenverify.engines.{name}.engine")
    whole = next(
        one.operators  # type: ignore[attr-defined]  # an engine, by its name
        for one in vars(adapter).values()
        if isinstance(one, type) and getattr(one, "name", None) == name
    )
    code = OLDER.format(module=module, lacking=lacking, name=name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert whole - set(done.stdout.split()) == {operator}
