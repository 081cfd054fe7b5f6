"""Proves or refutes, node by node, the gradients that an autodiff engine computes.

Examples
--------
>>> from zenverify import Tensor
>>> a, b = Tensor(10), Tensor(5)
>>> d = (a * b) ** 2
>>> d.get_gradients()
>>> float(a.gradient), float(b.gradient)
(500.0, 1000.0)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import zenverify.strategies as strategies
    from zenverify.accuracy.card import check
    from zenverify.contribution import Contribution
    from zenverify.functions.entry import gradcheck
    from zenverify.operators.domain import Domain
    from zenverify.plugin.property import property  # noqa: A004  used as zenverify.property
    from zenverify.tensor import Tensor
    from zenverify.verification.live import verify
    from zenverify.verification.training import RefutedError, verifying

__version__ = "0.1.0"

__all__ = [
    "Contribution",
    "Domain",
    "RefutedError",
    "Tensor",
    "__version__",
    "check",
    "gradcheck",
    "property",
    "strategies",
    "verify",
    "verifying",
]

_HOMES = {
    "Contribution": "zenverify.contribution",
    "Domain": "zenverify.operators.operator",
    "check": "zenverify.accuracy.card",
    "gradcheck": "zenverify.functions.entry",
    "property": "zenverify.plugin.property",
    "Tensor": "zenverify.tensor",
    "verify": "zenverify.verification.live",
    "verifying": "zenverify.verification.training",
    "RefutedError": "zenverify.verification.training",
}
"""Where each public object lives; it is imported on first use, so that the import is fast."""


_RESULTS = {
    "verify": ("zenverify.verification.live", "LiveResult"),
    "gradcheck": ("zenverify.functions.result", "GradcheckResult"),
    "check": ("zenverify.accuracy.card.card", "Card"),
}
"""What each gives back: it shows itself in a notebook."""


def _show_in_notebooks(name: str) -> None:
    """Give a result's class the methods that a notebook asks for; they load what they need."""
    module, attribute = _RESULTS[name]
    result = getattr(import_module(module), attribute)

    def html(self: Any) -> str:
        text: str = import_module("zenverify.output.notebook").html(self)
        return text

    def mimebundle(self: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle: dict[str, str] = import_module("zenverify.output.notebook").mimebundle(self)
        return {
            kind: text
            for kind, text in bundle.items()
            if (include is None or kind in include) and kind not in (exclude or ())
        }

    result._repr_html_ = html
    result._repr_mimebundle_ = mimebundle


def __getattr__(name: str) -> Any:
    if name == "strategies":
        return import_module("zenverify.strategies")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    if name in _RESULTS:
        _show_in_notebooks(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
