"""Asking the engine for what a reader wants to see of a discrepancy; each is asked for once."""

from __future__ import annotations

import time
from collections.abc import Callable

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.output.model.run import Discrepancy
from zenverify.verification import trace
from zenverify.verification.evidence import Evidence, evidence_of
from zenverify.verification.verdict import BucketKey

Asking = Callable[[Discrepancy], Evidence | None]
"""Gives the evidence of a discrepancy; None where the engine is not asked."""

_SECONDS = 30.0
"""What all questions of one run may take; where they took longer, no more are asked."""


def nobody(discrepancy: Discrepancy) -> None:
    """Where there is no engine to ask."""
    del discrepancy


class Asker:
    """Asks one engine.

    Parameters
    ----------
    engine
        The engine under test.
    timeout
        Seconds that one pass of it may take.
    """

    def __init__(self, engine: Engine, timeout: float = trace.TIMEOUT) -> None:
        self._engine = engine
        self._timeout = timeout
        self._left = _SECONDS
        self._known: dict[tuple[BucketKey, int], tuple[Case, Evidence | None]] = {}

    def __call__(self, discrepancy: Discrepancy) -> Evidence | None:
        """The evidence of a discrepancy; None if there is no time left."""
        key = discrepancy.bucket, id(discrepancy.case)
        if key not in self._known:
            # The case is kept, so that no other one has its id.
            self._known[key] = discrepancy.case, self._asked(discrepancy)
        return self._known[key][1]

    def _asked(self, discrepancy: Discrepancy) -> Evidence | None:
        if self._left <= 0:
            return None
        began = time.monotonic()
        try:
            return evidence_of(self._engine, discrepancy.case, discrepancy.finding, self._timeout)
        except Exception:  # noqa: BLE001  whatever goes wrong there, the report is written
            return None
        finally:
            self._left -= time.monotonic() - began
