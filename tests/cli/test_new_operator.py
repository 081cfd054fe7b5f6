"""``zenverify new-operator``: the file of an operation of your own."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify
from zenverify.cli.main import main


def test_the_file_is_written_and_the_next_commands_are_told(
    zenverify: Zenverify, directory: Path
) -> None:
    done = zenverify("new-operator", "my_softplus")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "Wrote my_softplus.py. Next:",
        "  zenverify check my_softplus.py:my_softplus",
        "  pytest my_softplus.py",
    ]
    text = (directory / "my_softplus.py").read_text(encoding="utf-8")
    ast.parse(text)
    assert "{" not in text.replace('{"x": Domain()}', "")
    assert 'name="my_softplus"' in text
    assert "def test_my_softplus():\n    assert check(my_softplus)\n" in text


def test_the_path_of_another_directory_is_quoted(zenverify: Zenverify, directory: Path) -> None:
    done = zenverify("new-operator", "halved", "-o", "my own/operations", "--json")
    assert done.code == 0
    assert json.loads(done.out) == {
        "path": "my own/operations/halved.py",
        "commands": [
            "zenverify check 'my own/operations/halved.py:halved'",
            "pytest 'my own/operations/halved.py'",
        ],
    }
    assert (directory / "my own" / "operations" / "halved.py").is_file()


def test_several_arguments(zenverify: Zenverify, directory: Path) -> None:
    assert zenverify("new-operator", "scaled", "--arguments", "x, scale,shift").code == 0
    text = (directory / "scaled.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions == ["forward", "pullback_x", "pullback_scale", "pullback_shift", "test_scaled"]
    assert "return g * x * shift" in text
    assert 'domains={"x": Domain(), "scale": Domain(), "shift": Domain()},' in text


@pytest.mark.parametrize("arguments", [(), ("--arguments", "x,y"), ("--arguments", "a,b,c")])
def test_what_is_written_is_clean(
    zenverify: Zenverify, directory: Path, arguments: tuple[str, ...]
) -> None:
    zenverify("new-operator", "written", *arguments)
    lines = (directory / "written.py").read_text(encoding="utf-8").splitlines()
    assert all(line == line.rstrip() and len(line) <= 100 for line in lines)
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length=100", "--quiet", "written.py"]
    for command in (["check", "--select=E,F,W,I,B,N"], ["format", "--check"]):
        subprocess.run([*ruff, *command, *options], cwd=directory, check=True)


def test_an_existing_file_is_never_overwritten(zenverify: Zenverify, directory: Path) -> None:
    path = directory / "halved.py"
    path.write_text("mine", encoding="utf-8")
    done = zenverify("new-operator", "halved")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "zenverify: halved.py exists and is not overwritten: choose another name, or another "
        "directory with -o\n"
    )
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_directory_that_is_a_file_is_an_error(zenverify: Zenverify, directory: Path) -> None:
    (directory / "there").write_text("", encoding="utf-8")
    done = zenverify("new-operator", "halved", "-o", "there")
    assert (done.code, done.out) == (2, "")
    assert "there" in done.err


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a-b", "the name is no Python identifier"),
        ("1st", "the name is no Python identifier"),
        ("_hidden", "the name is no Python identifier"),
        ("../up", "the name is no Python identifier"),
        ("", "the name is no Python identifier"),
        ("\u03c0", "the name is no Python identifier"),
        ("x" * 51, "the name has 51 characters, at most 50 are allowed"),
        ("lambda", "the name is a keyword of Python"),
        ("forward", "the file uses this name for something else"),
        ("np", "the file uses this name for something else"),
        ("test_me", "the file uses this name for something else"),
        ("conftest", "the file uses this name for something else"),
        ("random", "there is a module of this name, which the file would hide"),
        ("numpy", "there is a module of this name, which the file would hide"),
        ("zenverify", "there is a module of this name, which the file would hide"),
    ],
)
def test_a_name_that_does_not_fit(
    zenverify: Zenverify, directory: Path, name: str, expected: str
) -> None:
    done = zenverify("new-operator", name)
    assert (done.code, done.out) == (2, "")
    assert expected in done.err
    assert len(done.err.splitlines()) == 1
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ("x,,y", "--arguments: '' is no Python identifier; expected names such as x,y"),
        ("x,1y", "'1y' is no Python identifier"),
        ("x,if", "'if' is no Python identifier"),
        ("x,x", "'x' is given twice"),
        ("x,g", "'g' is used for something else in the file"),
        ("x,result", "'result' is used for something else in the file"),
        ("x,halved", "'halved' is used for something else in the file"),
        ("x," + "y" * 51, "has 51 characters, at most 50 are allowed"),
        ("a,b,c,d,f,h,i", "expected at most 6 names, got 7"),
    ],
)
def test_arguments_that_do_not_fit(
    zenverify: Zenverify, directory: Path, arguments: str, expected: str
) -> None:
    done = zenverify("new-operator", "halved", "--arguments", arguments)
    assert (done.code, done.out) == (2, "")
    assert expected in done.err
    assert list(directory.iterdir()) == []


def test_the_help_has_examples(zenverify: Zenverify) -> None:
    done = zenverify("new-operator", "--help")
    assert done.code == 0
    assert "Examples:\n    zenverify new-operator softplus" in done.out


def test_help_loads_neither_numpy_nor_sympy() -> None:
    program = (
        "import sys\n"
        "from zenverify.cli.main import main\n"
        "main(['new-operator', '--help'])\n"
        "assert not {'numpy', 'sympy', 'jinja2'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


def run(directory: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=directory, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


CHECK = (
    "-c",
    "from zenverify.cli.main import main; raise SystemExit(main())",
    "check",
    "-n",
    "200",
)


@pytest.mark.parametrize("arguments", [(), ("--arguments", "x,scale")])
def test_the_operation_passes_its_check_as_written(
    directory: Path, arguments: tuple[str, ...]
) -> None:
    assert main(["new-operator", "brand_new", *arguments]) == 0
    assert "brand_new passes: no discrepancy" in run(directory, *CHECK, "brand_new.py:brand_new")


def test_the_test_in_the_file_passes_as_written(directory: Path) -> None:
    assert main(["new-operator", "brand_new"]) == 0
    assert "1 passed" in run(
        directory, "-m", "pytest", "-q", "-p", "no:cacheprovider", "brand_new.py"
    )
