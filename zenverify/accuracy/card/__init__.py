"""The operator's card: everything about one operation, from its formulae to its planted faults."""

from zenverify.accuracy.card.card import Card
from zenverify.accuracy.card.examination import check

__all__ = ["Card", "check"]
