"""Markdown, to be pasted into an issue or shown as a job's summary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zenverify.output.forms.told import Told, safe
from zenverify.output.model.listing import marked_listing
from zenverify.output.model.numbers import counted
from zenverify.output.model.printable import printable
from zenverify.output.model.run import RunModel
from zenverify.output.model.verdict import heading_of, lead_of
from zenverify.output.reproducers.listed import reproducers

_MOST = 25
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@$-])")


def markdown(model: RunModel, found: tuple[Told, ...]) -> str:
    """The text: the verdict, a table of causes, each cause's best finding, the command."""
    return "\n".join(_lines(model, found)) + "\n"


def _lines(model: RunModel, found: tuple[Told, ...]) -> Iterator[str]:
    yield f"## zenverify: {plain(heading_of(model))}"
    yield ""
    yield plain(lead_of(model))
    yield ""
    yield from _fenced(model.command, "sh")
    first = {one.cause: one for one in reversed(found)}
    if first:
        yield ""
        yield "| # | what is wrong | engine | truth | graphs |"
        yield "| --- | --- | --- | --- | --- |"
        for number, one in sorted(first.items()):
            seen = sum(o.discrepancy.count or 0 for o in found if o.cause == number)
            cells = (plain(one.title), _code(one.engine), _code(one.truth), str(seen or ""))
            yield f"| {number} | {' | '.join(cells)} |"
    for number, one in sorted(first.items())[:_MOST]:
        yield ""
        yield f"### {number}. {plain(one.title)}"
        yield ""
        yield plain(one.sentence)
        others = sum(o.cause == number for o in found) - 1
        if others:
            yield ""
            yield f"{plain(one.headline)}: {counted(others, 'finding')} more."
        yield ""
        case = one.discrepancy.case
        node = one.discrepancy.finding.blame.node
        listing = "\n".join(
            f"{line}{'    <- here' if here else ''}" for line, here in marked_listing(case, node)
        )
        yield from _fenced(listing, "text")
        if one.replay:
            yield ""
            yield from _fenced(one.replay, "sh")
        yield from _script(model, one)
    if model.not_looked_at:
        yield ""
        yield "Not looked at:"
        yield ""
        for unseen in model.not_looked_at[:_MOST]:
            yield f"- {plain(unseen.text)}"
    if len(first) > _MOST:
        yield ""
        yield f"{counted(len(first) - _MOST, 'further cause')} in the report."


def _script(model: RunModel, one: Told) -> Iterator[str]:
    forms = reproducers(one.discrepancy, model.engine_spec, model.planted, model.directory)
    written = [form for form in forms if form.text]
    if not written:
        return
    yield ""
    yield f"<details><summary>By {plain(written[-1].title)}</summary>"
    yield ""
    yield from _fenced(written[-1].text, "python")
    yield ""
    yield "</details>"


def plain(text: str) -> str:
    """Text in which nothing is markup: no link, no mention, no HTML."""
    return _SPECIAL.sub(r"\\\1", safe(text)).replace("\\-", "-")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _fenced(text: str, language: str) -> Iterator[str]:
    """A block of code that no line of its own can end."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    for line in text.rstrip("\n").split("\n"):
        yield printable(safe(line))
    yield fence
