"""What an operation has lost at most, as data that `json` can write."""

from __future__ import annotations

from typing import Any

from zenverify.accuracy.inaccuracies import Inaccuracy
from zenverify.accuracy.record import Accuracy
from zenverify.output.json.data import to_data
from zenverify.output.model.input_text import input_text


def accuracy_to_data(worst: Accuracy) -> dict[str, Any]:
    """One row as an object: its fields, what it lost at most, and whether that is a finding.

    Each of ``most_units``, ``most_ulp`` and ``most_digits`` has its input as a case and, under
    ``where``, as text.
    """
    data = to_data(worst)
    for name in ("most_units", "most_ulp", "most_digits"):
        inaccuracy: Inaccuracy | None = getattr(worst, name)
        if inaccuracy is not None and inaccuracy.case is not None:
            data[name]["where"] = input_text(inaccuracy.case)
    return {**data, "digits_lost": worst.digits_lost, "avoidable": worst.is_avoidable}
