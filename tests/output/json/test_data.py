import json
import math
from dataclasses import replace

import pytest

from tests.output.runs import AGREED, CASE, FINISHED, FOUND, MINIMISED, WHOLE_RUN
from zenverify.graph.case import case_from_data
from zenverify.output.json.data import event_to_data
from zenverify.verification.events import Event
from zenverify.verification.verdict import Interval


@pytest.mark.parametrize("event", WHOLE_RUN, ids=lambda event: type(event).__name__)
def test_every_event_survives_json(event: Event) -> None:
    data = event_to_data(event)
    assert data["event"] == type(event).__name__
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_the_fields_of_an_event_keep_their_names() -> None:
    data = event_to_data(AGREED)
    assert data["verdict"] == "AGREE"
    assert data["coverage"] == [["tanh", "seen", 2], ["multiply", "broadcast", 1]]
    assert data["worst_units"] == 1.5


def test_a_case_comes_back_exactly() -> None:
    read = case_from_data(json.loads(json.dumps(event_to_data(FOUND)))["case"])
    assert read.to_json() == CASE.to_json()


def test_blame_and_witnesses_are_objects() -> None:
    data = event_to_data(MINIMISED)
    assert data["finding"]["blame"] == {
        "node": 4,
        "operation": "tanh",
        "argument": 0,
        "condition": "always",
    }
    assert data["witnesses"][0]["symbolic"]["decimal"] == "0.2500000000000000000012345"


@pytest.mark.parametrize("value, text", [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_numbers_that_json_lacks_become_text(value: float, text: str) -> None:
    first = replace(MINIMISED.witnesses[0], engine=value, difference=Interval(value, value))
    data = event_to_data(replace(MINIMISED, witnesses=(first,)))
    assert data["witnesses"][0]["engine"] == text
    assert data["witnesses"][0]["difference"]["low"] == text
    json.dumps(data, allow_nan=False)


def test_times_stand_in_one_field() -> None:
    slower = replace(FINISHED, seconds=1e4)
    data, other = event_to_data(FINISHED), event_to_data(slower)
    assert data.pop("seconds") != other.pop("seconds")
    assert json.dumps(data) == json.dumps(other)


def test_what_has_no_json_form_is_named() -> None:
    with pytest.raises(TypeError, match=r"FailureFound\.bucket: a value of type complex"):
        event_to_data(replace(FOUND, bucket=1j))  # type: ignore[arg-type]
