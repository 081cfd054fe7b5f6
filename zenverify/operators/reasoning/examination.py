"""A declared domain, held against the conditions under which the expression has a value."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.balls.narrowing import until
from zenverify.operators.derivation.derive import evaluator
from zenverify.operators.domain import Domain
from zenverify.operators.reasoning.conditions import Condition, NoPole, Within
from zenverify.operators.reasoning.evaluation import values
from zenverify.operators.reasoning.places import KernelSetting
from zenverify.operators.reasoning.samples import Numbers, points_in
from zenverify.operators.reasoning.solving import preimage
from zenverify.operators.reasoning.wording import formula

_PRECISIONS = (128, 1024)
_MOST_OUTSIDE = 200


class Examination:
    """The declared domain, looked at point by point.

    Attributes
    ----------
    problems
        Where the declared domain includes what it should not, in sentences.
    notes
        Where it has to, since a `Domain` has no form for leaving it out.
    """

    def __init__(self, setting: KernelSetting, conditions: Sequence[Condition]) -> None:
        self.setting = setting
        self.conditions = conditions
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._evaluators = [
            evaluator(setting.found.arguments, condition.operands) for condition in conditions
        ]
        points = points_in(setting.domains, special=self._special())
        undefined = self._undefined(points)
        told: set[Condition] = set()
        for point in undefined:
            reason = self._reason(point)
            if reason is not None and reason not in told:
                told.add(reason)
                self._tell(point, reason, points, undefined)
        for condition in conditions:
            if condition not in told and condition.is_isolated:
                self._look_between_floats(condition)

    def _special(self) -> list[list[float]]:
        """Per argument, the numbers at which a condition on it alone begins to hold or fail."""
        found: list[list[float]] = [[] for _ in self.setting.domains]
        for condition in self.conditions:
            symbols = sympy.Tuple(*condition.operands).free_symbols
            if isinstance(condition, Within) and len(symbols) == 1:
                (symbol,) = symbols
                holding = preimage(condition.operand, symbol, condition.numbers)
                ends = () if holding is None else holding.boundary
                place = self.setting.found.arguments.index(symbol)
                found[place] += [float(end) for end in ends if end.is_finite]
        return found

    def _look_between_floats(self, condition: Condition) -> None:
        """A pole at a number that no float is, such as the square root of 2."""
        for end in condition.ends:
            for place in self.setting.zeros(end, self.setting.domains):
                with precision(_PRECISIONS[0]):
                    found = values(self.setting.kernel, place.points)
                if found and all(value.is_nan() for value in found):
                    needs = _needs(self.setting, condition)
                    self._note(place.words, "which no domain can leave out", needs)
                    return

    def _undefined(self, points: Sequence[Numbers]) -> dict[Numbers, None]:
        """The points at which the expression has no value, however precisely it is evaluated."""

        def evaluate(places: Sequence[int]) -> list[Ball]:
            return values(self.setting.kernel, [_lifted(points[place]) for place in places])

        found = until(lambda value: not value.is_nan(), evaluate, range(len(points)), _PRECISIONS)
        pairs = zip(points, found, strict=True)
        return dict.fromkeys(point for point, value in pairs if value.is_nan())

    def _reason(self, point: Numbers) -> Condition | None:
        """The condition that certainly does not hold, if any: balls can overflow without one."""
        with precision(_PRECISIONS[-1]):
            for condition, evaluate in zip(self.conditions, self._evaluators, strict=True):
                if condition.holds(*evaluate(*_lifted(point))) is False:
                    return condition
        return None

    def _tell(
        self,
        point: Numbers,
        reason: Condition,
        points: Sequence[Numbers],
        undefined: dict[Numbers, None],
    ) -> None:
        needs = _needs(self.setting, reason)
        alone = False
        for place, (domain, number) in enumerate(zip(self.setting.domains, point, strict=True)):
            beside = [p for p in points if p[place] == number]
            everywhere = all(other in undefined for other in beside)
            alone = alone or (everywhere and not isinstance(reason, NoPole))
            if number in domain.edges and not everywhere:
                self._note(self._at(point), "an edge of the declared domain", needs)
                return
        if reason.is_isolated and not alone:
            self._note(self._at(point), "which no domain can leave out", needs)
        else:
            self._complain(self._at(point), needs)

    def _note(self, at: str, why: str, needs: str) -> None:
        self.notes.append(f"the expression is undefined at {at}, {why}{needs}")

    def _complain(self, at: str, needs: str) -> None:
        domains = ", ".join(self._declared())
        self.problems.append(
            f"the expression is undefined at {at}, which the declared domain "
            f"{f'({domains}) ' if domains else ''}includes{needs}"
        )

    def room(self, natural: Sequence[str]) -> list[str]:
        """What is to be said of a domain that is smaller than it could be."""
        if self.problems or self._defined_outside() is None:
            return []
        if natural:
            return [f"the declared domain is smaller than the natural one: {'; '.join(natural)}"]
        return ["the declared domain is smaller than the natural one: everywhere"]

    def _defined_outside(self) -> Numbers | None:
        """A point outside the declared domain at which the expression has a value."""
        for place, domain in enumerate(self.setting.domains):
            wider = [Domain() if i == place else d for i, d in enumerate(self.setting.domains)]
            points = [p for p in points_in(wider) if not domain.holds(p[place])][:_MOST_OUTSIDE]
            with precision(_PRECISIONS[0]):
                found = values(self.setting.kernel, [_lifted(point) for point in points])
            for point, value in zip(points, found, strict=True):
                if value.is_finite() and not isinstance(self._reason(point), Within | NoPole):
                    return point
        return None

    def _declared(self) -> list[str]:
        pairs = zip(self.setting.domains, self.setting.names, strict=True)
        return [words for domain, name in pairs if (words := domain.describe(str(name)))]

    def _at(self, point: Numbers) -> str:
        pairs = zip(self.setting.names, point, strict=True)
        return ", ".join(f"{name} = {repr(number).removesuffix('.0')}" for name, number in pairs)


def _lifted(point: Numbers) -> tuple[Ball, ...]:
    return tuple(Ball(number) for number in point)


def _needs(setting: KernelSetting, condition: Condition) -> str:
    named = condition.renamed(setting.renaming)
    return f": {formula(named.origin)} needs {named.words}"
