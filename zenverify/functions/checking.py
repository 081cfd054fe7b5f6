"""The checks of one function, from its recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from zenverify.errors import UsageError
from zenverify.functions.conduct import ignores_cotangent, misconduct
from zenverify.functions.cotangents import cotangents_at, cotangents_of
from zenverify.functions.enclosures import judge_node
from zenverify.functions.findings import by_differences, by_enclosure, finding_about, first_line
from zenverify.functions.occurrence import Occurrence, occurrence_of
from zenverify.functions.recording import Changed, Function, Node, RecordedCall, Value
from zenverify.functions.result import GradcheckResult, OperationRow
from zenverify.functions.rows import Rows
from zenverify.functions.whole import check_whole, disagrees, is_made_up_for, masked_nan
from zenverify.graph.case import Array
from zenverify.oracles.enclosure import THRESHOLD, UNIT_ROUNDOFF
from zenverify.verification import examination as checks
from zenverify.verification.blame.intervals import interval_of_estimate
from zenverify.verification.blame.wording import cotangent_text
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.masked import MASKED
from zenverify.verification.events import Finding
from zenverify.verification.examination import Report, gravity, verdict_of
from zenverify.verification.raised import own_frames
from zenverify.verification.recording import FunctionRecording
from zenverify.verification.session import Session
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict, Witnesses

_SAME = 1e-5
"""A result that differs by more, relative to its largest element, is another one."""

_REACHES_NOT = {"float64": 1e-6, "float32": 1e-3}
"""Errors of which less than this share reaches an input, beside random ones, reach none: the rest
is rounding, on the way of both."""

_ON_PURPOSE = 0.05
"""What hands values on and scales cotangents by a factor that is further from 1, means to."""

_MOST_DIFFERENCED = 48
"""Elements of an operand that differences are taken of; more are sampled."""

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
    session = Session()
    traced = Traced(function, differing=differing)
    report = Report(session.findings, list(traced.reasons))
    if traced.changed is not None:
        session.findings.append(traced.changed)
    else:
        checks.examine(traced, session, report)
    if function.draws:
        report.notes.append("random numbers were held fixed: each call drew the same")
    return traced.result(report)


def examine_as_one(function: Function, node: Node, values: Sequence[Value]) -> GradcheckResult:
    """Check a function as one operation, whose rule is held against its declaration."""
    session = Session()
    traced = Traced(function, (node, values))
    report = Report(session.findings)
    checks.examine(traced, session, report, without=("whole function",))
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
        self._unlike: list[Finding] = []
        self._unsummed: list[Finding] = []
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
        return self._unlike

    def sums(self) -> Iterable[Finding]:
        return self._unsummed

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
            for number, one in _numbered(recording):
                conduct = self._misconduct(number, one, recording)
                self._findings += conduct
                self._rule(occurrence_of(number, one, recording.values, gradients), recording)
                self._rows.accused(one.name, conduct)
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
        name = values[node.operands[found.slot]].name
        index = _index(found.element, values[node.operands[found.slot]].array.shape)
        where = f"{name} at [{', '.join(map(str, index))}]" if index else name
        message = (
            f"the gradient of {where} is {found.engine!r}, and the function has the slope "
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
            if not arriving or not _finite(arriving) or one.defined_together:
                continue
            if not _finite(part for part in one.pull(behind) if part is not None):
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
                self._repeats(recording, self._function.record())
            self._recording = recording
        except Changed as changed:
            message = f"{changed.operation or 'the function'} writes to {changed}"
            guilty = changed.operation or self._function.name
            self.changed = finding_about(Verdict.STRUCTURE, guilty, message)
            return
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001  the library's, in a state that was not foreseen
            reason = f"not followed, {type(error).__name__}: {first_line(error)}"
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
            raise UsageError(
                f"gradcheck: {name} raised {type(error).__name__}: {first_line(error)}"
            ) from error
        if not node.results:
            raise UsageError("gradcheck: the function returns nothing that depends on its inputs")
        return node, values

    def _pulls(self, node: Node, values: Sequence[Value]) -> None:
        """Whether the library gets through its own reverse pass."""
        try:
            node.pull(cotangents_of(node, values))
        except Exception as error:  # noqa: BLE001  the library's own, or that of somebody's rule
            message = f"the reverse pass raised {type(error).__name__}: {first_line(error)}"
            function, frames = own_frames(error)
            found = finding_about(Verdict.CRASH, self._function.name, message)
            found = replace(
                found, exception=type(error).__name__, function=function, traceback=frames
            )
            if (at := found.raised_at) is not None:
                where = f"{function}, {Path(at.file).name}, line {at.line}"
                found = replace(found, message=f"{message} ({where})")
            self._findings.append(found)

    def _kept_as_recorded(
        self, recording: RecordedCall, node: Node, values: Sequence[Value]
    ) -> None:
        """The function's results must be what the recorded operations computed."""
        if len(recording.roots) != len(node.results):
            return
        for root, place in zip(recording.roots, node.results, strict=True):
            recorded, result = recording.values[root], values[place].array
            apart = not np.allclose(
                recorded.array, result, rtol=_SAME, atol=_SAME * _largest(result), equal_nan=True
            )
            if apart:
                message = (
                    f"the function's result is not what was recorded of it ({recorded.name}): it "
                    "was written to outside of the graph, as by detach, no_grad, .data or NumPy"
                )
                self._findings.append(
                    finding_about(Verdict.ENGINE_WRONG, self._function.name, message)
                )
                return

    def _whole(self, node: Node, values: Sequence[Value], left: Sequence[str]) -> None:
        try:
            checked = check_whole(self._function, node, values, left)
        except Exception as error:  # noqa: BLE001  the library's own, or that of somebody's rule
            self._notes.append(
                f"the function as a whole could not be checked, {type(error).__name__}: "
                f"{first_line(error)}"
            )
            return
        if checked.finding is not None:
            self._findings.append(checked.finding)
        if checked.note:
            self._notes.append(checked.note)
        self._unchecked &= not checked.decided

    def _repeats(self, first: RecordedCall, second: RecordedCall) -> None:
        """A second call, and its gradients, must be the same bits."""
        results = [
            (first.values[a], second.values[b])
            for a, b in zip(first.roots, second.roots, strict=False)
        ]
        changed = [a.name for a, b in results if not self._same(a.array, b.array)]
        if changed or len(first.roots) != len(second.roots):
            what = changed[0] if changed else "the number of results"
            self._unlike.append(
                finding_about(
                    Verdict.NON_DETERMINISTIC,
                    "the function",
                    f"a second call with the same inputs differs ({what}): the function draws "
                    "random numbers or keeps state; fix the seed inside, or leave dropout out",
                )
            )
            return
        seeds = cotangents_at(first.values, first.roots)
        one, two = first.gradients(seeds), second.gradients(seeds)
        self._gradients = one
        count = len(first.values) if len(first.values) == len(second.values) else 0
        for value in (value for value in one if value < count):
            if not self._is_input(first, value):
                continue
            if value not in two or not self._same(one[value], two[value]):
                name = first.values[value].name
                message = f"a second reverse pass gives another gradient of {name}"
                guilty = self._unsteady(first, one)
                if guilty:
                    message += f": the rule of {guilty} keeps state between calls"
                self._unlike.append(
                    finding_about(Verdict.NON_DETERMINISTIC, guilty or self._function.name, message)
                )
                return
        # Without probes the user's own cotangents arrive, zeros among them.
        self._sums(first, seeds, one, self._parts(first, one))

    def _unsteady(self, recording: RecordedCall, gradients: Mapping[int, Array]) -> str:
        """The operation whose rule, called twice alike, gives two answers; empty if none does."""
        for node in reversed(recording.nodes):
            arriving = [gradients.get(result) for result in node.results]
            with suppress(Exception):  # of a rule that does not let itself be run alone
                pairs = zip(node.pull(arriving), node.pull(arriving), strict=True)
                if any(
                    one is not None and two is not None and not self._same(one, two)
                    for one, two in pairs
                ):
                    return node.name
        return ""

    def _same(self, one: Array, two: Array) -> bool:
        """Whether they are the same bits, or as near as is asked for."""
        if one.shape != two.shape:
            return False
        if one.tobytes() == two.tobytes():
            return True
        return self._differing > 0 and np.allclose(
            one, two, rtol=0, atol=self._differing, equal_nan=True
        )

    def _is_input(self, recording: RecordedCall, value: int) -> bool:
        return not any(value in node.results for node in recording.nodes)

    def _probed(self, recording: RecordedCall) -> dict[int, Array]:
        """The gradients when cotangents of order one enter everywhere: so nothing is masked.

        Not where no result comes from: what an operation computes for its own use has no cotangent.
        """
        seeds = cotangents_at(recording.values, sorted(_leading_to(recording)))
        try:
            return recording.gradients(seeds)
        except Exception as error:  # noqa: BLE001  an intermediate result was written to since
            self._notes.append(
                f"not probed, so that rules behind small factors count for little: "
                f"{first_line(error)}"
            )
            if self._gradients is not None:
                self._findings += self._spoiling(self._gradients)
                return dict(self._gradients)
            return recording.gradients(cotangents_at(recording.values, recording.roots))

    def _spoiling(self, gradients: Mapping[int, Array]) -> list[Finding]:
        """The rule that writes to what it keeps, as torch says when it is called a second time."""
        for node in reversed(self._function.record().nodes):
            arriving = [gradients.get(result) for result in node.results]
            with suppress(Exception):  # of a rule that does not let itself be run alone
                node.pull(arriving)
                try:
                    node.pull(arriving)
                except RuntimeError as error:
                    if _WRITTEN not in str(error):
                        raise
                    message = (
                        f"the rule of {node.name} writes to what it has kept: in a second call "
                        f"{first_line(error)}"
                    )
                    return [finding_about(Verdict.STRUCTURE, node.name, message)]
        return []

    def _parts(
        self, recording: RecordedCall, gradients: Mapping[int, Array]
    ) -> dict[int, list[Array]]:
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

    def _sums(
        self,
        recording: RecordedCall,
        seeds: Mapping[int, Array],
        gradients: Mapping[int, Array],
        parts: Mapping[int, Sequence[Array]],
    ) -> None:
        """Each gradient against the sum of what arrives there."""
        if recording.lost or not parts:
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
                wrong &= apart > unit * self._in_another_order(recording, gradients, value)
            if wrong.any():
                if any(self._misconduct(n, one, recording) for n, one in _numbered(recording)):
                    return  # then it is no wonder; that is told where each rule is checked
                element = int(np.flatnonzero(wrong)[0])
                message = (
                    f"the gradient of {recording.values[value].name}, element "
                    f"{_index(element, gradient.shape)}, is {float(gradient.ravel()[element])!r}; "
                    f"the rules of the operations that use it add up to "
                    f"{float(total.ravel()[element])!r}"
                )
                self._unsummed.append(finding_about(Verdict.ENGINE_WRONG, ACCUMULATION, message))
                return

    def _in_another_order(
        self, recording: RecordedCall, gradients: Mapping[int, Array], value: int
    ) -> float:
        """How many units of 1 a value's gradient may change with the order of its rules' sums.

        A rule that is run alone finds its cotangent in another layout. A sum of n terms is off by
        up to n u times the sum of their sizes (Higham, *Accuracy and Stability of Numerical
        Algorithms*, section 4.2). These sizes show where random signs leave nothing to cancel.
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
            parts = self._parts(recording, signed).get(value, [])
            sizes.append(sum(map(_largest, parts)))
        return (THRESHOLD + terms) * max(sizes)

    def _misconduct(self, number: int, node: Node, recording: RecordedCall) -> list[Finding]:
        """What a rule does with its cotangents' memory, at cotangents of order one."""
        cotangents = cotangents_at(recording.values, node.results)
        seen = occurrence_of(number, node, recording.values, cotangents)
        try:
            return list(misconduct(seen))
        except Exception:  # noqa: BLE001  a rule that does not let itself be run alone
            return []

    def _rule(self, seen: Occurrence, recording: RecordedCall | None = None) -> None:
        """Check what one operation's rule makes of the cotangents of its results."""
        try:
            self._judged(seen, recording)
        except Exception as error:  # noqa: BLE001  a rule that does not let itself be run alone
            self._notes.append(
                f"{seen.node.name}: its rule could not be run alone, {type(error).__name__}: "
                f"{first_line(error)}; it counts in the whole function only"
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
        self._findings += found
        self._rows.judged(seen.node, judged, found)

    def _differenced(self, seen: Occurrence, recording: RecordedCall | None) -> None:
        """Check an operation that has no declaration."""
        large = sum(array.size for array in (*seen.operands, *seen.cotangents)) > _LARGE
        checked = by_differences(seen, _OF_LARGE if large else _MOST_DIFFERENCED)
        told = _told(seen, checked.findings)
        found = self._in_context(seen, told, checked.errors, recording)
        if seen.node.iterates:
            found = self._left_to_accuracy(found, "it iterates until its value is good enough")
        elif seen.node.built_in:
            why = (
                f"rounding may explain it, since {seen.node.name} of the library has no declaration"
            )
            found = self._left_to_accuracy(found, why)
        self._findings += found
        self._rows.differenced(seen.node, replace(checked, findings=found))

    def _in_context(
        self,
        seen: Occurrence,
        found: list[Finding],
        errors: Mapping[int, Array],
        recording: RecordedCall | None,
    ) -> list[Finding]:
        """What is left of findings about a rule that is right in this function.

        Cholesky's rule is right for symmetric matrices, and a symmetrisation in front of it takes
        its error away, for every cotangent. So the errors are pulled on, all operands' together.
        Or they make up for a value that leaves the graph.
        """
        if not found or recording is None or any(f.blame.argument not in errors for f in found):
            return found
        if not _reach_inputs(seen, errors, recording):
            why = "its errors reach no input"
        elif self._makes_up(seen, recording):
            why = "they make up for a value that leaves the graph, and differences agree"
        elif _only_scales(seen) and not disagrees(*self._called):
            why = "it only scales cotangents, which counts in the whole function"
            self._unchecked = True
        else:
            return found
        self._notes.append(
            f"{seen.node.name}: its rule is right in this function, wrong elsewhere: {why}"
        )
        return []

    def _makes_up(self, seen: Occurrence, recording: RecordedCall) -> bool:
        """Whether the whole gradient, at the user's cotangents, is right because of the errors."""
        if self._gradients is None:
            return False
        node, values = self._called
        here = occurrence_of(seen.number, seen.node, recording.values, self._gradients)
        judged = judge_node(here.node, here.operands, here.results, here.cotangents)
        errors = by_differences(here, _MOST_DIFFERENCED).errors if judged is None else judged.errors
        arriving = _pulled_on(seen, errors, recording)
        slots = {values[place].name: slot for slot, place in enumerate(node.operands)}
        named = {recording.values[place].name: error for place, error in arriving.items()}
        reaching = {slots[name]: error for name, error in named.items() if name in slots}
        return bool(reaching) and is_made_up_for(node, values, reaching)

    def result(self, report: Report) -> GradcheckResult:
        """What a report says, for the reader."""
        rows: tuple[OperationRow, ...] = self._rows.rows()
        undecided = self._rows.undecided or self._unchecked
        otherwise = Verdict.DIFFERENCE_UNRELIABLE if undecided else Verdict.AGREE
        return GradcheckResult(
            self._function.engine,
            verdict_of(report.findings, otherwise),
            tuple(sorted(report.findings, key=gravity)),
            rows,
            (*report.notes, *report.sampled, *self._rows.notes()),
        )


def _reach_inputs(seen: Occurrence, errors: Mapping[int, Array], recording: RecordedCall) -> bool:
    """Whether the errors of a rule reach an input, compared with what others of their size do."""
    # What is not finite is an error of the size of the others, or of order one.
    errors = {slot: _comparable(error) for slot, error in errors.items()}

    def reached(scaled: Callable[[Array], Array]) -> float:
        scaled_errors = {slot: scaled(error) for slot, error in errors.items()}
        arriving = _pulled_on(seen, scaled_errors, recording)
        return max((float(np.abs(g).max(initial=0.0)) for g in arriving.values()), default=0.0)

    draw = np.random.default_rng(24)
    usual = max(
        reached(lambda error: np.abs(error).max() * draw.choice([-1.0, 1.0], error.shape))
        for _ in range(2)
    )
    narrow = any(str(error.dtype) == "float32" for error in (*seen.operands, *seen.results))
    share = _REACHES_NOT["float32" if narrow else "float64"]
    return not reached(lambda error: error) <= share * usual


def _only_scales(seen: Occurrence) -> bool:
    """Whether an operation does nothing forward, and scales its cotangent back, on purpose."""
    if len(seen.operands) != 1 or len(seen.results) != 1:
        return False
    if not np.array_equal(seen.operands[0], seen.results[0], equal_nan=True):
        return False
    (cotangent,) = seen.cotangents
    (part,) = seen.node.pull([cotangent])
    if part is None or not _finite([part, cotangent]) or not cotangent.any():
        return False
    factor = float(np.vdot(cotangent, part) / np.vdot(cotangent, cotangent))
    return abs(factor - 1) > _ON_PURPOSE and bool(
        np.allclose(part, factor * cotangent, rtol=_SAME, atol=_SAME * _largest(part))
    )


def _pulled_on(
    seen: Occurrence, errors: Mapping[int, Array], recording: RecordedCall
) -> dict[int, Array]:
    """What errors of an operation's contributions make of the gradients of the inputs, by value."""
    inputs = set(range(len(recording.values)))
    inputs -= {result for node in recording.nodes for result in node.results}
    seeds: dict[int, Array] = {}
    for slot, error in errors.items():
        place = seen.node.operands[slot]
        dtype = recording.values[place].array.dtype
        seeds[place] = seeds.get(place, 0) + error.astype(dtype)
    arriving = recording.gradients(seeds)
    for place in seeds.keys() - arriving.keys():
        arriving[place] = seeds[place]
    return {place: gradient for place, gradient in arriving.items() if place in inputs}


def _comparable(error: Array) -> Array:
    return np.where(np.isfinite(error), error, _largest(error) or 1.0)


def _finite(arrays: Iterable[Array]) -> bool:
    return all(np.isfinite(array).all() for array in arrays)


_WRITTEN = "modified by an inplace operation"
"""What torch says of memory that it keeps the version of."""


def _numbered(recording: RecordedCall) -> Iterator[tuple[int, Node]]:
    return iter(enumerate(recording.nodes))


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


def _largest(array: Array) -> float:
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def _index(element: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(element, shape))
