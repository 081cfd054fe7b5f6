"""What to take for a partial exactly at a kink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flint import arb

from zenverify.operators.balls.arithmetic import UNIT_STEP, Ball


@dataclass(frozen=True, slots=True)
class AtKink:
    """Which partial to take exactly at a kink.

    Attributes
    ----------
    step
        The value of Heaviside's step where its argument is zero: 1/2 for the mean of the two
        one-sided derivatives; None encloses every choice.
    ties
        Which of n tied elements of a maximum or minimum gets the cotangent: each an equal share,
        the first, or the last; None encloses every choice.
    """

    step: float | None
    ties: Literal["equal", "first", "last"] | None

    @property
    def at_zero(self) -> Ball:
        return UNIT_STEP if self.step is None else arb(self.step)


MEAN = AtKink(0.5, "equal")
LEFT = AtKink(0.0, "first")
RIGHT = AtKink(1.0, "last")
ANY = AtKink(None, None)
