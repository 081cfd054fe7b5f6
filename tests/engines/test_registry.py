"""Engines found by name, module and file, and every way in which they are not."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import zenverify
from tests.engines.tape import TapeEngine
from zenverify.engines import registry
from zenverify.engines.extended import extended
from zenverify.engines.protocol import LeafKind, Limits
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UsageError
from zenverify.faults.catalogue import find_fault
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.tensor import Tensor
from zenverify.verification.verify import verify_case


def test_the_zen_engine_is_there_by_name() -> None:
    assert isinstance(registry.load("zen"), ZenEngine)
    info = registry.available()[0]
    assert info.name == registry.DEFAULT == "zen"
    assert info.version == zenverify.__version__


def test_engines_are_listed_whether_installed_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    by_name = {info.name: info for info in registry.available()}
    assert set(by_name) == {"zen", "torch", "jax", "autograd", "mygrad", "tinygrad"}
    assert by_name["torch"].version is None
    assert by_name["torch"].install == "pip install 'zenverify[torch]'"


@pytest.mark.parametrize(
    "name, message",
    [
        (
            "torch",
            r"^engine 'torch' needs torch, not installed here: pip install 'zenverify\[torch\]'$",
        ),
        ("autograd", r"^engine 'autograd' needs autograd and scipy, not installed here"),
    ],
)
def test_an_engine_that_is_not_installed_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=message):
        registry.load(name)


def test_listing_and_asking_for_the_engine_of_a_result_import_no_library() -> None:
    code = (
        "import sys; from zenverify.engines import registry; from zenverify import Tensor; "
        "registry.available(); registry.engine_of(Tensor(1.0)); "
        "assert not {'torch', 'jax', 'autograd', 'mygrad', 'tinygrad'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "spec", ["zenverify.engines.zen:ZenEngine", "tests.engines.tape:TapeEngine"]
)
def test_an_engine_is_loaded_from_a_module(spec: str) -> None:
    assert registry.load(spec).name == spec.split(".")[-1].split(":")[0]


def test_a_folder_of_a_librarys_name_is_not_the_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tinygrad").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    found = importlib.util.find_spec("tinygrad")
    if found is not None and found.origin is not None:
        pytest.skip("an installed library comes before a folder")
    (info,) = [one for one in registry.available() if one.name == "tinygrad"]
    assert info.version is None
    with pytest.raises(UsageError, match=r"^engine .tinygrad. needs tinygrad, not in"):
        registry.load("tinygrad")
    assert registry.engine_of(Tensor(1.0)).name == "zen"


def test_an_engine_that_takes_no_cotangents_can_be_given_an_operation() -> None:
    engine = registry.load(f"{__name__}:Unseeded")
    made = extended(engine, "cube", lambda x: x * x * x)
    build = GraphBuilder()
    build.apply("tanh", build.variable((2,)))
    case = Case(build.graph(), (np.array([0.5, 1.0]),), np.array([2.0, 3.0]))
    assert verify_case(extended(engine, "tanh", _tanh), case).verdict == "AGREE"
    x = made.leaf(LeafKind.VARIABLE, np.array(2.0))
    made.backward(made.apply("cube", [x], {}), np.array(0.5))
    assert made.gradient(x) == 6.0


class Unseeded(ZenEngine):
    limits = Limits(seeded=False)


def _tanh(x: Tensor) -> Tensor:
    return zenverify.tensor.tanh(x)


def test_faults_can_be_planted_into_an_engine_that_takes_no_cotangents() -> None:
    engine = registry.load(f"{__name__}:Unseeded")
    fault = find_fault(engine, "tanh/0/sign")
    build = GraphBuilder()
    build.apply("tanh", build.variable())
    case = Case(build.graph(), (np.array(0.5),), np.array(1.0))
    with fault.mutant.plant():
        (finding,) = verify_case(engine, case).findings
    assert str(finding.blame) == "tanh, argument 0"


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
            r"^there is no engine 'zne'; did you mean 'zen'\? \(known: autograd, jax, mygrad, tiny",
        ),
        ("quite-other", r"^there is no engine 'quite-other' \(known: autograd,"),
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
    with pytest.raises(UsageError, match=r"a int is no result of an engine known here \(autograd,"):
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
