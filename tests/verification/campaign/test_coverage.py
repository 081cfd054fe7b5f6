"""What a case exercised."""

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, binary, square_of_tanh, unary
from zenverify.graph.case import Case
from zenverify.verification.campaign.coverage import CONDITIONS, coverage_of


def conditions_of(case: Case, operator: str, kinked: tuple[int, ...] = ()) -> set[str]:
    return {c for name, c, _ in coverage_of(case, kinked) if name == operator}


def with_constant() -> Case:
    build = CaseBuilder()
    build.apply("multiply", build.variable([1.0, 2.0]), build.constant([3.0]))
    return build.case()


@pytest.mark.parametrize(
    "case, operator, expected",
    [
        (unary("tanh", at=[1.0, 2.0]), "tanh", {"seen"}),
        (unary("tanh", at=1.0), "tanh", {"seen", "scalar"}),
        (
            unary("tanh", at=[[1.0], [2.0]], dtype="float32"),
            "tanh",
            {"seen", "size-1 axis", "float32"},
        ),
        (unary("tanh", at=np.zeros((0, 2))), "tanh", {"seen", "zero-size"}),
        (unary("tanh", at=[0.0, 1.0]), "tanh", {"seen", "zeros"}),
        (unary("log", at=[0.0, 1.0]), "log", {"seen", "zeros", "domain edge"}),
        (unary("tanh", at=[1e-9, 1.0]), "tanh", {"seen", "extreme values"}),
        (unary("tanh", at=[700.0, 1.0]), "tanh", {"seen", "extreme values"}),
        (square_of_tanh(), "multiply", {"seen", "repeated operand", "shared node", "scalar"}),
        (with_constant(), "multiply", {"seen", "broadcast", "size-1 axis", "constant right"}),
        (binary("add", [1.0, 2.0], [[1.0, 2.0]] * 2), "add", {"seen", "broadcast"}),
    ],
)
def test_conditions(case: Case, operator: str, expected: set[str]) -> None:
    assert conditions_of(case, operator) == expected
    assert expected <= set(CONDITIONS)


def test_kinks_are_counted_where_they_were_met() -> None:
    case = unary("relu", "relu", at=[0.0, 1.0])
    counts = {(name, c): n for name, c, n in coverage_of(case, (1, 2))}
    assert counts["relu", "kink"] == 2
    assert counts["relu", "seen"] == 2
