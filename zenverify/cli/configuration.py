"""Where a setting comes from: flag, ``ZENVERIFY_*``, ``[tool.zenverify]``, default; in this order.

The configuration file is the nearest ``pyproject.toml``, from the current directory upward. A key
that does not exist, there or in the environment, is an error: a typo must not go unnoticed.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from zenverify.cli.parameters import read_duration, read_formats, read_operators
from zenverify.errors import UsageError

PREFIX = "ZENVERIFY_"


@dataclass(frozen=True, slots=True)
class Setting:
    """What can be set by flag, environment and configuration file.

    Attributes
    ----------
    read
        Reads the value, or raises `click.BadParameter`.
    toml
        The types that it may have in the configuration file.
    expected
        Those types in words.
    """

    read: Callable[[Any], Any]
    toml: tuple[type, ...]
    expected: str


_PATH = Setting(click.Path(path_type=Path), (str,), "a path")
_DURATION = Setting(read_duration, (str, int, float), 'a duration such as "90s"')
_POSITIVE = Setting(click.IntRange(min=1), (int,), "a positive integer")

SETTINGS = {
    "engine": Setting(click.STRING, (str,), "the name of an engine"),
    "graphs": _POSITIVE,
    "budget": _DURATION,
    "seed": Setting(click.IntRange(min=0), (int,), "an integer, 0 or more"),
    "ops": Setting(read_operators, (list,), "a list of operators"),
    "max-nodes": _POSITIVE,
    "timeout": _DURATION,
    "jobs": _POSITIVE,
    "corpus": _PATH,
    "baseline": _PATH,
    "reports": _PATH,
    "format": Setting(read_formats, (list,), "a list of formats"),
    "keep": _POSITIVE,
}
"""Every setting by the name of its flag, which is its key in the configuration file too."""


def variable(name: str) -> str:
    """The environment variable of a setting: ``ZENVERIFY_MAX_NODES``."""
    return PREFIX + _parameter(name).upper()


def resolve(context: click.Context) -> dict[str, Any]:
    """The settings of a command, with those filled in that only the configuration file gives.

    Of ``graphs`` and ``budget``, which exclude each other, the one of higher precedence stands.

    Raises
    ------
    UsageError
        If the environment or the configuration file holds an unknown key or a value that does
        not fit, or if ``graphs`` and ``budget`` come from the same place.
    """
    _check_environment()
    path = find_configuration(Path.cwd())
    written = read_configuration(path) if path else {}
    values = {
        name: context.params[_parameter(name)]
        for name in SETTINGS
        if _parameter(name) in context.params
    }
    ranks = {name: _rank(context, name, written) for name in values}
    values |= {name: written[name] for name in values if ranks[name] == _FILE}
    _settle_limit(values, ranks)
    return values


def find_configuration(start: Path) -> Path | None:
    """The nearest ``pyproject.toml``, from `start` upward."""
    for directory in (start, *start.parents):
        path = directory / "pyproject.toml"
        if path.is_file():
            return path
    return None


def read_configuration(path: Path) -> dict[str, Any]:
    """The settings under ``[tool.zenverify]``; relative paths start at the file's directory.

    Raises
    ------
    UsageError
        If the file is not TOML, a key is unknown or a value does not fit; names file and key.
    """
    try:
        with path.open("rb") as file:
            tool = tomllib.load(file).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error
    table = tool.get("zenverify", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{path}: tool.zenverify: expected a table, got {table!r}")
    return {key: _read(path, key, value) for key, value in table.items()}


def _read(path: Path, key: str, value: Any) -> Any:
    where = f"{path}: [tool.zenverify] {key}"
    if key not in SETTINGS:
        raise UsageError(f"{where}: there is no such setting{closest(key, SETTINGS)}")
    setting = SETTINGS[key]
    if type(value) not in setting.toml or not _is_text(value):
        raise UsageError(f"{where}: expected {setting.expected}, got {value!r}")
    try:
        converted = setting.read(value)
    except click.BadParameter as error:
        raise UsageError(f"{where}: {error.message}") from error
    except ValueError as error:  # a path with a null character
        raise UsageError(f"{where}: expected {setting.expected}, got {value!r}: {error}") from error
    return path.parent / converted if setting is _PATH else converted


def _is_text(value: Any) -> bool:
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)


def _check_environment() -> None:
    known = [variable(name) for name in SETTINGS]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            raise UsageError(f"{name}: there is no such setting{closest(name, known)}")


def closest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the one it resembles, or all there are."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"


_FLAG, _ENVIRONMENT, _FILE, _DEFAULT = range(4)


def _rank(context: click.Context, name: str, written: dict[str, Any]) -> int:
    match context.get_parameter_source(_parameter(name)):
        case ParameterSource.COMMANDLINE:
            return _FLAG
        case ParameterSource.ENVIRONMENT:
            return _ENVIRONMENT
    return _FILE if name in written else _DEFAULT


def _settle_limit(values: dict[str, Any], ranks: dict[str, int]) -> None:
    if values.get("graphs") is None or values.get("budget") is None:
        return
    if ranks["graphs"] == ranks["budget"]:
        raise UsageError("graphs and budget exclude each other: give one of them")
    values["budget" if ranks["graphs"] < ranks["budget"] else "graphs"] = None


def _parameter(name: str) -> str:
    return name.replace("-", "_")
