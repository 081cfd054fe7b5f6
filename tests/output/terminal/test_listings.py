"""Long lists go through the user's pager, where a terminal is."""

import io

import pytest
from rich.console import Console

from zenverify.operators import catalogue
from zenverify.output.terminal import listings


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_list_is_paged_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool
) -> None:
    paged: list[str] = []
    monkeypatch.setattr("pydoc.pager", paged.append)
    out = io.StringIO()
    console = Console(file=out, force_terminal=is_terminal, width=80)
    monkeypatch.setattr(listings, "results_console", lambda: console)
    listings.show_operators(catalogue.all_operators()[:3], as_json=False)
    name = catalogue.all_operators()[0].signature
    assert (name in "".join(paged)) is is_terminal
    assert (name in out.getvalue()) is not is_terminal
