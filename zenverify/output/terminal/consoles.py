"""Where output goes: results to stdout; progress, summary and errors to stderr."""

from __future__ import annotations

from typing import Any, NoReturn

from rich.console import Console

_PLAIN_WIDTH = 160
"""Columns to use where no terminal sets them."""


class _Console(Console):
    """A console that leaves the end of its reader to `zenverify.cli.main`."""

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


def printable(text: str) -> str:
    """The text without what would control the terminal; lines stay lines."""
    return "".join(
        char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text
    )
