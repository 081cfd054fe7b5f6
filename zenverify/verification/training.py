"""Verification while a model trains."""

from __future__ import annotations

from collections.abc import Callable

from zenverify.verification.live import LiveResult, verify


class RefutedError(Exception):
    """A gradient of a training step is wrong; the message says which operation made it so.

    Attributes
    ----------
    step
        The step, counted from 1.
    result
        All that was found in the step's graph.
    """

    def __init__(self, step: int, result: LiveResult) -> None:
        super().__init__(f"step {step}: {result.findings[0].blame}\n{result}")
        self.step = step
        self.result = result


def verifying(every: int = 100) -> Callable[[int, object], None]:
    """A hook that verifies whole training graphs, for `zenverify.nn.Model.train` or your own loop.

    Parameters
    ----------
    every
        The first step is verified, and each of which the number is a multiple of this.

    Returns
    -------
    callable
        Takes the number of a step, counted from 1, and its loss. It raises `RefutedError` where a
        value or a gradient is wrong, and leaves all gradients as they were.

    Raises
    ------
    ValueError
        If `every` is below 1.

    Examples
    --------
    >>> from zenverify import Tensor, verifying
    >>> hook = verifying(every=10)
    >>> hook(1, (Tensor([0.5, -1.5]).tanh()).sum())
    """
    if every < 1:
        raise ValueError(f"verifying: every is {every}, expected at least 1")

    def hook(step: int, loss: object) -> None:
        if step == 1 or step % every == 0:
            result = verify(loss)
            if result.findings:
                raise RefutedError(step, result)

    return hook
