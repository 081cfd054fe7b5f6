"""The checks of one function, from its recording."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from zenverify.errors import UsageError
from zenverify.functions.accumulation import unsummed
from zenverify.functions.conduct import ignores_cotangent, misconduct_of
from zenverify.functions.context import SCALES, right_in_context
from zenverify.functions.cotangents import cotangents_at, cotangents_of
from zenverify.functions.differences import ROUNDED, largest_of
from zenverify.functions.enclosures import judge_node
from zenverify.functions.findings import (
    CHECK_DIFFERENCE,
    MOST_DIFFERENCED,
    SAME,
    by_differences,
    by_enclosure,
    finding_about,
    finite,
    where,
)
from zenverify.functions.limited import CallTimedOut
from zenverify.functions.occurrence import Occurrence, occurrence_of
from zenverify.functions.recording import COARSE, Changed, Function, Node, RecordedCall, Value
from zenverify.functions.repeating import spoiling, unlike_gradients, unlike_results
from zenverify.functions.result import GradcheckResult, OperationRow
from zenverify.functions.rows import Rows
from zenverify.functions.whole import check_whole, masked_nan, wrong_where_tied
from zenverify.graph.case import Array
from zenverify.verification import examination as checks
from zenverify.verification.blame.intervals import interval_of_estimate
from zenverify.verification.blame.wording import cotangent_text
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.masked import MASKED
from zenverify.verification.events import Finding
from zenverify.verification.examination import Report, gravity, verdict_of
from zenverify.verification.raised import as_raised, text_of
from zenverify.verification.recording import FunctionRecording
from zenverify.verification.session import Session
from zenverify.verification.verdict import Blame, Verdict, Witnesses

_CONFIRMED = 4
"""Elements at which differences must agree with what was read off a forward pass."""

_LARGE, _OF_LARGE = 10_000, 12
"""Of operations with so many elements, so few: each costs dozens of forward passes."""


def examine(function: Function, differing: float = 0.0) -> GradcheckResult:
    """Check one call of a function, operation by operation.

    Parameters
    ----------
    function
        The function and its inputs.
    differing
        How far a second call's results and gradients may be off.

    Raises
    ------
    UsageError
        If it cannot even be called, or returns nothing that depends on its inputs.
    """
    traced = Traced(function, differing=differing)
    if traced.changed is not None:
        return traced.result(Report([traced.changed], list(traced.reasons)))
    return _checked(traced)


def examine_as_one(function: Function, node: Node, values: Sequence[Value]) -> GradcheckResult:
    """Check a function as one operation, whose rule is held against its declaration."""
    return _checked(Traced(function, (node, values)), without=("whole function",))


def _checked(traced: Traced, without: Collection[str] = ()) -> GradcheckResult:
    session = Session()
    report = Report(session.findings, list(traced.reasons))
    try:
        checks.examine(traced, session, report, without)
    except CallTimedOut as late:
        report.findings.append(late.finding)
    return traced.result(report)


class Traced(FunctionRecording):
    """A call of a function, recorded operation by operation as far as it could be followed.

    Parameters
    ----------
    function
        The function and its inputs.
    called
        The function as one operation, where it is not to be followed.
    differing
        How far a second call's results and gradients may be off.

    Attributes
    ----------
    changed
        What the function writes to, as a finding; None as a rule.
    reasons
        Why it was not followed, if it was not.
    """

    def __init__(
        self,
        function: Function,
        called: tuple[Node, Sequence[Value]] | None = None,
        differing: float = 0.0,
    ) -> None:
        self._function = function
        self._differing = differing
        self._findings: list[Finding] = []
        self._notes: list[str] = []
        self._rows = Rows()
        self._unchecked = False
        """Whether a rule was left to the check of the whole function, and that decided nothing."""
        self.changed: Finding | None = None
        self.reasons: list[str] = []
        self._recording: RecordedCall | None = None
        self._gradients: dict[int, Array] | None = None
        self._unlike: Finding | None = None
        self._unsummed: Finding | None = None
        if called is not None:
            self._called = called
        else:
            self._follow()

    @property
    def values(self) -> Sequence[Array]:
        return [value.array for value in self._all_values]

    @property
    def gradients(self) -> Mapping[int, Array]:
        if self._gradients is not None:
            return self._gradients
        node, values = self._called
        try:
            pulled = node.pull(cotangents_of(node, values))
        except Exception:  # noqa: BLE001  the library's own, or that of somebody's rule
            return {}
        parts = zip(node.operands, pulled, strict=True)
        return {place: part for place, part in parts if part is not None}

    def operation_of(self, value: int) -> str:
        return self._all_values[value].name

    @property
    def _all_values(self) -> Sequence[Value]:
        return self._called[1] if self._gradients is None else self._followed.values

    @property
    def _followed(self) -> RecordedCall:
        assert self._recording is not None
        return self._recording

    @property
    def _is_followed(self) -> bool:
        return self._recording is not None and not self._recording.lost

    def second_call(self) -> Iterable[Finding]:
        return [] if self._unlike is None else [self._unlike]

    def sums(self) -> Iterable[Finding]:
        return [] if self._unsummed is None else [self._unsummed]

    def as_recorded(self) -> Iterable[Said]:
        node, values = self._called
        if self._recording is not None:
            self._kept_as_recorded(self._recording, node, values)
        if not self._is_followed and not self._findings:
            self._pulls(node, values)
        yield from self._said()

    def rules(self) -> Iterable[Said]:
        if self._is_followed:
            recording = self._followed
            gradients = self._probed(recording)
            for number, one in enumerate(recording.nodes):
                conduct = misconduct_of(number, one, recording)
                self._findings += conduct
                self._rule(occurrence_of(number, one, recording.values, gradients), recording)
                self._rows.accused(one.name, conduct)
                yield from self._said()
        else:
            node, values = self._called
            cotangents = cotangents_at(values, range(len(values)))
            self._rule(occurrence_of(0, node, values, cotangents))
            if self.reasons:
                # How exact it may be, only its operations tell: terms may cancel in it.
                why = "it was not followed, and rounding may explain it"
                self._findings = self._left_to_accuracy(self._findings, why)
        yield from self._said()

    def _left_to_accuracy(self, found: Sequence[Finding], why: str) -> list[Finding]:
        """The findings but for those about accuracy, of which a note says why they may be right."""
        inexact = [one for one in found if one.verdict is Verdict.INACCURATE]
        self._notes += [f"{one.message}: {why}" for one in inexact[:1]]
        return [one for one in found if one.verdict is not Verdict.INACCURATE]

    def masked(self) -> Iterable[Said]:
        node, values = self._called
        try:
            found = masked_nan(node, values)
            number, guilty = (-1, "") if found is None else self._masking()
        except Exception:  # noqa: BLE001  the library's own, at a neighbouring point
            return
        if found is None:
            return
        masked = values[node.operands[found.slot]]
        at = where(masked.name, found.element, masked.array.shape)
        message = (
            f"the gradient of {at} is {found.engine!r}, and the function has the slope "
            f"{found.slope.value:.6g} there: each rule is right, and the derivative of {guilty} is "
            "not finite, which a factor of zero turns into NaN (masked)"
        )
        witness = Witnesses(
            found.slot,
            found.element,
            "gradient",
            found.engine,
            None,
            interval_of_estimate(found.slope),
            None,
            Verdict.NON_FINITE,
        )
        blame = Blame(number, guilty, None, MASKED)
        yield Finding(Verdict.NON_FINITE, blame, MASKED, message, (witness,))

    def _masking(self) -> tuple[int, str]:
        """The operation behind which nothing but finite numbers arrives, and others come out."""
        gradients = self._gradients or {}
        nodes = self._followed.nodes if self._is_followed else ()
        for number, one in reversed(list(enumerate(nodes))):
            behind = [gradients.get(place) for place in one.results]
            arriving = [gradient for gradient in behind if gradient is not None]
            if not arriving or not finite(arriving) or one.defined_together:
                continue
            if not finite(part for part in one.pull(behind) if part is not None):
                return number, one.name
        return -1, self._function.name

    def whole_function(self) -> Iterable[Said]:
        node, values = self._called
        self._whole(node, values, self._recording.left if self._recording is not None else ())
        yield from self._said()

    def _said(self) -> list[Said]:
        """What was found since it was last asked."""
        said: list[Said] = [*self._findings, *self._notes]
        self._findings, self._notes = [], []
        return said

    def _follow(self) -> None:
        """Record the function, twice if it can be followed."""
        reason = ""
        try:
            recording = self._function.record()
            if not recording.lost:
                self._called_again(recording, self._function.record())
            self._recording = recording
        except Changed as changed:
            message = f"{changed.operation or 'the function'} writes to {changed}"
            guilty = changed.operation or self._function.name
            self.changed = finding_about(Verdict.STRUCTURE, guilty, message)
            return
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001  the library's, in a state that was not foreseen
            reason = f"not followed, {text_of(error)}"
            self._gradients = None
        if not self._is_followed:
            lost = self._recording.lost if self._recording is not None else ""
            self.reasons.append(reason or f"not followed to the end: {lost}")

    @cached_property
    def _called(self) -> tuple[Node, Sequence[Value]]:
        """The function as one operation.

        Raises
        ------
        UsageError
            If it cannot even be called.
        """
        try:
            node, values, _ = self._function.whole(parameters=True)
        except UsageError:
            raise
        except Exception as error:
            name = self._function.name
            raise UsageError(f"gradcheck: {name} raised {text_of(error)}") from error
        if not node.results:
            raise UsageError("gradcheck: the function returns nothing that depends on its inputs")
        return node, values

    def _pulls(self, node: Node, values: Sequence[Value]) -> None:
        """Whether the library gets through its own reverse pass."""
        try:
            node.pull(cotangents_of(node, values))
        except Exception as error:  # noqa: BLE001  the library's own, or that of somebody's rule
            found = finding_about(Verdict.CRASH, self._function.name, "")
            self._findings.append(as_raised(found, "the reverse pass", error))

    def _kept_as_recorded(
        self, recording: RecordedCall, node: Node, values: Sequence[Value]
    ) -> None:
        """The function's results must be what the recorded operations computed."""
        if len(recording.roots) != len(node.results):
            return
        for root, place in zip(recording.roots, node.results, strict=True):
            recorded, result = recording.values[root], values[place].array
            # Compiled as one, rounding to 16 bits on the way may be left out.
            near = max(SAME, ROUNDED * COARSE.get(node.least, 0.0))
            apart = not np.allclose(
                recorded.array, result, rtol=near, atol=near * largest_of(result), equal_nan=True
            )
            if apart:
                message = (
                    f"the function's result is not what was recorded of it ({recorded.name}): it "
                    "was written to outside of the graph, as by detach, no_grad, .data or NumPy, "
                    "or a rule's own forward pass is another function"
                )
                self._findings.append(
                    finding_about(Verdict.ENGINE_WRONG, self._function.name, message)
                )
                return

    def _whole(self, node: Node, values: Sequence[Value], left: Sequence[str]) -> None:
        if self._is_followed and any(one.by_rejection for one in self._followed.nodes):
            return  # what is drawn by rejection has other slopes than its distribution
        try:
            checked = check_whole(self._function, node, values, left)
        except Exception as error:  # noqa: BLE001  the library's own, or that of somebody's rule
            self._notes.append(f"the function as a whole could not be checked, {text_of(error)}")
            return
        if checked.finding is not None:
            self._findings.append(checked.finding)
        if checked.note:
            self._notes.append(checked.note)
        self._unchecked &= not checked.decided

    def _called_again(self, first: RecordedCall, second: RecordedCall) -> None:
        unlike = unlike_results(first, second, self._differing)
        if unlike is None:
            # Without probes the user's own cotangents arrive, zeros among them.
            seeds = cotangents_at(first.values, first.roots)
            self._gradients = first.gradients(seeds)
            again = second.gradients(seeds)
            unlike = unlike_gradients(
                self._function.name, first, second, self._gradients, again, self._differing
            )
            if unlike is None:
                self._unsummed = unsummed(first, seeds, self._gradients)
        self._unlike = unlike

    def _probed(self, recording: RecordedCall) -> dict[int, Array]:
        """The gradients when cotangents of order one enter everywhere: so nothing is masked.

        Not where no result comes from: what an operation computes for its own use has no cotangent.
        """
        seeds = cotangents_at(recording.values, sorted(_leading_to(recording)))
        try:
            return recording.gradients(seeds)
        except Exception as error:  # noqa: BLE001  an intermediate result was written to since
            self._notes.append(
                f"not probed, so that rules behind small factors count for little: {text_of(error)}"
            )
            if self._gradients is not None:
                self._findings += spoiling(self._function.record(), self._gradients)
                return dict(self._gradients)
            return recording.gradients(cotangents_at(recording.values, recording.roots))

    def _rule(self, seen: Occurrence, recording: RecordedCall | None = None) -> None:
        """Check what one operation's rule makes of the cotangents of its results."""
        try:
            self._judged(seen, recording)
        except Exception as error:  # noqa: BLE001  a rule that does not let itself be run alone
            self._notes.append(
                f"{seen.node.name}: its rule could not be run alone, {text_of(error)}; it counts "
                "in the whole function only"
            )
            self._unchecked = True

    def _judged(self, seen: Occurrence, recording: RecordedCall | None) -> None:
        if seen.node.defined_together:
            self._notes.append(
                f"{seen.node.name}: its rule cannot be told apart from what computes its operands, "
                "or from what it holds; it counts in the whole function only"
            )
            self._unchecked = True
            return
        if seen.node.by_rejection:
            self._notes.append(
                f"{seen.node.name}: draws by rejection; its rule is the slope of the distribution, "
                "not of the numbers drawn, and is not checked"
            )
            self._unchecked = True
            return
        judged = judge_node(seen.node, seen.operands, seen.results, seen.cotangents)
        if judged is None:
            self._differenced(seen, recording)
            return
        if judged.excused:
            self._notes.append(
                f"{seen.node.name}: the library's own formula loses digits, within rounding of 1"
            )
        found = by_enclosure(seen, judged.suspects)
        if seen.node.composed and _is_misread(seen, found):
            self._differenced(seen, recording)
            return
        found = self._in_context(seen, _told(seen, found), judged.errors, recording)
        found += [] if found else _at_ties(seen)
        self._findings += found
        self._rows.judged(seen.node, judged, found)

    def _differenced(self, seen: Occurrence, recording: RecordedCall | None) -> None:
        """Check an operation that has no declaration."""
        large = sum(array.size for array in (*seen.operands, *seen.cotangents)) > _LARGE
        checked = by_differences(seen, _OF_LARGE if large else MOST_DIFFERENCED)
        told = _told(seen, checked.findings)
        found = self._in_context(seen, told, checked.errors, recording)
        if seen.node.iterates:
            found = self._left_to_accuracy(found, "it iterates until its value is good enough")
        elif seen.node.built_in:
            why = (
                f"rounding may explain it, since {seen.node.name} of the library has no declaration"
            )
            found = self._left_to_accuracy(found, why)
        found += [] if found else _at_ties(seen)
        self._findings += found
        self._rows.differenced(seen.node, replace(checked, findings=found))

    def _in_context(
        self,
        seen: Occurrence,
        found: list[Finding],
        errors: Mapping[int, Array],
        recording: RecordedCall | None,
    ) -> list[Finding]:
        """What is left of findings about a rule, none of it if it is right in this function."""
        if not found or recording is None or any(f.blame.argument not in errors for f in found):
            return found
        why = right_in_context(seen, errors, recording, self._gradients, self._called)
        if not why:
            return found
        self._unchecked |= why == SCALES
        self._notes.append(
            f"{seen.node.name}: its rule is right in this function, wrong elsewhere: {why}"
        )
        return []

    def result(self, report: Report) -> GradcheckResult:
        """What a report says, for the reader."""
        rows: tuple[OperationRow, ...] = self._rows.rows()
        undecided = self._rows.undecided or self._unchecked
        otherwise = Verdict.DIFFERENCE_UNRELIABLE if undecided else Verdict.AGREE
        notes = [*report.notes, *report.sampled, *self._rows.notes()]
        if self._function.draws:
            notes.append("random numbers were held fixed: each call drew the same")
        return GradcheckResult(
            self._function.engine,
            verdict_of(report.findings, otherwise),
            tuple(sorted(report.findings, key=gravity)),
            rows,
            tuple(notes),
        )


def _at_ties(seen: Occurrence) -> list[Finding]:
    """What a rule of the user's own does wrong where elements tie."""
    if seen.node.built_in or seen.node.iterates:
        return []
    try:
        along = wrong_where_tied(seen.node, seen.operands, seen.cotangents)
    except Exception:  # noqa: BLE001  the library's own, at a neighbouring point
        return []
    if along is None:
        return []
    message = (
        f"the rule of {seen.node.name} is wrong where elements tie: along a line on which they "
        f"stay equal its slope is {along.engine:.9g}, and differences give "
        f"{along.estimate.value:.9g} +- {along.estimate.error:.1e}"
    )
    blame = Blame(seen.number, seen.node.name, None, "kink")
    return [Finding(Verdict.ENGINE_WRONG, blame, CHECK_DIFFERENCE, message)]


def _told(seen: Occurrence, found: Sequence[Finding]) -> list[Finding]:
    """Findings about gradients, with what they are about: the cotangents."""
    told = []
    for finding in found:
        slot = finding.blame.argument
        text = "" if slot is None else _of_cotangents(seen, slot)
        told.append(replace(finding, message=finding.message + text))
    return told


def _of_cotangents(seen: Occurrence, slot: int) -> str:
    text = "".join(map(cotangent_text, seen.cotangents))
    if ignores_cotangent(seen, slot):
        return f"{text}; the rule ignores its cotangent"
    if seen.node.pull(list(seen.cotangents))[slot] is None:
        return f"{text}; an edge is lost: the rule gives nothing for this operand"
    return text


def _leading_to(recording: RecordedCall) -> set[int]:
    """The values that results come from."""
    found = set(recording.roots)
    for node in reversed(recording.nodes):
        if not found.isdisjoint(node.results):
            found.update(node.operands)
    return found


def _is_misread(seen: Occurrence, found: Sequence[Finding]) -> bool:
    """Whether a forward pass is not what was recorded of it, as with numbers taken out of it.

    Then differences of it agree with the rule where the recording does not, or the other way round.
    """
    if found:
        return any(finding.verdict is Verdict.EXPRESSION_WRONG for finding in found)
    return bool(by_differences(seen, _CONFIRMED).findings)
