"""Events as data that `json` can write: one object per event."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from zenverify.graph.case import Case, case_to_data
from zenverify.verification.events import Event


def event_to_data(event: Event) -> dict[str, Any]:
    """Turn an event into an object of strings, numbers, lists and objects.

    The class is named under ``"event"`` and every field stands under its own name. A case has the
    form of `case_to_data`. Floats that JSON cannot hold become ``"nan"``, ``"inf"``, ``"-inf"``.
    Nothing depends on the clock but the field ``seconds`` of `RunFinished`.

    Raises
    ------
    TypeError
        If a field holds something that has no JSON form; the message names the field.
    """
    return {"event": type(event).__name__, **_fields(event, type(event).__name__)}


def to_data(instance: Any) -> dict[str, Any]:
    """Turn a dataclass of such parts into an object, every field under its own name.

    Raises
    ------
    TypeError
        As `event_to_data` does.
    """
    return _fields(instance, type(instance).__name__)


def _fields(instance: Any, where: str) -> dict[str, Any]:
    return {
        field.name: _jsonable(getattr(instance, field.name), f"{where}.{field.name}")
        for field in dataclasses.fields(instance)
    }


def _jsonable(value: Any, where: str) -> Any:
    match value:
        case StrEnum():
            return str(value)
        case None | bool() | int() | str():
            return value
        case float():
            return float(value) if math.isfinite(value) else str(float(value))
        case Case():
            return case_to_data(value)
        case tuple() | list():
            return [_jsonable(item, f"{where}[{i}]") for i, item in enumerate(value)]
        case Mapping():
            return {str(key): _jsonable(item, f"{where}[{key!r}]") for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return _fields(value, where)
    raise TypeError(f"{where}: a value of type {type(value).__name__} has no JSON form")
