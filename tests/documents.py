"""The fenced code blocks of a Markdown document, and what it takes to run them as a reader would.

- ``python``, ``json`` and ``toml`` blocks with a ``title`` are files; the title is the path.
- Other ``python`` blocks are programs; a ``text`` block right behind one is what it prints. Those
  that import a library which need not be installed are run where it is.
- ``console`` blocks hold commands behind ``$ ``, and below each what it prints.
- ``diff`` blocks change the project; they are applied to a copy of it.
- ``sh`` blocks set things up and are not run.

``python -m tests.documents [PATH ...]`` writes into the documents what their code prints now.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SET_UP = (
    "pip install . && zenverify run\n",
    "pip install '.[test]' && pytest\n",
    "pip install 'zenverify[torch]'     # or jax, autograd, mygrad, tinygrad\n",
)
"""Commands that prepare a machine: they cannot be run by the tests that they start."""

_FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)

_OPTIONAL = re.compile(r"(?:^import |--(?:engine|conventions) )(torch|jax)\b", re.MULTILINE)

_UNSTEADY = (
    (re.compile(r"seen [\d,]+ times?, first in graph [\d,]+"), "seen N times, first in graph N"),
    (re.compile(r"\b[\d.]+ ?(s|ms|min)\b"), "T s"),
    (re.compile(r"\+- [\d.e+-]+"), "+- N"),
    (re.compile(r"relative errors above [\d.e+-]+"), "relative errors above N"),
    (re.compile(r"(enclosure|its forward pass|differences)( +[\d,]+) +\S+"), r"\1\2"),
    (re.compile(r"\((torch|jax|zen) \S+\)"), r"(\1)"),
    (re.compile(r"at most [\d.e+]+ ulp"), "at most N ulp"),
    (re.compile(r"^(value|gradient in \w+) +(float\d+) .*$", re.MULTILINE), r"\1 \2"),
    (re.compile(r"[\d,]+ graphs, [\d,]+ nodes, [\d,]+ elements"), "N graphs, nodes, elements"),
    (re.compile(r"^(met|note) .*$", re.MULTILINE), r"\1"),
    (re.compile(r"\d+\.\d+(e[+-]\d+)?"), lambda match: f"{float(match[0]):.9g}"),
    (re.compile(r" {2,}"), " "),
)
"""What may differ from one machine to the next: times, the drawing of graphs by another version of
Hypothesis, the last digits of an elementary function and so the largest errors, the width of
columns."""


@dataclass(frozen=True)
class Block:
    """A fenced block, and the line of the document on which it begins."""

    language: str
    title: str | None
    text: str
    line: int


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document.

    Raises
    ------
    ValueError
        If a fence has no language, or no end.
    """
    found = [
        Block(match[1], match[2], match[3], document.count("\n", 0, match.start()) + 1)
        for match in _FENCE.finditer(document)
    ]
    if len(re.findall("^```", document, re.MULTILINE)) != 2 * len(found):
        raise ValueError("a fence has no language, or no end")
    return found


def steady(output: str) -> str:
    """Output without what may differ from one machine to the next."""
    for pattern, replacement in _UNSTEADY:
        output = pattern.sub(replacement, output)
    return "\n".join(line.rstrip() for line in output.strip().splitlines())


def can_run(program: str) -> bool:
    """Whether the optional libraries are installed that a program imports, or a command names."""
    names = _OPTIONAL.findall(program)
    return all(importlib.util.find_spec(name) is not None for name in names)


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a ``console`` block, each with what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def apply_diff(text: str, directory: Path) -> None:
    """Apply a diff to one file. Each hunk must fit in exactly one place.

    Raises
    ------
    ValueError
        If a hunk does not.
    """
    header, *hunks = re.split(r"^@@.*\n", text, flags=re.MULTILINE)
    path = directory / header.splitlines()[1].removeprefix("+++ b/")
    content = path.read_text(encoding="utf-8")
    for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        if content.count(before) != 1:
            raise ValueError(f"{path}: fits {content.count(before)} times:\n{hunk}")
        content = content.replace(before, after)
    path.write_text(content, encoding="utf-8")


class Workplace:
    """A directory in which a reader follows a document.

    Parameters
    ----------
    directory
        An empty directory.
    copied
        Whether the reader changes the project, and so works in a copy of it.
    """

    def __init__(self, directory: Path, *, copied: bool) -> None:
        programs = directory / "programs"
        self.directory = directory / "work"
        programs.mkdir()
        self.directory.mkdir()
        if copied:
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / "zenverify", self.directory / "zenverify", ignore=ignore)
        _write_programs(programs)
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ZENVERIFY_", "FORCE_COLOR", "PYTEST_", "COV_"))
        } | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.directory if copied else ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            # Where these are set, pytest repeats each failure whole in its summary.
            "CI": "",
            "BUILD_NUMBER": "",
            "PYTEST_ADDOPTS": "-p zenverify.corpus.pytest_plugin -p no:cacheprovider",
        }

    def write(self, block: Block) -> None:
        assert block.title is not None
        path = self.directory / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def execute(self, program: str) -> str:
        """Run a Python program, and return what it prints."""
        return self._run([sys.executable, "-c", program], check=True)

    def command(self, command: str) -> str:
        """Run a command of the shell, and return what it prints, errors too."""
        return self._run(["sh", "-c", command], check=False)

    def _run(self, arguments: list[str], *, check: bool) -> str:
        done = subprocess.run(
            arguments,
            cwd=self.directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=600,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done.stdout


def _write_programs(directory: Path) -> None:
    """The programs that an installed zenverify has beside Python, for this interpreter."""
    main = "import sys; from zenverify.cli.main import main; sys.exit(main())"
    bodies = {
        "python": '"$@"',
        "pytest": '-m pytest "$@"',
        "zenverify": f'-P -c "{main}" "$@"',
    }
    for name, body in bodies.items():
        path = directory / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {body}\n')
        path.chmod(0o755)


@dataclass(frozen=True)
class Output:
    """What a document shows as printed, and what was printed.

    ``source`` is what stands right before it in the document.
    """

    source: str
    shown: str
    printed: str

    @property
    def holds(self) -> bool:
        return steady(self.shown) == steady(self.printed)


def follow(document: str, directory: Path) -> Iterator[Output]:
    """Do all that a document says, in an empty directory, and compare what it shows.

    Raises
    ------
    ValueError
        If a block is of a language that nobody runs, or shows the output of nothing.
    """
    found = blocks(document)
    place = Workplace(directory, copied=any(block.language == "diff" for block in found))
    printed, skipped = None, False
    for block in found:
        before, printed = printed, None
        if block.title is not None:
            place.write(block)
        elif block.language == "python":
            printed = place.execute(block.text) if can_run(block.text) else None
            skipped = printed is None
        elif block.language == "text" and skipped:
            skipped = False
        elif block.language == "text" and before is not None:
            yield Output("```text\n", block.text, before)
        elif block.language == "console":
            for command, shown in commands(block.text):
                if not can_run(command):
                    continue
                yield Output(f"$ {command}\n", shown, place.command(command))
        elif block.language == "diff":
            apply_diff(block.text, place.directory)
        elif block.text not in SET_UP:
            raise ValueError(f"line {block.line}: nobody runs this {block.language}")


def update(path: Path) -> None:
    """Write into a document what its code prints now."""
    document = path.read_text(encoding="utf-8")
    place = 0
    with tempfile.TemporaryDirectory() as directory:
        for output in follow(document, Path(directory)):
            # The same command may stand in a document twice: what comes before is done with.
            place = document.index(output.source + output.shown, place) + len(output.source)
            after = document[place + len(output.shown) :]
            shown = output.shown if output.holds else output.printed
            document = document[:place] + shown + after
            place += len(shown)
    path.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    for path in list(map(Path, sys.argv[1:])) or DOCUMENTS:
        update(path)
