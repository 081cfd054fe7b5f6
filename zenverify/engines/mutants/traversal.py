"""The faults of `zenverify.tensor` that are no rule's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zenverify.engines.mutants import handing_out, summing, walks
from zenverify.engines.mutants.patches import Patch
from zenverify.engines.protocol import ACCUMULATION, BROADCASTING

TRAVERSAL: Mapping[str, tuple[Patch, ...]] = MappingProxyType(
    {
        ACCUMULATION: (*walks.PATCHES, *handing_out.PATCHES),
        BROADCASTING: summing.PATCHES,
    }
)
"""By what stands where an operation's name would."""
