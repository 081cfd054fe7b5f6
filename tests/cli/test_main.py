"""Exit codes: 0, 1, 2 and 130 mean what they say, whatever happens."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.prepared import FakeCampaign, Zenverify, started
from zenverify import __version__
from zenverify.errors import UsageError
from zenverify.verification.events import Event

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from zenverify.cli.main import main; sys.exit(main())"


def raising(error: BaseException) -> Iterator[Event]:
    yield started()
    raise error


def test_the_version(zenverify: Zenverify) -> None:
    done = zenverify("--version")
    assert (done.code, done.out) == (0, f"zenverify {__version__}\n")


@pytest.mark.parametrize("command", [(), ("run",), ("replay",), ("operators",), ("engines",)])
def test_every_help_has_examples(zenverify: Zenverify, command: tuple[str, ...]) -> None:
    done = zenverify(*command, "--help")
    assert done.code == 0
    assert "Examples:\n    zenverify" in done.out


@pytest.mark.parametrize(
    "arguments, hint",
    [
        (("rnu",), "There is no command 'rnu'; did you mean run?"),
        (("run", "--grphs", "3"), "--graphs"),
        (("run", "--engine", "zenn"), "'zen'"),
        (("run", "--ops", "softmx"), "'softmax'"),
        (("replay", "missing.json"), "missing.json: no such file or directory"),
    ],
)
def test_a_mistake_exits_2_and_names_what_was_meant(
    zenverify: Zenverify, arguments: tuple[str, ...], hint: str
) -> None:
    done = zenverify(*arguments)
    assert (done.code, done.out) == (2, "")
    assert hint in done.err


def test_a_known_error_is_one_line(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = lambda: raising(UsageError("no operation is left to draw"))
    done = zenverify("run", "-q")
    assert done.code == 2
    assert done.err == "zenverify: no operation is left to draw\n"


def test_a_file_error_names_the_file(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = lambda: raising(PermissionError(13, "Permission denied", "corpus/x.json"))
    done = zenverify("run", "-q")
    assert (done.code, done.err) == (2, "zenverify: corpus/x.json: Permission denied\n")


def test_an_internal_error_says_where_to_go(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = lambda: raising(ZeroDivisionError("division by zero"))
    done = zenverify("run", "-q")
    assert done.code == 2
    assert "internal error: ZeroDivisionError: division by zero" in done.err
    assert "please report it" in done.err
    assert "Traceback" not in done.err


def test_an_internal_error_shows_its_traceback_if_verbose(
    zenverify: Zenverify, campaign: FakeCampaign
) -> None:
    campaign.events = lambda: raising(ZeroDivisionError("division by zero"))
    done = zenverify("run", "-qv")
    assert done.code == 2
    assert "Traceback" in done.err
    assert "in raising" in done.err


def test_ctrl_c_exits_130(zenverify: Zenverify, campaign: FakeCampaign) -> None:
    campaign.events = lambda: raising(KeyboardInterrupt())
    done = zenverify("run", "-q")
    assert (done.code, done.err) == (130, "zenverify: interrupted\n")


@pytest.mark.parametrize("arguments", ["--help", "operators", "operators --json"])
def test_a_closed_stdout_is_no_crash(arguments: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 2


def test_a_message_survives_a_terminal_without_unicode(tmp_path: Path) -> None:
    (tmp_path / "ü.json").write_text("[]")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "replay", "."],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b"malformed: \\xfc.json: expected an object, got list\n"


def test_the_package_is_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zenverify", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"zenverify {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_words(shell: str) -> None:
    def ask(instruction: str, **words: str) -> str:
        environment = os.environ | {"_ZENVERIFY_COMPLETE": instruction, **words}
        call = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(call, capture_output=True, text=True, check=False, env=environment)
        return done.stdout

    assert "_ZENVERIFY_COMPLETE" in ask(f"{shell}_source")
    words = {"COMP_WORDS": "zenverify re", "COMP_CWORD": "re" if shell == "fish" else "1"}
    assert "replay" in ask(f"{shell}_complete", **words)
    inner = {"COMP_WORDS": "zenverify corpus me", "COMP_CWORD": "me" if shell == "fish" else "2"}
    assert "merge" in ask(f"{shell}_complete", **inner)
