"""Running a case on an engine, and turning whatever goes wrong there into a finding."""

from __future__ import annotations

import signal
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from types import FrameType
from typing import Any

import numpy as np

from zenverify.engines.protocol import (
    Batching,
    Counting,
    Discrete,
    Engine,
    Handle,
    Rooted,
    adds_up_roots,
    offers,
)
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import DISCRETE, Graph, Leaf, LeafKind
from zenverify.verification.blame.wording import article
from zenverify.verification.checks.probes import probed_root
from zenverify.verification.events import Finding
from zenverify.verification.raised import as_raised
from zenverify.verification.verdict import Blame, Pass, Verdict

BACKWARD = "backward"
"""Stands for the operation while it is not known which one spoilt the reverse pass."""


class EngineFault(Exception):  # noqa: N818  it is a finding on its way, not an error of ours
    """The engine could not finish; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class OutOfTime(BaseException):
    """Raised inside the engine when its time is up; no `except Exception` there can stop it."""


class _Alarm:
    """The handler of the alarm signal, set once for many limits: to set it costs more than a pass.

    Attributes
    ----------
    limits
        How many limits are running, one inside the other.
    """

    def __init__(self) -> None:
        self.limits = 0
        self._before: Any = None
        self._set = 0

    @property
    def is_usable(self) -> bool:
        """Whether a limit can be kept here: alarms ring in the main thread."""
        return hasattr(signal, "setitimer") and (
            threading.current_thread() is threading.main_thread()
        )

    def __enter__(self) -> None:
        if not self._set:
            self._before = signal.signal(signal.SIGALRM, self._ring)
        self._set += 1

    def __exit__(self, *_: object) -> None:
        self._set -= 1
        if not self._set:
            signal.signal(signal.SIGALRM, self._before)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self.limits:
            raise OutOfTime
        # Between passes it rings for whoever had set an alarm before.
        if callable(self._before):
            self._before(number, frame)
        elif self._before is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)


_ALARM = _Alarm()


class time_limit:  # noqa: N801  used as a function
    """Interrupt what runs inside after some time, with `OutOfTime`.

    Inside another limit, what ends first counts; behind it the other goes on with the time that it
    has left. Works in the main thread of systems that have alarm signals; elsewhere there is no
    limit.
    """

    __slots__ = ("_again", "_began", "_left", "_seconds", "_usable")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._usable = self._seconds > 0 and _ALARM.is_usable
        if not self._usable:
            return
        _ALARM.__enter__()
        _ALARM.limits += 1
        # Rings again, should an engine's own `except:` swallow the first.
        self._left, self._again = signal.setitimer(signal.ITIMER_REAL, self._seconds, 0.5)
        self._began = time.monotonic() if self._left else 0.0
        if 0 < self._left < self._seconds:
            signal.setitimer(signal.ITIMER_REAL, self._left, 0.5)

    def __exit__(self, *_: object) -> None:
        if not self._usable:
            return
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0)  # where it may ring at the last moment
        finally:
            _ALARM.limits -= 1
            _ALARM.__exit__()
            if self._left:
                left = self._left - (time.monotonic() - self._began)
                signal.setitimer(signal.ITIMER_REAL, max(left, 1e-6), self._again)


@dataclass(slots=True)
class Trace:
    """One forward pass on an engine.

    Attributes
    ----------
    handles
        The engine's nodes.
    values
        Their values, copied when each was read.
    arrays
        The engine's own arrays of these values, which it may have changed since.
    inputs
        The leaf arrays that the engine was given.
    """

    handles: list[Handle]
    values: list[Array]
    arrays: list[Array]
    inputs: list[Array]

    def bound(self, case: Case) -> Case:
        """The case with conditions as the engine has decided: to the truth they are constants."""
        decided = {node: self.values[node] for node in case.graph.decisions}
        return replace(case, graph=case.graph.bound(decided)) if decided else case


@dataclass(slots=True)
class Stage:
    """Where the engine is at work. Whoever calls it keeps this up to date, node by node.

    Attributes
    ----------
    graph, node
        Where in the graph.
    doing
        What is asked of the engine there.
    operation
        What to blame if it fails, where that is not the node's own operation.
    during
        The pass that it is at.
    """

    graph: Graph
    node: int
    doing: str
    operation: str | None = None
    during: Pass = Pass.FORWARD

    def fault(self, verdict: Verdict, message: str) -> EngineFault:
        """What went wrong here, as a finding on its way."""
        operation = self.operation or self.graph.operator_of(self.node)
        blame = Blame(self.node, operation, None, "always")
        return EngineFault(Finding(verdict, blame, self.doing, message, during=self.during))


@contextmanager
def at_work(stage: Stage) -> Iterator[None]:
    """Turn whatever the engine raises inside into a finding about the stage it is at then.

    Raises
    ------
    EngineFault
        If the engine raises, or runs out of time.
    """
    try:
        yield
    except EngineFault:
        raise
    except OutOfTime:
        message = f"{stage.doing} did not return in time"
        raise stage.fault(Verdict.TIMEOUT, message) from None
    except UnsupportedError as error:
        message = f"the engine does not offer {error}"
        raise stage.fault(Verdict.UNSUPPORTED, message) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        crash = stage.fault(Verdict.CRASH, "").finding
        raise EngineFault(as_raised(crash, stage.doing, error)) from error


TIMEOUT = 10.0
"""Seconds that one pass of an engine may take, where a session says nothing else."""

_LIMIT: ContextVar[float] = ContextVar("limit", default=TIMEOUT)


def limit() -> float:
    """Seconds that one pass may take in the session at work; none if not above 0."""
    return _LIMIT.get()


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let each pass inside take so many seconds, whoever asks for it."""
    token = _LIMIT.set(seconds)
    try:
        with _ALARM if seconds > 0 and _ALARM.is_usable else nullcontext():
            yield
    finally:
        _LIMIT.reset(token)


def forward(
    engine: Engine, case: Case, timeout: float | None = None, calls: Counter[int] | None = None
) -> Trace:
    """Run the case's graph on the engine.

    Parameters
    ----------
    engine, case
        What to run.
    timeout
        Seconds that it may take; as the session at work has it by default.
    calls
        Where to count, by variable, how often the rule right behind it is called, if the engine
        can tell.

    Raises
    ------
    EngineFault
        If the engine raises, hangs, gives a value of the wrong type, shape or dtype, changes what
        a leaf was given, or changes a value after it was computed.
    """
    timeout = limit() if timeout is None else timeout
    with time_limit(timeout):
        stage = Stage(case.graph, 0, "the forward pass")
        with at_work(stage):
            run = _forward(engine, case, calls, stage, timeout)
    changed = first_difference(case.graph, run.values, run.arrays)
    if changed is not None:
        raise EngineFault(
            structural(
                changed,
                BACKWARD,
                f"the forward pass changed the value of node {changed}",
                Pass.FORWARD,
            )
        )
    return run


def _forward(
    engine: Engine, case: Case, calls: Counter[int] | None, stage: Stage, timeout: float
) -> Trace:
    if not offers(engine, Batching):
        return _read_singly(engine, case, calls, stage)
    run = _begun(case)
    try:
        for _ in _called(engine, case, calls, stage, run):
            pass
        stage.doing = "reading a value"
        values = in_one_go(engine.values, run.handles, stage)
    except KeyboardInterrupt:
        raise
    except BaseException:
        failed = stage.node, stage.doing
        # From the beginning, as a read that failed may have left its mark on what it was to read.
        with time_limit(timeout):
            _read_singly(engine, case, calls, stage)
        stage.node, stage.doing = failed
        raise
    for position, value in enumerate(values):
        _keep(case.graph, run, position, value)
    return run


def _begun(case: Case) -> Trace:
    return Trace([], [], [], [value.copy() for value in case.values])


def _read_singly(engine: Engine, case: Case, calls: Counter[int] | None, stage: Stage) -> Trace:
    """A forward pass with each value read right behind its call."""
    run = _begun(case)
    for position, handle in _called(engine, case, calls, stage, run):
        stage.doing = "reading a value"
        _keep(case.graph, run, position, engine.value(handle))
    return run


def _keep(graph: Graph, run: Trace, position: int, value: object) -> None:
    array = checked_array(graph, position, "value", value)
    node = graph.nodes[position]
    if isinstance(node, Leaf):
        given = run.inputs[bisect_left(graph.leaves, position)]
        if array.tobytes() != given.tobytes():
            message = f"the value of leaf {position} is not what it was given"
            raise EngineFault(structural(position, str(node.kind), message, Pass.FORWARD))
    run.arrays.append(array)
    run.values.append(array.copy())


def _called(
    engine: Engine, case: Case, calls: Counter[int] | None, stage: Stage, run: Trace
) -> Iterator[tuple[int, Handle]]:
    """Each node of the graph with its handle, once it is made."""
    graph = case.graph
    handles = run.handles
    inputs = iter(run.inputs)
    counter = engine if calls is not None and offers(engine, Counting) else None
    for position, node in enumerate(graph.nodes):
        stage.node = position
        if isinstance(node, Leaf):
            stage.doing = "making a leaf"
            handle = _leaf(engine, node, next(inputs))
            if counter is not None and calls is not None and node.kind is LeafKind.VARIABLE:
                handle = counter.counted(handle, partial(calls.update, (position,)))
        else:
            stage.doing = "the forward pass"
            operands = [handles[operand] for operand in node.operands]
            attributes = graph.attributes(position)
            attributes.update((name, handles[giver]) for name, giver in node.given)
            handle = engine.apply(node.operator, operands, attributes)
        handles.append(handle)
        yield position, handle


def _leaf(engine: Engine, leaf: Leaf, value: Array) -> Handle:
    if leaf.dtype in DISCRETE and leaf.kind is not LeafKind.NUMBER:
        assert offers(engine, Discrete)  # nothing else is asked for it
        return engine.discrete(leaf.kind, value)
    return engine.leaf(leaf.kind, value)


def in_one_go(
    read: Callable[[Sequence[Handle]], Sequence[object]], handles: Sequence[Handle], stage: Stage
) -> list[object]:
    """What an engine gives for all handles at once; it is at the last node then.

    Raises
    ------
    EngineFault
        If it gives more or fewer than it was asked for.
    """
    stage.node = stage.graph.root
    found = list(read(handles))
    if len(found) != len(handles):
        message = f"{stage.doing} of {len(handles)} nodes in one go gave {len(found)}"
        raise stage.fault(Verdict.STRUCTURE, message)
    return found


def structural(node: int, operation: str, message: str, during: Pass = Pass.REVERSE) -> Finding:
    """A finding about structure."""
    blame = Blame(node, operation, None, "always")
    return Finding(Verdict.STRUCTURE, blame, "structure", message, during=during)


def first_difference(graph: Graph, before: Sequence[Array], after: Sequence[Array]) -> int | None:
    """The first node whose two arrays differ, NaNs being alike; None if none does."""
    if all(map(_same_bytes, before, after)):
        return None
    return owner_of_difference(flat(before), flat(after), list(range(len(before))), graph.sizes)


def _same_bytes(one: Array, other: Array) -> bool:
    return one.tobytes() == other.tobytes()


def owner_of_difference(
    before: Array, after: Array, nodes: Sequence[int], sizes: Sequence[int]
) -> int | None:
    """The node that the first difference between two flat arrays belongs to, None if none is.

    Parameters
    ----------
    before, after
        As `flat` makes them of one array per node.
    nodes
        These nodes.
    sizes
        The sizes of all nodes of the graph.
    """
    if np.array_equal(before, after, equal_nan=True):
        return None
    differs = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    ends = np.cumsum([sizes[node] for node in nodes])
    return nodes[int(np.searchsorted(ends, int(np.flatnonzero(differs)[0]), side="right"))]


def gradients_of(
    engine: Engine,
    graph: Graph,
    handles: Sequence[Handle],
    nodes: Iterable[int],
    timeout: float | None = None,
    during: Pass = Pass.REVERSE,
) -> dict[int, Array]:
    """Copies of the gradients that the engine holds of some nodes, by node.

    An engine may add to its own arrays in place when it is called again.

    Raises
    ------
    EngineFault
        If it raises or hangs, or one is not of its value's shape and dtype.
    """
    gradients: dict[int, Array] = {}

    def keep(node: int, gradient: object) -> None:
        gradients[node] = checked_array(graph, node, "gradient", gradient).copy()

    read_gradient_of_each(engine, graph, handles, list(nodes), keep, timeout, during)
    return gradients


def read_gradient_of_each(
    engine: Engine,
    graph: Graph,
    handles: Sequence[Handle],
    nodes: Sequence[int],
    keep: Callable[[int, object], None],
    timeout: float | None = None,
    during: Pass = Pass.REVERSE,
) -> None:
    """Hand on what the engine holds as the gradient of some nodes; `keep` may raise.

    Raises
    ------
    EngineFault
        If the engine raises or hangs.
    """
    stage = Stage(graph, graph.root, "reading a gradient", during=during)
    timeout = limit() if timeout is None else timeout

    def read_singly() -> None:
        for node in nodes:
            stage.node = node
            keep(node, engine.gradient(handles[node]))

    with time_limit(timeout), at_work(stage):
        if not offers(engine, Batching):
            read_singly()
            return
        try:
            found = in_one_go(engine.gradients, [handles[node] for node in nodes], stage)
        except KeyboardInterrupt:
            raise
        except BaseException:
            with time_limit(timeout):
                read_singly()
            stage.node = graph.root
            raise
        for node, gradient in zip(nodes, found, strict=True):
            keep(node, gradient)


def checked_array(graph: Graph, position: int, what: str, array: object) -> Array:
    """What the engine gave for a node, if it is an array of the node's shape and dtype.

    Raises
    ------
    EngineFault
        If it is not.
    """
    shape, dtype = graph.shapes[position], graph.numpy_dtypes[position]
    # Subclasses (matrix, masked array) compute by other rules, so they are refused.
    plain = type(array) is np.ndarray
    if plain and graph.is_number(position) and graph.is_discrete(position):
        array = array.astype(dtype)  # type: ignore[attr-defined]  # 2.0 will do for 2
    if plain and array.shape == shape and array.dtype == dtype:  # type: ignore[attr-defined]
        return array  # type: ignore[return-value]
    operation = graph.operator_of(position)
    if plain and isinstance(array, np.ndarray):
        got = f"{array.dtype} of shape {array.shape}"
    else:
        got = f"a {type(array).__name__}"
    node = f"node {position}, {article(operation)},"
    message = f"the {what} of {node} is {got}; expected {dtype} of shape {shape}"
    if what == "gradient":
        raise EngineFault(structural(position, BACKWARD, message))
    raise EngineFault(structural(position, operation, message, Pass.FORWARD))


def backward(
    engine: Engine,
    graph: Graph,
    root: Handle,
    cotangent: Array,
    timeout: float | None = None,
    during: Pass = Pass.REVERSE,
) -> None:
    """Run the reverse pass.

    Raises
    ------
    EngineFault
        If the engine raises or hangs.
    """
    stage = Stage(graph, graph.root, "the reverse pass", BACKWARD, during)
    with time_limit(limit() if timeout is None else timeout), at_work(stage):
        engine.backward(root, cotangent)


def backward_from(
    engine: Engine,
    graph: Graph,
    handles: Sequence[Handle],
    seeds: Mapping[int, Array],
    timeout: float | None = None,
    during: Pass = Pass.REVERSE,
) -> None:
    """Differentiate the sum of <cotangent, root> over some roots, as a user of the engine would.

    In one pass if the engine is `Rooted`; from each in turn if gradients add up; else from a sum of
    products.

    Parameters
    ----------
    engine, graph, handles
        The engine, and a graph that it has computed.
    seeds
        The cotangents, by root; the engine may keep the arrays.
    timeout
        Seconds that a pass may take.
    during
        The pass that it is at.

    Raises
    ------
    EngineFault
        If the engine raises or hangs.
    """
    roots = [handles[node] for node in seeds]
    if len(roots) == 1 or (adds_up_roots(engine) and not offers(engine, Rooted)):
        for root, cotangent in zip(roots, seeds.values(), strict=True):
            backward(engine, graph, root, cotangent, timeout, during)
        return
    stage = Stage(graph, graph.root, "the reverse pass", BACKWARD, during)
    with time_limit(limit() if timeout is None else timeout), at_work(stage):
        if offers(engine, Rooted):
            engine.backward_from(roots, list(seeds.values()))
        else:
            root = probed_root(engine, roots, list(seeds.values()))
            engine.backward(root, np.ones((), engine.value(root).dtype))


def copied(arrays: Mapping[int, Array]) -> dict[int, Array]:
    """Copies, for an engine to do with as it likes."""
    return {node: array.copy() for node, array in arrays.items()}


def flat(arrays: Sequence[Array]) -> Array:
    """All elements of all arrays end to end, as float64 (exact, also from float32)."""
    if not arrays:
        return np.zeros(0)
    return np.concatenate(arrays, axis=None, dtype=np.float64)


_FEW = 2**16


def a_few_at_a_time(arrays: Sequence[Array]) -> list[slice]:
    """Where to cut a sequence of arrays, so that no part is large unless one array is."""
    ends = [0]
    together = 0
    for place, array in enumerate(arrays):
        if together and together + array.size > _FEW:
            ends.append(place)
            together = 0
        together += array.size
    return [slice(start, end) for start, end in pairwise([*ends, len(arrays)])]
