"""Attributes of an operation (axis, shape, key, ...) in a form that can be hashed and stored.

An engine is called with ordinary Python and NumPy values; a graph stores them *frozen*: numbers,
strings, None, tuples, and the small classes below in place of arrays and slices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zenverify.errors import CaseFormatError, GraphError


@dataclass(frozen=True, slots=True)
class FrozenArray:
    """A boolean or integer array: a mask or an index."""

    kind: str
    shape: tuple[int, ...]
    items: tuple[int | bool, ...]


@dataclass(frozen=True, slots=True)
class FrozenSlice:
    """A slice; Python's own cannot be hashed before 3.12."""

    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True, slots=True)
class FrozenEllipsis:
    """``...`` in an index."""


FrozenValue = (
    None | bool | int | float | str | FrozenArray | FrozenSlice | FrozenEllipsis | tuple[Any, ...]
)
Attributes = tuple[tuple[str, FrozenValue], ...]
"""Frozen attributes, sorted by name."""

_ARRAY_KINDS = {"bool": np.bool_, "int": np.int64}


def freeze_attributes(attributes: Mapping[str, Any]) -> Attributes:
    """Freeze a call's keyword arguments.

    Raises
    ------
    GraphError
        If a value is of a kind that no graph can hold.
    """
    return tuple((name, freeze(attributes[name])) for name in sorted(attributes))


def thaw_attributes(attributes: Attributes) -> dict[str, Any]:
    """Give back what `freeze_attributes` froze, ready to be passed to an engine."""
    return {name: thaw(value) for name, value in attributes}


def freeze(value: Any) -> FrozenValue:
    """Freeze one value. Raises `GraphError` as `freeze_attributes` does."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if value is Ellipsis:
        return FrozenEllipsis()
    if isinstance(value, slice):
        return FrozenSlice(*(_index(part) for part in (value.start, value.stop, value.step)))
    if isinstance(value, np.ndarray) and value.dtype.kind in "biu":
        kind = "bool" if value.dtype.kind == "b" else "int"
        return FrozenArray(kind, value.shape, tuple(value.ravel().tolist()))
    if isinstance(value, np.generic):
        return freeze(value.item())
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    raise GraphError(f"an attribute of type {type(value).__name__} cannot be stored in a graph")


def _index(part: Any) -> int | None:
    return None if part is None else int(part)


def thaw(value: FrozenValue) -> Any:
    """Give back one value that `freeze` froze."""
    if isinstance(value, FrozenArray):
        return np.array(value.items, dtype=_ARRAY_KINDS[value.kind]).reshape(value.shape)
    if isinstance(value, FrozenSlice):
        return slice(value.start, value.stop, value.step)
    if isinstance(value, FrozenEllipsis):
        return Ellipsis
    if isinstance(value, tuple):
        return tuple(thaw(item) for item in value)
    return value


def holds_array(value: FrozenValue) -> bool:
    """Whether thawing a value makes an array, which whoever receives it could write to."""
    if isinstance(value, tuple):
        return any(map(holds_array, value))
    return isinstance(value, FrozenArray)


def attribute_to_json(value: FrozenValue) -> Any:
    """Turn a frozen value into what JSON can hold; floats become hexadecimal, hence exact."""
    match value:
        case FrozenArray(kind, shape, items):
            return {"array": kind, "shape": list(shape), "items": list(items)}
        case FrozenSlice(start, stop, step):
            return {"slice": [start, stop, step]}
        case FrozenEllipsis():
            return {"ellipsis": True}
        case tuple():
            return [attribute_to_json(item) for item in value]
        case float():
            return {"float": value.hex()}
    return value


def attribute_from_json(data: Any, field: str) -> FrozenValue:
    """Read a frozen value back.

    Raises
    ------
    CaseFormatError
        If the data is not of the form that `attribute_to_json` writes; names `field`.
    """
    if data is None or isinstance(data, bool | int | str):
        return data
    if isinstance(data, list):
        return tuple(attribute_from_json(item, f"{field}[{i}]") for i, item in enumerate(data))
    if isinstance(data, dict):
        match data:
            case {"array": "bool" | "int" as kind, "shape": list(shape), "items": list(items)}:
                return _array_from_json(kind, shape, items, field)
            case {"slice": [start, stop, step]} if all(_is_index(p) for p in (start, stop, step)):
                return FrozenSlice(start, stop, step)
            case {"ellipsis": True}:
                return FrozenEllipsis()
            case {"float": str(text)}:
                return float_from_hex(text, field)
    raise CaseFormatError(f"{field}: not an attribute value: {str(data)[:60]}")


def _is_index(part: Any) -> bool:
    return part is None or (isinstance(part, int) and not isinstance(part, bool))


def _array_from_json(kind: str, shape: list[Any], items: list[Any], field: str) -> FrozenArray:
    wanted = bool if kind == "bool" else int
    if not all(type(size) is int and size >= 0 for size in shape):
        raise CaseFormatError(f"{field}.shape: expected sizes, got {str(shape)[:60]}")
    if not all(type(item) is wanted for item in items):
        raise CaseFormatError(f"{field}.items: expected only values of type {wanted.__name__}")
    if math.prod(shape) != len(items):
        raise CaseFormatError(f"{field}: {len(items)} items do not fill the shape {tuple(shape)}")
    return FrozenArray(kind, tuple(shape), tuple(items))


def float_from_hex(text: str, field: str) -> float:
    """Read ``0x1.8p+0``, ``inf``, ``-inf`` or ``nan``.

    Raises
    ------
    CaseFormatError
        If the text is none of these.
    """
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError) as error:
        raise CaseFormatError(f"{field}: not a hexadecimal float: {text[:60]!r}") from error
