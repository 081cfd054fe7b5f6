"""The sample report in the clone is what its stated command writes."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.output.html.test_render import Outline

ROOT = Path(__file__).parents[2]
SAMPLE = "reports/sample/wrong-seed1.html"


def command() -> list[str]:
    readme = (ROOT / "reports" / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert found is not None
    return shlex.split(found[1].replace("\\\n", " "))


def words(page: str) -> list[str]:
    """What a reader sees, with numbers to three digits: another processor rounds in another way."""
    page = re.sub(r'(?<=<span class="units">)[^<]*', "", page)  # an error of a unit or less
    text = re.sub(r"± \S+", "±", Outline(page).text)
    number = r"-?\d+\.\d+(?:e[+-]?\d+)?"
    return re.sub(number, lambda m: f"{float(m[0]):.2e}", text).split()


def test_the_sample_is_what_its_command_writes(tmp_path: Path) -> None:
    (tmp_path / "reports" / "sample").mkdir(parents=True)
    engine = "reports/sample/wrong_engine.py"
    shutil.copy(ROOT / engine, tmp_path / engine)
    program, *arguments = command()
    assert program == "zenverify"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from zenverify.cli.main import main; raise SystemExit(main())",
            *arguments,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    made = (tmp_path / SAMPLE).read_text(encoding="utf-8")
    kept = (ROOT / SAMPLE).read_text(encoding="utf-8")
    assert words(made) == words(kept), "make it anew by the command in reports/README.md"
    entries = sorted(path.name for path in (tmp_path / "reports/sample/corpus").rglob("*.json"))
    assert entries == sorted(path.name for path in (ROOT / "reports/sample/corpus").rglob("*.json"))


@pytest.mark.parametrize("place", [str(ROOT), "tmp/", str(Path.home())])
def test_the_sample_tells_nothing_of_where_it_was_made(place: str) -> None:
    assert place not in (ROOT / SAMPLE).read_text(encoding="utf-8")
