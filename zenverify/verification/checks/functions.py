"""What is asked of a function in hand: the questions are the recording's to answer."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.checks.check import Said
from zenverify.verification.recording import FunctionRecording
from zenverify.verification.session import Session


def second_call(recording: FunctionRecording, _: Session) -> Iterable[Said]:
    """The same call twice: the same bits."""
    return recording.second_call()


def sums(recording: FunctionRecording, _: Session) -> Iterable[Said]:
    """Each gradient against the sum of what arrives there."""
    return recording.sums()


def as_recorded(recording: FunctionRecording, _: Session) -> Iterable[Said]:
    """The function against what was recorded of it."""
    return recording.as_recorded()


def rules(recording: FunctionRecording, _: Session) -> Iterable[Said]:
    """Each operation's rule alone."""
    return recording.rules()


def whole_function(recording: FunctionRecording, _: Session) -> Iterable[Said]:
    """The function as a whole, along random lines."""
    return recording.whole_function()


def masked(recording: FunctionRecording, _: Session) -> Iterable[Said]:
    """A gradient that is not finite, each rule right, where the function has a slope."""
    return recording.masked()
