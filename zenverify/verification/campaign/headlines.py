"""What a cause is called: one sentence without numbers, made of its buckets' keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zenverify.verification.verdict import ACCUMULATION, BucketKey, Pass, Verdict

_SAYS = {
    Verdict.ENGINE_WRONG: "is wrong",
    Verdict.EXPRESSION_WRONG: "is not that of its SymPy expression, which is at fault",
    Verdict.INACCURATE: "loses digits",
    Verdict.NON_FINITE: "is not finite exactly where the truth is",
    Verdict.DISPUTED: "is disputed: all three witnesses differ",
    Verdict.CONVENTION: "is not what is declared at a kink",
}
"""Of a value, a derivative or a gradient."""

_OF_THE_WHOLE = {
    Verdict.CRASH: "it raises",
    Verdict.TIMEOUT: "it does not return in time",
    Verdict.STRUCTURE: "a wrong shape or dtype, shared or changed memory, or state that is left",
    Verdict.NON_DETERMINISTIC: "other numbers each time",
}
"""Of a call or a pass."""


def headline_of(keys: Sequence[BucketKey]) -> str:
    """The headline of buckets that have one cause, the first of which shows it best."""
    first = keys[0]
    if first.verdict is Verdict.CRASH and first.function:
        names = ", ".join(dict.fromkeys(key.operation for key in keys))
        return f"{first.function} raises {first.exception}, in the {first.during}: {names}"
    says = _SAYS.get(first.verdict)
    if says is None:
        walks = first.operation == ACCUMULATION
        where = "the walk over the graph" if walks else first.operation
        place = replace(first, ordinal=1).place
        return f"{where}{place}: {_OF_THE_WHOLE.get(first.verdict, first.verdict)}"
    where = "" if first.condition in ("always", "kink") else f" ({first.condition})"
    return f"{_what(first, keys)} {says}{where}"


def _what(first: BucketKey, keys: Sequence[BucketKey]) -> str:
    if first.operation == ACCUMULATION:
        return "the walk over the graph: the sum of what a node's consumers contribute"
    if first.during is Pass.FORWARD:
        return f"the value of {first.operation}"
    arguments = [str(n) for n in sorted({k.argument for k in keys if k.argument is not None})]
    if not arguments:
        return f"the gradient of {first.operation}"
    listed = ", ".join(arguments[:-1])
    numbers = f"arguments {listed} and {arguments[-1]}" if listed else f"argument {arguments[0]}"
    return f"the derivative of {first.operation} with respect to {numbers}"
