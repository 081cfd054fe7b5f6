"""A session: the only way in which checks call what is under test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from zenverify.engines.completed import completed
from zenverify.engines.protocol import Engine, Handle, can_probe, limits_of
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.oracles.enclosure import Conventions
from zenverify.verification import trace
from zenverify.verification.blame.locate import located
from zenverify.verification.blame.refusal import as_refusal
from zenverify.verification.checks.probes import probed_root
from zenverify.verification.checks.structure import read_gradients
from zenverify.verification.events import Finding
from zenverify.verification.trace import BACKWARD, EngineFault, Stage, Trace
from zenverify.verification.verdict import Pass, Verdict

_PASSES = 20
"""What differences may take altogether, in passes."""


class Session:
    """What the checks of one recording share.

    Parameters
    ----------
    timeout
        Seconds that one pass may take; not above 0 for no limit.

    Attributes
    ----------
    findings
        What the checks have found so far.
    """

    def __init__(self, timeout: float = trace.TIMEOUT) -> None:
        self.timeout = timeout
        self.findings: list[Finding] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Hold each pass inside to the time limit, blame's too."""
        with trace.limited(self.timeout):
            yield


class EngineSession(Session):
    """A session with an engine.

    Its methods raise `EngineFault`, which carries the finding, whatever the engine raises.

    Parameters
    ----------
    engine
        The engine under test.
    timeout
        Seconds that one pass of it may take; not above 0 for no limit.
    """

    def __init__(self, engine: Engine, timeout: float = trace.TIMEOUT) -> None:
        super().__init__(timeout)
        self.engine = completed(engine)

    @property
    def conventions(self) -> Conventions:
        """What the engine declares about kinks."""
        return self.engine.conventions

    @property
    def can_probe(self) -> bool:
        """Whether there is a way to give every node a cotangent of its own."""
        return can_probe(self.engine)

    @property
    def can_repeat(self) -> bool:
        """Whether a second reverse pass over the same graph is possible."""
        return limits_of(self.engine).repeated

    def forward(self, case: Case, calls: Counter[int] | None = None) -> Trace:
        """A forward pass over a graph of its own; `calls` counts its rules' calls, by variable."""
        return trace.forward(self.engine, case, self.timeout, calls)

    def backward(
        self, graph: Graph, root: Handle, cotangent: Array, during: Pass = Pass.REVERSE
    ) -> None:
        """A reverse pass, the second one over its graph if that is said."""
        trace.backward(self.engine, graph, root, cotangent, self.timeout, during)

    def backward_from(
        self, graph: Graph, run: Trace, seeds: Mapping[int, Array], during: Pass = Pass.REVERSE
    ) -> None:
        """A reverse pass from some roots, by their cotangents."""
        trace.backward_from(self.engine, graph, run.handles, seeds, self.timeout, during)

    def gradients(self, graph: Graph, run: Trace) -> dict[int, Array]:
        """The engine's own arrays of all gradients that must be there; none others may be."""
        return read_gradients(self.engine, graph, run, self.timeout)

    def copied_gradients(
        self, graph: Graph, run: Trace, nodes: list[int], during: Pass = Pass.REVERSE
    ) -> dict[int, Array]:
        """Copies of some nodes' gradients, as a pass left them."""
        return trace.gradients_of(self.engine, graph, run.handles, nodes, self.timeout, during)

    def probe(self, graph: Graph, run: Trace, probes: Mapping[int, Array]) -> dict[int, Array]:
        """A reverse pass to which each probe is what enters at its node; all nodes' gradients."""
        handles = [run.handles[node] for node in probes]
        stage = Stage(graph, graph.root, "seeding the probes", BACKWARD, Pass.REVERSE)
        with trace.time_limit(self.timeout), trace.at_work(stage):
            root = probed_root(self.engine, handles, list(probes.values()))
            value = self.engine.value(root)
            if not isinstance(value, np.ndarray) or value.shape != ():
                raise stage.fault(
                    Verdict.STRUCTURE, "the probed root is not a scalar with an array as its value"
                )
        self.backward(graph, root, np.ones((), dtype=value.dtype))
        return self.copied_gradients(graph, run, list(probes))

    @contextmanager
    def differences(self) -> Iterator[None]:
        """The time limit of differences, which take many passes."""
        with trace.time_limit(self.timeout * _PASSES):
            yield

    def located(self, case: Case, finding: Finding) -> Finding:
        """The finding with the guilty operation, where only the pass is known so far."""
        return located(self.engine, case, finding, self.timeout)

    def finding_of(self, case: Case, fault: EngineFault) -> Finding:
        """What the engine raised, as a finding; `UNSUPPORTED` where there is no answer."""
        found = self.located(case, fault.finding)
        return as_refusal(self.engine, case, found, fault.__cause__)
