"""``zenverify operators``: the operations that can be verified."""

from __future__ import annotations

import click

from zenverify.cli.options import json_option, verbose_option

_EXAMPLES = """\b
Examples:
  zenverify operators
  zenverify operators --json
"""


@click.command(epilog=_EXAMPLES)
@json_option
@verbose_option
def operators(*, as_json: bool) -> int:
    """List the operations that can be verified, with their domains and kinks.

    The column "calls" says in how many ways a default run calls each operation by itself, and in
    brackets how many combinations of attributes are among them; "of" is what is left out, if
    anything is. What decides a condition is called where one is needed, and not by itself.
    """
    from zenverify.operators import catalogue
    from zenverify.output.terminal.listings import show_operators

    every = (*catalogue.all_operators(), *catalogue.decisions())
    show_operators(every, as_json=as_json)
    return 0
