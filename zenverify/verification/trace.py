"""Running a case on an engine, and turning whatever goes wrong there into a finding."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, TypeVar

import numpy as np

from zenverify.engines.protocol import Counting, Engine, Handle
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, Leaf, LeafKind
from zenverify.operators.attributes import thaw_attributes
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict

T = TypeVar("T")

BACKWARD = "backward"
"""Stands for the operation while it is not known which one spoilt the reverse pass."""


class EngineFault(Exception):  # noqa: N818  it is a finding on its way, not an error of ours
    """The engine could not finish; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class OutOfTime(BaseException):
    """Raised inside the engine when its time is up; no `except Exception` there can stop it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt what runs inside after some time, with `OutOfTime`.

    Works in the main thread of systems that have alarm signals; elsewhere there is no limit.
    """
    usable = hasattr(signal, "setitimer") and (
        threading.current_thread() is threading.main_thread()
    )
    if not usable or seconds <= 0:
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    # Rings again, should an engine's own `except:` swallow the first.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@dataclass(slots=True)
class Trace:
    """One forward pass on an engine.

    Attributes
    ----------
    handles
        The engine's nodes.
    values
        Their values, as the engine gave them.
    inputs
        The leaf arrays that the engine was given.
    """

    handles: list[Handle]
    values: list[Array]
    inputs: list[Array]


def guarded(node: int, operation: str, doing: str, call: Callable[[], T]) -> T:
    """Call into the engine.

    Raises
    ------
    EngineFault
        If it raises, or runs out of time.
    """
    try:
        return call()
    except OutOfTime:
        message = f"{doing} did not return in time"
        finding = Finding(Verdict.TIMEOUT, Blame(node, operation, None, "always"), doing, message)
        raise EngineFault(finding) from None
    except UnsupportedError as error:
        message = f"the engine does not offer {error}"
        finding = Finding(
            Verdict.UNSUPPORTED, Blame(node, operation, None, "always"), doing, message
        )
        raise EngineFault(finding) from error
    except (Exception, SystemExit) as error:
        message = f"{doing} raised {type(error).__name__}: {_shortened(error)}"
        finding = Finding(Verdict.CRASH, Blame(node, operation, None, "always"), doing, message)
        raise EngineFault(finding) from error


def _shortened(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:297] + "..."


TIMEOUT = 10.0
"""Seconds that one pass of an engine may take."""


def forward(
    engine: Engine, case: Case, timeout: float = TIMEOUT, calls: Counter[int] | None = None
) -> Trace:
    """Run the case's graph on the engine.

    Parameters
    ----------
    engine, case
        What to run.
    timeout
        Seconds that it may take.
    calls
        Where to count, by variable, how often the rule right behind it is called, if the engine
        can tell.

    Raises
    ------
    EngineFault
        If the engine raises, hangs, or gives a value of the wrong type, shape or dtype.
    """
    with time_limit(timeout):
        return _forward(engine, case, calls if isinstance(engine, Counting) else None)


def _forward(engine: Engine, case: Case, calls: Counter[int] | None) -> Trace:
    graph = case.graph
    handles: list[Handle] = []
    values: list[Array] = []
    inputs: list[Array] = []
    leaf_values = iter(case.values)
    for position, node in enumerate(graph.nodes):
        if isinstance(node, Leaf):
            array = next(leaf_values).copy()
            inputs.append(array)
            handle = guarded(
                position, str(node.kind), "making a leaf", lambda: engine.leaf(node.kind, array)
            )
            if calls is not None and node.kind is LeafKind.VARIABLE:
                assert isinstance(engine, Counting)
                handle = engine.counted(handle, partial(calls.update, (position,)))
        else:
            operands = [handles[operand] for operand in node.operands]
            attributes = thaw_attributes(node.attributes)
            handle = guarded(
                position,
                node.operator,
                "the forward pass",
                lambda: engine.apply(node.operator, operands, attributes),
            )
        handles.append(handle)
        values.append(checked_array(graph, position, "value", lambda: engine.value(handle)))
    return Trace(handles, values, inputs)


def checked_array(graph: Graph, position: int, what: str, get: Callable[[], Any]) -> Array:
    """An array that the engine gave for a node, if it is one of the node's shape and dtype.

    Raises
    ------
    EngineFault
        If it is not.
    """
    operation = graph.operator_of(position)
    array = guarded(position, operation, f"reading a {what}", get)
    shape, dtype = graph.shapes[position], graph.dtypes[position]
    if isinstance(array, np.ndarray) and array.shape == shape and array.dtype == dtype:
        return array
    if isinstance(array, np.ndarray):
        got = f"{array.dtype} of shape {array.shape}"
    else:
        got = f"a {type(array).__name__}"
    message = f"the {what} of {operation} is {got}; expected {dtype} of shape {shape}"
    guilty = BACKWARD if what == "gradient" else operation
    raise EngineFault(
        Finding(Verdict.STRUCTURE, Blame(position, guilty, None, "always"), "structure", message)
    )


def backward(
    engine: Engine, graph: Graph, root: Handle, cotangent: Array, timeout: float = TIMEOUT
) -> None:
    """Run the reverse pass.

    Raises
    ------
    EngineFault
        If the engine raises or hangs.
    """
    with time_limit(timeout):
        guarded(
            graph.root, BACKWARD, "the reverse pass", lambda: engine.backward(root, cotangent)
        )


def flat(arrays: Sequence[Array]) -> Array:
    """All elements of all arrays end to end, as float64 (exact, also from float32)."""
    if not arrays:
        return np.zeros(0)
    return np.concatenate([array.ravel() for array in arrays]).astype(np.float64, copy=False)
