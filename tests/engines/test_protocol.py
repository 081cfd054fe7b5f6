"""What an object lacks of an engine, and that an adapter needs one import only."""

from types import MappingProxyType
from typing import Any

import pytest

from tests.engines.tape import TapeEngine
from zenverify.engines import protocol
from zenverify.engines.protocol import LEFT, MEAN, RIGHT, AtKink, shortcoming
from zenverify.engines.zen import ZenEngine
from zenverify.operators import kinks


def tape_with(**attributes: Any) -> object:
    return type("Changed", (TapeEngine,), attributes)()


def test_an_adapter_finds_everything_in_one_place() -> None:
    assert (AtKink, MEAN, LEFT, RIGHT, protocol.ANY) == (
        kinks.AtKink,
        kinks.MEAN,
        kinks.LEFT,
        kinks.RIGHT,
        kinks.ANY,
    )
    assert all(hasattr(protocol, name) for name in protocol.__all__)


@pytest.mark.parametrize(
    "candidate",
    [
        ZenEngine(),
        TapeEngine(),
        tape_with(operators={"add"}, conventions=MappingProxyType({"relu": LEFT})),
        tape_with(operators=frozenset(), accumulates=True),
    ],
)
def test_an_engine_lacks_nothing(candidate: object) -> None:
    assert shortcoming(candidate) is None


@pytest.mark.parametrize(
    "attributes, message",
    [
        ({"name": None}, "name is of type NoneType, expected text"),
        ({"version": 1.0}, "version is of type float, expected text"),
        (
            {"operators": ["add"]},
            "operators is of type list, expected a set or frozenset of names",
        ),
        ({"operators": "add"}, "operators is of type str, expected a set or frozenset of names"),
        ({"operators": {3}}, "an element of operators is of type int, expected text"),
        (
            {"conventions": [("relu", LEFT)]},
            "conventions is of type list, expected a mapping from str to AtKink",
        ),
        ({"conventions": {3: LEFT}}, "a key of conventions is of type int, expected text"),
        (
            {"conventions": {"relu": "left"}},
            "conventions['relu'] is of type str, expected an AtKink",
        ),
        ({"accumulates": 1}, "accumulates is of type int, expected True or False"),
        ({"backward": None}, "backward is of type NoneType, expected a method"),
    ],
)
def test_an_attribute_of_a_wrong_kind_is_named(attributes: dict[str, Any], message: str) -> None:
    assert shortcoming(tape_with(**attributes)) == message
