import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.output.runs import FOUND, STARTED, WHOLE_RUN, model_of
from zenverify.errors import UsageError
from zenverify.output.html import render as html
from zenverify.output.html.reporter import HtmlReporter
from zenverify.output.html.write import report_name, write_report
from zenverify.output.model.run import Collector
from zenverify.output.reporter import Reporters, RunContext


def test_a_report_is_written_under_a_name_without_a_date(tmp_path: Path) -> None:
    path = write_report(model_of(*WHOLE_RUN), tmp_path / "new" / "reports")
    assert path == tmp_path / "new" / "reports" / "zen-seed42.html"
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_report_replaces_the_last_one_of_its_run(tmp_path: Path) -> None:
    half = write_report(model_of(STARTED, FOUND), tmp_path)
    assert "so far" in half.read_text(encoding="utf-8")
    whole = write_report(model_of(*WHOLE_RUN), tmp_path, half)
    assert "so far" not in whole.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [whole] == [half]


def test_a_report_of_another_run_is_never_replaced(tmp_path: Path) -> None:
    first = write_report(model_of(*WHOLE_RUN), tmp_path)
    before = first.read_bytes()
    second, third = (write_report(model_of(STARTED, FOUND), tmp_path) for _ in range(2))
    names = [path.name for path in (first, second, third)]
    assert names == ["zen-seed42.html", "zen-seed42-2.html", "zen-seed42-3.html"]
    assert first.read_bytes() == before


def test_a_run_has_one_report(tmp_path: Path) -> None:
    for expected in ("zen-seed42.html", "zen-seed42-2.html"):
        context = RunContext(Collector())
        with Reporters([HtmlReporter(context, tmp_path)], context) as reporters:
            for event in WHOLE_RUN:
                reporters.handle(event)
        assert context.written["report"].name == expected
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "engine, name",
    [
        ("toy.py:Engine", "toy-py-Engine-seed42.html"),
        ("../../etc/passwd", "etc-passwd-seed42.html"),
        ("<img>", "img-seed42.html"),
        ("::", "engine-seed42.html"),
        ("e" * 300, "e" * 60 + "-seed42.html"),
    ],
)
def test_names_are_safe(engine: str, name: str) -> None:
    assert report_name(model_of(replace(STARTED, engine=engine))) == name


def test_a_page_that_cannot_be_rendered_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_report(model_of(*WHOLE_RUN), tmp_path)
    before = path.read_bytes()

    def fail(model: object) -> str:
        raise MemoryError

    monkeypatch.setattr(html, "render", fail)
    with pytest.raises(MemoryError):
        write_report(model_of(*WHOLE_RUN), tmp_path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "reports"
    occupied.write_text("a file")
    with pytest.raises(UsageError, match=r"cannot write the report .*zen-seed42\.html: "):
        write_report(model_of(*WHOLE_RUN), occupied)


def test_importing_the_report_loads_neither_sympy_nor_jinja() -> None:
    program = (
        "import sys, zenverify.output.html.write; "
        "sys.exit(', '.join({'sympy', 'jinja2', 'hypothesis'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_engine_that_takes_a_built_in_name_has_a_report_of_its_own() -> None:
    collector = Collector("engines/wrong.py:engine")
    collector.add(STARTED)
    assert report_name(collector.model()) == "wrong-engine-seed42.html"
