"""Lines of JSON on stdout, an object each."""

from __future__ import annotations

import json
from typing import Any

import click

from zenverify.output.json.data import event_to_data
from zenverify.output.model.printable import encodable
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
    click.echo(json.dumps(_encodable(data), allow_nan=False))


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return encodable(value)
        case dict():
            return {_encodable(key): _encodable(item) for key, item in value.items()}
        case list() | tuple():
            return [_encodable(item) for item in value]
    return value
