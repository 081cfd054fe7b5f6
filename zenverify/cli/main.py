"""The program ``zenverify``: its commands, and how it ends where one fails."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from io import StringIO, TextIOWrapper

import click
from click.shell_completion import shell_complete

from zenverify import __version__
from zenverify.cli.accuracy import accuracy
from zenverify.cli.check import check
from zenverify.cli.configuration import closest
from zenverify.cli.corpus import corpus
from zenverify.cli.engines import engines
from zenverify.cli.faults import faults
from zenverify.cli.new_operator import new_operator
from zenverify.cli.operators import operators
from zenverify.cli.options import Invocation
from zenverify.cli.replay import replay
from zenverify.cli.run import run
from zenverify.errors import ZenverifyError
from zenverify.output.model.printable import printable

EXIT_FAILED = 2
"""The job could not be done: usage, configuration, nothing tested, internal error."""
EXIT_INTERRUPTED = 130

_COMPLETE = "_ZENVERIFY_COMPLETE"
"""Set by a shell that asks what a word may become, as click's own scripts do."""

_EPILOG = """\b
Examples:
  zenverify run                      verify the engine of this package on random graphs
  zenverify run --budget 90s         for a minute and a half
  zenverify check tanh               one operation, and its card
  zenverify accuracy                 where digits are lost
  zenverify replay                   verify the regression corpus again
  zenverify corpus list              what is in it
  zenverify operators                list the operations that can be verified
  zenverify faults                   list the faults that can be planted to see them found

\b
Settings come from a flag, from ZENVERIFY_* in the environment (ZENVERIFY_SEED), from
[tool.zenverify] in pyproject.toml, in this order.

\b
Exit codes: 0 clean, 1 discrepancies, 2 could not do the job, 130 interrupted.
"""


class Program(click.Group):
    """A group of commands that knows what a mistyped one was meant to be."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            hint = closest(name, self.list_commands(ctx))
            raise click.UsageError(f"There is no command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Program, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zenverify", message="%(prog)s %(version)s")
def program() -> None:
    """Prove or refute, node by node, the gradients that an autodiff engine computes."""


for command in (run, check, accuracy, new_operator, replay, corpus, operators, engines, faults):
    program.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Parameters
    ----------
    arguments
        The command line without the program's name; the process's own by default.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A message must come out, whatever the terminal's encoding.
            stream.reconfigure(errors="backslashreplace")
    instruction = os.environ.get(_COMPLETE)
    if arguments is None and instruction:
        return shell_complete(program, {}, "zenverify", _COMPLETE, instruction)
    try:
        code = _invoke(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return EXIT_FAILED
    return code


def _invoke(arguments: list[str]) -> int:
    invocation = Invocation()
    try:
        with program.make_context("zenverify", arguments, obj=invocation) as context:
            return int(program.invoke(context))
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        raise
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        click.echo(printable(shown.getvalue()), err=True, nl=False)
    except ZenverifyError as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:  # noqa: BLE001  the last resort: Python itself would exit with 1
        _report_bug(error, verbose=invocation.verbose)
    return EXIT_FAILED


def _report_bug(error: Exception, *, verbose: bool) -> None:
    _complain(f"internal error: {type(error).__name__}: {error}")
    if verbose:
        traceback.print_exception(error)
        click.echo("This is a bug in zenverify; please report it with the lines above.", err=True)
    else:
        click.echo(
            "This is a bug in zenverify; please report it with the command line, the seed and "
            "what the same command prints with -v.",
            err=True,
        )


def _complain(message: str) -> None:
    click.echo(f"zenverify: {printable(message)}", err=True)


def _discard_output() -> None:
    # Python flushes stdout once more when it exits; nobody reads it, and it must not complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
