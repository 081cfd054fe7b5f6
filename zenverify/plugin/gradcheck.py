"""``pytest --zenverify-gradcheck``: an existing suite's gradient checks, by both checkers.

The libraries' own checkers are replaced before tests are collected, so that ``from torch.autograd
import gradcheck`` imports ours. Each call asks both; ours decides, and the end of the run shows
where they differ.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from zenverify.errors import UsageError

PROPERTY = "zenverify_gradcheck"
"""What a test's report calls the verdicts of its calls."""


@dataclass(frozen=True, slots=True)
class _Library:
    """Where a library keeps its checker, and where its replacement is."""

    name: str
    places: tuple[str, ...]
    checker: str
    ours: str


_LIBRARIES = (
    _Library("torch", ("torch.autograd", "torch.autograd.gradcheck"), "gradcheck", "torch"),
    _Library("jax", ("jax.test_util", "jax._src.public_test_util"), "check_grads", "jax"),
)


class BothCheckers:
    """The plugin: replaces the checkers, and tells what both say."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._restore: list[tuple[object, str, object]] = []
        self._replaced: list[str] = []
        for library in _LIBRARIES:
            if importlib.util.find_spec(library.name) is not None:
                self._replace(library)
        if not self._replaced:
            raise pytest.UsageError("--zenverify-gradcheck: neither torch nor jax is installed")

    def _replace(self, library: _Library) -> None:
        ours = getattr(
            importlib.import_module(f"zenverify.testing.{library.ours}"), library.checker
        )
        for place in library.places:
            importlib.import_module(place)
        modules = [sys.modules[place] for place in library.places]
        own = getattr(modules[-1], library.checker)
        both = self._both(own, ours)
        for module in modules:
            self._restore.append((module, library.checker, getattr(module, library.checker)))
            setattr(module, library.checker, both)
        self._replaced.append(library.name)

    def _both(self, own: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
        def check(*arguments: Any, **keywords: Any) -> Any:
            said, answer = _answer(own, arguments, keywords)
            try:
                our, result = _answer(ours, arguments, keywords)
            except UsageError as error:
                self._said.append(f"{said} / not checked: {error}")
                return _given(answer)
            self._said.append(f"{said} / {our}")
            return _given(result)

        check.__doc__ = own.__doc__
        return check

    def pytest_unconfigure(self) -> None:
        """Give the libraries their checkers back."""
        for module, name, own in reversed(self._restore):
            setattr(module, name, own)
        self._restore.clear()

    def pytest_report_header(self) -> str:
        """Say whose checkers are replaced."""
        return f"zenverify: checks gradients of {' and '.join(self._replaced)}, beside their own"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Note what was said while a test ran, where its report can be asked for it."""
        self._said.clear()
        try:
            return (yield)
        finally:
            item.user_properties += [(PROPERTY, said) for said in self._said]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Count what both said, and list where they differ."""
        calls = [
            (report.nodeid, str(said))
            for reports in terminalreporter.stats.values()
            for report in reports
            if isinstance(report, pytest.TestReport) and report.when == "call"
            for name, said in report.user_properties
            if name == PROPERTY
        ]
        terminalreporter.section("gradients: the library's own checker / zenverify")
        for said, count in sorted(Counter(said for _, said in calls).items()):
            terminalreporter.line(f"{count:>6}  {said}")
        if not calls:
            terminalreporter.line("nothing was checked")
        for test, said in calls:
            own, _, our = said.partition(" / ")
            if own != our:
                terminalreporter.line(f"{test}: {said}")


def _answer(
    checker: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[str, Any]:
    """``passes`` or ``fails``, and what was returned or raised."""
    try:
        result = checker(*arguments, **keywords)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a checker refuses, it hands on below
        return "fails", error
    return "passes" if result is None or result else "fails", result


def _given(answer: Any) -> Any:
    """Return what a checker returned, raise what it raised."""
    if isinstance(answer, Exception):
        raise answer
    return answer
