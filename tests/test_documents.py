"""README and docs are true: every block of code in them is run, every link leads somewhere."""

import re
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT, Block, Workplace, apply_diff, blocks, commands, steady

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SET_UP = ("pip install . && zenverify run\n", "pip install '.[test]' && pytest\n")
"""Commands that prepare a machine: they cannot be run by the tests that they start."""

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


@pytest.mark.skipif(sys.platform == "win32", reason="the documents speak to a POSIX shell")
@every_document
def test_its_code_does_what_it_says(path: Path, tmp_path: Path) -> None:
    found = blocks(path.read_text(encoding="utf-8"))
    place = Workplace(tmp_path, copied=any(block.language == "diff" for block in found))
    printed = None
    for block in found:
        printed = follow(block, place, printed)


def follow(block: Block, place: Workplace, printed: str | None) -> str | None:
    """Do what a block says; return what it printed if that is yet to be compared."""
    where = f"line {block.line}"
    if block.title:
        place.write(block)
        return None
    match block.language:
        case "python":
            return place.execute(block.text)
        case "text":
            assert printed is not None, f"{where}: nothing was printed"
            assert steady(printed) == steady(block.text), where
        case "console":
            for command, output in commands(block.text):
                assert steady(place.command(command)) == steady(output), f"{where}: {command}"
        case "diff":
            apply_diff(block.text, place.directory)
        case "sh":
            assert block.text in SET_UP, where
        case _:
            pytest.fail(f"{where}: nobody runs {block.language}")
    return None


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
    assert tuple(block.text for block in found if block.language == "sh") == SET_UP


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
