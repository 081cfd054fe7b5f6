"""The public interface as `docs/reference.md` lists it, read from the code itself.

``python -m tests.reference`` writes the page anew. A change of the page is a change for users.
"""

import contextlib
import dataclasses
import importlib
import inspect
import io
import json
import re
import tempfile
import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import click

from tests.corpus.prepared import tanh_entry
from zenverify.accuracy.card.card import Card
from zenverify.accuracy.record import Accuracy
from zenverify.cli.configuration import SETTINGS, variable
from zenverify.cli.main import main, program
from zenverify.corpus.writing import entry_text
from zenverify.engines import protocol
from zenverify.graph.case import Case
from zenverify.operators.balls.arithmetic import Ball
from zenverify.output.json.accuracy import accuracy_to_data
from zenverify.verification.conventions import Convention
from zenverify.verification.events import Event

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"

_MODULES = ("zenverify", "zenverify.nn", "zenverify.strategies", "zenverify.tensor")

_HEAD = """\
# Reference

What may be relied on: names, commands, options, exit codes, fields of JSON. This page is written by
`python -m tests.reference` from the code, and a test holds it against the code: whoever changes the
interface sees it here. All else may change without notice.
"""

_EXIT_CODES = """\
| exit code | means |
| --- | --- |
| 0 | clean: nothing wrong was found |
| 1 | discrepancies; with `accuracy`, also `--max-digits-lost` exceeded |
| 2 | could not do the job: wrong usage, bad input, nothing tested, internal error |
| 130 | interrupted |

`python -m zenverify` is the same program. A shell completes its words after
`eval "$(_ZENVERIFY_COMPLETE=bash_source zenverify)"`; in zsh it is `zsh_source`, in fish
`fish_source`.
"""

_CALLS = {
    "operators": ("operators",),
    "engines": ("engines",),
    "faults": ("faults", "--of", "tanh"),
    "new-operator": ("new-operator", "softplus"),
    "replay": ("replay", "broken.json"),
    "corpus list": ("corpus", "list", "entry.json"),
}
"""Commands whose objects are no dataclasses: their keys are read from what they print."""


def reference() -> str:
    """The whole page."""
    parts = [_HEAD, "## Python", *_python(), "## Commands", *_commands(), "## JSON", *_json()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _python() -> Iterator[str]:
    listed: set[type] = set()
    for name in _MODULES:
        module = importlib.import_module(name)
        yield f"### `{name}`"
        yield _names({one: getattr(module, one) for one in sorted(module.__all__)}, listed)
    yield f"### `{protocol.__name__}`"
    yield "What an adapter of an engine has, or may have."
    yield _names(
        {
            name: value
            for name, value in sorted(vars(protocol).items())
            if getattr(value, "__module__", "") == protocol.__name__ and name[0] != "_"
        },
        listed,
    )


def _names(values: dict[str, Any], listed: set[type]) -> str:
    lines = [line for name, value in values.items() for line in _name(name, value, listed)]
    return "\n".join(lines)


def _name(name: str, value: Any, listed: set[type]) -> Iterator[str]:
    """A line for a name, and one for each member of a class that is not listed elsewhere."""
    if isinstance(value, types.ModuleType):
        yield f"- `{name}`: the module `{value.__name__}`"
    elif not callable(value):
        yield f"- `{name}`"
    elif not inspect.isclass(value):
        yield f"- `{name}{_signature(value)}`"
    elif value in listed:
        yield f"- class `{name}`: as above"
    else:
        listed.add(value)
        takes = "" if getattr(value, "_is_protocol", False) else _signature(value)
        yield f"- class `{name}{takes}`"
        yield from (f"  - `{member}`" for member in sorted(set(_members(value))))


def _members(value: type) -> Iterator[str]:
    """Its public attributes and methods; not what it has from a base of its own module."""
    yield from (name for name in inspect.get_annotations(value) if name[0] != "_")
    for name, member in vars(value).items():
        if name[0] == "_":
            continue
        bound = member.__func__ if isinstance(member, staticmethod | classmethod) else member
        if inspect.isfunction(bound):
            yield f"{name}{_signature(bound)}"
        elif not isinstance(member, types.MemberDescriptorType):
            yield name


def _signature(value: Any) -> str:
    try:
        text = str(inspect.signature(value))
    except ValueError:  # a class that takes what its base in C takes
        return "(...)"
    text = re.sub(r" at 0x\w+|(?<=\()(?:self|cls)(?:, |(?=\)))", "", text)
    text = re.sub(r"ForwardRef\('([^']*)'\)|(?<=: )'([^']*)'|(?<=-> )'([^']*)'", _bare, text)
    return text.removesuffix(" -> None")


def _bare(match: re.Match[str]) -> str:
    """An annotation without quotes, however it was written."""
    return next(group for group in match.groups() if group is not None)


def _commands() -> Iterator[str]:
    yield _EXIT_CODES
    for name, command in _every(program):
        words = [_argument(one) for one in command.params if isinstance(one, click.Argument)]
        yield f"### `{' '.join(['zenverify', name, *words])}`"
        yield str(command.help).partition("\n")[0]
        rows = [_option(one) for one in command.params if isinstance(one, click.Option)]
        if not rows:
            continue
        yield "\n".join(["| option | takes | environment |", "| --- | --- | --- |", *rows])
    yield "### Settings"
    yield (
        "Keys of `[tool.zenverify]` in `pyproject.toml`; a flag and then the environment come "
        "before them."
    )
    yield "\n".join(
        ["| key | takes | environment |", "| --- | --- | --- |"]
        + [f"| `{key}` | {one.expected} | `{variable(key)}` |" for key, one in SETTINGS.items()]
    )


def _every(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and of the groups in it, by the words that call them."""
    for name, command in sorted(group.commands.items()):
        yield f"{before}{name}", command
        if isinstance(command, click.Group):
            yield from _every(command, f"{before}{name} ")


def _argument(one: click.Argument) -> str:
    name = one.metavar or (one.name or "").upper()
    return name if one.nargs == 1 or "..." in name else f"[{name}]..."


def _option(one: click.Option) -> str:
    flags = ", ".join(f"`{flag}`" for flag in one.opts)
    if one.is_flag:
        takes = "nothing"
    elif isinstance(one.type, click.Choice):
        takes = ", ".join(f"`{choice}`" for choice in one.type.choices)
    else:
        takes = one.metavar or one.type.name.upper()
    if one.multiple:
        takes += ", again and again"
    environment = f"`{one.envvar}`" if one.envvar else ""
    return f"| {flags} | {takes} | {environment} |"


def _json() -> Iterator[str]:
    yield (
        "With `--json`, an object per line. A number that JSON cannot hold is the text `nan`, "
        "`inf` or `-inf`; a field that is null may be without a value. The form of a case is that "
        "of [the corpus](corpus-format.md)."
    )
    yield (
        "`zenverify run` prints events, each with its name under `event`: "
        + ", ".join(f"`{one.__name__}`" for one in typing.get_args(Event))
        + ". `zenverify check` prints one `Card`, with its `verdict` and `exit_code`; "
        "`zenverify accuracy` an `Accuracy` per row, with "
        + " and ".join(f"`{name}`" for name in _computed())
        + "; `zenverify engines --conventions` a `Convention` per row, with `engine` and `version`."
    )
    seen: dict[str, str] = {}
    for kind in (*typing.get_args(Event), Card, Accuracy, Convention):
        _describe(kind, seen)
    yield from seen.values()
    yield "### Other objects"
    yield "\n".join(
        [
            "| command | fields |",
            "| --- | --- |",
            *(f"| `{name}` | {_keys(_printed(call))} |" for name, call in _CALLS.items()),
            f"| `engines --check` | {_keys(['problem'])} |",
        ]
    )


def _computed() -> list[str]:
    """What a row of accuracy says beside its fields."""
    fields = {field.name for field in dataclasses.fields(Accuracy)}
    row = Accuracy("tanh", "value", None, "float64", 0)
    return [name for name in accuracy_to_data(row) if name not in fields]


def _describe(kind: type, seen: dict[str, str]) -> None:
    if kind.__name__ in seen:
        return
    seen[kind.__name__] = ""
    hints = typing.get_type_hints(kind)
    rows = [
        f"| `{field.name}` | {_type(hints[field.name], seen)} |"
        for field in dataclasses.fields(kind)
    ]
    heading = f"### `{kind.__name__}`"
    seen[kind.__name__] = "\n".join([heading, "", "| field | holds |", "| --- | --- |", *rows])


def _type(hint: Any, seen: dict[str, str]) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_type(one, seen) for one in arguments)
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if origin is dict:
        return f"object of {_type(arguments[1], seen)}"
    if origin is tuple:
        inner = [_type(one, seen) for one in arguments if one is not ...]
        return f"list of {inner[0]}" if ... in arguments else f"list: {', '.join(inner)}"
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        values = ", ".join(f"`{one.value}`" for one in hint)
        seen.setdefault(hint.__name__, f"### `{hint.__name__}`\n\nOne of {values}.")
        return f"`{hint.__name__}`"
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        _describe(hint, seen)
        return f"`{hint.__name__}`"
    raise TypeError(f"{hint}: say in tests/reference.py how it stands in JSON")


_PLAIN = {
    str: "text",
    bool: "true or false",
    int: "integer",
    float: "number",
    Case: "case",
    Ball: "text",
    type(None): "null",
}


def _keys(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _printed(call: tuple[str, ...]) -> list[str]:
    """The keys of what a command prints, over all objects."""
    out = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as directory,
        contextlib.chdir(directory),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        Path("broken.json").write_text("{}", encoding="utf-8")
        Path("entry.json").write_text(entry_text(tanh_entry()), encoding="utf-8")
        main([*call, "--json"])
    objects = [json.loads(line) for line in out.getvalue().splitlines()]
    return list(dict.fromkeys(key for one in objects for key in one))


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
