"""The public interface is what docs/reference.md says, and changes on purpose only."""

import difflib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference import PAGE, reference


def test_the_interface_is_the_one_that_is_written_down() -> None:
    changed = difflib.unified_diff(
        PAGE.read_text(encoding="utf-8").splitlines(),
        reference().splitlines(),
        "docs/reference.md",
        "the code",
        n=0,
        lineterm="",
    )
    difference = "\n".join(changed)
    assert not difference, (
        "the public interface has changed; if that is meant, write it down by "
        f"`python -m tests.reference` and tell of it in CHANGELOG.md:\n{difference}"
    )


@pytest.mark.parametrize(
    "line",
    [
        "- `gradcheck(fn: Callable[..., Any], inputs: Any, *",
        "- class `Contribution(*, name: str, function: Callable[..., Any]",
        "  - `get_gradients(grad: ArrayLike | None = None)`",
        "### `zenverify run`",
        "| `--seed` | N | `ZENVERIFY_SEED` |",
        "| `-n`, `--graphs` | N | `ZENVERIFY_GRAPHS` |",
        "| 130 | interrupted |",
        "| `stop_reason` | text |",
        "| `verdict` | `Verdict` |",
        "One of `AGREE`, `ENGINE_WRONG`",
        "| `buckets` | list of `Bucket` |",
        "| `new-operator` | `path`, `commands` |",
    ],
)
def test_names_options_exit_codes_and_fields_are_listed(line: str) -> None:
    assert f"\n{line}" in PAGE.read_text(encoding="utf-8")


def test_a_change_is_told_with_the_command_that_writes_it_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "reference.md"
    older.write_text(
        PAGE.read_text(encoding="utf-8").replace("`ZENVERIFY_SEED`", "`ZENVERIFY_SEEDS`"),
        encoding="utf-8",
    )
    monkeypatch.setattr(f"{__name__}.PAGE", older)
    with pytest.raises(AssertionError) as failure:
        test_the_interface_is_the_one_that_is_written_down()
    message = str(failure.value)
    assert "`python -m tests.reference`" in message
    assert "+| `--seed` | N | `ZENVERIFY_SEED` |" in message


def test_it_is_the_same_in_another_process() -> None:
    program = "from tests.reference import reference; print(reference(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PAGE.parents[1], capture_output=True, check=True
    )
    assert done.stdout.decode() == reference()
