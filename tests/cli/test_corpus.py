"""``zenverify corpus``: list, show, add, minimise, merge, prune, check."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.prepared import Zenverify
from tests.corpus.prepared import BLAME, tanh_entry
from tests.engines.wrong_tanh import SOURCE
from zenverify.corpus.entry import Entry, EntryStatus, read_entry
from zenverify.corpus.writing import entry_text, write_entry
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder

LINK = "https://example.org/1"


@pytest.fixture
def wrong(directory: Path) -> tuple[str, ...]:
    """The options that name an engine that forgot a square."""
    (directory / "wrong.py").write_text(SOURCE)
    return "--engine", "wrong.py:WrongTanh"


def entry(*values: float, **changes: Any) -> Entry:
    """An entry of tanh at these values."""
    build = GraphBuilder()
    build.apply("tanh", build.variable((len(values),)))
    case = Case(build.graph(), (np.array(values),), np.ones(len(values)))
    return replace(tanh_entry(), case=case, **changes)


OPEN: dict[str, Any] = {"status": EntryStatus.OPEN, "reason": "by design", "link": LINK}


def test_list_says_status_culprit_and_file(zenverify: Zenverify, directory: Path) -> None:
    first = write_entry(directory / "corpus", entry(0.1)).relative_to(directory)
    second = write_entry(directory / "corpus", entry(0.2, **OPEN)).relative_to(directory)
    done = zenverify("corpus", "list")
    assert (done.code, done.err) == (0, "")
    lines = {
        f"fixed  ENGINE_WRONG: tanh, argument 0  {first}",
        f"open   ENGINE_WRONG: tanh, argument 0  {second}: by design",
    }
    assert set(done.out.splitlines()) == lines
    assert zenverify("corpus", "list", "--open").out.count("\n") == 1
    assert zenverify("corpus", "list", "--ops", "exp").out == ""
    (data,) = map(json.loads, zenverify("corpus", "list", "--open", "--json").out.splitlines())
    assert (data["path"], data["status"], data["link"]) == (str(second), "open", LINK)


def test_a_malformed_file_is_told_and_the_others_are_listed(
    zenverify: Zenverify, directory: Path
) -> None:
    path = write_entry(directory / "corpus", entry(0.1))
    path.with_name("bad.json").write_text("{}")
    done = zenverify("corpus", "list")
    assert (done.code, done.out.count("\n")) == (2, 1)
    assert done.err == "malformed: corpus/zen/bad.json: format: expected 1, 2 or 3, got None\n"


def test_show_draws_the_graph_and_says_how_to_replay(zenverify: Zenverify, directory: Path) -> None:
    path = write_entry(directory / "corpus", entry(0.5, **OPEN)).relative_to(directory)
    assert zenverify("corpus", "show", str(path)).out == (
        f"{path}\n"
        "  open: ENGINE_WRONG: tanh, argument 0  [zen]\n"
        "  reason  by design\n"
        f"  link    {LINK}\n"
        "    v0 = variable([0.5])\n"
        "    v1 = tanh(v0)    <- here\n"
        f"  zenverify replay {path}\n"
    )


def test_merge_has_no_conflicts(zenverify: Zenverify, directory: Path) -> None:
    write_entry(directory / "a", entry(0.1))
    write_entry(directory / "a", entry(0.2, reason="seen"))
    write_entry(directory / "b", entry(0.1, **OPEN))
    write_entry(directory / "b", entry(0.2, **OPEN))
    write_entry(directory / "b", entry(0.3))
    done = zenverify("corpus", "merge", "a", "b", "--corpus", "one")
    assert (done.code, done.err) == (0, "3 entries merged into one\n")
    zenverify("corpus", "merge", "b", "--corpus", "other")
    zenverify("corpus", "merge", "a", "--corpus", "other")
    one = {path.name: path.read_bytes() for path in (directory / "one" / "zen").iterdir()}
    other = {path.name: path.read_bytes() for path in (directory / "other" / "zen").iterdir()}
    assert one == other
    said = {read_entry(path).reason: read_entry(path).status for path in Path("one/zen").iterdir()}
    assert said == {"by design": "open", "seen": "fixed", "": "fixed"}


def test_check_says_what_is_not_in_order_and_puts_it_right(
    zenverify: Zenverify, directory: Path
) -> None:
    good = write_entry(directory / "corpus", entry(0.1))
    loose = write_entry(directory / "corpus", entry(0.2))
    loose.write_text(json.dumps(json.loads(loose.read_text())))
    renamed = write_entry(directory / "corpus", entry(0.3))
    renamed.rename(renamed.with_name("old-name.json"))
    twice = good.with_name("twice.json")
    twice.write_bytes(good.read_bytes())
    done = zenverify("corpus", "check")
    assert done.code == 1
    assert sorted(line.partition("/zen/")[2] for line in done.out.splitlines()) == sorted(
        [
            f"{loose.name}: is not in the form that is written now",
            f"old-name.json: is named otherwise than what it holds: {renamed.name}",
            f"twice.json: holds the same as corpus/zen/{good.name}",
        ]
    )
    assert done.err == "4 entries, 3 out of order\n"
    assert zenverify("corpus", "check", "--write").code == 1
    assert zenverify("corpus", "check").code == 0
    assert {path.name for path in good.parent.iterdir()} == {good.name, loose.name, renamed.name}
    assert loose.read_text() == entry_text(entry(0.2))


def test_prune_leaves_the_smallest_and_what_people_said_something_about(
    zenverify: Zenverify, directory: Path
) -> None:
    sizes = range(1, 7)
    paths = [write_entry(directory / "corpus", entry(*[0.1] * size)) for size in sizes]
    said = write_entry(directory / "corpus", entry(*[0.1] * 9, reason="kept"))
    done = zenverify("corpus", "prune", "--keep", "2", "--dry-run")
    assert done.out.count("would remove") == 5  # one that is kept counts among the two
    assert all(path.exists() for path in paths)
    zenverify("corpus", "prune", "--keep", "2")
    left = sorted(path.name for path in said.parent.iterdir())
    assert left == sorted([paths[0].name, said.name])


def test_add_keeps_what_the_engine_gets_wrong(
    zenverify: Zenverify, directory: Path, wrong: tuple[str, ...]
) -> None:
    (directory / "case.json").write_text(entry(0.5).case.to_json())
    add = ("corpus", "add", "case.json", *wrong)
    done = zenverify(*add, "--reason", "seen by hand")
    assert done.code == 0
    path = Path(done.out.removeprefix("added ").strip())
    found = read_entry(path)
    assert (found.engine, found.blame, found.reason) == ("wrong", BLAME, "seen by hand")
    assert zenverify(*add, "--open").err.startswith("zenverify: --open needs a --reason and a --li")
    zenverify(*add, "--open", "--reason", "by design", "--link", LINK)
    assert read_entry(path).reason == "seen by hand"  # fixed stands against open
    done = zenverify("corpus", "add", "case.json")
    assert (done.code, done.err) == (1, "case.json: zen gets nothing wrong in it\n")


def test_add_needs_something(zenverify: Zenverify, directory: Path) -> None:
    done = zenverify("corpus", "add")
    assert (done.code, done.err) == (
        2,
        "zenverify: nothing to add: name files, or give --from-baseline\n",
    )


def test_minimise_keeps_what_people_said(
    zenverify: Zenverify, directory: Path, wrong: tuple[str, ...]
) -> None:
    large = replace(entry(0.5, 0.25, 0.75, 0.1, reason="kept"), engine="wrong")
    path = write_entry(directory / "corpus", large)
    call = ("corpus", "minimise", *wrong)
    assert "would become" in zenverify(*call, "--dry-run").out
    done = zenverify(*call)
    assert done.code == 0
    (small,) = path.parent.iterdir()
    found = read_entry(small)
    assert (found.reason, found.blame.operation) == ("kept", "tanh")
    assert sum(found.case.graph.sizes) < sum(large.case.graph.sizes)
    assert "it is as small as can be" in zenverify(*call).err
    assert "nothing is wrong in it now" in zenverify("corpus", "minimise").err


def test_a_baseline_becomes_open_entries(
    zenverify: Zenverify, directory: Path, wrong: tuple[str, ...]
) -> None:
    tanh = {"verdict": "ENGINE_WRONG", "operation": "tanh", "reason": "by design", "link": ""}
    exp = {**tanh, "operation": "exp"}
    data = {"format": 2, "engine": "wrong", "version": "1", "failures": [tanh, exp]}
    (directory / "known.json").write_text(json.dumps(data))
    call = ("corpus", "add", *wrong, "--from-baseline", "known.json", "-n", "30", "--seed", "1")
    done = zenverify(*call)
    assert done.code == 2
    assert "ENGINE_WRONG: tanh has no link, which an open entry needs: give --link" in done.err
    done = zenverify(*call, "--link", LINK)
    assert done.code == 1
    assert "not met: ENGINE_WRONG: exp; it stays in known.json\n" in done.err
    entries = [read_entry(path) for path in Path("corpus/wrong").iterdir()]
    assert entries
    assert {(one.status, one.reason, one.link) for one in entries} == {("open", "by design", LINK)}
    assert zenverify("replay", *wrong, "corpus/wrong").code == 0
    # The same run needs the baseline no more.
    run = ("run", *wrong, "--ops", "tanh", "-n", "30", "--seed", "1", "-q")
    assert zenverify(*run).code == 0
