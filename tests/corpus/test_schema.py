"""The published schema and the reader agree: on what is written, and on what is mutated."""

import json
import random
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks.measures.mutation import PIECES, places
from tests.corpus.test_entry import make_entry
from tests.corpus.test_mutated_files import ENTRIES
from zenverify.corpus.entry import EntryStatus, read_entry
from zenverify.corpus.writing import entry_text
from zenverify.errors import CaseFormatError
from zenverify.verification.verdict import Pass, Verdict

SCHEMA: dict[str, Any] = json.loads(
    (files("zenverify.corpus") / "entry.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.stem)
def test_what_is_written_is_valid(path: Path) -> None:
    VALIDATOR.validate(json.loads(entry_text(read_entry(path))))


def test_it_knows_the_same_words() -> None:
    known = SCHEMA["properties"]
    assert known["verdict"]["enum"] == list(Verdict)
    assert known["during"]["enum"] == [None, *Pass]
    assert known["status"]["enum"] == list(EntryStatus)
    assert list(known) == list(json.loads(entry_text(make_entry())))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"message": "text"},
        {"status": "open"},
        {"status": "open", "reason": "so", "link": " "},
        {"argument": -1},
        {"case": []},
    ],
)
def test_what_is_refused_is_invalid(changes: dict[str, Any]) -> None:
    data = json.loads(entry_text(make_entry(reason="")))
    VALIDATOR.validate(data)
    assert not VALIDATOR.is_valid(data | changes)


def test_what_is_read_is_valid(tmp_path: Path) -> None:
    draw = random.Random(0)
    texts = [entry_text(read_entry(path)) for path in ENTRIES]
    path = tmp_path / "mutated.json"
    read = 0
    for _ in range(1500):
        data = json.loads(draw.choice(texts))
        container, key = draw.choice(places(data))
        container[key] = draw.choice(PIECES)
        path.write_text(json.dumps(data))
        try:
            read_entry(path)
        except CaseFormatError:
            continue
        read += 1
        VALIDATOR.validate(data)
    assert read > 50
