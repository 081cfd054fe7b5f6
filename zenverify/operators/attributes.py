"""Attributes of an operation (axis, shape, key, ...) in a form that can be hashed and stored.

An engine is called with ordinary Python and NumPy values; a graph stores them *frozen*: numbers,
strings, None, tuples, and the small classes below in place of arrays and slices.
"""

from __future__ import annotations

import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

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


Integers = NDArray[np.int64]
"""How a declaration names an attribute that is an array of integers."""

Mask = NDArray[np.bool_]
"""How a declaration names an attribute that is an array of booleans."""

FrozenValue = (
    None | bool | int | float | str | FrozenArray | FrozenSlice | FrozenEllipsis | tuple[Any, ...]
)
Attributes = tuple[tuple[str, FrozenValue], ...]
"""Frozen attributes, sorted by name."""

_ARRAY_KINDS = {"bool": np.bool_, "int": np.int64}

DIMENSIONS = 32
"""Dimensions that a value may have: NumPy broadcasts no more against each other."""

_DEEPEST = 8
_BEYOND = 2**63
_TAGGED = ({"array", "shape", "items"}, {"slice"}, {"ellipsis"}, {"float"})
_HEXADECIMAL = re.compile(
    r"(-?(?:0x[0-9a-f]{1,32}(?:\.[0-9a-f]{0,32})?(?:p[+-]?[0-9]{1,5})?|inf)|nan)"
    r"(?: \([0-9a-z.+-]{1,32}\))?"
)


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
        return tuple(map(freeze, value))
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
    """Turn a frozen value into what JSON can hold; floats become `float_to_text`'s."""
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
            return {"float": float_to_text(value)}
    return value


def attribute_from_json(data: Any, field: str, depth: int = 0) -> FrozenValue:
    """Read a frozen value back.

    Raises
    ------
    CaseFormatError
        If the data is not of the form that `attribute_to_json` writes; names `field`.
    """
    if data is None or isinstance(data, bool | str):
        return data
    if isinstance(data, int):
        return _integer(data, field)
    if isinstance(data, list):
        if depth == _DEEPEST:
            raise CaseFormatError(f"{field}: expected at most {_DEEPEST} lists in one another")
        return tuple(
            attribute_from_json(item, f"{field}[{i}]", depth + 1) for i, item in enumerate(data)
        )
    if isinstance(data, dict) and set(data) in _TAGGED:
        match data:
            case {"array": "bool" | "int" as kind, "shape": list(shape), "items": list(items)}:
                return _array_from_json(kind, shape, items, field)
            case {"slice": [start, stop, step]} if all(_is_index(p) for p in (start, stop, step)):
                return FrozenSlice(*(_bound(part, field) for part in (start, stop, step)))
            case {"ellipsis": True}:
                return FrozenEllipsis()
            case {"float": str(text)}:
                return float_from_hex(text, field)
    raise CaseFormatError(f"{field}: not an attribute value: {str(data)[:60]}")


def _integer(value: int, field: str) -> int:
    if not -_BEYOND <= value < _BEYOND:
        raise CaseFormatError(f"{field}: expected an integer of 64 bits")
    return value


def _bound(part: int | None, field: str) -> int | None:
    return None if part is None else _integer(part, field)


def _is_index(part: Any) -> bool:
    return part is None or (isinstance(part, int) and not isinstance(part, bool))


def _array_from_json(kind: str, shape: list[Any], items: list[Any], field: str) -> FrozenArray:
    wanted = bool if kind == "bool" else int
    if not all(type(size) is int and size >= 0 for size in shape):
        raise CaseFormatError(f"{field}.shape: expected sizes, got {str(shape)[:60]}")
    if len(shape) > DIMENSIONS:
        raise CaseFormatError(
            f"{field}.shape: {len(shape)} dimensions, expected at most {DIMENSIONS}"
        )
    if not all(type(item) is wanted for item in items):
        raise CaseFormatError(f"{field}.items: expected only values of type {wanted.__name__}")
    if math.prod(shape) != len(items):
        raise CaseFormatError(f"{field}: {len(items)} items do not fill the shape {tuple(shape)}")
    for place, item in enumerate(items):
        _integer(item, f"{field}.items[{place}]")
    return FrozenArray(kind, tuple(shape), tuple(items))


def float_to_text(value: float) -> str:
    """A float as files hold it: exact, and beside it in decimals, which nobody reads back.

    Examples
    --------
    >>> float_to_text(1.5)
    '0x1.8p+0 (1.5)'
    """
    if not math.isfinite(value):
        return str(value)
    digits, _, exponent = value.hex().partition("p")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}p{exponent} ({value!r})"


def float_from_hex(text: str, field: str) -> float:
    """Read ``0x1.8p+0``, ``0x1.8p+0 (1.5)``, ``inf``, ``-inf`` or ``nan``.

    Raises
    ------
    CaseFormatError
        If the text is none of these.
    """
    match = _HEXADECIMAL.fullmatch(text)
    if match is None:
        raise CaseFormatError(
            f"{field}: expected a hexadecimal float such as '0x1.8p+0', inf, -inf or nan, got "
            f"{text[:60]!r}"
        )
    try:
        return float.fromhex(match[1])
    except OverflowError as error:
        raise CaseFormatError(f"{field}: beyond float64: {text[:60]!r}") from error


def misfit(build: Callable[..., Any], attributes: Attributes) -> str | None:
    """Which attribute is not of the type that a declaration's signature gives it, in words.

    None if all are. What has no type there, or one that cannot be looked up, may be anything.

    Parameters
    ----------
    build
        The declaration's function, whose keyword arguments the attributes are.
    attributes
        What it would be called with.
    """
    types_of = _annotations(build)
    for name, value in attributes:
        if name in types_of and not _is_of(types_of[name], value):
            return f"{name}: expected {_described(types_of[name])}, got {_shown(value)}"
    return None


def array_kind(build: Callable[..., Any], name: str) -> str | None:
    """Of what an attribute is an array, ``"bool"`` or ``"int"``; None if it can be something else.

    That is what a node can give in its place. None is no array, and allowed besides.
    """
    wanted = _annotations(build).get(name)
    if get_origin(wanted) in (Union, types.UnionType):
        (wanted, *others) = [one for one in get_args(wanted) if one is not type(None)]
        if others:
            return None
    return "bool" if wanted == Mask else "int" if wanted == Integers else None


@cache
def _annotations(build: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(build)
    except (NameError, TypeError, AttributeError):
        return {}


def _is_of(wanted: Any, value: FrozenValue) -> bool:
    if wanted is Any:
        return True
    if wanted is None or wanted is type(None):
        return value is None
    if wanted is float:
        return type(value) in (float, int)
    if wanted in (int, bool, str):
        return type(value) is wanted
    inner = get_args(wanted)
    if get_origin(wanted) in (Union, types.UnionType):
        return any(_is_of(one, value) for one in inner)
    if get_origin(wanted) is tuple:
        if not isinstance(value, tuple):
            return False
        if inner[1:] == (Ellipsis,):
            return all(_is_of(inner[0], item) for item in value)
        return len(value) == len(inner) and all(map(_is_of, inner, value))
    if wanted in (Integers, Mask):
        kind = "int" if wanted == Integers else "bool"
        return isinstance(value, FrozenArray) and value.kind == kind
    return True


def _described(wanted: Any) -> str:
    inner = get_args(wanted)
    if get_origin(wanted) in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(map(_described, inner)))
    if get_origin(wanted) is tuple:
        if inner[1:] == (Ellipsis,):
            return f"a list of ({_described(inner[0])})"
        return f"a list of {len(inner)}"
    words = {int: "an integer", float: "a number", bool: "true or false", str: "text"}
    if wanted in words:
        return words[wanted]
    if wanted == Integers:
        return "an array of integers"
    if wanted == Mask:
        return "an array of booleans"
    return "null" if wanted in (None, type(None)) else str(wanted)


def _shown(value: FrozenValue) -> str:
    text = str(attribute_to_json(value))
    return text if len(text) <= 60 else f"{text[:60]}..."
