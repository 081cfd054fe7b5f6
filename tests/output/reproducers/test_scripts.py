"""Each form of each reproducer is run as it stands, from another folder, and fails as it says."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.reproducers import executed
from tests.output.runs import CASE, FINDING, discrepancy
from zenverify import Tensor
from zenverify.engines import registry
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.output.model.run import Collector, Discrepancy
from zenverify.output.reproducers.library import _MODULES, LIBRARIES
from zenverify.output.reproducers.listed import reproducers
from zenverify.verification.blame.witnesses import witnesses_of
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import Planted
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

FAULTS = (
    "tanh/0/sign",
    "multiply/1/exchanged",
    "log1p/0/off-by-1e-9",
    "accumulation/overwritten",
    "accumulation/second-ignored",
    "sum/0/twice",
    "softmax/0/sign",
    "matmul/1/transposed",
)


def found(fault: str) -> tuple[Discrepancy, Planted]:
    engine = registry.load("zen")
    known = find_fault(engine, fault)
    mutant = known.mutant
    planted = Planted(known.name, mutant.kind, mutant.name, known.operation, mutant.argument)
    names = {"tanh", "multiply", "sum", "add"}
    if known.operation != "accumulation":
        names.add(known.operation)
    collector = Collector()
    with mutant.plant():
        options = CampaignOptions(seed=1, graphs=80, operators=tuple(sorted(names)))
        for event in run(engine, options):
            collector.add(event)
    return collector.model().discrepancies[0], planted


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_faults_scripts_fail(fault: str, tmp_path: Path) -> None:
    shown, planted = found(fault)
    forms = reproducers(shown, "zen", planted)
    assert [one.form for one in forms] == ["zenverify", "pytest", "library"]
    if fault == "accumulation/second-ignored":
        assert not forms[2].text
        assert "plain pass" in forms[2].why_not
    for one in forms:
        if one.text:
            code, output = executed(one, tmp_path)
            assert code == 1, (one.text, output)
            assert "AssertionError" in output


@pytest.mark.parametrize("fault", ["tanh/0/sign"])
def test_without_the_fault_the_scripts_pass(fault: str, tmp_path: Path) -> None:
    shown, _ = found(fault)
    for one in reproducers(shown, "zen"):
        assert executed(one, tmp_path)[0] == 0, one.text


def wrong_tanh(engine: str) -> tuple[Discrepancy, str]:
    """What a report would say if tanh of that library were off by a half: its scripts pass."""
    pytest.importorskip(engine)
    build = GraphBuilder()
    x = build.variable((2, 2))
    stacked = build.apply("stack", x, build.apply("tanh", x), axis=0)
    scaled = build.apply("multiply", stacked, build.leaf(LeafKind.NUMBER))
    build.apply("sum", scaled, axis=(0, 2), keepdims=False)
    values = np.array([[0.5, -1.5], [0.25, 2.0]])
    case = Case(build.graph(), (values, np.array(3.0)), np.array([1.0, -0.5]))
    right = witnesses_of(registry.load(engine), case)
    off = [
        replace(one, engine=one.engine * 1.5, verdict=Verdict.ENGINE_WRONG)
        if one.node == 0
        else one
        for one in right
    ]
    finding = replace(FINDING, witnesses=(off[0],))
    return discrepancy(case, finding, off), engine


@pytest.mark.parametrize("engine", ["torch", "jax", "autograd", "mygrad", "tinygrad"])
def test_the_library_alone_as_its_users_write_it(engine: str, tmp_path: Path) -> None:
    shown, spec = wrong_tanh(engine)
    one = reproducers(shown, spec)[2]
    assert one.text, one.why_not
    assert "zenverify" not in one.text
    code, output = executed(one, tmp_path)
    assert code == 0, (one.text, output)
    # The same numbers, held against what the engine does not give.
    worse = replace(
        one, text=one.text.replace("expected = np.array([[", "expected = np.array([[7 + ")
    )
    assert worse.text != one.text
    code, output = executed(worse, tmp_path)
    assert code == 1, output
    assert "AssertionError" in output


def test_a_leaf_without_dimensions_is_no_constant_to_tinygrad(tmp_path: Path) -> None:
    pytest.importorskip("tinygrad")
    build = GraphBuilder()
    build.apply("exp", build.variable())
    case = Case(build.graph(), (np.array(0.5),), np.array(1.0))
    off = [
        replace(one, engine=one.engine * 1.5, verdict=Verdict.ENGINE_WRONG)
        for one in witnesses_of(registry.load("tinygrad"), case)
    ]
    finding = replace(FINDING, blame=replace(FINDING.blame, operation="exp"), witnesses=(off[0],))
    one = reproducers(discrepancy(case, finding, off), "tinygrad")[2]
    assert "realize().reshape(()).is_param_(True)" in one.text
    # Right as it is; a tensor without a gradient would end in an AttributeError.
    assert executed(one, tmp_path)[0] == 0, one.text


@pytest.mark.parametrize("engine", LIBRARIES)
def test_each_module_has_its_name_after_its_import(engine: str) -> None:
    if engine != "zen":
        pytest.importorskip(engine)
    for name, statement in _MODULES[engine]:
        subprocess.run([sys.executable, "-c", f"{statement}\n{name}"], check=True)


def test_a_librarys_real_fault_is_shown_by_the_library_alone(tmp_path: Path) -> None:
    pytest.importorskip("autograd")
    collector = Collector()
    options = CampaignOptions(seed=1, graphs=60, operators=("where", "multiply"))
    for event in run(registry.load("autograd"), options):
        collector.add(event)
    shapes = [
        one
        for one in collector.model().discrepancies
        if one.finding.verdict is Verdict.STRUCTURE and one.finding.blame.operation == "where"
    ]
    assert shapes
    for one in reproducers(shapes[0], "autograd"):
        assert one.text, one.why_not
        code, output = executed(one, tmp_path)
        assert code == 1, (one.text, output)
        assert "AssertionError" in output
        if one.form == "library":
            assert "zenverify" not in one.text


class WrongValue(ZenEngine):
    name = "mine"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        if operator == "exp" and isinstance(result, Tensor):
            (x,) = operands
            return Tensor.from_operation(
                result.value * 1.001, [x], [lambda g: g * result.value], name="exp"
            )
        return result


def test_an_engine_of_ones_own_has_two_forms_found_from_any_folder(tmp_path: Path) -> None:
    engine = tmp_path / "engines" / "mine.py"
    engine.parent.mkdir()
    source = Path(__file__).read_text(encoding="utf-8")
    body = source[source.index("class WrongValue") : source.index("def test_an_engine_of_ones_own")]
    engine.write_text(
        "from collections.abc import Sequence\nfrom typing import Any\n"
        "from zenverify import Tensor\nfrom zenverify.engines.zen import ZenEngine\n\n\n" + body,
        encoding="utf-8",
    )
    build = GraphBuilder()
    build.apply("exp", build.variable())
    case = Case(build.graph(), (np.array(0.5),), np.array(1.0))
    finding = verify_case(WrongValue(), case).findings[0]
    shown = discrepancy(case, finding)
    forms = reproducers(shown, "engines/mine.py:WrongValue", directory=tmp_path)
    assert [one.form for one in forms] == ["zenverify", "pytest"]
    for one in forms:
        code, output = executed(one, tmp_path)
        assert code == 1, output
        assert "AssertionError" in output


def test_no_text_breaks_out_of_a_script() -> None:
    hostile = replace(FINDING, blame=replace(FINDING.blame, operation='"""\nimport os\n\\"""'))
    for one in reproducers(discrepancy(CASE, hostile), 'x".py:engine'):
        compile(one.text, "script", "exec")
        assert "\nimport os" not in one.text
