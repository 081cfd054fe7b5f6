"""What a run did not look at, though it might seem so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from zenverify.engines.protocol import Counting, Engine, limits_of
from zenverify.graph.drawing import instances_of
from zenverify.operators import catalogue
from zenverify.operators.attributes import (
    Attributes,
    FrozenArray,
    FrozenValue,
    freeze_attributes,
    thaw,
)
from zenverify.verification.events import LACKING, REFUSED, Finding, Unseen
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult

_FEW = 3
"""How many values of an attribute are named."""

Values = dict[str, set[FrozenValue]]
"""Per attribute, what it was."""


class Looking:
    """Keeps account of what the cases of a run look at.

    Attributes
    ----------
    refused
        Of each operation, the first call that the engine refused.
    """

    def __init__(self) -> None:
        self.refused: dict[str, Finding] = {}
        self._drawn: dict[str, Values] = defaultdict(lambda: defaultdict(set))
        self._verified: dict[str, Values] = defaultdict(lambda: defaultdict(set))
        self._calls: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._confirmed: set[str] = set()
        self._undecided = 0

    def add(self, result: CaseResult) -> None:
        """Count one case."""
        for name, attributes, _ in result.drawn or result.calls:
            _note(self._drawn[name], attributes)
        for finding in result.refused:
            self.refused.setdefault(finding.blame.operation, finding)
            self._refusals[finding.blame.operation] += 1
        self._undecided += result.undecided
        if result.verdict is Verdict.UNSUPPORTED:
            return
        for name, attributes, count in result.calls:
            _note(self._verified[name], attributes)
            self._calls[name] += count
            if result.differenced:
                self._confirmed.add(name)

    def unseen(
        self,
        engine: Engine,
        operators: Sequence[str],
        lacking: Sequence[str],
        blamed: Collection[str] = (),
    ) -> Iterator[Unseen]:
        """What was not looked at, the gravest first.

        Parameters
        ----------
        engine
            The engine.
        operators
            The operations that were asked for, and that the engine says it has.
        lacking
            Those that it says it lacks.
        blamed
            Those that are wrong: no difference of them is asked for.
        """
        yield from self._operations(operators, lacking)
        yield from _of_engine(engine)
        for name in operators:
            if self._calls[name]:
                yield from self._attributes(name)
        # What decides a condition has no derivative.
        known = self._confirmed.union(blamed, catalogue.names_of_decisions())
        without = [n for n in operators if self._calls[n] and n not in known]
        if without:
            text = f"differences of {', '.join(without)}: they converged in no graph with these"
            yield Unseen("difference", text, tuple(without))
        if self._undecided:
            text = f"{self._undecided:,} numbers whose truth could not be computed: undecided"
            yield Unseen("undecided", text)

    def _operations(self, operators: Sequence[str], lacking: Sequence[str]) -> Iterator[Unseen]:
        refused = [name for name in operators if not self._calls[name] and self._refusals[name]]
        for name in refused:
            text = f"{name}: every call was refused: {self.refused[name].message}"
            yield Unseen(REFUSED, text, (name,))
        never = [n for n in operators if not self._calls[n] and not self._refusals[n]]
        if never:
            yield Unseen(
                "never called",
                f"operations that were never called: {', '.join(never)}",
                tuple(never),
            )
        if lacking:
            yield Unseen(LACKING, f"the engine lacks {', '.join(lacking)}", tuple(lacking))
        for name, count in self._refusals.items():
            if self._calls[name]:
                text = (
                    f"{name}: {count:,} calls were refused, beside {self._calls[name]:,} verified"
                )
                yield Unseen("calls", text, (name,))

    def _attributes(self, name: str) -> Iterator[Unseen]:
        for attribute, values in _declared(name).items():
            seen = self._verified[name][attribute]
            missing = [one for one in values if one not in seen]
            alone = len(values) > 1 and len(seen) <= 1
            if not missing or not (alone or _is_choice(values)):
                continue
            drawn = [one for one in missing if one in self._drawn[name][attribute]]
            why = "refused each time" if drawn else "never drawn"
            shown = [_text(one) for one in (drawn or missing)[:_FEW]]
            more = ", ..." if len(drawn or missing) > _FEW else ""
            text = f"{name}: {attribute}={', '.join(shown)}{more}: {why}"
            yield Unseen("attribute", text, (name,))


def _note(account: Values, attributes: Attributes) -> None:
    for attribute, value in attributes:
        account[attribute].add(value)


def _declared(name: str) -> dict[str, list[FrozenValue]]:
    """Per attribute of an operation, the values that its declaration draws."""
    found: dict[str, dict[FrozenValue, None]] = defaultdict(dict)
    for instance in instances_of(catalogue.get(name)):
        frozen: Attributes = freeze_attributes(instance.attributes)
        for attribute, value in frozen:
            found[attribute][value] = None
    return {attribute: list(values) for attribute, values in found.items()}


def _is_choice(values: Sequence[FrozenValue]) -> bool:
    """Whether each value means something else: flags and names."""
    return all(isinstance(one, bool | str | None) for one in values)


def _text(value: FrozenValue) -> str:
    if isinstance(value, FrozenArray):
        return f"an array of shape {value.shape}"
    return repr(thaw(value))


def _of_engine(engine: Engine) -> Iterator[Unseen]:
    """What the engine does not let anybody look at."""
    limits = limits_of(engine)
    if not isinstance(engine, Counting):
        yield Unseen(
            "cost", "what a reverse pass costs: the engine does not count its rules' calls"
        )
    if not limits.repeated:
        yield Unseen("second pass", "a second reverse pass over the same graph")
    if len(limits.dtypes) == 1:
        yield Unseen("dtype", f"another dtype than {limits.dtypes[0]}")
    elif not limits.mixed:
        yield Unseen("dtype", "operations whose operands differ in dtype")
    if not limits.arrays:
        yield Unseen("shape", "arrays: the engine has single numbers only")
    if not limits.roots:
        yield Unseen("roots", "graphs with several roots")
    if not limits.discrete:
        yield Unseen("dtype", "leaves of integers and of booleans")
    if not EngineSession(engine).can_probe:
        yield Unseen("probes", "what is masked further up: the engine cannot be probed")
