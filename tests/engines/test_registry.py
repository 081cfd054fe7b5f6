"""Engines found by name, module and file, and every way in which they are not."""

from pathlib import Path

import pytest

from tests.engines.tape import TapeEngine
from zenverify.engines import registry
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UsageError
from zenverify.tensor import Tensor


def test_the_zen_engine_is_there_by_name() -> None:
    assert isinstance(registry.load("zen"), ZenEngine)
    (info,) = registry.available()
    assert info.name == registry.DEFAULT == "zen"
    assert info.summary


@pytest.mark.parametrize(
    "spec", ["zenverify.engines.zen:ZenEngine", "tests.engines.tape:TapeEngine"]
)
def test_an_engine_is_loaded_from_a_module(spec: str) -> None:
    assert registry.load(spec).name == spec.split(".")[-1].split(":")[0]


COMPLETE = """
from tests.engines.tape import TapeEngine
def make():
    return TapeEngine()
ready = TapeEngine()
lacking = type("Lacking", (), {"name": "lacking", "leaf": None})()
def raising():
    raise RuntimeError("no device")
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(COMPLETE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("1 / 0", encoding="utf-8")
    return tmp_path / "mine.py"


@pytest.mark.parametrize("attribute", ["TapeEngine", "make", "ready"])
def test_an_engine_is_a_class_a_function_or_an_object(file: Path, attribute: str) -> None:
    # As a module of the current directory, and as a file.
    assert registry.load(f"mine:{attribute}").name == "tape"
    assert registry.load(f"{file}:{attribute}").name == "tape"


@pytest.mark.parametrize(
    "spec, message",
    [
        (
            "zne",
            r"^there is no engine 'zne'; did you mean 'zen'\? \(known: zen; or give module:attr",
        ),
        ("quite-other", r"^there is no engine 'quite-other' \(known: zen;"),
        (":thing", "there is no engine ':thing'"),
        ("module:", "there is no engine 'module:'"),
        (
            "no.such.module:E",
            "engine module 'no.such.module': ModuleNotFoundError: No module named",
        ),
        ("broken:E", "engine module 'broken': ZeroDivisionError: division by zero"),
        ("broken.py:E", "engine file 'broken.py': ZeroDivisionError: division by zero"),
        ("nowhere.py:E", "engine file 'nowhere.py' does not exist"),
        ("mine.py:absent", "engine 'mine.py:absent': mine.py has no attribute 'absent'"),
        ("mine.py:raising", "raising raised RuntimeError: no device"),
        (
            "mine.py:lacking",
            "lacks version, operators, conventions, accumulates, apply, value, back",
        ),
        ("os:sep", "engine 'os:sep': sep raised TypeError"),
    ],
)
def test_an_engine_that_cannot_be_loaded_is_told_why(file: Path, spec: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        registry.load(spec)


def test_a_result_leads_to_its_engine() -> None:
    assert isinstance(registry.engine_of(Tensor(1.0)), ZenEngine)
    with pytest.raises(UsageError, match=r"a int is no result of an engine known here \(zen\)"):
        registry.engine_of(3)


def test_a_tape_is_no_result_of_a_known_engine() -> None:
    with pytest.raises(UsageError, match="a TapeEngine is no result"):
        registry.engine_of(TapeEngine())


@pytest.mark.parametrize(
    "spec, name, label",
    [
        ("zen", "zen", "zen"),
        ("wrong.py:engine", "toy", "toy"),
        ("wrong.py:engine", "zen", "wrong-engine"),
        ("wrong.py:engine", " ZEN!", "wrong-engine"),
        ("/home/me/my engines/wrong.py:Engine", "zen", "wrong-engine"),
        ("my.package.zen:Engine", "zen", "my-package-zen-engine"),
        ("zen.py:é", "zen", "zen-engine"),
    ],
)
def test_no_file_of_a_built_in_engine_is_overwritten(spec: str, name: str, label: str) -> None:
    assert registry.file_label(spec, name) == label
