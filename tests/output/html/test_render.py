import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.output.runs import (
    AGREED,
    BUCKET,
    CASE,
    FINDING,
    FINISHED,
    FOUND,
    MINIMISED,
    STARTED,
    WHOLE_RUN,
    model_of,
    witness,
)
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.operators import catalogue
from zenverify.output.html.page import page as page_of
from zenverify.output.html.render import render
from zenverify.output.html.section import MOST_ROWS
from zenverify.verification.campaign.coverage import CONDITIONS
from zenverify.verification.events import Bucket
from zenverify.verification.verdict import Blame, Interval, Verdict

HOSTILE = "<img src=x onerror=alert(1)>\"'&amp;</script></style><script>alert(2)</script>"
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Outline(HTMLParser):
    """The elements of a page, its text, and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data

    def count(self, tag: str, **attributes: str) -> int:
        return sum(
            name == tag and all(found.get(key) == value for key, value in attributes.items())
            for name, found in self.elements
        )


@pytest.fixture(scope="module")
def page() -> str:
    return render(model_of(*WHOLE_RUN))


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_the_page_is_well_formed(outline: Outline) -> None:
    assert outline.open == []
    names = [found["id"] for _, found in outline.elements if "id" in found]
    assert len(names) == len(set(names))
    targets = [found["href"] for tag, found in outline.elements if tag == "a"]
    assert targets == ["#cause-1", "#cause-1"]  # from the list of causes, and from the accuracy
    assert {target[1:] for target in targets if target} <= set(names)


def test_the_page_needs_nothing_from_elsewhere(page: str, outline: Outline) -> None:
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert not {"link", "img", "iframe"} & {tag for tag, _ in outline.elements}
    assert outline.count("script") == 1
    assert not any("style" in found or "src" in found for _, found in outline.elements)


def test_the_policy_allows_the_one_style_sheet_and_the_one_script(page: str) -> None:
    hashes = []
    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        hashes.append(f"'sha256-{digest}'")
    policy = next(
        found["content"]
        for tag, found in Outline(page).elements
        if tag == "meta" and "http-equiv" in found
    )
    assert policy == (
        f"default-src 'none'; style-src {hashes[0]}; script-src {hashes[1]}; base-uri 'none'; "
        "form-action 'none'"
    )


def test_a_discrepancy_says_what_where_and_how_much(outline: Outline) -> None:
    for words in (
        "1 discrepancy in 1,200 graphs",
        "Wrong gradient: tanh, argument 0",
        "The derivative of tanh at v4 is wrong.",
        "0.25000000000000000",
        "4.5e+15",
        "17 → 3",
        "7 times",
        "graph 2",
        "0.25 ± 1.0e-04",
        "✗ engine wrong",
        "~ engine wrong",
        "✓ agree",
        "v4 = tanh(v3)  ← the culprit",
        "zenverify replay corpus/tanh-0.json",
    ):
        assert words in outline.text


def test_the_three_witnesses_stand_side_by_side(outline: Outline) -> None:
    assert outline.count("tr", **{"class": "first headline"}) == 2  # by itself, and in its pass
    assert outline.count("tr", **{"class": "polluted"}) == 2
    assert outline.count("tr", **{"class": "agree"}) == 1


def test_the_graph_is_drawn_and_the_formulae_are_written(outline: Outline) -> None:
    assert outline.count("svg", **{"class": "graph"}) == 1
    assert outline.count("rect") == 5 + 3  # boxes, and bars of the accuracy
    assert outline.count("g", **{"class": "node culprit"}) == 1
    assert outline.count("g", **{"class": "edge culprit"}) == 1
    assert outline.count("math") == 3


def test_the_run_and_how_to_repeat_it(outline: Outline) -> None:
    for words in (
        "zenverify run --engine zen --seed 42 -n 1200",
        "34,567",
        "123,456",
        "1 min 33 s",
        "largest measured residual2.75 units of u * S",
        "1,193",
        "difference unreliable: kink",
    ):
        assert words in outline.text


def test_what_was_never_exercised_is_visibly_empty(outline: Outline) -> None:
    never = outline.count("td", **{"class": "never"})
    cannot = outline.count("td", **{"class": "cannot number"})
    assert never + cannot == 3 * len(CONDITIONS) - 2
    # tanh and multiply bend nowhere, and no domain of the three ends.
    assert cannot == 2 + 3 + 2 * len(("repeated operand", "constant right", "number", "broadcast"))
    assert "not offered by the engine, so not tested: conv2d" in outline.text


def test_the_coverage_has_the_order_of_the_catalogue_and_of_the_conditions() -> None:
    coverage = {name: {"seen": 1} for name in ("tanh", "absolute", "add", "unknown")}
    shown = page_of(model_of(replace(STARTED, operators=()), replace(FINISHED, coverage=coverage)))
    assert shown.conditions == CONDITIONS
    operators = [row.operator for row in shown.coverage]
    assert operators == [*(n for n in catalogue.names() if n in coverage), "unknown"]
    counts = [tuple(cell.count for cell in row.cells) for row in shown.coverage]
    assert counts == [(1,) + (0,) * (len(CONDITIONS) - 1)] * len(shown.coverage)


def test_where_nothing_was_measured_there_is_no_largest_residual() -> None:
    text = Outline(render(model_of(STARTED, replace(FINISHED, worst_units=0.0)))).text
    assert "largest measured residualnone measured" in text


def test_nothing_can_break_out_of_the_page() -> None:
    finding = replace(FINDING, message=HOSTILE, check=HOSTILE, blame=Blame(4, HOSTILE, 0, HOSTILE))
    unknown = replace(witness(0), symbolic=Interval(np.nan, np.nan, reason=HOSTILE))
    start = replace(STARTED, engine=HOSTILE, engine_version=HOSTILE, operators=(HOSTILE,))
    end = replace(
        FINISHED,
        stop_reason=HOSTILE,
        buckets=(Bucket(BUCKET, finding, CASE, 1, 2, HOSTILE),),
        coverage={HOSTILE: {HOSTILE: 1}},
        verdicts={HOSTILE: 1},
        unsupported=(HOSTILE + "2",),
        notes={HOSTILE: 1},
    )
    found = replace(FOUND, finding=finding)
    minimised = replace(MINIMISED, finding=finding, witnesses=(unknown,), path=HOSTILE)
    text = render(model_of(start, found, minimised, end))
    outline = Outline(text)
    assert outline.open == []
    assert (outline.count("script"), outline.count("img")) == (1, 0)
    assert outline.text.count(HOSTILE) >= 12


def test_the_same_run_gives_the_same_page(page: str) -> None:
    assert render(model_of(*WHOLE_RUN)) == page


def test_a_clean_run() -> None:
    end = replace(FINISHED, exit_code=0, buckets=(), verdicts={"AGREE": 1200})
    text = render(model_of(STARTED, AGREED, end))
    outline = Outline(text)
    assert "No discrepancy in 1,200 graphs" in outline.text
    assert outline.count("header", **{"class": "run clean"}) == 1
    assert outline.count("nav") == outline.count("article") == 0


def test_a_run_that_tested_nothing_is_not_clean() -> None:
    end = replace(FINISHED, exit_code=2, cases=0, buckets=(), verdicts={}, coverage={}, notes={})
    outline = Outline(render(model_of(replace(STARTED, operators=()), end)))
    assert "Nothing was tested" in outline.text
    assert "No graph has been verified." in outline.text
    assert "No operation was exercised." in outline.text
    assert outline.count("header", **{"class": "run empty"}) == 1


def test_a_run_that_goes_on_says_so() -> None:
    assert "Nothing has been tested so far" in Outline(render(model_of(STARTED))).text
    text = Outline(render(model_of(STARTED, AGREED, FOUND))).text
    assert "1 discrepancy in 1 graph so far" in text
    assert "3, not minimised" in text
    assert "goes on" in text


@pytest.mark.parametrize(
    "verdict, check, title",
    [
        (Verdict.ENGINE_WRONG, "forward", "Wrong value: "),
        (Verdict.ENGINE_WRONG, "probes", "Wrong gradient: "),
        (Verdict.EXPRESSION_WRONG, "whole graph, difference", "Wrong expression: "),
        (Verdict.CRASH, "structure", "Crash: "),
        (Verdict.CONVENTION, "local adjoint", "Wrong choice at a kink: "),
    ],
)
def test_titles(verdict: Verdict, check: str, title: str) -> None:
    finding = replace(FINDING, verdict=verdict, check=check, witnesses=())
    text = Outline(render(model_of(STARTED, replace(FOUND, finding=finding)))).text
    assert title + "tanh, argument 0" in text
    assert "engine says" not in text


def test_of_many_elements_the_failures_are_shown() -> None:
    build = GraphBuilder()
    build.apply("tanh", build.variable((300,)))
    case = Case(build.graph(), (np.ones(300),), np.ones(300))
    wrong = Verdict.ENGINE_WRONG
    answers = tuple(witness(0, wrong if i == 299 else Verdict.AGREE, i) for i in range(300))
    finding = replace(FINDING, blame=Blame(1, "tanh", 0, "always"), witnesses=())
    minimised = replace(MINIMISED, finding=finding, case=case, witnesses=answers)
    outline = Outline(render(model_of(STARTED, FOUND, minimised)))
    assert outline.count("tr", **{"class": "agree"}) == MOST_ROWS - 1
    assert outline.count("tr", **{"class": "first"}) == 1
    assert "[299]" in outline.text
    assert "100 more elements are left out." in outline.text


def test_of_a_large_graph_it_is_said_that_only_a_part_is_drawn() -> None:
    build = GraphBuilder()
    last = build.variable()
    for _ in range(70):
        last = build.apply("tanh", last)
    case = Case(build.graph(), (np.array(0.5),), np.array(1.0))
    found = replace(FOUND, case=case)
    text = Outline(render(model_of(STARTED, found))).text
    assert "Only the 12 nodes nearest to the culprit are drawn, of 71." in text


def test_another_engine_is_named_in_the_replay_command() -> None:
    toy = replace(STARTED, engine="toy.py:engine")
    text = Outline(render(model_of(toy, FOUND, MINIMISED))).text
    assert "zenverify replay --engine toy.py:engine corpus/tanh-0.json" in text


def test_the_script_on_the_page_runs(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    script = re.search('<pre class="script"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert script is not None
    names: dict[str, object] = {}
    exec(Outline(f"<pre>{script[1]}</pre>").text, names)  # noqa: S102  our own page
    case = names["case"]
    assert isinstance(case, Case)
    assert case.to_json() == CASE.to_json()
    assert capsys.readouterr().out == ""  # this engine is right


def test_a_run_that_was_interrupted_says_so_in_its_verdict() -> None:
    end = replace(FINISHED, stop_reason="interrupted", exit_code=130)
    assert (
        "1 discrepancy in 1,200 graphs, interrupted" in Outline(render(model_of(STARTED, end))).text
    )


def test_at_a_kink_it_is_the_declared_choice_that_is_shown() -> None:
    finding = replace(
        FINDING,
        verdict=Verdict.CONVENTION,
        witnesses=(replace(FINDING.witnesses[0], verdict=Verdict.CONVENTION),),
    )
    text = Outline(render(model_of(STARTED, replace(FOUND, finding=finding)))).text
    assert "declared0.25000000000000000what the engine says that it does at a kink" in text


def test_a_long_message_is_cut_and_its_length_is_said() -> None:
    finding = replace(FINDING, message="long " * 10_000)
    page = render(model_of(STARTED, replace(FOUND, finding=finding)))
    assert len(page) < 100_000
    assert "(50,000 characters)" in page


def test_nothing_in_a_page_hides_or_cannot_be_encoded() -> None:
    finding = replace(FINDING, message="a\u202eb\ud800c\x1b[2J")
    started = replace(STARTED, engine="zen\u2066")
    page = render(model_of(started, replace(FOUND, finding=finding)))
    assert page.encode("utf-8")
    assert "a\\u202eb\\ud800c\\x1b[2J" in page
    assert "zen\\u2066" in page
    assert not {"\u202e", "\u2066", "\x1b"} & set(page)
