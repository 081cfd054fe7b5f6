"""A function under a time limit: each call of it, of an operation and of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from zenverify.functions.cotangents import cotangents_of
from zenverify.functions.findings import finding_about
from zenverify.functions.recording import BESIDE, Function, Node, RecordedCall, Value
from zenverify.graph.case import Array
from zenverify.verification.trace import OutOfTime, time_limit
from zenverify.verification.verdict import Verdict

TIMEOUT = 60.0
"""Seconds that one call may take by default."""


class CallTimedOut(OutOfTime):
    """A call that did not return in time; carries the finding."""

    def __init__(self, name: str, doing: str, seconds: float) -> None:
        message = f"{doing} did not return within {seconds:g} s (timeout=0 sets no limit)"
        super().__init__(message)
        self.finding = finding_about(Verdict.TIMEOUT, name, message)


class Limited:
    """A function, each call of which must return in time.

    Its methods, and the operations and rules that they give, raise `CallTimedOut`.

    Parameters
    ----------
    function
        The function and its inputs.
    seconds
        That one call may take; not above 0 for no limit.
    """

    def __init__(self, function: Function, seconds: float) -> None:
        self._function = function
        self._seconds = seconds

    @property
    def engine(self) -> str:
        """See `Function`."""
        return self._function.engine

    @property
    def name(self) -> str:
        """See `Function`."""
        return self._function.name

    @property
    def draws(self) -> bool:
        """See `Function`."""
        return self._function.draws

    def record(self) -> RecordedCall:
        """See `Function`."""
        with self._in_time(self.name, "the function"):
            recorded = self._function.record()
        nodes = tuple(map(self._node, recorded.nodes))

        def gradients(seeds: Mapping[int, Array]) -> dict[int, Array]:
            try:
                with self._in_time(self.name, "the reverse pass"):
                    return recorded.gradients(seeds)
            except CallTimedOut:
                for node in reversed(nodes):
                    with suppress(Exception):  # of a rule that does not let itself be run alone
                        node.pull(cotangents_of(node, recorded.values))
                raise

        return replace(recorded, nodes=nodes, gradients=gradients)

    def beside(self, draw: np.random.Generator | None, reach: float = BESIDE) -> Limited:
        """See `Function`."""
        return Limited(self._function.beside(draw, reach), self._seconds)

    def whole(self, *, parameters: bool) -> tuple[Node, tuple[Value, ...], list[Any]]:
        """See `Function`."""
        with self._in_time(self.name, "the function"):
            node, values, arguments = self._function.whole(parameters=parameters)
        return self._node(node), values, arguments

    def _node(self, node: Node) -> Node:
        def limited(
            doing: str, call: Callable[[Sequence[Any]], list[Any]]
        ) -> Callable[[Sequence[Any]], list[Any]]:
            def called(arrays: Sequence[Any]) -> list[Any]:
                with self._in_time(node.name, doing):
                    return call(arrays)

            return called

        in_place = node.pull_in_place
        return replace(
            node,
            forward=limited("the forward pass", node.forward),
            pull=limited("the rule", node.pull),
            pull_in_place=None if in_place is None else limited("the rule", in_place),
        )

    @contextmanager
    def _in_time(self, name: str, doing: str) -> Iterator[None]:
        try:
            with time_limit(self._seconds):
                yield
        except OutOfTime:
            raise CallTimedOut(name, doing, self._seconds) from None
