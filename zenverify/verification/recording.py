"""What is verified, whatever it comes from: values, gradients, who may be asked again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from zenverify.graph.case import Array, Case
from zenverify.oracles.enclosure import Conventions
from zenverify.verification import trace
from zenverify.verification.blame.recorded import RecordedRule
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.local import LocalCheck, Suspect
from zenverify.verification.checks.probes import make_probes
from zenverify.verification.checks.whole import DirectionCheck
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import Trace, copied, first_difference, flat


class Recording(ABC):
    """One call of what is verified.

    A value goes by its number, in the order in which values came up.
    """

    @property
    @abstractmethod
    def values(self) -> Sequence[Array]:
        """All values, as they were computed."""

    @property
    @abstractmethod
    def gradients(self) -> Mapping[int, Array]:
        """The gradients of one reverse pass, by value; only of those that have one."""

    @abstractmethod
    def operation_of(self, value: int) -> str:
        """The operation that a value is the result of; what else it is, if it is none's."""


class FunctionRecording(Recording):
    """A call of a function in hand: each operation, its rule run alone, the function as a whole."""

    @abstractmethod
    def second_call(self) -> Iterable[Said]:
        """Whether a second call, and its gradients, are the same bits."""

    @abstractmethod
    def sums(self) -> Iterable[Said]:
        """Whether each gradient is the sum of what the operations' rules contribute."""

    @abstractmethod
    def as_recorded(self) -> Iterable[Said]:
        """Whether the function computes what was recorded, and gets through its reverse pass."""

    @abstractmethod
    def rules(self) -> Iterable[Said]:
        """Each rule alone, against an enclosure or against differences."""

    @abstractmethod
    def masked(self) -> Iterable[Said]:
        """A gradient that is not finite, where the function has a slope."""

    @abstractmethod
    def whole_function(self) -> Iterable[Said]:
        """The function's gradient against differences of the function."""


_SMALL = 60_000
"""Elements of all programs' buffers: in balls some ten of them take a millisecond at most."""


@dataclass(frozen=True, slots=True)
class Probed:
    """A reverse pass that sees every node at full strength.

    Attributes
    ----------
    run, gradients
        The forward pass that it went over, and what it gave.
    probes
        What entered at each node.
    calls
        How often each variable's rule was called; None if that was not to be counted.
    local
        The local check of this pass.
    same
        Whether the values are, bit by bit, those of the recording.
    """

    run: Trace
    gradients: dict[int, Array]
    probes: dict[int, Array]
    calls: Counter[int] | None
    local: LocalCheck
    same: bool


class GraphRecording(Recording):
    """A graph that an engine has computed, and differentiated once.

    Parameters
    ----------
    case
        The graph, its leaves' values, and the cotangents that entered at its roots.
    run
        The forward pass.
    seeds
        The arrays with the cotangents that the engine was given, by root.
    gradients
        What the reverse pass gave, by node; arrays of the engine's own.
    conventions
        What the engine declares about kinks.
    undeclared
        Per leaf that is the result of an operation without a declaration, its name.
    """

    def __init__(
        self,
        case: Case,
        run: Trace,
        seeds: Mapping[int, Array],
        gradients: Mapping[int, Array],
        conventions: Conventions,
        undeclared: Mapping[int, str] | None = None,
    ) -> None:
        self.case = case
        self.graph = case.graph
        self.run = run
        self.seeds = seeds
        self.undeclared = undeclared or {}
        self.direction: DirectionCheck | None = None
        """What differences in one direction say, once they were asked."""
        self.recorded_rule: RecordedRule | None = None
        """The rules of this very graph, where a user may have recorded his own."""
        self._gradients = gradients
        self._first = flat(list(gradients.values()))
        self._conventions = conventions
        self._probed: Probed | None = None

    @property
    def values(self) -> Sequence[Array]:
        return self.run.values

    @property
    def gradients(self) -> Mapping[int, Array]:
        return self._gradients

    def operation_of(self, value: int) -> str:
        return self.graph.operator_of(value)

    @property
    def first(self) -> Array:
        """All gradients end to end, as they were before any later pass."""
        return self._first

    @property
    def is_small(self) -> bool:
        """Whether all of the graph can be evaluated in balls in a few seconds."""
        return self.graph.work <= _SMALL

    @cached_property
    def local(self) -> LocalCheck:
        """The truth about each node, given the engine's own numbers that came in."""
        return LocalCheck(self.graph, self.values, self._conventions)

    @cached_property
    def kinked(self) -> tuple[int, ...]:
        """The operations that lie at a kink."""
        return tuple(p for p in self.graph.kinking if self.local.kinked(p))

    @property
    def has_diamond(self) -> bool:
        """Whether there can be more paths to a leaf than edges."""
        return any(len(pairs) > 1 for pairs in self.graph.consumers)

    @property
    def counts_calls(self) -> bool:
        """Whether the calls of rules can be counted: from the leaves on only."""
        return self.has_diamond

    @property
    def owned(self) -> Sequence[Array]:
        """Per node, what the engine's array of its value held before the reverse pass."""
        return self.run.values

    def accounted(self, suspects: Iterable[Suspect]) -> list[Suspect]:
        """The suspects among the nodes whose whole cotangent comes from operations of the graph.

        What an operation without a declaration hands to a node is not in the graph. What such a
        node hands on is: its cotangent is the engine's own number, and as good as any other.
        """
        return list(suspects)

    def put_back(self) -> None:
        """Undo what checks wrote into arrays of the user's; a case has none."""

    def again(self, session: EngineSession) -> Sequence[Array]:
        """The values of another forward pass.

        Raises
        ------
        EngineFault
            If the engine does not get through.
        """
        return session.forward(self.case).values

    def gradients_again(self, session: EngineSession) -> tuple[Trace, Mapping[int, Array]] | None:
        """Another forward and reverse pass; None where there cannot be one.

        Raises
        ------
        EngineFault
            If the engine does not get through.
        """
        run = session.forward(self.case)
        session.backward_from(self.graph, run, copied(self.case.seeds))
        return run, session.copied_gradients(self.graph, run, list(self.gradients))

    def probed_again(self, session: EngineSession) -> tuple[Trace, Mapping[int, Array]] | None:
        """Another pass like that of `probed`; None where there cannot be one.

        Raises
        ------
        EngineFault
            If the engine does not get through.
        """
        run = session.forward(self.case)
        return run, session.probe(self.graph, run, self.probed(session).probes)

    def probed(self, session: EngineSession) -> Probed:
        """A pass in which a cotangent of order one enters at every node; made once.

        Raises
        ------
        EngineFault
            If the engine does not get through.
        """
        if self._probed is None:
            self._probed = self._probe(session)
        return self._probed

    def _probe(self, session: EngineSession) -> Probed:
        calls: Counter[int] | None = Counter() if self.counts_calls else None
        return self._probe_over(session.forward(self.case, calls), session, calls)

    def _probe_over(self, run: Trace, session: EngineSession, calls: Counter[int] | None) -> Probed:
        graph = self.graph
        probes = make_probes(graph)
        gradients = session.probe(graph, run, probes)
        same = run is self.run or first_difference(graph, self.values, run.values) is None
        local = self.local
        if not same:
            local = LocalCheck(run.bound(self.case).graph, run.values, self._conventions)
        return Probed(run, gradients, probes, calls, local, same)


def record_case(case: Case, session: EngineSession) -> GraphRecording:
    """Run a case forward and back on a session's engine.

    Raises
    ------
    EngineFault
        If the engine does not get through either pass, or a gradient is missing, out of place, or
        not of its value's shape and dtype.
    """
    run = session.forward(case)
    case = run.bound(case)
    seeds = trace.copied(case.seeds)
    session.backward_from(case.graph, run, seeds)
    gradients = session.gradients(case.graph, run)
    return GraphRecording(case, run, seeds, gradients, session.conventions)
