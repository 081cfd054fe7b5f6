"""One model, many forms: each is valid by its schema, and safe whatever an engine says."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.output.runs import (
    BUCKET,
    CASE,
    FINDING,
    FINISHED,
    FOUND,
    MINIMISED,
    STARTED,
    WHOLE_RUN,
    model_of,
)
from zenverify.output.forms.github import workflow_commands
from zenverify.output.forms.junit import junit
from zenverify.output.forms.markdown import markdown, plain
from zenverify.output.forms.reporter import FORMATS, FormsReporter
from zenverify.output.forms.sarif import sarif
from zenverify.output.forms.told import Told, safe, told
from zenverify.output.html.reporter import HtmlReporter
from zenverify.output.json import report as json_report
from zenverify.output.model.asking import nobody
from zenverify.output.model.run import Collector, RunModel
from zenverify.output.reporter import Reporters, RunContext
from zenverify.verification.events import Bucket
from zenverify.verification.evidence import Evidence
from zenverify.verification.verdict import Blame, BucketKey, Frame

HOSTILE = (
    "a\x1b[2J\x00\x07\n::error::owned\r\n##[error]x <script>alert(1)</script> ]]> &amp; \u202eb "
    "\ud800 \ufffe `code` @everyone | [link](http://x) \\u0000" + "long " * 2_000
)

SARIF_SCHEMA = Path(__file__).with_name("sarif-2.1.0-rtm.5.json")
"""OASIS's schema of SARIF 2.1.0 as it was published, unchanged: the copy that the npm package
`@microsoft/jest-sarif` 1.0.0-beta.0 (MIT) carries. Who implements the standard may hold a copy, as
OASIS says in issue 583 of `oasis-tcs/sarif-spec`. It is no part of the package."""


def hostile_model() -> RunModel:
    finding = replace(FINDING, message=HOSTILE, check=HOSTILE, blame=Blame(4, HOSTILE, 0, HOSTILE))
    start = replace(STARTED, engine=HOSTILE, engine_version=HOSTILE, operators=(HOSTILE,))
    end = replace(
        FINISHED,
        stop_reason="finished",
        buckets=(Bucket(BUCKET, finding, CASE, 1, 2, "corpus/" + HOSTILE[:40]),),
        coverage={HOSTILE: {HOSTILE: 1}},
        unsupported=(HOSTILE + "2",),
        notes={HOSTILE: 1},
    )
    found = replace(FOUND, finding=finding)
    minimised = replace(MINIMISED, finding=finding, path="corpus/" + HOSTILE[:40])
    return model_of(start, found, minimised, end)


def forms_of(model: RunModel) -> Iterator[tuple[str, str]]:
    found = told(model)
    yield "json", json_report.report(model, found)
    yield "junit", junit(model, found)
    yield "sarif", sarif(model, found)
    yield "md", markdown(model, found)
    yield "github", "\n".join(workflow_commands(model, found))


def schema(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("model", [model_of(*WHOLE_RUN), hostile_model()], ids=["run", "hostile"])
def test_json_is_valid_by_its_schema(model: RunModel) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    published = schema(Path(json_report.__file__).with_name("report.schema.json"))
    jsonschema.Draft202012Validator.check_schema(published)
    validator = jsonschema.Draft202012Validator(published)
    document = json.loads(dict(forms_of(model))["json"])
    validator.validate(document)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(document | {"causes": [{}]})


@pytest.mark.parametrize("frame", [None, Frame("engines/my tanh.py", 12, "rule", "")])
@pytest.mark.parametrize("known", [{}, {BUCKET: "issue 7"}])
@pytest.mark.parametrize("hostile", [False, True])
def test_sarif_is_valid_by_the_standards_schema(
    hostile: bool, known: dict[BucketKey, str], frame: Frame | None
) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    model = model_of(*WHOLE_RUN[:-1], replace(FINISHED, known=known))
    if hostile:
        model = hostile_model()
    log = json.loads(sarif(model, told(model, lambda _: Evidence(source=frame))))
    validator = jsonschema.Draft4Validator(
        schema(SARIF_SCHEMA), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )
    validator.validate(log)
    (result,) = log["runs"][0]["results"]
    del result["message"]
    with pytest.raises(jsonschema.ValidationError, match="'message' is a required property"):
        validator.validate(log)


@pytest.mark.parametrize("name", ["json", "junit", "sarif", "md", "github"])
def test_nothing_hostile_comes_through(name: str) -> None:
    text = dict(forms_of(hostile_model()))[name]
    text.encode("utf-8")
    assert not set(text) & {"\x1b", "\x00", "\x07", "\u202e", "\ufffe", "\r"}
    commands = re.findall(r"(?m)^\s*::", text)
    assert len(commands) == (1 if name == "github" else 0)
    assert not re.search(r"(?m)^##\[", text)
    if name == "md":
        assert "<script>" not in re.sub(r"(?s)```.*?```", "", text)
        assert "](http" not in re.sub(r"(?s)```.*?```", "", text)


def test_long_texts_are_cut_and_their_length_is_said() -> None:
    text = safe("x" * 5_000)
    assert len(text) < 2_100
    assert text.endswith("... (5,000 characters)")


def test_junit_has_a_case_per_operation_and_failures_where_it_is_wrong() -> None:
    root = fromstring(dict(forms_of(model_of(*WHOLE_RUN)))["junit"])  # noqa: S314  our own text
    (suite,) = root
    assert suite.attrib["tests"] == "3"
    assert suite.attrib["failures"] == "1"
    cases = {case.attrib["name"]: case for case in suite.iter("testcase")}
    assert set(cases) == {"Wrong gradient: tanh, argument 0", "multiply", "conv2d"}
    failure = cases["Wrong gradient: tanh, argument 0"].find("failure")
    assert failure is not None
    assert "is 2 times too large" in failure.attrib["message"]
    assert "zenverify replay corpus/tanh-0.json" in (failure.text or "")
    assert cases["conv2d"].find("skipped") is not None


def source(frame: Frame | None) -> tuple[RunModel, tuple[Told, ...]]:
    model = model_of(*WHOLE_RUN)
    return model, told(model, lambda _: Evidence(source=frame))


def test_a_finding_is_at_the_engines_line_where_that_is_known_else_at_its_entry() -> None:
    place = sarif_place(*source(Frame("engines/my tanh.py", 12, "rule", "")))
    assert place == ("engines/my%20tanh.py", 12)
    assert sarif_place(*source(None)) == ("corpus/tanh-0.json", 1)
    model, found = source(Frame("engines/my,tanh.py", 12, "rule", ""))
    (line,) = workflow_commands(model, found)
    assert line.startswith("::error file=engines/my%2Ctanh.py,line=12,title=Wrong gradient%3A tanh")


def sarif_place(model: RunModel, found: tuple[Told, ...]) -> tuple[str, int]:
    (result,) = json.loads(sarif(model, found))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]


def test_what_is_known_is_no_failure() -> None:
    model = model_of(*WHOLE_RUN[:-1], replace(FINISHED, known={BUCKET: "issue 7"}))
    found = told(model)
    (result,) = json.loads(sarif(model, found))["runs"][0]["results"]
    assert result["level"] == "note"
    assert result["suppressions"][0]["justification"] == "issue 7"
    assert 'failures="0"' in junit(model, found)
    (line,) = workflow_commands(model, found)
    assert line.startswith("::notice ")


def test_markdown_has_the_verdict_the_causes_and_the_commands() -> None:
    text = dict(forms_of(model_of(*WHOLE_RUN)))["md"]
    assert text.startswith("## zenverify: 1 discrepancy in 1,200 graphs\n")
    assert "| 1 | Wrong gradient: tanh, argument 0 | `0.5` | `0.25000000000000000` | 7 |" in text
    assert "    v4" not in text
    assert "v4 = tanh(v3)    <- here" in text
    assert "<details><summary>By Zen alone</summary>" in text


def test_no_markup_in_plain_text() -> None:
    assert plain("*a* <b> [c](d) `e` # | ~ @f") == r"\*a\* \<b\> \[c\]\(d\) \`e\` \# \| \~ \@f"


def test_the_files_stand_beside_the_page_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    reports = tmp_path / "reports"
    for stem in ("zen-seed42", "zen-seed42-2"):
        context = RunContext(Collector())
        reporters = [
            HtmlReporter(context, reports),
            FormsReporter(context, reports, FORMATS, nobody, dated=False),
        ]
        with Reporters(reporters, context) as shown:
            for event in WHOLE_RUN:
                shown.handle(event)
        assert not context.refused
        for suffix in (".html", ".json", ".junit.xml", ".sarif", ".md"):
            assert (reports / f"{stem}{suffix}").is_file()
    assert summary.read_text(encoding="utf-8").count("## zenverify: ") == 2
    assert capsys.readouterr().err.count("::error title=") == 2


def test_without_the_page_each_run_still_has_files_of_its_own(tmp_path: Path) -> None:
    for _ in range(2):
        context = RunContext(Collector())
        with Reporters([FormsReporter(context, tmp_path, ["md"], nobody)], context) as shown:
            for event in WHOLE_RUN:
                shown.handle(event)
    assert {path.name for path in tmp_path.glob("*.md")} == {"zen-seed42.md", "zen-seed42-2.md"}


def test_a_folder_that_cannot_be_written_is_said_and_the_run_goes_on(tmp_path: Path) -> None:
    occupied = tmp_path / "reports"
    occupied.write_text("a file")
    context = RunContext(Collector())
    with Reporters([FormsReporter(context, occupied, ["json"], nobody)], context) as shown:
        for event in WHOLE_RUN:
            shown.handle(event)
    assert set(context.refused) == {"json", "index"}
