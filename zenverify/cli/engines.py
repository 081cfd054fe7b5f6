"""``zenverify engines``: the engines that can be verified."""

from __future__ import annotations

import dataclasses

import click

from zenverify.cli.options import json_option, verbose_option

_EXAMPLES = """\b
Examples:
  zenverify engines
  zenverify engines --json
"""


@click.command(epilog=_EXAMPLES)
@json_option
@verbose_option
def engines(*, as_json: bool) -> int:
    """List the engines that can be verified."""
    from rich.markup import escape
    from rich.table import Table

    from zenverify.cli.output import print_json, results_console
    from zenverify.engines import registry

    available = registry.available()
    if as_json:
        for info in available:
            print_json(dataclasses.asdict(info))
        return 0
    table = Table("engine", "version", "what it is", box=None)
    for info in available:
        version = info.version or f"not installed: {info.install}"
        # The command holds brackets, which rich reads as markup.
        table.add_row(info.name, escape(version), info.summary)
    results_console().print(table)
    return 0
