"""The twenty faults: where each sits, and which headline names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WALK = frozenset({"accumulation", "broadcasting"})
"""What a headline about the walk names in place of an operation."""


@dataclass(frozen=True, slots=True)
class LibraryFault:
    """One fault.

    Attributes
    ----------
    key
        Its name.
    what
        What is wrong, in a few words.
    place
        The operation whose rule is wrong, or an element of `WALK`.
    arguments
        The operands whose derivatives are wrong; empty where it is the value or the whole call.
    marks
        Of a fault of the walk: words, one of which a headline that names it holds.
    """

    key: str
    what: str
    place: str
    arguments: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()


FAULTS = {
    fault.key: fault
    for fault in (
        LibraryFault(
            "prefix", "shapes are compared by their prefix", "broadcasting", marks=("number",)
        ),
        LibraryFault(
            "trailing", "the last axes are summed, not the first", "broadcasting", marks=("fewer",)
        ),
        LibraryFault(
            "ones", "one axis of size one is summed, not all", "broadcasting", marks=("size one",)
        ),
        LibraryFault("nan", "NaN in a contribution becomes zero", "accumulation", marks=("NaN",)),
        LibraryFault(
            "repeated", "of x * x one contribution is kept", "accumulation", marks=("twice",)
        ),
        LibraryFault(
            "early", "a node is handed on before it is complete", "accumulation", marks=("before",)
        ),
        LibraryFault(
            "leftover",
            "a second pass hands on what the first left",
            "accumulation",
            marks=("second",),
        ),
        LibraryFault(
            "dtype", "gradients of float32 are float64", "accumulation", marks=("float32",)
        ),
        LibraryFault("tanh", "1 - y in place of 1 - y * y", "tanh", (0,)),
        LibraryFault("sigmoid", "computed in float32", "sigmoid", (0,)),
        LibraryFault("divide", "the sign of the divisor's derivative", "divide", (1,)),
        LibraryFault("reflected", "2 - x is recorded as x - 2", "subtract", (1,)),
        LibraryFault("sum", "the cotangent is expanded along the last axis", "sum", (0,)),
        LibraryFault("mean", "divided by the length of the first axis", "mean", (0,)),
        LibraryFault("transpose", "permuted by the axes, not by their inverse", "transpose", (0,)),
        LibraryFault("matmul", "all axes of a batch are reversed", "matmul", (0, 1)),
        LibraryFault("softmax", "summed over the last axis whatever the axis", "softmax", (0,)),
        LibraryFault("maximum", "both get all of it where they tie", "maximum", (0, 1)),
        LibraryFault("concatenate", "every operand gets the first piece", "concatenate"),
        LibraryFault("softplus", "log(1 + exp(x)) overflows", "softplus"),
    )
}
"""In no order that matters."""


def named_by(
    place: str, operations: Iterable[str], headline: str, present: Iterable[str]
) -> list[str]:
    """The faults among those present that a headline names.

    Parameters
    ----------
    place
        What it blames.
    operations
        The operations that it lists.
    headline
        Its words.
    present
        The keys of the faults that are there.
    """
    listed = {place, *operations} if place not in WALK else {place}
    found = []
    for key in present:
        fault = FAULTS[key]
        if fault.place not in listed:
            continue
        if not fault.marks or any(mark in headline for mark in fault.marks):
            found.append(key)
    return found
