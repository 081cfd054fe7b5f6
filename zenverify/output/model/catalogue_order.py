"""The order of a coverage table's rows."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.operators import catalogue


def in_catalogue_order(operators: Iterable[str]) -> list[str]:
    """The names as the catalogue lists them, family by family; what it does not know comes last.

    The columns have the order of `zenverify.verification.campaign.coverage.CONDITIONS`.
    """
    place = {name: number for number, name in enumerate(catalogue.names())}
    return sorted(operators, key=lambda name: (place.get(name, len(place)), name))
