"""Values as the Python that gives them back, to the last bit."""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any

import numpy as np

from zenverify.graph.case import Array
from zenverify.output.model.printable import printable, visible

_WIDTH = 92


def number_text(number: float) -> str:
    """``"0.5"``, ``"np.inf"``, ``"np.nan"``."""
    number = float(number)
    if math.isfinite(number):
        return repr(number)
    if math.isnan(number):
        return "np.nan"
    return "np.inf" if number > 0 else "-np.inf"


def array_text(array: Array) -> str:
    """``"np.array([0.5, 1.0])"``, with the dtype unless it is float64."""
    wide = str(array.dtype) in ("float64", "int64", "bool")
    dtype = "" if wide else f", dtype=np.{array.dtype}"
    if array.size == 0:
        return f"np.zeros({array.shape!r}, dtype=np.{array.dtype})"
    if array.dtype.kind != "f":
        return f"np.array({array.tolist()!r}{dtype})"
    return f"np.array({_listed(array)}{dtype})"


def _listed(array: Array) -> str:
    if array.ndim == 0:
        return number_text(array.item())
    return "[" + ", ".join(map(_listed, array)) + "]"


def attribute_text(value: Any) -> str:
    """An attribute's value, as an engine gets it."""
    match value:
        case np.ndarray():
            return array_text(value)
        case float():
            return number_text(value)
        case tuple():
            inner = ", ".join(map(attribute_text, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case _ if value is Ellipsis:
            return "..."
    return repr(value)


def docstring(text: str) -> str:
    """A script's first lines: any text, which ends no docstring and starts no escape."""
    plain = visible(" ".join(text.split())).replace("\\", "\\\\").replace('"', "'")
    shown = printable("\n".join(textwrap.wrap(plain, _WIDTH)))
    return f'"""{shown}\n"""\n'


def identifier(text: str) -> str:
    """A text as a part of a function's name."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "case"
