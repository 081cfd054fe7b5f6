"""Lines of JSON on stdout, an object each."""

from __future__ import annotations

import json
from typing import Any

import click

from zenverify.output.json.data import event_to_data
from zenverify.output.reporter import Reporter
from zenverify.verification.events import Event


class JsonLinesReporter(Reporter):
    """Prints each event as an object."""

    def handle(self, event: Event) -> None:
        """Print the event."""
        print_json(event_to_data(event))


def print_json(data: dict[str, Any]) -> None:
    """Print one line that holds one object.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no such numbers.
    """
    click.echo(json.dumps(data, allow_nan=False))
