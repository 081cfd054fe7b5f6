"""What a rule does with the cotangent that it is given, besides computing from its numbers.

A rule is called on cotangents of the same numbers in other memory, which are looked at afterwards,
as is the memory of its operands and results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from zenverify.functions.cotangents import cotangents_at
from zenverify.functions.differences import largest_of
from zenverify.functions.findings import CHECK_STRUCTURE
from zenverify.functions.occurrence import Occurrence, occurrence_of
from zenverify.functions.recording import Node, Pull, RecordedCall
from zenverify.graph.case import Array
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict

_SAME = {"float64": 1e-6, "float32": 1e-3}
"""Contributions that differ by less, relative to the largest element, are the same: of memory in
another layout a sum may be taken in another order."""

_BETWEEN = 7.5
"""What lies between the elements of a strided cotangent."""


def misconduct(seen: Occurrence) -> Iterator[Finding]:
    """What an operation's rule does that no rule may, whatever numbers it gives.

    It is called as it is in a reverse pass: on the very memory of the cotangents.

    Parameters
    ----------
    seen
        The operation, and cotangents that arrive at its results.

    Raises
    ------
    Exception
        Whatever the library raises.
    """
    node = seen.node
    pull = node.pull_in_place
    if pull is None or not seen.cotangents:
        return
    name = node.name
    given = _copies(seen.cotangents)
    _put_back(seen)
    first = _kept(pull, given)
    if not _alike(given, seen.cotangents):
        yield _finding(seen, f"the rule of {name} writes to its cotangent")
    written = _put_back(seen)
    if written:
        yield _finding(seen, f"the rule of {name} writes to {' and '.join(written)}")
    # The numbers of a declared operation are held against its enclosure, whatever the layout.
    if written or (node.declaration is not None and not node.composed):
        return
    again = _kept(pull, _copies(seen.cotangents))
    if not _alike(first, again):
        yield _finding(
            seen, f"the rule of {name} keeps state between calls: a second call gives other numbers"
        )
        return
    for layout in (_apart, _transposed):
        if not _alike(first, _kept(pull, [layout(one) for one in seen.cotangents])):
            yield _finding(
                seen,
                f"the rule of {name} reads its cotangent's memory as if it were contiguous: it is "
                "wrong for one with other strides",
            )
            return


def misconduct_of(number: int, node: Node, recording: RecordedCall) -> list[Finding]:
    """What a recorded operation's rule does so, at cotangents of order one."""
    cotangents = cotangents_at(recording.values, node.results)
    try:
        return list(misconduct(occurrence_of(number, node, recording.values, cotangents)))
    except Exception:  # noqa: BLE001  a rule that does not let itself be run alone
        return []


def any_misconduct(recording: RecordedCall) -> bool:
    """Whether any rule of a recording does so."""
    return any(misconduct_of(n, node, recording) for n, node in enumerate(recording.nodes))


def ignores_cotangent(seen: Occurrence, slot: int) -> bool:
    """Whether a rule gives an operand the same contribution, not zero, for twice the cotangent."""
    once = seen.node.pull(_copies(seen.cotangents))[slot]
    twice = seen.node.pull([2 * one for one in seen.cotangents])[slot]
    if once is None or twice is None or not np.any(once) or not np.isfinite(once).all():
        return False
    return bool(np.array_equal(once, twice))


def _put_back(seen: Occurrence) -> list[str]:
    """Restore what the library keeps for the rule; returns what of it had changed."""
    names = [f"its operand {slot} ({name})" for slot, name in enumerate(seen.names)]
    names += ["its result" for _ in seen.results]
    changed = []
    before = (*seen.operands, *seen.results)
    for name, array, kept in zip(names, seen.node.held, before, strict=False):
        with suppress(ValueError):  # a view of memory that others have locked
            array.setflags(write=True)  # as it is in a reverse pass
        if array.tobytes() != kept.tobytes():
            changed.append(name)
            with suppress(ValueError):
                np.copyto(array, kept)
    return list(dict.fromkeys(changed))


def _finding(seen: Occurrence, message: str) -> Finding:
    blame = Blame(seen.number, seen.node.name, None, "always")
    return Finding(Verdict.STRUCTURE, blame, CHECK_STRUCTURE, message)


def _kept(pull: Pull, cotangents: Sequence[Array]) -> list[Array | None]:
    """What a rule gives, as copies: it may give memory that is not its own."""
    return [None if part is None else np.array(part) for part in pull(list(cotangents))]


def _copies(arrays: Sequence[Array]) -> list[Array]:
    return [np.array(array, order="C") for array in arrays]


def _apart(cotangent: Array) -> Array:
    """The same numbers, with others between them."""
    wide = np.full((*cotangent.shape, 2), _BETWEEN, cotangent.dtype)
    wide[..., 0] = cotangent
    return wide[..., 0]


def _transposed(cotangent: Array) -> Array:
    """The same numbers, the first axis fastest."""
    return np.array(cotangent, order="F")


def _alike(first: Sequence[Array | None], second: Sequence[Array | None]) -> bool:
    def one_alike(one: Array | None, other: Array | None) -> bool:
        if one is None or other is None:
            return one is other
        within = _SAME[str(one.dtype)] * largest_of(one)
        return bool(np.allclose(one, other, rtol=0.0, atol=within, equal_nan=True))

    return all(map(one_alike, first, second))
