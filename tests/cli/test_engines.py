"""An engine that is none: told in one line, by every command that takes one."""

from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify

ENGINE = """
from zenverify.engines.zen import ZenEngine

class Engine(ZenEngine):
    {line}
"""


@pytest.mark.parametrize("command", ["run", "replay"])
@pytest.mark.parametrize(
    "line, message",
    [
        ("name = 3", "name is of type int, expected text"),
        ("version = None", "version is of type NoneType, expected text"),
        (
            "operators = ['add']",
            "operators is of type list, expected a set or frozenset of names",
        ),
        (
            "operators = ('add',)",
            "operators is of type tuple, expected a set or frozenset of names",
        ),
        (
            "conventions = None",
            "conventions is of type NoneType, expected a mapping from str to AtKink",
        ),
        (
            "conventions = {'relu': 0.5}",
            "conventions['relu'] is of type float, expected an AtKink",
        ),
        ("accumulates = 'yes'", "accumulates is of type str, expected True or False"),
        ("value = 3", "value is of type int, expected a method"),
    ],
)
def test_an_attribute_of_a_wrong_kind_is_a_usage_error(
    zenverify: Zenverify, directory: Path, command: str, line: str, message: str
) -> None:
    (directory / "bad.py").write_text(ENGINE.format(line=line), encoding="utf-8")
    done = zenverify(command, "--engine", "bad.py:Engine")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"zenverify: engine 'bad.py:Engine': {message}\n"
