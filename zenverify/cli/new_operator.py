"""``zenverify new-operator``: the file of an operation of your own, ready to be filled in."""

from __future__ import annotations

import importlib.util
import keyword
import re
import shlex
import sys
from pathlib import Path

import click

from zenverify.cli.options import json_option, verbose_option
from zenverify.errors import UsageError

_EXAMPLES = """\b
Examples:
  zenverify new-operator softplus
  zenverify new-operator softplus -o my/operations
  zenverify new-operator scaled --arguments x,scale
"""

_LONGEST_NAME = 50
_MOST_ARGUMENTS = 6
_TAKEN = (
    *("Contribution", "Domain", "check", "forward", "g", "new_operation", "np", "pullback"),
    *("result", "small", "sp"),
)
"""Names that the file uses for something else."""


def _split(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(","))


@click.command("new-operator", epilog=_EXAMPLES)
@click.argument("name")
@click.option(
    "-o",
    "--directory",
    default=".",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to write it; made if it does not exist.  [default: the current directory]",
)
@click.option(
    "--arguments",
    default="x",
    callback=_split,
    metavar="NAMES",
    help="The operation's arguments, with commas: x,y.  [default: x]",
)
@json_option
@verbose_option
def new_operator(name: str, *, directory: Path, arguments: tuple[str, ...], as_json: bool) -> int:
    """Write the file of an operation of your own: NAME.py.

    It holds the declaration, the function that is checked, and a test, and works as it is. An
    existing file is never overwritten.
    """
    from zenverify.output.json.lines import print_json

    _check_name(name)
    _check_arguments(name, arguments)
    path = directory / f"{name}.py"
    commands = [
        shlex.join(["zenverify", "check", f"{path}:{name}"]),
        shlex.join(["pytest", str(path)]),
    ]
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_text(name, arguments))
    except FileExistsError:
        raise UsageError(
            f"{path} exists and is not overwritten: choose another name, or another directory "
            "with -o"
        ) from None
    if as_json:
        print_json({"path": str(path), "commands": commands})
    else:
        click.echo("\n".join([f"Wrote {path}. Next:", *(f"  {one}" for one in commands)]))
    return 0


def _check_name(name: str) -> None:
    where = f"operation {name[: _LONGEST_NAME + 10]!r}"
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        raise UsageError(
            f"{where}: the name is no Python identifier; expected the letters a to z, digits and "
            "_, a letter first"
        )
    if len(name) > _LONGEST_NAME:
        raise UsageError(
            f"{where}: the name has {len(name)} characters, at most {_LONGEST_NAME} are allowed"
        )
    if keyword.iskeyword(name):
        raise UsageError(f"{where}: the name is a keyword of Python")
    if name in _TAKEN or name == "conftest" or name.startswith(("test_", "pullback_")):
        raise UsageError(f"{where}: the file uses this name for something else; choose another")
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise UsageError(
            f"{where}: there is a module of this name, which the file would hide; choose another"
        )


def _check_arguments(name: str, arguments: tuple[str, ...]) -> None:
    if len(arguments) > _MOST_ARGUMENTS:
        raise UsageError(
            f"--arguments: expected at most {_MOST_ARGUMENTS} names, got {len(arguments)}"
        )
    for position, argument in enumerate(arguments):
        where = f"--arguments: {argument[: _LONGEST_NAME + 10]!r}"
        if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", argument) or keyword.iskeyword(argument):
            raise UsageError(f"{where} is no Python identifier; expected names such as x,y")
        if len(argument) > _LONGEST_NAME:
            raise UsageError(
                f"{where} has {len(argument)} characters, at most {_LONGEST_NAME} are allowed"
            )
        if argument in arguments[:position]:
            raise UsageError(f"{where} is given twice")
        if argument == name or argument in _TAKEN or argument.startswith("pullback_"):
            raise UsageError(f"{where} is used for something else in the file; choose another")


def _text(name: str, arguments: tuple[str, ...]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(  # noqa: S701  Python, not HTML; every name in it is an identifier
        loader=PackageLoader("zenverify.cli"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("operator.py.j2").render(name=name, arguments=arguments)
