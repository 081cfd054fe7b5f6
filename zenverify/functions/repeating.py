"""Whether a second call of a function, and of its rules, gives the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np

from zenverify.functions.findings import finding_about
from zenverify.functions.recording import RecordedCall
from zenverify.graph.case import Array
from zenverify.verification.events import Finding
from zenverify.verification.raised import text_of
from zenverify.verification.verdict import Verdict

_WRITTEN = "modified by an inplace operation"
"""What torch says of memory that it keeps the version of."""


def unlike_results(first: RecordedCall, second: RecordedCall, differing: float) -> Finding | None:
    """Results of a second call that are others; None if they are the same bits.

    Parameters
    ----------
    first, second
        The calls.
    differing
        How far they may be off.
    """
    results = [
        (first.values[a], second.values[b]) for a, b in zip(first.roots, second.roots, strict=False)
    ]
    changed = [a.name for a, b in results if not _same(a.array, b.array, differing)]
    if not changed and len(first.roots) == len(second.roots):
        return None
    what = changed[0] if changed else "the number of results"
    return finding_about(
        Verdict.NON_DETERMINISTIC,
        "the function",
        f"a second call with the same inputs differs ({what}): the function draws random numbers "
        "or keeps state; fix the seed inside, or leave dropout out",
    )


def unlike_gradients(
    name: str,
    first: RecordedCall,
    second: RecordedCall,
    one: Mapping[int, Array],
    two: Mapping[int, Array],
    differing: float,
) -> Finding | None:
    """An input's gradient that is another in a second call; None if they are the same bits.

    Of calls that recorded another number of values it is not known which ones are the same.

    Parameters
    ----------
    name
        The function's.
    first, second
        The calls.
    one, two
        The gradients of both calls, by value.
    differing
        How far they may be off.
    """
    if len(first.values) != len(second.values):
        return None
    results = {place for node in first.nodes for place in node.results}
    for value in one:
        if value in results:
            continue
        if value in two and _same(one[value], two[value], differing):
            continue
        message = f"a second reverse pass gives another gradient of {first.values[value].name}"
        guilty = _unsteady(first, one, differing)
        if guilty:
            message += f": the rule of {guilty} keeps state between calls"
        return finding_about(Verdict.NON_DETERMINISTIC, guilty or name, message)
    return None


def spoiling(recording: RecordedCall, gradients: Mapping[int, Array]) -> list[Finding]:
    """The rule that writes to what it keeps, as torch says when it is called a second time."""
    for node in reversed(recording.nodes):
        arriving = [gradients.get(result) for result in node.results]
        with suppress(Exception):  # of a rule that does not let itself be run alone
            node.pull(arriving)
            try:
                node.pull(arriving)
            except RuntimeError as error:
                if _WRITTEN not in str(error):
                    raise
                message = (
                    f"the rule of {node.name} writes to what it has kept: a second call raised "
                    f"{text_of(error)}"
                )
                return [finding_about(Verdict.STRUCTURE, node.name, message)]
    return []


def _unsteady(recording: RecordedCall, gradients: Mapping[int, Array], differing: float) -> str:
    """The operation whose rule, called twice alike, gives two answers; empty if none does."""
    for node in reversed(recording.nodes):
        arriving = [gradients.get(result) for result in node.results]
        with suppress(Exception):  # of a rule that does not let itself be run alone
            pairs = zip(node.pull(arriving), node.pull(arriving), strict=True)
            if any(
                one is not None and two is not None and not _same(one, two, differing)
                for one, two in pairs
            ):
                return node.name
    return ""


def _same(one: Array, two: Array, differing: float) -> bool:
    """Whether they are the same bits, or as near as is asked for."""
    if one.shape != two.shape:
        return False
    if one.tobytes() == two.tobytes():
        return True
    return differing > 0 and np.allclose(one, two, rtol=0, atol=differing, equal_nan=True)
