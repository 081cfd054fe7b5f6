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

    Its policy forbids everything but the one style sheet and the one script, known by their
    hashes: no other script, no style attribute and nothing from the network can come in by way of a
    name or a message. Without its script the page says the same.
    """
    style, script = _static("report.css"), _static("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    content |= {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704  our own files
    return _environment().get_template(template).render(**content)


def _static(name: str) -> str:
    return files("zenverify.output.html").joinpath(f"static/{name}").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def render_fragment(template: str, **content: object) -> str:
    """A piece of a page, by its template: for a page that is somebody else's."""
    return _environment().get_template(template).render(**content)


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
