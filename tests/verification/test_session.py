"""A session's time limit holds for every pass that is asked for, blame's too."""

import signal
from collections.abc import Sequence
from typing import Any

from tests.verification.prepared import unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.verification import trace
from zenverify.verification.session import Session
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


class Timed(ZenEngine):
    """Notes how much time is left in each of its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[float] = []

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        self.left.append(signal.getitimer(signal.ITIMER_REAL)[0])
        return super().apply(operator, operands, attributes)

    def backward(self, root: Any, cotangent: Any) -> None:
        self.left.append(signal.getitimer(signal.ITIMER_REAL)[0])
        super().backward(root, cotangent)


def test_blame_has_the_time_that_a_pass_has() -> None:
    engine = Timed()
    with wrong_rule("tanh", lambda g, y, x: g * 2):
        result = verify_case(engine, unary("exp", "tanh", at=[0.3]), timeout=600)
    assert result.verdict is Verdict.ENGINE_WRONG
    assert min(engine.left) > 500


def test_the_limit_is_a_session_s_own() -> None:
    with Session(3.0).at_work():
        assert trace.limit() == 3.0
        with Session(0).at_work():
            assert trace.limit() == 0
        assert trace.limit() == 3.0
    assert trace.limit() == trace.TIMEOUT
