"""The checks of one function, from its recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from zenverify.functions.cotangents import cotangents_at
from zenverify.functions.enclosures import judge_node
from zenverify.functions.findings import by_differences, by_enclosure, finding_about, first_line
from zenverify.functions.occurrence import Occurrence, occurrence_of
from zenverify.functions.recording import Changed, Function, Node, Recording, Value
from zenverify.functions.result import GradcheckResult, OperationRow
from zenverify.functions.rows import Rows
from zenverify.graph.case import Array
from zenverify.oracles.enclosure import THRESHOLD, UNIT_ROUNDOFF
from zenverify.verification.events import Finding
from zenverify.verification.verdict import ACCUMULATION, Verdict

_MOST_DIFFERENCED = 48
"""Elements of an operand that differences are taken of; more are sampled."""

_CONFIRMED = 4
"""Elements at which differences must agree with what was read off a forward pass."""

_LARGE, _OF_LARGE = 10_000, 12
"""Of operations with so many elements, so few: each costs dozens of forward passes."""


def examine(function: Function) -> GradcheckResult:
    """Check one call of a function, operation by operation."""
    return Examination(function).run()


class Examination:
    """The checks of one function, and what they found.

    Parameters
    ----------
    function
        The function and its inputs.
    """

    def __init__(self, function: Function) -> None:
        self._function = function
        self._findings: list[Finding] = []
        self._notes: list[str] = []
        self._rows = Rows()

    def run(self) -> GradcheckResult:
        """Record the function, and check each operation and how they are put together."""
        try:
            recording = self._function.record()
            again = self._function.record()
        except Changed as changed:
            message = f"the function writes to {changed}"
            self._findings.append(finding_about(Verdict.STRUCTURE, self._function.name, message))
            return self._result()
        self._repeats(recording, again)
        if recording.lost and not self._findings:
            self._notes.append(f"not followed to the end: {recording.lost}")
            node, values, _ = self._function.whole(parameters=True)
            self.check_whole(node, values)
        if not self._findings:
            gradients = self._probed(recording)
            for number, node in enumerate(recording.nodes):
                self._rule(occurrence_of(number, node, recording.values, gradients))
        return self._result()

    def check_whole(self, node: Node, values: Sequence[Value]) -> GradcheckResult:
        """Check a function as one operation."""
        cotangents = cotangents_at(values, range(len(values)))
        self._rule(occurrence_of(0, node, values, cotangents))
        return self._result()

    def _repeats(self, first: Recording, second: Recording) -> None:
        """A second call, and its gradients, must be the same bits."""
        same = len(first.values) == len(second.values) and all(
            a.array.tobytes() == b.array.tobytes()
            for a, b in zip(first.values, second.values, strict=True)
        )
        if not same:
            what = next(
                (
                    a.name
                    for a, b in zip(first.values, second.values, strict=False)
                    if a.array.tobytes() != b.array.tobytes()
                ),
                "the list of operations",
            )
            self._findings.append(
                finding_about(
                    Verdict.STRUCTURE,
                    "the function",
                    f"a second call with the same inputs differs ({what}): the function draws "
                    "random numbers or keeps state; fix the seed inside, or leave dropout out",
                )
            )
            return
        seeds = cotangents_at(first.values, first.roots)
        try:
            one, two = first.gradients(seeds), second.gradients(seeds)
        except Exception as error:  # noqa: BLE001  the library's own, or that of somebody's rule
            message = f"the reverse pass raised {type(error).__name__}: {first_line(error)}"
            self._findings.append(finding_about(Verdict.CRASH, self._function.name, message))
            return
        for value in one:
            if value not in two or one[value].tobytes() != two[value].tobytes():
                name = first.values[value].name
                message = f"a second reverse pass gives another gradient of {name}"
                self._findings.append(
                    finding_about(Verdict.STRUCTURE, self._function.name, message)
                )
                return
        # Without probes the user's own cotangents arrive, zeros among them.
        self._sums(first, seeds, one, self._parts(first, one))

    def _probed(self, recording: Recording) -> dict[int, Array]:
        """The gradients when cotangents of order one enter everywhere: so nothing is masked."""
        seeds = cotangents_at(recording.values, range(len(recording.values)))
        try:
            return recording.gradients(seeds)
        except Exception as error:  # noqa: BLE001  an intermediate result was written to since
            self._notes.append(
                f"not probed, so that rules behind small factors count for little: "
                f"{first_line(error)}"
            )
            return recording.gradients(cotangents_at(recording.values, recording.roots))

    def _parts(
        self, recording: Recording, gradients: Mapping[int, Array]
    ) -> dict[int, list[Array]]:
        """Per value, what each operation's rule alone contributes to its gradient."""
        parts: dict[int, list[Array]] = {}
        for node in recording.nodes:
            arriving = [gradients.get(result) for result in node.results]
            if all(cotangent is None for cotangent in arriving):
                continue
            for operand, part in zip(node.operands, node.pull(arriving), strict=True):
                if part is not None:
                    parts.setdefault(operand, []).append(part)
        return parts

    def _sums(
        self,
        recording: Recording,
        seeds: Mapping[int, Array],
        gradients: Mapping[int, Array],
        parts: Mapping[int, Sequence[Array]],
    ) -> None:
        """Each gradient against the sum of what arrives there."""
        if recording.lost:
            return
        for value, gradient in gradients.items():
            terms = [seeds[value]] if value in seeds else []
            terms += parts.get(value, [])
            wide = [term.astype(np.longdouble) for term in terms]
            with np.errstate(all="ignore"):
                total = sum(wide, np.zeros(gradient.shape, np.longdouble))
                size = sum(map(np.abs, wide), np.zeros(gradient.shape, np.longdouble))
                unit = UNIT_ROUNDOFF[str(gradient.dtype)]
                apart = np.abs(gradient - total)
                tiny = float(np.finfo(gradient.dtype).tiny)
                wrong = apart > (THRESHOLD + len(terms)) * unit * size + tiny
            wrong &= np.isfinite(total)
            if wrong.any():
                element = int(np.flatnonzero(wrong)[0])
                message = (
                    f"the gradient of {recording.values[value].name}, element "
                    f"{_index(element, gradient.shape)}, is {float(gradient.ravel()[element])!r}; "
                    f"the rules of the operations that use it add up to "
                    f"{float(total.ravel()[element])!r}"
                )
                self._findings.append(finding_about(Verdict.ENGINE_WRONG, ACCUMULATION, message))
                return

    def _rule(self, seen: Occurrence) -> None:
        """Check what one operation's rule makes of the cotangents of its results."""
        judged = judge_node(seen.node, seen.operands, seen.results, seen.cotangents)
        if judged is None:
            self._differenced(seen)
            return
        found = by_enclosure(seen, judged.suspects)
        if seen.node.composed and _is_misread(seen, found):
            self._differenced(seen)
            return
        self._findings += found
        self._rows.judged(seen.node, judged, found)

    def _differenced(self, seen: Occurrence) -> None:
        """Check an operation that has no declaration."""
        large = sum(array.size for array in (*seen.operands, *seen.cotangents)) > _LARGE
        checked = by_differences(seen, _OF_LARGE if large else _MOST_DIFFERENCED)
        self._findings += checked.findings
        self._rows.differenced(seen.node, checked)

    def _result(self) -> GradcheckResult:
        rows: tuple[OperationRow, ...] = self._rows.rows()
        notes = [*self._notes, *self._rows.notes()]
        if self._findings:
            verdict = self._findings[0].verdict
        elif self._rows.undecided:
            verdict = Verdict.DIFFERENCE_UNRELIABLE
        else:
            verdict = Verdict.AGREE
        return GradcheckResult(
            self._function.engine, verdict, tuple(self._findings), rows, tuple(notes)
        )


def _is_misread(seen: Occurrence, found: Sequence[Finding]) -> bool:
    """Whether a forward pass is not what was recorded of it, as with numbers taken out of it.

    Then differences of it agree with the rule where the recording does not, or the other way round.
    """
    if found:
        return any(finding.verdict is Verdict.EXPRESSION_WRONG for finding in found)
    return bool(by_differences(seen, _CONFIRMED).findings)


def _index(element: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(element, shape))
