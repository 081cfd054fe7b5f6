"""README and docs are true: every block of code in them is run, every link leads somewhere."""

import re
import sys
from pathlib import Path

import pytest

from tests.documents import DOCUMENTS, ROOT, SET_UP, apply_diff, blocks, follow, steady, update

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
posix = pytest.mark.skipif(sys.platform == "win32", reason="documents speak to a POSIX shell")


@posix
@every_document
def test_its_code_does_what_it_says(path: Path, tmp_path: Path) -> None:
    for output in follow(path.read_text(encoding="utf-8"), tmp_path):
        assert steady(output.printed) == steady(output.shown), output.source


@every_document
def test_its_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    missing = [
        target
        for target in targets
        if not target.startswith("https://") and not (path.parent / target).exists()
    ]
    assert missing == []


def test_the_readme_has_its_two_commands() -> None:
    found = blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    assert tuple(block.text for block in found if block.language == "sh") == SET_UP[:2]


def test_every_document_is_linked_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in DOCUMENTS[1:] if f"docs/{path.name}" not in text] == []


def test_the_picture_is_small() -> None:
    picture = ROOT / "docs" / "images" / "report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 300_000


def test_a_fence_without_a_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="no language"):
        blocks("```\ntext\n```\n")


def test_a_diff_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    with pytest.raises(ValueError, match="fits 2 times"):
        apply_diff("--- a/a.py\n+++ b/a.py\n@@\n-x = 1\n+x = 2\n", tmp_path)
    with pytest.raises(ValueError, match="fits 0 times"):
        apply_diff("--- a/a.py\n+++ b/a.py\n@@\n-y = 1\n+x = 2\n", tmp_path)


def test_only_what_may_differ_is_left_out_of_the_comparison() -> None:
    assert steady("3 passed in 0.21s") == steady("3 passed in 4.5s")
    assert steady("0.12345678901") == steady("0.12345678902")
    assert steady("0.1234") != steady("0.1235")
    assert steady("3 passed") != steady("4 passed")


@posix
def test_what_code_prints_is_compared_and_can_be_updated(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    wrong = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n\n```console\n$ echo 4\n5\n```\n"
    path.write_text(wrong)
    (tmp_path / "place").mkdir()
    assert [output.holds for output in follow(wrong, tmp_path / "place")] == [False, False]
    update(path)
    assert path.read_text() == wrong.replace("\n3\n", "\n2\n").replace("\n5\n", "\n4\n")


@posix
def test_a_command_that_comes_twice_is_updated_in_each_place(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    command = "$ echo x >> log; wc -l < log | tr -d ' '\n"
    path.write_text(f"```console\n{command}```\n\nAgain:\n\n```console\n{command}```\n")
    update(path)
    shown = [block.text for block in blocks(path.read_text())]
    assert shown == [f"{command}1\n", f"{command}2\n"]


@pytest.mark.parametrize("document", ["```text\nhello\n```\n", "```ruby\nputs 1\n```\n"])
def test_a_block_that_nobody_runs_is_an_error(document: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 1: nobody runs this"):
        list(follow(document, tmp_path))


@posix
def test_a_program_that_raises_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        list(follow("```python\n1 / 0\n```\n", tmp_path))
