import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zenverify
from zenverify.corpus import entry as entry_module
from zenverify.corpus.entry import Entry, keep_failure, read_entry, write_entry
from zenverify.errors import CaseFormatError
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Pass, Verdict


def make_case(value: float = 0.1) -> Case:
    build = GraphBuilder()
    build.apply("tanh", build.variable((2,)))
    return Case(build.graph(), (np.array([value, -0.0]),), np.array([1.0, np.inf]))


def make_entry(case: Case | None = None, **changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "name": "",
        "case": case or make_case(),
        "engine": "zen",
        "verdict": Verdict.ENGINE_WRONG,
        "blame": Blame(1, "tanh", 0, "repeated operand"),
        "message": "the gradient of tanh is wrong",
        "zenverify_version": "0.1.0",
        "reason": "seen in a release",
    }
    return Entry(**(fields | changes))


def test_an_entry_comes_back_bit_for_bit(tmp_path: Path) -> None:
    entry = make_entry()
    path = write_entry(tmp_path / "corpus", entry)
    back = read_entry(path)
    assert back.name == path.stem
    assert path.parent == tmp_path / "corpus" / "zen"
    assert re.fullmatch(r"tanh\.argument-0\.[0-9a-f]{12}", path.stem)
    assert back.case.to_json() == entry.case.to_json()
    for field in ("engine", "verdict", "blame", "message", "zenverify_version", "reason"):
        assert getattr(back, field) == getattr(entry, field)


def test_the_file_is_canonical_and_diffable(tmp_path: Path) -> None:
    path = write_entry(tmp_path, make_entry())
    first = path.read_bytes()
    assert write_entry(tmp_path, read_entry(path)) == path
    assert path.read_bytes() == first
    lines = first.decode("ascii").splitlines()
    assert lines[1:4] == [' "format": 2,', ' "engine": "zen",', ' "verdict": "ENGINE_WRONG",']
    assert '     "0x1.999999999999ap-4",' in lines


def test_another_case_of_the_same_bucket_gets_its_own_file(tmp_path: Path) -> None:
    first = write_entry(tmp_path, make_entry())
    second = write_entry(tmp_path, make_entry(make_case(0.2)))
    assert second != first
    assert write_entry(tmp_path, make_entry(make_case(0.2))) == second
    assert read_entry(first).case.to_json() == make_case().to_json()
    assert len(list(first.parent.iterdir())) == 2


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = write_entry(tmp_path, make_entry())
    path.write_text("half an ent")
    assert write_entry(tmp_path, make_entry()) != path
    assert path.read_text() == "half an ent"


def test_what_a_campaign_finds_is_kept(tmp_path: Path) -> None:
    finding = Finding(Verdict.NON_FINITE, Blame(1, "tanh", 0, "always"), "probes", "it is NaN")
    entry = read_entry(keep_failure(tmp_path, "zen", finding, make_case()))
    assert (entry.engine, entry.verdict, entry.blame) == ("zen", finding.verdict, finding.blame)
    assert (entry.message, entry.reason) == ("it is NaN", "")
    assert entry.zenverify_version == zenverify.__version__


@pytest.mark.parametrize(
    "engine, blame, name",
    [
        ("zen", Blame(1, "tanh", None, "always"), "zen/tanh"),
        ("../..", Blame(1, "../../etc", 0, "a/b\0"), "engine/etc.argument-0"),
        ("Torch 2", Blame(1, "x" * 300, 0, ""), "torch-2/" + "x" * 80 + ".argument-0"),
    ],
)
def test_a_file_name_is_safe(tmp_path: Path, engine: str, blame: Blame, name: str) -> None:
    path = write_entry(tmp_path, make_entry(engine=engine, blame=blame))
    assert re.fullmatch(
        rf"{re.escape(name)}\.[0-9a-f]{{12}}\.json", str(path.relative_to(tmp_path))
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"during": Pass.FORWARD},
        {"during": Pass.SECOND_REVERSE},
        {"exception": "ValueError", "function": "Toy.apply.<locals>.back"},
    ],
)
def test_pass_and_exception_are_kept_and_tell_entries_apart(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    blame = Blame(1, "tanh", None, "always")
    finding = Finding(Verdict.CRASH, blame, "the forward pass", "it raised", **changes)
    path = keep_failure(tmp_path, "zen", finding, make_case())
    other = Finding(Verdict.CRASH, blame, "the forward pass", "it raised")
    assert keep_failure(tmp_path, "zen", other, make_case()) != path
    back = read_entry(path)
    assert (back.during, back.exception, back.function) == (
        finding.during,
        finding.exception,
        finding.function,
    )


@pytest.mark.parametrize("argument, during", [(0, Pass.REVERSE), (None, None)])
def test_entries_of_version_1_are_read(
    tmp_path: Path, argument: int | None, during: Pass | None
) -> None:
    entry = make_entry(blame=Blame(1, "tanh", argument, "always"))
    data = json.loads(write_entry(tmp_path, entry).read_text())
    old = {k: v for k, v in data.items() if k not in ("during", "exception", "function")}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old | {"format": 1}))
    back = read_entry(path)
    assert (back.during, back.exception, back.function) == (during, "", "")
    # Written again it is of version 2, and what is not known stays so.
    assert read_entry(write_entry(tmp_path / "new", back)).during is during


@pytest.fixture
def data(tmp_path: Path) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(write_entry(tmp_path, make_entry()).read_text())
    return written


@pytest.mark.parametrize(
    "field, value, message",
    [
        ("format", 3, "format: expected 1 or 2, got 3"),
        ("format", True, "format: expected 1 or 2, got True"),
        ("format", 1, "unknown key 'during'"),
        ("during", "reverse", "during: expected one of forward pass, reverse pass, second reverse"),
        ("exception", None, "exception: expected text, got None"),
        ("engine", None, "engine: expected text, got None"),
        ("verdict", "WRONG", "verdict: expected one of AGREE, .*, got 'WRONG'"),
        ("operation", 3, "operation: expected text, got 3"),
        ("argument", "0", "argument: expected a position or null, got '0'"),
        ("argument", True, "argument: expected a position or null, got True"),
        ("node", -1, "node: expected a node's position, got -1"),
        ("message", ["x" * 100], r"message: expected text, got \['x{58}\.\.\."),
        ("extra", 1, "unknown key 'extra'"),
        ("case", [], "case: expected an object, got list"),
    ],
)
def test_a_bad_field_is_named(
    tmp_path: Path, data: dict[str, Any], field: str, value: Any, message: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data | {field: value}))
    with pytest.raises(CaseFormatError, match=f"bad.json: {message}"):
        read_entry(path)


def test_a_missing_field_is_named(tmp_path: Path, data: dict[str, Any]) -> None:
    del data["case"]
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    with pytest.raises(CaseFormatError, match=r"bad\.json: case: missing"):
        read_entry(path)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "not JSON: Expecting value"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON: 'utf-8' codec"),
        (b"[]", "expected an object, got list"),
        (b'{"format": 1, "format": 1}', "'format' is there twice"),
        (b'{"format": NaN}', "NaN is not JSON; write the number as hexadecimal text"),
        (b"[" * 100_000, "nested too deeply"),
        (
            b'{"format": ' + b"[" * 900 + b"]" * 900 + b"}",
            "format: expected 1 or 2|nested too deeply",
        ),
        (b'{"format": ' + b"9" * 5000 + b"}", "not JSON: Exceeds the limit"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_no_entry(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(CaseFormatError, match=f"bad.json: .*({message})"):
        read_entry(path)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_module, "SIZE_LIMIT", 1000)
    path = tmp_path / "bad.json"
    path.write_text(" " * 1001)
    with pytest.raises(CaseFormatError, match=r"bad\.json: expected at most 1,000 bytes"):
        read_entry(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container and key in nested data."""
    keys = data.keys() if isinstance(data, dict) else range(len(data))
    found = [(data, key) for key in keys]
    for key in keys:
        if isinstance(data[key], dict | list):
            found += places(data[key])
    return found


def refusal_of(path: Path) -> str | None:
    """Why the file is no entry; None if it is one."""
    try:
        read_entry(path)
    except CaseFormatError as error:
        return str(error)
    return None


@settings(max_examples=200, deadline=None)
@given(drawn=st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused(
    drawn: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("corpus")
    path = write_entry(directory, make_entry())
    data = json.loads(path.read_text())
    container, key = drawn.draw(st.sampled_from(places(data)), label="place")
    container[key] = drawn.draw(json_values, label="value")
    path.write_text(json.dumps(data))
    refusal = refusal_of(path)
    assert refusal is None or refusal.startswith(f"{path}: ")
