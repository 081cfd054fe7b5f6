"""What a kind of number is called."""

from __future__ import annotations

from zenverify.accuracy.record import Accuracy


def quantity_name(row: Accuracy) -> str:
    """``"value"``, or ``"gradient in x"``."""
    return row.quantity if row.argument is None else f"{row.quantity} in {row.argument}"
