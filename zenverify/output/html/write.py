"""Put a report on disk, whole or not at all."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.atomic import write_text
from zenverify.engines.registry import file_label
from zenverify.errors import UsageError
from zenverify.output.model.run import RunModel

if TYPE_CHECKING:
    from zenverify.accuracy.card.card import Card
    from zenverify.output.model.asking import Asking


def write_report(
    model: RunModel, directory: Path, path: Path | None = None, ask: Asking | None = None
) -> Path:
    """Write the page of a run.

    Parameters
    ----------
    directory
        Created if it does not exist.
    path
        The page that an earlier call wrote of the same run, to be replaced.
    ask
        Whom to ask for the evidence of a discrepancy; nobody by default.

    Returns
    -------
    Path
        ``directory/ENGINE-seedSEED.html``; ``directory/ENGINE-planted-FAULT-seedSEED.html`` if a
        fault was planted. Where another run has left that page, ``-2`` and so on is added.

    Raises
    ------
    UsageError
        If the directory or the file cannot be written. No half-written file is left behind.
    """
    from zenverify.output.html.render import render

    page = render(model) if ask is None else render(model, ask)
    return put(page, path or unused(directory / report_name(model)))


def write_card(card: Card, directory: Path, ask: Asking | None = None) -> Path:
    """Write the page of a card; a card of the same operation and engine is replaced.

    Parameters
    ----------
    directory
        Created if it does not exist.
    ask
        Whom to ask for the evidence of a discrepancy; nobody by default.

    Returns
    -------
    Path
        ``directory/ENGINE-OPERATION.html``.

    Raises
    ------
    UsageError
        If the directory or the file cannot be written. No half-written file is left behind.
    """
    from zenverify.output.html.card import render_card

    page = render_card(card) if ask is None else render_card(card, ask)
    return put(page, directory / f"{_safe(card.engine)}-{card.name}.html")


def unused(path: Path) -> Path:
    """The path, or one beside it, of an empty file that was made here."""
    for number in count(1):
        chosen = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            chosen.parent.mkdir(parents=True, exist_ok=True)
            chosen.open("x").close()
        except FileExistsError:
            if not chosen.parent.is_dir():
                raise unwritable(chosen, "not a directory") from None
            continue
        except OSError as error:
            raise unwritable(chosen, error.strerror or str(error)) from error
        return chosen
    raise AssertionError("there are always more numbers")


def unwritable(path: Path, reason: str) -> UsageError:
    """The error about a report that cannot be written."""
    return UsageError(f"cannot write the report {path}: {reason}")


def put(text: str, path: Path) -> Path:
    """Write a text, whole or not at all. Raises `UsageError` if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error
    return path


def report_name(model: RunModel) -> str:
    """A file name that the same run always gets: of safe characters, and not too long."""
    label = file_label(model.engine_spec, model.engine)
    if model.planted is not None:  # the page of an engine without the fault must stay
        label = f"{label}-planted-{model.planted.name}"
    return f"{_safe(label)}-seed{model.seed}.html"


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:60] or "engine"
