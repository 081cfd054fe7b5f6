"""Whether each gradient is the sum of what the operations' rules contribute."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zenverify.functions.conduct import any_misconduct
from zenverify.functions.differences import largest_of
from zenverify.functions.findings import finding_about, where
from zenverify.functions.recording import RecordedCall
from zenverify.graph.case import Array
from zenverify.oracles.enclosure import THRESHOLD
from zenverify.verification.events import Finding
from zenverify.verification.verdict import ACCUMULATION, Verdict


def unsummed(
    recording: RecordedCall, seeds: Mapping[int, Array], gradients: Mapping[int, Array]
) -> Finding | None:
    """The first gradient that is not the sum of what arrives there; None if each is.

    Parameters
    ----------
    recording
        The call.
    seeds
        The cotangents that entered, by value.
    gradients
        What the reverse pass made of them, by value.
    """
    parts = {} if recording.lost else _parts(recording, gradients)
    if not parts:
        return None
    for value, gradient in gradients.items():
        terms = [seeds[value]] if value in seeds else []
        terms += parts.get(value, [])
        wide = [term.astype(np.longdouble) for term in terms]
        with np.errstate(all="ignore"):
            total = sum(wide, np.zeros(gradient.shape, np.longdouble))
            size = sum(map(np.abs, wide), np.zeros(gradient.shape, np.longdouble))
            unit = recording.values[value].unit
            apart = np.abs(gradient - total)
            tiny = float(np.finfo(gradient.dtype).tiny)
            wrong = apart > (THRESHOLD + len(terms)) * unit * size + tiny
        wrong &= np.isfinite(total)
        if wrong.any():
            wrong &= apart > unit * _in_another_order(recording, gradients, value)
        if wrong.any():
            if any_misconduct(recording):
                return None  # then it is no wonder; that is told where each rule is checked
            element = int(np.flatnonzero(wrong)[0])
            message = (
                f"the gradient of {where(recording.values[value].name, element, gradient.shape)} "
                f"is {float(gradient.ravel()[element])!r}; the rules of the operations that use it "
                f"add up to {float(total.ravel()[element])!r}"
            )
            return finding_about(Verdict.ENGINE_WRONG, ACCUMULATION, message)
    return None


def _parts(recording: RecordedCall, gradients: Mapping[int, Array]) -> dict[int, list[Array]]:
    """Per value, what each operation's rule alone contributes to its gradient."""
    parts: dict[int, list[Array]] = {}
    for node in recording.nodes:
        arriving = [gradients.get(result) for result in node.results]
        if all(cotangent is None for cotangent in arriving):
            continue
        try:
            pulled = node.pull(arriving)
        except Exception:  # noqa: BLE001  a rule that does not let itself be run alone
            return {}
        for operand, part in zip(node.operands, pulled, strict=True):
            if part is not None:
                parts.setdefault(operand, []).append(part)
    return parts


def _in_another_order(recording: RecordedCall, gradients: Mapping[int, Array], value: int) -> float:
    """How many units of 1 a value's gradient may change with the order of its rules' sums.

    A rule that is run alone finds its cotangent in another layout. A sum of n terms is off by up to
    n u times the sum of their sizes (Higham, *Accuracy and Stability of Numerical Algorithms*,
    section 4.2). These sizes show where random signs leave nothing to cancel.
    """
    draw = np.random.default_rng(25)
    sizes, terms = [0.0], 0
    for node in recording.nodes:
        if value in node.operands:
            terms += sum(gradients[one].size for one in node.results if one in gradients)
    for _ in range(4):
        signed = {
            place: gradient * draw.choice([-1.0, 1.0], gradient.shape).astype(gradient.dtype)
            for place, gradient in gradients.items()
        }
        sizes.append(sum(map(largest_of, _parts(recording, signed).get(value, []))))
    return (THRESHOLD + terms) * max(sizes)
