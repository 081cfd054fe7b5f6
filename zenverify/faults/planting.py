"""What can be planted into an engine, for one operation or for the walk over the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from zenverify.engines.protocol import ACCUMULATION, BROADCASTING, Engine, Mutable, Mutant, Ruled
from zenverify.faults import handing_out, summing, walk
from zenverify.faults.patches import Patch
from zenverify.faults.rules import mutants_of_rules
from zenverify.tensor import OPERATIONS

_PATCHES: Mapping[str, tuple[Patch, ...]] = MappingProxyType(
    {
        ACCUMULATION: (*walk.PATCHES, *handing_out.PATCHES),
        BROADCASTING: summing.PATCHES,
    }
)


def mutants_of(engine: Engine, operator: str) -> Sequence[Mutant]:
    """The faults that can be planted for an operation, or for `ACCUMULATION` or `BROADCASTING`.

    Those that the engine makes itself, if it is `Mutable`; else those of the rules of
    `zenverify.tensor`, if it applies these.
    """
    found = engine.mutants(operator) if isinstance(engine, Mutable) else ()
    if found or not isinstance(engine, Ruled) or (rules := engine.rules_of(operator)) is None:
        return found
    if operator in _PATCHES:
        return tuple(patch.mutant() for patch in _PATCHES[operator])
    # A function of somebody's own has kinks that no convention tells of.
    kinked = operator in engine.conventions or rules is not OPERATIONS.get(operator)
    install = partial(engine.replace_rules, operator)
    return tuple(mutants_of_rules(rules, install, kinked=kinked))
