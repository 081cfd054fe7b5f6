"""Derive the catalogue's kernels anew: ``python -m zenverify.operators.derivation``."""

from pathlib import Path

from zenverify.operators import catalogue
from zenverify.operators.derivation.derive import module_text
from zenverify.operators.program.kernel import CATALOGUE

if __name__ == "__main__":
    catalogue.names()  # declares them
    path = Path(__file__).with_name("derived.py")
    path.write_text(module_text(CATALOGUE), encoding="utf-8")
