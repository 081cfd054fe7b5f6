"""Whether an adapter does what the protocol asks of it, before the engine is blamed for anything.

>>> from zenverify.engines import conformance
>>> from zenverify.engines.zen import ZenEngine
>>> conformance.check(ZenEngine(), operators=["tanh", "sum"])
[]
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence

from zenverify.engines.conformance.calls import collected
from zenverify.engines.conformance.leaves import check_leaves
from zenverify.engines.conformance.operations import check_operations, check_refusal
from zenverify.engines.conformance.passes import check_passes, check_seeds
from zenverify.engines.protocol import Engine, shortcoming
from zenverify.operators import catalogue

__all__ = ["check"]

_CHECKS: Sequence[Callable[[Engine], Iterable[str]]] = (
    check_leaves,
    check_refusal,
    check_passes,
    check_seeds,
)


def check(engine: Engine, operators: Iterable[str] | None = None) -> list[str]:
    """What an adapter gets wrong, as far as it can be told without judging a gradient.

    Parameters
    ----------
    engine
        The adapter.
    operators
        Of which operations to check the calls; of all that the adapter lists by default.

    Returns
    -------
    list of str
        One sentence per problem; empty if the adapter conforms. In a test:
        ``assert conformance.check(engine) == []``.
    """
    if (missing := shortcoming(engine)) is not None:
        return [f"the adapter: {missing}"]
    named = list(_names(engine))
    if named:
        return named
    found: list[str] = []
    for one in _CHECKS:
        with collected(found):
            found.extend(one(engine))
    asked = engine.operators if operators is None else operators
    return [*found, *check_operations(engine, sorted(asked))]


def _names(engine: Engine) -> Iterator[str]:
    known = catalogue.names()
    decisions = catalogue.names_of_decisions()
    for name in sorted(engine.operators.difference(known, decisions)):
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        yield f"operators: there is no operator {name!r} in the catalogue{hint}"
    for name in sorted(engine.conventions):
        if name not in known:
            yield f"conventions: there is no operator {name!r} in the catalogue"
        elif name not in engine.operators:
            yield f"conventions: {name!r} is not among the operators that the adapter lists"
        elif not catalogue.get(name).kinks:
            yield f"conventions: {name!r} has no kink, there is nothing to choose"
