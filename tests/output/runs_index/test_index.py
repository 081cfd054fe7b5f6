import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.output.html.test_render import Outline
from tests.output.runs import CASE, FINDING, FINISHED, STARTED, model_of
from zenverify.output.model.run import RunModel
from zenverify.output.runs.index import forget_old, write_index
from zenverify.output.runs.record import read_records, record_run
from zenverify.verification.events import Bucket
from zenverify.verification.verdict import Blame


def run_with(*conditions: str, engine: str = "zen") -> RunModel:
    buckets = []
    for condition in conditions:
        finding = replace(FINDING, blame=Blame(4, "tanh", 0, condition))
        buckets.append(Bucket(finding.bucket, finding, CASE, 1, 1, None))
    end = replace(FINISHED, buckets=tuple(buckets))
    return model_of(replace(STARTED, engine=engine), end)


def recorded(folder: Path, model: RunModel, *names: str) -> None:
    files = [folder / name for name in names]
    folder.mkdir(exist_ok=True)
    for path in files:
        path.write_text("a report")
    record_run(folder, model, files, "2026-01-31 12:00")


def test_each_run_stands_beside_the_one_before_it_of_its_engine(tmp_path: Path) -> None:
    recorded(tmp_path, run_with("always", "kink"), "a.html", "a.sarif")
    recorded(tmp_path, run_with("zeros", engine="other"), "o.html")
    recorded(tmp_path, run_with("kink", "broadcast"), "b.html")
    page = write_index(tmp_path).read_text(encoding="utf-8")
    outline = Outline(page)
    assert outline.open == []
    assert "3 runs of 2 engines" in outline.text
    assert outline.text.count("new: Wrong gradient: tanh, argument 0 (broadcast)") == 1
    assert outline.text.count("gone: Wrong gradient: tanh, argument 0") == 1
    assert "(zeros)" not in outline.text  # the first run of an engine has nothing to be new to
    for name in ("a.html", "a.sarif", "b.html", "o.html"):
        assert outline.count("a", href=name) == 1
    assert outline.count("rect") == 3


def test_old_runs_are_forgotten_with_their_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    for number in range(4):
        recorded(tmp_path, run_with(), f"{number}.html", f"{number}.md")
    recorded(tmp_path, run_with(engine="other"), "o.html")
    assert forget_old(tmp_path, 2) == 2
    left = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert left == {"README.md", "2.html", "2.md", "3.html", "3.md", "o.html"}
    assert [one.number for one in read_records(tmp_path)[0]] == [3, 4, 5]


def test_a_record_names_no_file_elsewhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder = tmp_path / "reports"
    recorded(folder, run_with(), "a.html")
    recorded(folder, run_with(), "b.html")
    path = folder / "runs" / "000001.json"
    path.write_text(path.read_text().replace("a.html", "../precious"))
    assert read_records(folder)[1] == ["000001.json"]
    forget_old(folder, 1)
    assert precious.exists()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 2}', "[" * 100_000, '{"format": 1, "number": "x"}', "\udc80"],
)
def test_what_is_no_record_is_named_and_the_others_are_shown(tmp_path: Path, text: str) -> None:
    recorded(tmp_path, run_with(), "a.html")
    bad = tmp_path / "runs" / "000009.json"
    bad.write_bytes(text.encode("utf-8", "surrogateescape"))
    page = write_index(tmp_path).read_text(encoding="utf-8")
    assert "Not read, since they are no records: 000009.json." in page
    assert 'href="a.html"' in page


def test_records_never_replace_each_other(tmp_path: Path) -> None:
    for _ in range(3):
        recorded(tmp_path, run_with(), "a.html")
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert names == ["000001.json", "000002.json", "000003.json"]
    assert json.loads((tmp_path / "runs" / names[2]).read_text())["number"] == 3


def test_the_index_escapes(tmp_path: Path) -> None:
    recorded(tmp_path, run_with("always", engine="<img src=x>"), "a.html")
    outline = Outline(write_index(tmp_path).read_text(encoding="utf-8"))
    assert outline.count("img") == 0
    assert "<img src=x>" in outline.text
