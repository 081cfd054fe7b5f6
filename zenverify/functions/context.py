"""A rule that is wrong alone, and right in the function that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from zenverify.functions.differences import largest_of
from zenverify.functions.enclosures import judge_node
from zenverify.functions.findings import SAME, by_differences, finite
from zenverify.functions.occurrence import Occurrence, occurrence_of
from zenverify.functions.recording import COARSE, Node, RecordedCall, Value
from zenverify.functions.whole import disagrees, is_made_up_for
from zenverify.graph.case import Array

_REACHES_NOT = {False: 1e-6, True: 1e-3}
"""Errors of which less than this share reaches an input, beside random ones, reach none: the rest
is rounding, on the way of both. By whether float32 is among them."""

_ON_PURPOSE = 0.05
"""What hands values on and scales cotangents by a factor that is further from 1, means to."""

SCALES = "it only scales cotangents, which counts in the whole function"


def right_in_context(
    seen: Occurrence,
    errors: Mapping[int, Array],
    recording: RecordedCall,
    gradients: Mapping[int, Array] | None,
    called: tuple[Node, Sequence[Value]],
) -> str:
    """Why a rule that is wrong elsewhere is right in this function; empty if it is not.

    Cholesky's rule is right for symmetric matrices, and a symmetrisation in front of it takes its
    error away, for every cotangent. So the errors are pulled on, all operands' together. Or they
    make up for a value that leaves the graph.

    Parameters
    ----------
    seen
        The operation.
    errors
        Those of its rule, by operand.
    recording
        The call of the function.
    gradients
        Its gradients at the user's cotangents, by value, where they could be computed.
    called
        The function as one operation, and its values.
    """
    if not _reach_inputs(seen, errors, recording):
        return "its errors reach no input"
    if gradients is not None and _makes_up(seen, recording, gradients, called):
        return "they make up for a value that leaves the graph, and differences agree"
    if gradients is not None and _is_one_of_many(seen, recording, gradients, called):
        return "its result is one of many, and at the cotangents that arrive differences agree"
    if _only_scales(seen) and not disagrees(*called):
        return SCALES
    return ""


def _is_one_of_many(
    seen: Occurrence,
    recording: RecordedCall,
    gradients: Mapping[int, Array],
    called: tuple[Node, Sequence[Value]],
) -> bool:
    """Whether a rule of the library's is right for what a function asks of arbitrary bases.

    The vectors that span the null space of a matrix may be turned, and their slopes say how the
    library happens to turn them. No function that has a gradient depends on that, and its own
    cotangents ask for nothing of it.
    """
    if not seen.node.built_in or seen.node.name not in _BASES:
        return False
    here = occurrence_of(seen.number, seen.node, recording.values, gradients)
    asked = by_differences(here)
    return not asked.findings and not asked.undecided and not disagrees(*called)


_BASES = frozenset({"svd", "linalg_svd", "qr", "linalg_qr", "linalg_eigh", "linalg_eig"})
"""Operations that give bases, of which some may be turned."""


def _makes_up(
    seen: Occurrence,
    recording: RecordedCall,
    gradients: Mapping[int, Array],
    called: tuple[Node, Sequence[Value]],
) -> bool:
    """Whether the whole gradient, at the user's cotangents, is right because of the errors."""
    node, values = called
    here = occurrence_of(seen.number, seen.node, recording.values, gradients)
    judged = judge_node(here.node, here.operands, here.results, here.cotangents)
    errors = by_differences(here).errors if judged is None else judged.errors
    arriving = _pulled_on(seen, errors, recording)
    slots = {values[place].name: slot for slot, place in enumerate(node.operands)}
    named = {recording.values[place].name: error for place, error in arriving.items()}
    reaching = {slots[name]: error for name, error in named.items() if name in slots}
    return bool(reaching) and is_made_up_for(node, values, reaching)


def _reach_inputs(seen: Occurrence, errors: Mapping[int, Array], recording: RecordedCall) -> bool:
    """Whether the errors of a rule reach an input, compared with what others of their size do."""
    # What is not finite is an error of the size of the others, or of order one.
    errors = {slot: _comparable(error) for slot, error in errors.items()}

    def reached(scaled: Callable[[Array], Array]) -> float:
        scaled_errors = {slot: scaled(error) for slot, error in errors.items()}
        arriving = _pulled_on(seen, scaled_errors, recording)
        return max((float(np.abs(g).max(initial=0.0)) for g in arriving.values()), default=0.0)

    draw = np.random.default_rng(24)
    usual = max(
        reached(lambda error: np.abs(error).max() * draw.choice([-1.0, 1.0], error.shape))
        for _ in range(2)
    )
    narrow = any(str(error.dtype) == "float32" for error in (*seen.operands, *seen.results))
    share = COARSE[seen.node.least] ** 0.4 if seen.node.least else _REACHES_NOT[narrow]
    return not reached(lambda error: error) <= share * usual


def _only_scales(seen: Occurrence) -> bool:
    """Whether an operation does nothing forward, and scales its cotangent back, on purpose."""
    if len(seen.operands) != 1 or len(seen.results) != 1:
        return False
    if not np.array_equal(seen.operands[0], seen.results[0], equal_nan=True):
        return False
    (cotangent,) = seen.cotangents
    (part,) = seen.node.pull([cotangent])
    if part is None or not finite([part, cotangent]) or not cotangent.any():
        return False
    factor = float(np.vdot(cotangent, part) / np.vdot(cotangent, cotangent))
    return abs(factor - 1) > _ON_PURPOSE and bool(
        np.allclose(part, factor * cotangent, rtol=SAME, atol=SAME * largest_of(part))
    )


def _pulled_on(
    seen: Occurrence, errors: Mapping[int, Array], recording: RecordedCall
) -> dict[int, Array]:
    """What errors of an operation's contributions make of the gradients of the inputs, by value."""
    inputs = set(range(len(recording.values)))
    inputs -= {result for node in recording.nodes for result in node.results}
    seeds: dict[int, Array] = {}
    for slot, error in errors.items():
        place = seen.node.operands[slot]
        dtype = recording.values[place].array.dtype
        seeds[place] = seeds.get(place, 0) + error.astype(dtype)
    arriving = recording.gradients(seeds)
    for place in seeds.keys() - arriving.keys():
        arriving[place] = seeds[place]
    return {place: gradient for place, gradient in arriving.items() if place in inputs}


def _comparable(error: Array) -> Array:
    return np.where(np.isfinite(error), error, largest_of(error) or 1.0)
