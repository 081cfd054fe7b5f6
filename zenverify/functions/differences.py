"""The third witness about one operation: differences of its forward pass, run alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zenverify.functions.recording import COARSE, Node
from zenverify.graph.case import Array
from zenverify.oracles.difference import Estimate, Side, differentiate, uneven
from zenverify.oracles.enclosure import THRESHOLD, UNIT_ROUNDOFF

_STEPS = {
    "float64": uneven(2.0**-5, 2.0**-8, 2.0**-12),
    "float32": uneven(2.0**-3, 2.0**-5, 2.0**-7),
}

_OTHER_STEPS = {
    "float64": uneven(2.0**-6.4, 2.0**-9.3, 2.0**-12.7),
    "float32": uneven(2.0**-3.6, 2.0**-5.3, 2.0**-6.6),
}
"""A second family, in no simple ratio to the first."""

_WIDE = "float64"

_ANOTHER = 2.0**-6
"""Results that differ by more of the largest element are those of another function."""

ROUNDED = 2.0**5
"""Units of a dtype of 16 bits that two ways to compute the same may be apart."""


@dataclass(frozen=True, slots=True)
class BothSides:
    """What differences say about a gradient's element: both sides, where they are not the same."""

    left: Estimate
    right: Estimate

    @property
    def low(self) -> float:
        return min(self.left.low, self.right.low)

    @property
    def high(self) -> float:
        return max(self.left.high, self.right.high)

    @property
    def width(self) -> float:
        """How far one side may be off."""
        return max(self.left.error, self.right.error)

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def known(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)


def slope(
    node: Node,
    operands: Sequence[Array],
    cotangents: Sequence[Array],
    slot: int,
    element: int,
    enough: float = 0.0,
    *,
    otherwise: bool = False,
) -> BothSides:
    """The derivative of the sum of <cotangent, result> when one element of one operand moves.

    No smaller steps are taken once the error is down to `enough`. With `otherwise`, the steps are
    of another family: of a function of many scales, one alone may be sure of itself and wrong.

    Evaluated in float64 also where the operation computes in float32, if it lets itself be.
    """
    dtype = sampled_dtype(node, operands)
    wide = [np.array(operand, dtype) for operand in operands]
    weights = [cotangent.astype(np.float64) for cotangent in cotangents]
    family = _OTHER_STEPS if otherwise else _STEPS

    def slopes(scale: float) -> BothSides:
        def function(t: float) -> tuple[float, float]:
            moved = [*wide[:slot], wide[slot].copy(), *wide[slot + 1 :]]
            moved[slot].flat[element] += t * scale
            with np.errstate(all="ignore"):
                terms = [w * r for w, r in zip(weights, node.forward(moved), strict=True)]
                size = sum(float(np.abs(term).sum()) for term in terms)
                return sum(float(term.sum()) for term in terms), size

        def along(side: Side) -> Estimate:
            unit, steps = UNIT_ROUNDOFF[dtype], family[dtype]
            found = differentiate(
                function, unit=unit, side=side, steps=steps, enough=enough * scale
            )
            # The moved argument is rounded too: by up to a unit of itself.
            reach = max(1.0, abs(float(wide[slot].flat[element])) / scale)
            rounded = 4 * unit * reach * abs(found.value) / steps[-1]
            return Estimate(found.value / scale, (found.error + rounded) / scale, found.reason)

        both = along("both")
        if math.isfinite(both.error):
            return BothSides(both, both)
        return BothSides(along("left"), along("right"))

    best: BothSides | None = None
    for scale in _scales(wide[slot], element):
        found = slopes(scale)
        if best is None or (found.known and not best.width <= found.width):
            best = found
        if best.known and best.width <= enough:
            break
    assert best is not None
    return best


def _scales(operand: Array, element: int) -> list[float]:
    """What the steps are relative to: the other elements' size, and the element's own.

    A domain may end close to a small element; where it does not, larger steps are less noisy.
    """
    finite = np.abs(operand[np.isfinite(operand)])
    usual = float(np.median(finite)) if finite.size else 0.0
    own = abs(float(operand.flat[element]))
    own = own if 0 < own < math.inf else 0.0
    return sorted({usual, own} - {0.0} or {1.0}, reverse=True)


def sampled_dtype(node: Node, operands: Sequence[Array]) -> str:
    """What the operation can be differenced in."""
    if all(str(operand.dtype) == _WIDE for operand in operands):
        return _WIDE
    try:
        results = node.forward([operand.astype(_WIDE) for operand in operands])
    except Exception:  # noqa: BLE001  it insists on float32
        return "float32"
    alike = all(
        str(wide.dtype) == _WIDE and _is_alike(wide, narrow, COARSE.get(node.least, 0.0))
        for wide, narrow in zip(results, node.forward(list(operands)), strict=True)
    )
    return _WIDE if alike else "float32"


def _is_alike(wide: Array, narrow: Array, unit: float) -> bool:
    """Whether results are the same but for precision: random numbers differ with the dtype."""
    apart = max(_ANOTHER, ROUNDED * unit) * largest_of(wide)
    return wide.shape == narrow.shape and bool(
        np.allclose(wide, narrow, rtol=0, atol=apart, equal_nan=True)
    )


def allowance(gradient: Array, terms: int, unit: float) -> float:
    """What rounding may do to an element of a gradient whose formula is not known.

    Its unit roundoff is that of the least precision that it met: a rule may work in that.
    """
    return (THRESHOLD + terms) * unit * largest_of(gradient)


def largest_of(array: Array) -> float:
    """The size of an array's largest finite element; 0 if there is none."""
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))
