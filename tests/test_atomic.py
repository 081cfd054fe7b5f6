import os
from pathlib import Path

import pytest

from zenverify.atomic import try_to_write, write_text


def test_the_text_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "entry.json"
    path.write_text("old")
    write_text(path, "neu: ü\n")
    assert path.read_bytes() == "neu: ü\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "entry.json"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half \ud800 a text")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "missing" / "entry.json", "text")


def test_trying_to_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_to_write(tmp_path)
    assert list(tmp_path.iterdir()) == []

    def refuse(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        try_to_write(tmp_path)
    assert list(tmp_path.iterdir()) == []
