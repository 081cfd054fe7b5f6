"""The page in a browser: no complaint, no finding of axe-core, and everything that its script does.

Needs a Chromium; `.ci/run` installs one where it may, and says so where it cannot.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.output.forms.test_forms import hostile_model
from tests.output.runs import CASE, FINDING, FINISHED, STARTED, model_of
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.output.html.render import render
from zenverify.output.model.run import RunModel
from zenverify.verification.events import Bucket
from zenverify.verification.verdict import Blame

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "reports" / "sample" / "wrong-seed1.html"
WIDTHS = (390, 800, 1440)
PATIENCE = 120_000
"""Milliseconds: machines that run tests are busy."""

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            opened = driver.chromium.launch(
                executable_path=path, args=["--no-sandbox"], timeout=PATIENCE
            )
        except playwright.Error as error:
            pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


class Opened:
    """A page, and what the browser said about it."""

    def __init__(self, browser: Any, path: Path, width: int, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def overflows(self) -> bool:
        script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.page.evaluate(script))

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found


def many(causes: int) -> RunModel:
    buckets = []
    for number in range(causes):
        blame = Blame(4, "tanh" if number % 2 else "multiply", 0, f"condition {number}")
        finding = replace(FINDING, blame=blame)
        path = f"corpus/{number}.json"
        buckets.append(Bucket(finding.bucket, finding, CASE, causes - number, number, path))
    return model_of(STARTED, replace(FINISHED, buckets=tuple(buckets)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_sample_fits_and_axe_finds_nothing_serious(
    browser: Any, width: int, scheme: str
) -> None:
    opened = Opened(browser, SAMPLE, width, color_scheme=scheme)
    assert opened.complaints == []
    assert not opened.overflows()
    found = axe.Axe().run(opened.page).response["violations"]
    serious = [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
    opened.context.close()


def test_hostile_text_does_nothing(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(render(hostile_model()), encoding="utf-8")
    opened = Opened(browser, path, 390)
    opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
    assert opened.complaints == []
    assert opened.page.locator("script").count() == 1
    assert not opened.overflows()
    opened.context.close()


def test_filter_sort_fold_copy_and_keys(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "many.html"
    path.write_text(render(many(6)), encoding="utf-8")
    opened = Opened(browser, path, 1440)
    page = opened.page
    rows = "#causes tbody tr:visible"
    assert len(opened.texts(rows)) == 6

    page.fill("#filter", "tanh condition")
    assert len(opened.texts(rows)) == 3
    assert page.locator("article.discrepancy:visible").count() == 3
    page.fill("#filter", "")

    before = opened.texts(rows)
    page.select_option("#sort", "operation")
    assert opened.texts(rows) != before
    page.select_option("#sort", "number")
    assert opened.texts(rows) == before

    page.click("#fold")
    assert page.locator("article.discrepancy > details[open]").count() == 0
    page.locator("body").press("f")
    assert page.locator("article.discrepancy > details[open]").count() == 6

    button = page.locator("header button.copy")
    button.click()
    page.wait_for_selector("header button.copy:text-is('Copied')", timeout=3000)

    page.evaluate("scrollTo(0, 0)")
    page.locator("body").press("j")
    first = page.evaluate("scrollY")
    page.keyboard.press("j")
    assert page.evaluate("scrollY") > first > 0
    page.keyboard.press("k")
    assert page.evaluate("scrollY") <= first
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    assert opened.complaints == []
    opened.context.close()


def test_without_its_script_the_page_says_the_same(browser: Any) -> None:
    plain = Opened(browser, SAMPLE, 800, java_script_enabled=False)
    assert plain.page.locator("article.discrepancy").count() == 3
    assert plain.page.locator("button.copy:visible").count() == 0
    assert "Reproduce" in plain.page.locator("main").inner_text()
    plain.context.close()


def test_five_hundred_causes_are_a_page_of_moderate_size(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "many.html"
    path.write_text(render(many(500)), encoding="utf-8")
    assert path.stat().st_size < 3_000_000
    opened = Opened(browser, path, 1440)
    assert opened.page.locator("#causes tbody tr").count() == 500
    assert opened.page.locator("article.discrepancy").count() == 25
    height = opened.page.evaluate("document.documentElement.scrollHeight")
    assert height < 100_000
    opened.context.close()


def test_long_formulae_fit_on_paper(browser: Any, tmp_path: Path) -> None:
    build = GraphBuilder()
    x = build.variable((1, 2, 1, 2))
    build.apply("sort", x, axis=-1)
    case = Case(build.graph(), (np.ones((1, 2, 1, 2)),), np.ones((1, 2, 1, 2)))
    finding = replace(FINDING, blame=Blame(1, "sort", 0, "kink"), witnesses=())
    bucket = Bucket(finding.bucket, finding, case, 1, 1, "corpus/1.json")
    path = tmp_path / "formula.html"
    page = render(model_of(STARTED, replace(FINISHED, buckets=(bucket,))))
    assert 'class="formula long"' in page
    path.write_text(page, encoding="utf-8")
    opened = Opened(browser, path, 703)
    opened.page.emulate_media(media="print")
    assert not opened.overflows()
    opened.context.close()


def test_it_prints_on_a4(browser: Any) -> None:
    opened = Opened(browser, SAMPLE, 720)
    opened.page.emulate_media(media="print")
    assert not opened.overflows()
    printed = opened.page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(printed) < 1_000_000
    opened.context.close()
