"""Where output goes: results to stdout; progress, summary and errors to stderr."""

from __future__ import annotations

from typing import Any, NoReturn

from rich.console import Console
from rich.text import Text

from zenverify.output.model.printable import printable

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


def _console(**options: Any) -> Console:
    # Names and messages come from elsewhere: square brackets in them are no markup.
    console = _Console(markup=False, highlight=False, emoji=False, **options)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console
