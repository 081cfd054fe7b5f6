"""Long texts cut, in whatever holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from zenverify.graph.case import Case
from zenverify.output.model.printable import shortened

T = TypeVar("T")


def cut(value: T) -> T:
    """The same with every long text in it cut, whatever it is made of; cases stay as they are."""
    changed: Any = value
    if isinstance(value, int | float):
        pass  # most of an event's parts, and quickly told
    elif isinstance(value, str):
        changed = shortened(value)
    elif isinstance(value, tuple):
        changed = tuple(map(cut, value))
    elif isinstance(value, Mapping):
        changed = {cut(key): cut(item) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type | Case):
        parts = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        changed = replace(value, **{name: cut(part) for name, part in parts.items()})
    return cast(T, changed)
