"""Faults that no shape gives away."""

from __future__ import annotations

from typing import Any

from benchmarks.faults.fault import KnownFault, Pullback, altered


def where_it_fits(kind: str, operation: str, what: str, wrong: Pullback) -> KnownFault:
    """A fault whose contribution only counts where it is an array of the operand's shape."""

    def alter(right: Pullback) -> Pullback:
        def either(g: Any, y: Any, x: Any, **attributes: Any) -> Any:
            found = wrong(g, x, **attributes)
            fits = found is not None and found.shape == x.shape
            return found if fits else right(g, y, x, **attributes)

        return either

    return altered(kind, operation, what, alter)
