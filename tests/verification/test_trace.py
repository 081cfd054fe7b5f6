"""Time limits, and reading what an engine gives."""

import contextlib
import signal
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import square_of_tanh
from zenverify.engines.zen import ZenEngine
from zenverify.verification import trace
from zenverify.verification.verify import verify_case


def test_a_time_limit_interrupts_and_is_taken_away_again() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(trace.OutOfTime), trace.time_limit(0.05):
        time.sleep(5)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_time_limit_rings_again_when_the_first_was_swallowed() -> None:
    def swallow_the_first() -> None:
        with contextlib.suppress(trace.OutOfTime):
            time.sleep(5)
        time.sleep(5)

    with pytest.raises(trace.OutOfTime), trace.time_limit(0.05):
        swallow_the_first()


def test_a_limit_inside_another_leaves_it_what_is_left() -> None:
    def both() -> None:
        with trace.time_limit(5):
            pass
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.3
        time.sleep(5)

    with pytest.raises(trace.OutOfTime), trace.time_limit(0.3):
        both()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_longer_limit_inside_another_does_not_prolong_it() -> None:
    began = time.monotonic()
    with pytest.raises(trace.OutOfTime), trace.time_limit(0.1), trace.time_limit(60):
        time.sleep(5)
    assert time.monotonic() - began < 3


def test_an_outer_limit_that_ended_inside_rings_behind_it() -> None:
    def both() -> None:
        with contextlib.suppress(trace.OutOfTime), trace.time_limit(60):
            time.sleep(5)
        time.sleep(5)

    with pytest.raises(trace.OutOfTime), trace.time_limit(0.1):
        both()


def test_no_limit_is_no_limit() -> None:
    with trace.time_limit(0):
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_elsewhere_than_in_the_main_thread_there_is_no_limit() -> None:
    done = []

    def work() -> None:
        with trace.time_limit(0.01):
            time.sleep(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_all_elements_end_to_end() -> None:
    assert trace.flat([]).size == 0
    joined = trace.flat([np.ones((2, 2), np.float32), np.zeros(())])
    assert joined.dtype == np.float64
    assert joined.tolist() == [1, 1, 1, 1, 0]


def test_the_engine_gets_copies() -> None:
    case = square_of_tanh()
    run = trace.forward(ZenEngine(), case)
    run.inputs[0][...] = 99
    assert case.values[0] == 0.5


def test_a_long_error_is_cut_and_its_length_is_said() -> None:
    class Talkative(ZenEngine):
        def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
            raise ValueError("x" * 5_000)

    (finding,) = verify_case(Talkative(), square_of_tanh()).findings
    assert "xxx... (5,000 characters) (" in finding.message
    assert len(finding.message) < 500
