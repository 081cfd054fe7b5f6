"""Which faults of the catalogue are none: proofs that an alteration can never change a number.

A fault that changes an argument which the rule does not read, or that is confined to values or
shapes which the operation does not take, is equivalent to no fault. A fault that merely was not
seen to make a difference is another matter: nothing is said of it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zenverify.engines.mutants.axes import AXES
from zenverify.engines.mutants.confinement import Confinement
from zenverify.engines.mutants.drawn import calls_drawn
from zenverify.engines.mutants.polynomials import Rule, same_polynomials
from zenverify.engines.mutants.reading import Read, read_of, reads_keywords, same_source
from zenverify.engines.mutants.replacement import Replacement
from zenverify.operators.operator import Operator
from zenverify.tensor import Operation

_UNLIKE_SCALING = frozenset(
    {
        "result-for-operand",
        "operand-for-result",
        "exchanged",
        "aliased",
        "cotangent-ignored",
        "operand-transposed",
        "next-transposed",
        "next-axis",
        "operand-written",
        "cotangent-written",
        "overflow",
        "empty",
        "unsummed",
    }
)
"""Faults that do something else than moving, scaling or adding up what is handed on."""


_RESULT = 1
"""The number of a rule's argument; the cotangent is 0, the operands follow."""


@dataclass(frozen=True)
class Equivalence:
    """What can be proven about the faults of one rule.

    Attributes
    ----------
    operation
        The operation with the right rule.
    position
        Which of its pullbacks.
    declared
        What the operation is; None if it is not declared.
    """

    operation: Operation
    position: int
    declared: Operator | None

    def reason(self, key: str, wrong: Rule) -> str:
        """Why a fault can never change a number; empty if that is not proven.

        Parameters
        ----------
        key
            Which fault.
        wrong
            The rule that has it.
        """
        return next(filter(None, self._reasons(key, wrong)), "")

    def _reasons(self, key: str, wrong: Rule) -> Iterator[str]:
        yield self._unread(key)
        if key.startswith("rule-of-"):
            other = self.operation.pullbacks[int(key.removeprefix("rule-of-"))]
            yield "both rules are the same" if same_source(self._rule, other) else ""
        made_of_it = not key.startswith(("source-", "rule-of-"))
        if self._is_nothing and made_of_it and key not in _UNLIKE_SCALING:
            yield "the rule does not read the cotangent: what it hands on is zero"
        if self.declared is not None:
            yield Confinement(self.operation, self.position, self.declared).reason(key)
            yield Replacement(self.operation, self.position, self.declared).reason(key)
            if key.startswith("source-") and same_polynomials(
                self._rule, wrong, self.declared, calls_drawn(self.declared), self.position
            ):
                yield "it is the same polynomial in every call that is drawn"

    @property
    def _rule(self) -> Rule:
        return self.operation.pullbacks[self.position]

    @cached_property
    def _is_nothing(self) -> bool:
        # A contribution is linear in the cotangent: if it does not depend on it, it is zero.
        return read_of(self._rule, 0) < Read.VALUES

    @property
    def _next(self) -> int:
        return (self.position + 1) % max(2, len(self.operation.pullbacks))

    def _unread(self, key: str) -> str:
        """Faults that change what the rule is given, and the rule does not look at it."""
        position, following = self.position + 2, self._next + 2
        match key:
            case "cotangent-ignored" if self._is_nothing:
                return "the rule does not read the cotangent"
            case "result-for-operand":
                return self._without("operand", position, same_dtype=self._single)
            case "operand-for-result":
                return self._without("result", _RESULT, same_dtype=self._single)
            case "exchanged":
                return self._without("operands", position, following)
            case "aliased":
                return self._without("other operand", following)
            case "operand-transposed":
                return self._without("operand", position, same_dtype=True)
            case "next-transposed":
                return self._without("other operand", following, same_dtype=True)
            case "right-of-kink" | "left-of-kink" | "first-of-ties":
                return self._without("operand", position, _RESULT, same_dtype=True)
            case "next-axis" if not reads_keywords(self._rule, AXES):
                return "the rule does not read the axis"
        return ""

    @property
    def _single(self) -> bool:
        """Whether there is one operand, so that the result is of its dtype."""
        return len(self.operation.pullbacks) == 1 and not self.operation.variadic

    def _without(self, words: str, *arguments: int, same_dtype: bool = False) -> str:
        """Why a change of some arguments' values, and perhaps dtypes, goes unnoticed."""
        allowed = Read.DTYPE if same_dtype else Read.SHAPE
        unread = all(read_of(self._rule, argument) <= allowed for argument in arguments)
        return f"the rule does not read the {words}" if unread else ""
