"""What an engine raises at a neighbouring point: a finding inside the domain, a note outside."""

from typing import Any

import numpy as np

from tests.verification.prepared import unary
from zenverify.engines.zen import ZenEngine
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


class Raising(ZenEngine):
    """Raises in one operation where its operand is beyond a limit."""

    def __init__(self, operator: str, limit: float) -> None:
        super().__init__()
        self._operator, self._limit = operator, limit

    def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
        if operator == self._operator and (np.abs(self.value(operands[0])) > self._limit).any():
            raise ValueError("this far and no further")
        return super().apply(operator, operands, attributes)


def test_inside_the_domain_it_is_a_finding() -> None:
    result = verify_case(Raising("tanh", 0.3), unary("negative", "tanh", "exp", at=[0.3]))
    (finding,) = result.findings
    assert (finding.verdict, finding.blame.operation) == (Verdict.CRASH, "tanh")
    assert finding.check == "whole graph, difference"
    assert "raised ValueError at a point close by, inside its domain: this far" in finding.message


def test_outside_the_domain_it_is_none() -> None:
    result = verify_case(Raising("arcsin", 1.0), unary("arcsin", at=[1 - 1e-5]))
    assert result.verdict is Verdict.AGREE
    assert "difference unreliable: the engine raised ValueError" in result.notes
