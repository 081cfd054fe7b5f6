"""The operator's card: everything about one operation, from its formulae to its planted faults."""

from zenverify.cards.card import Card
from zenverify.cards.examination import check

__all__ = ["Card", "check"]
