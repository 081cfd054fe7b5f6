from dataclasses import replace

import pytest

from tests.output.runs import (
    AGREED,
    BUCKET,
    CASE,
    FAILED,
    FINDING,
    FINISHED,
    FOUND,
    MINIMISED,
    STARTED,
    WHOLE_RUN,
    WITNESSES,
    model_of,
)
from zenverify.output.model.run import Collector, Discrepancy


def test_a_finished_run_is_told_by_its_last_event() -> None:
    model = model_of(*WHOLE_RUN)
    assert model.is_finished
    assert (model.cases, model.nodes, model.elements) == (1200, 34_567, 123_456)
    assert model.verdicts == {"AGREE": 1193, "ENGINE_WRONG": 7}
    assert model.coverage == {"tanh": {"seen": 1500}, "multiply": {"broadcast": 3}}
    assert model.unsupported == ("conv2d",)
    assert (model.stop_reason, model.exit_code, model.seconds) == ("finished", 1, 93.4)
    assert model.worst_units == 2.75
    assert model.discrepancies == (
        Discrepancy(BUCKET, FINDING, CASE, 2, WITNESSES, 17, 7, "corpus/tanh-0.json"),
    )


def test_a_run_that_goes_on_is_told_by_its_cases() -> None:
    model = model_of(STARTED, AGREED, AGREED, FAILED)
    assert not model.is_finished
    assert (model.cases, model.nodes, model.elements) == (3, 16, 24)
    assert model.verdicts == {"AGREE": 2, "ENGINE_WRONG": 1}
    assert model.coverage == {"tanh": {"seen": 5}, "multiply": {"broadcast": 2}}
    assert model.notes == {"difference unreliable: kink": 2}
    assert model.worst_units == 3e9
    assert model.seconds is None


def test_a_failure_has_the_witnesses_of_its_finding_until_it_is_minimised() -> None:
    (found,) = model_of(STARTED, FOUND).discrepancies
    assert found.witnesses == FINDING.witnesses
    assert found.operations_before is None
    assert found.count is None
    (minimised,) = model_of(STARTED, FOUND, MINIMISED).discrepancies
    assert minimised.witnesses == WITNESSES
    assert minimised.operations_before == 17
    assert minimised.first_number == 2
    assert minimised.path == "corpus/tanh-0.json"


def test_a_bucket_that_only_the_end_tells_of_is_shown_too() -> None:
    (only,) = model_of(STARTED, FINISHED).discrepancies
    assert (only.count, only.first_number, only.path) == (7, 2, "corpus/tanh-0.json")
    assert only.witnesses == FINDING.witnesses


def test_a_later_failure_does_not_replace_a_minimised_one() -> None:
    later = replace(FOUND, number=9, case=replace(CASE))
    (shown,) = model_of(STARTED, FOUND, MINIMISED, later).discrepancies
    assert (shown.case, shown.operations_before, shown.first_number) == (CASE, 17, 2)
    (shown,) = model_of(STARTED, FOUND, MINIMISED, later, FINISHED).discrepancies
    assert (shown.case, shown.operations_before, shown.count) == (CASE, 17, 7)


def test_a_failure_that_turned_out_to_be_known_is_not_shown() -> None:
    other = replace(FOUND, bucket=replace(BUCKET, condition="broadcast"))
    assert len(model_of(STARTED, FOUND, MINIMISED, other).discrepancies) == 2
    assert len(model_of(STARTED, FOUND, MINIMISED, other, AGREED).discrepancies) == 1


def test_what_is_minimised_has_been_found() -> None:
    with pytest.raises(ValueError, match="FailureMinimised comes after FailureFound"):
        model_of(STARTED, MINIMISED)


def test_the_command_repeats_the_run() -> None:
    assert model_of(*WHOLE_RUN).command == "zenverify run --engine zen --seed 42 -n 1200"


def test_the_command_of_half_a_run_repeats_that_half() -> None:
    collector = Collector(engine_spec="toy.py:engine", restrictions=("--ops", "tanh"))
    for event in (STARTED, AGREED, FAILED):
        collector.add(event)
    model = collector.model()
    assert model.engine_spec == "toy.py:engine"
    assert model.command == ("zenverify run --engine toy.py:engine --seed 42 -n 2 --ops tanh")


def test_notes_are_counted_by_their_kind_while_the_run_goes_on() -> None:
    notes = ("difference unreliable: at v1", "difference unreliable: at v2", "other")
    model = model_of(STARTED, replace(AGREED, notes=notes))
    assert model.notes == {"difference unreliable": 2, "other": 1}


def test_an_engine_with_a_space_is_quoted_in_the_command() -> None:
    collector = Collector(engine_spec="my engines/toy.py:engine")
    collector.add(STARTED)
    assert "--engine 'my engines/toy.py:engine'" in collector.model().command


def test_a_report_needs_a_beginning() -> None:
    with pytest.raises(ValueError, match="begins with RunStarted"):
        Collector().model()
