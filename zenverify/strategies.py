"""Hypothesis strategies for graphs and cases, for property tests of your own.

Importing this module imports Hypothesis; ``import zenverify`` does not.
"""

from zenverify.graph.strategies import cases, structures

__all__ = ["cases", "structures"]
