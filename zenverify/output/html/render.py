"""Pages of HTML that need nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zenverify.output.html.page import page
from zenverify.output.model.asking import Asking, nobody
from zenverify.output.model.printable import visible
from zenverify.output.model.run import RunModel


def render(model: RunModel, ask: Asking = nobody) -> str:
    """The text of a run's page; `ask` gives the evidence of a discrepancy."""
    return render_template("page.html.j2", page=page(model, ask))


def render_template(template: str, **content: object) -> str:
    """A page's text.

    Its policy forbids everything but the one style sheet, known by its hash: no script, no style
    attribute and nothing from the network can come in by way of a name or a message.
    """
    style = files("zenverify.output.html").joinpath("static/report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment().get_template(template).render(style=Markup(style), policy=policy, **content)  # noqa: S704  our own file
    )


def render_svg(template: str, **content: object) -> str:
    """A picture's text, by its template."""
    return _environment().get_template(template).render(**content)


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zenverify.output.html"),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _visible(value: object) -> object:
    """What is put into a page: nothing in it hides, and all of it can be encoded."""
    if isinstance(value, Markup):
        return Markup(visible(str(value)))  # noqa: S704  as safe as before
    return visible(value) if isinstance(value, str) else value
