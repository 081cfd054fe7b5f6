"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from zenverify.cli.configuration import SETTINGS, variable
from zenverify.engines.registry import DEFAULT

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True)
class Invocation:
    """What every command and the handling of errors want to know; the context's object.

    Attributes
    ----------
    verbose
        Whether to say more, and to show the traceback of an internal error.
    """

    verbose: bool = False


def setting(*flags: str, **attributes: Any) -> Callable[[Command], Command]:
    """An option that the environment and the configuration file can set too.

    Parameters
    ----------
    flags
        As `click.option` takes them; the last one names the setting.
    attributes
        Passed on to `click.option`.
    """
    name = flags[-1].removeprefix("--")
    return click.option(*flags, type=SETTINGS[name].read, envvar=variable(name), **attributes)


def _remember_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.ensure_object(Invocation).verbose = value


def jobs_option(text: str) -> Callable[[Command], Command]:
    """Option ``-j``: in how many processes, 1 by default; `text` says what is done in them."""
    return click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1, max=256),
        default=1,
        metavar="N",
        help=f"{text}  [default: 1]",
    )


def strict_option(text: str) -> Callable[[Command], Command]:
    """Flag ``--strict``: `text` says what else exits with 1 then."""
    return click.option("--strict", is_flag=True, help=f"Exit with 1 also where {text}")


engine_option = setting(
    "--engine",
    default=DEFAULT,
    metavar="ENGINE",
    help=f"A name, package.module:attribute or file.py:attribute.  [default: {DEFAULT}]",
)
corpus_option = setting(
    "--corpus",
    default="corpus",
    metavar="DIR",
    help="The regression corpus.  [default: corpus]",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line to stdout."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_remember_verbose,
    help="Say more; show the traceback of an internal error.",
)
