"""Every number of a headline stands in the section below it, marked, with what it follows from."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.output.html.test_render import Outline
from zenverify import Tensor
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.output.html.render import render
from zenverify.output.model.asking import Asker
from zenverify.output.model.run import Collector
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions

NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?")


def page_of(engine: ZenEngine, operators: tuple[str, ...], graphs: int = 150) -> str:
    collector = Collector()
    for event in run(engine, CampaignOptions(seed=3, graphs=graphs, operators=operators)):
        collector.add(event)
    return render(collector.model(), Asker(engine))


def sections(page: str) -> list[str]:
    return re.findall(r"<article.*?</article>", page, re.DOTALL)


def check(section: str) -> None:
    text = Outline(section).text
    message = re.search(r'<p class="message">(.*?)</p>', section, re.DOTALL)
    if message is None:
        assert '<dl class="answers">' not in section
        return
    told = re.search(r"gives (\S+), the (?:truth is|expression(?: is)?) (\S+?)(?:,|$)", message[1])
    assert told is not None, message[1]
    marked = re.findall(r'<tr class="first headline">.*?</tr>', section, re.DOTALL)
    assert marked, text
    for number in told.groups():
        if NUMBER.fullmatch(number):
            assert any(number in Outline(row).text for row in marked), (number, marked)
    assert "Seen by the check" in text
    assert "At these operands" in text


class ManyFaults(ZenEngine):
    name = "many"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        if not isinstance(result, Tensor):
            return result
        x = operands[0]
        if operator == "tanh":
            y = result.value
            return Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")
        if operator == "softplus":
            with np.errstate(all="ignore"):
                y = np.log(1 + np.exp(x.value))
            return Tensor.from_operation(
                y, [x], [lambda g: g / (1 + np.exp(-x.value))], name="softplus"
            )
        if operator == "cos":
            return Tensor.from_operation(
                result.value, [x], [lambda g: np.squeeze(-g * np.sin(x.value))], name="cos"
            )
        if operator == "relu":
            return Tensor.from_operation(
                result.value, [x], [lambda g: g * (x.value >= 0)], name="relu"
            )
        return result


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_of_many_faults_each_headline_is_proved() -> None:
    page = page_of(ManyFaults(), ("tanh", "softplus", "cos", "relu", "multiply"), 300)
    found = sections(page)
    titles = [Outline(section).text.strip().splitlines()[0] for section in found]
    kinds = {title.split(",")[0].split(" (")[0] for title in titles}
    assert {"Wrong value: softplus", "Wrong gradient: tanh", "Crash: cos"} <= kinds
    assert "Wrong choice at a kink: relu" in kinds
    for section in found:
        check(section)


@pytest.mark.parametrize(
    "fault",
    ["tanh/0/sign", "multiply/1/exchanged", "accumulation/overwritten", "accumulation/averaged"],
)
def test_of_a_planted_fault_the_headline_is_proved(fault: str) -> None:
    engine = ZenEngine()
    found = find_fault(engine, fault)
    with found.mutant.plant():
        page = page_of(engine, ("tanh", "multiply", "sum", "add"))
    assert sections(page)
    for section in sections(page):
        check(section)


class Raising(ZenEngine):
    name = "raising"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        return self._inner(operator, operands, attributes)

    def _inner(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == "tanh":
            raise ValueError("no <b>tanh</b>")
        return super().apply(operator, operands, attributes)


def test_what_an_engine_raised_is_shown_with_its_own_lines() -> None:
    (section,) = sections(page_of(Raising(), ("tanh",), 20))
    assert "<b>" not in section
    (shown,) = re.findall(r'<pre class="traceback".*?</pre>', section, re.DOTALL)
    text = Outline(shown).text
    assert "in Raising.apply return self._inner(operator, operands, attributes)" in " ".join(
        text.split()
    )
    assert "in Raising._inner" in text
    assert 'raise ValueError("no <b>tanh</b>")' in text


def test_where_no_number_is_wrong_the_list_of_causes_says_what_happened() -> None:
    engine = ZenEngine()
    with find_fault(engine, "multiply/0/cotangent-written").mutant.plant():
        page = page_of(engine, ("multiply", "sum"), graphs=40)
    causes = Outline(page[page.index("<tbody>") : page.index("</tbody>")]).text
    assert "Wrong structure" in causes
    assert "changes the cotangent that it is given" in causes
    assert "state that is left" not in causes


def test_how_often_an_operation_was_exercised_is_a_shade() -> None:
    page = page_of(ZenEngine(), ("tanh", "add"), 150)
    counts = re.findall(r'<td class="number seen-(\d)">([\d,]+)</td>', page)
    assert counts
    for shade, count in counts:
        assert int(shade) == min(5, len(count.replace(",", "")))
