"""Check 7: what the walk over the graph may cost."""

import pytest

from tests.verification.prepared import planted
from zenverify.engines.zen import ZenEngine
from zenverify.verification.checks.cost import (
    CHAIN_LENGTH,
    LADDER_LEVELS,
    chain,
    cost_cases,
    ladder,
)
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case


def test_a_right_engine_walks_each_edge_once() -> None:
    for case in cost_cases(("add", "negative")):
        assert verify_case(ZenEngine(), case).verdict is Verdict.AGREE


def test_a_walk_along_every_path_is_found_on_the_smallest_ladder() -> None:
    with planted("a node visited once per path"):
        findings = verify_case(ZenEngine(), ladder(LADDER_LEVELS[0])).findings
    finding = findings[0]
    assert finding.verdict is Verdict.STRUCTURE
    assert (finding.check, finding.blame.operation) == ("cost", ACCUMULATION)
    assert "it walks every path instead of every edge" in finding.message


def test_a_walk_along_every_path_does_not_return_from_the_longest() -> None:
    class Uncounted(ZenEngine):
        counted = None  # type: ignore[assignment]

    with planted("a node visited once per path"):
        result = verify_case(Uncounted(), ladder(LADDER_LEVELS[-1]), timeout=0.3)
    assert result.verdict is Verdict.TIMEOUT
    assert result.findings[0].blame.operation == ACCUMULATION


def test_a_recursive_walk_is_found_on_a_long_chain() -> None:
    with planted("recursion limit"):
        finding = verify_case(ZenEngine(), chain(CHAIN_LENGTH)).findings[0]
    assert finding.verdict is Verdict.CRASH
    assert finding.blame.operation == ACCUMULATION
    assert "RecursionError" in finding.message


@pytest.mark.parametrize(
    "operators, count",
    [(("tanh",), 0), (("add",), 3), (("negative",), 1), (("add", "negative"), 4)],
)
def test_only_what_the_engine_offers_is_asked_of_it(operators: tuple[str, ...], count: int) -> None:
    assert len(list(cost_cases(operators))) == count
