"""Where output goes: results to stdout; progress, summary and errors to stderr."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, NoReturn

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from zenverify.output.model.printable import printable

_COMMANDS = ("zenverify run ", "zenverify replay ")

_PLAIN_WIDTH = 160
"""Columns to use where no terminal sets them."""


class _Console(Console):
    """A console for text from elsewhere, which cannot control the terminal.

    The end of its reader is left to `zenverify.cli.main`.
    """

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError


def results_console() -> Console:
    """For what was asked for."""
    return _console()


def messages_console(*, quiet: bool) -> Console:
    """For what is told on the way."""
    return _console(stderr=True, quiet=quiet)


def print_line(console: Console, line: str) -> None:
    """Print a line; on a terminal that is narrower it goes on below, no word of it broken.

    Commands stay in one piece, so that they can be copied.
    """
    width = console.width
    is_command = any(word in line for word in _COMMANDS)
    if not console.is_terminal or cell_len(line) <= width or is_command:
        console.print(line, soft_wrap=True)
        return
    indent = " " * (len(line) - len(line.lstrip()))
    for part in textwrap.wrap(
        line,
        width,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    ):
        console.print(part, soft_wrap=True)


def print_file(console: Console, label: str, path: Path) -> None:
    """Print where a file is; a terminal that can opens it."""
    text = Text(printable(f"{label}{path}"))
    if console.is_terminal:
        text.stylize(f"link {path.absolute().as_uri()}", len(label))
    console.print(text, soft_wrap=True)


def _console(**options: Any) -> Console:
    # Names and messages come from elsewhere: square brackets in them are no markup.
    console = _Console(markup=False, highlight=False, emoji=False, **options)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console
