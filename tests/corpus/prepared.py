"""An entry, and the stand-in of `verify_case`'s answer."""

import numpy as np

from zenverify.corpus.entry import Entry
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict
from zenverify.verification.verify import CaseResult

BLAME = Blame(1, "tanh", 0, "always")
MESSAGE = "the gradient of tanh is wrong"


def tanh_entry() -> Entry:
    """An entry that a right engine passes."""
    build = GraphBuilder()
    build.apply("tanh", build.variable((2,)))
    case = Case(build.graph(), (np.array([0.1, 0.2]),), np.ones(2))
    return Entry("", case, "zen", Verdict.ENGINE_WRONG, BLAME)


def answer(
    verdict: Verdict, *, said: str = "", noted: str = "", blame: Blame = BLAME
) -> CaseResult:
    """A result with at most one finding and one note."""
    return CaseResult(
        verdict=verdict,
        findings=(Finding(verdict, blame, "local adjoint", said),) if said else (),
        notes=(noted,) if noted else (),
        operations=1,
        nodes=2,
        elements=4,
        sampled="",
        coverage=(),
        worst_units=0.0,
    )
