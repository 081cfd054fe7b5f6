import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenverify.corpus import entry as entry_module
from zenverify.corpus.entry import Entry, EntryStatus, read_entry
from zenverify.corpus.writing import entry_name, entry_text, keep_failure, write_entry
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
    for field in ("engine", "verdict", "blame", "status", "reason", "note", "link"):
        assert getattr(back, field) == getattr(entry, field)


def test_the_file_is_canonical_and_diffable(tmp_path: Path) -> None:
    path = write_entry(tmp_path, make_entry())
    first = path.read_bytes()
    assert write_entry(tmp_path, read_entry(path)) == path
    assert path.read_bytes() == first
    assert first.decode("ascii") == CANONICAL


CANONICAL = """\
{
 "format": 3,
 "engine": "zen",
 "verdict": "ENGINE_WRONG",
 "operation": "tanh",
 "argument": 0,
 "condition": "repeated operand",
 "during": "reverse pass",
 "exception": "",
 "function": "",
 "node": 1,
 "case": {
  "format": 2,
  "nodes": [
   {
    "leaf": "variable",
    "shape": [2],
    "dtype": "float64",
    "values": ["0x1.999999999999ap-4 (0.1)", "-0x0p+0 (-0.0)"]
   },
   {"operator": "tanh", "operands": [0]}
  ],
  "roots": [{"node": 1, "cotangent": ["0x1p+0 (1.0)", "inf"]}]
 },
 "status": "fixed",
 "reason": "seen in a release",
 "note": "",
 "link": ""
}
"""


def test_its_bytes_depend_on_case_and_verdict_alone(tmp_path: Path) -> None:
    blame = Blame(1, "tanh", 0, "always")
    one = Finding(Verdict.ENGINE_WRONG, blame, "local adjoint", "it is 0.2, the truth is 0.3")
    other = Finding(Verdict.ENGINE_WRONG, blame, "probes", "in other words")
    first = keep_failure(tmp_path / "a", "zen", one, make_case())
    second = keep_failure(tmp_path / "b", "zen", other, make_case())
    assert (first.name, first.read_bytes()) == (second.name, second.read_bytes())


@pytest.mark.parametrize(
    "said",
    [
        {"reason": "in other words"},
        {"note": "look at line 3"},
        {"status": EntryStatus.OPEN, "reason": "so it is", "link": "https://example.org/1"},
    ],
)
def test_what_people_say_stands_at_its_end_and_changes_no_name(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    entry = make_entry(**said)
    assert entry_name(entry) == entry_name(make_entry())
    assert entry_text(entry).partition(' "status"')[0] == CANONICAL.partition(' "status"')[0]
    back = read_entry(write_entry(tmp_path, entry))
    assert {name: getattr(back, name) for name in said} == said


def test_decimals_that_somebody_changed_make_no_other_entry(tmp_path: Path) -> None:
    path = write_entry(tmp_path, make_entry())
    path.write_text(path.read_text().replace("(0.1)", "(0.2)"))
    assert read_entry(path).case.values[0][0] == 0.1
    assert write_entry(tmp_path, make_entry()) == path
    path.write_text(path.read_text().replace("0x1.999999999999ap-4 (0.2)", "0.2"))
    with pytest.raises(CaseFormatError, match=r"nodes\[0\].values\[0\]: expected a hexadecimal"):
        read_entry(path)


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
    assert (entry.status, entry.reason, entry.note, entry.link) == ("fixed", "", "", "")
    assert entry.bucket == finding.bucket


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


OLD = Path(__file__).with_name("formats")


@pytest.mark.parametrize("version", [1, 2])
def test_older_formats_are_read_for_ever(tmp_path: Path, version: int) -> None:
    entry = read_entry(OLD / f"{version}.json")
    blame = Blame(1, "transpose", 0, "always")
    assert (entry.engine, entry.verdict, entry.blame) == ("zen", Verdict.ENGINE_WRONG, blame)
    assert (entry.during, entry.exception, entry.function) == (Pass.REVERSE, "", "")
    assert (entry.status, entry.note, entry.link) == ("fixed", "", "")
    assert entry.reason == "planted: transpose: permutation not inverted"
    again = read_entry(write_entry(tmp_path, entry))
    assert again.case.to_json() == entry.case.to_json()
    assert again.reason == entry.reason


def test_a_pass_that_version_1_does_not_tell_stays_unknown(tmp_path: Path) -> None:
    data = json.loads((OLD / "1.json").read_text()) | {"argument": None}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(data))
    entry = read_entry(path)
    assert entry.during is None
    assert read_entry(write_entry(tmp_path / "new", entry)).during is None


@pytest.fixture
def data(tmp_path: Path) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(write_entry(tmp_path, make_entry()).read_text())
    return written


@pytest.mark.parametrize(
    "field, value, message",
    [
        ("format", 4, "format: expected 1, 2 or 3, got 4"),
        ("format", True, "format: expected 1, 2 or 3, got True"),
        ("format", 1, "unknown key 'during'"),
        ("during", "reverse", "during: expected one of forward pass, reverse pass, second reverse"),
        ("exception", None, "exception: expected text, got None"),
        ("engine", None, "engine: expected text, got None"),
        ("verdict", "WRONG", "verdict: expected one of AGREE, .*, got 'WRONG'"),
        ("operation", 3, "operation: expected text, got 3"),
        ("argument", "0", "argument: expected a position or null, got '0'"),
        ("argument", True, "argument: expected a position or null, got True"),
        ("node", -1, "node: expected a node's position, got -1"),
        ("note", ["x" * 100], r"note: expected text, got \['x{58}\.\.\."),
        ("message", "text", "unknown key 'message'"),
        ("status", "closed", "status: expected one of fixed, open, got 'closed'"),
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


def test_what_is_open_has_a_reason_and_a_link(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data | {"status": "open", "reason": " ", "link": "x"}))
    with pytest.raises(CaseFormatError, match=r"reason: an entry that is open says why it is acce"):
        read_entry(path)
    path.write_text(json.dumps(data | {"status": "open", "reason": "so it is"}))
    with pytest.raises(CaseFormatError, match=r"link: an entry that is open says where it is know"):
        read_entry(path)


def test_what_people_say_may_be_left_out(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "short.json"
    short = {k: v for k, v in data.items() if k not in ("status", "reason", "note", "link")}
    path.write_text(json.dumps(short))
    assert read_entry(path).status is EntryStatus.FIXED


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
            "format: expected 1, 2 or 3|nested too deeply",
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
