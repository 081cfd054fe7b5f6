"""HIPS autograd's `check_grads`, reverse mode, on a tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import autograd.numpy
import numpy as np
from autograd.extend import defvjp, primitive
from autograd.test_util import check_grads

from benchmarks.peers.tape import Step, Tape


def check(tape: Tape) -> Callable[[], object]:
    """First order and reverse mode, of every argument: a rule in NumPy has no more.

    By default it would look at the first argument alone. All else is the default. It draws its
    direction from NumPy's global generator, which is seeded each time.
    """

    def function(*variables: Any) -> Any:
        return tape.evaluate(variables, _apply)

    places = tuple(range(len(tape.variables)))
    made = check_grads(function, places, modes=["rev"], order=1)

    def seeded() -> None:
        np.random.seed(0)  # noqa: NPY002  the one that autograd draws from
        made(*tape.variables)

    return seeded


_NATIVE: dict[str, Callable[..., Any]] = {
    "add": autograd.numpy.add,
    "multiply": autograd.numpy.multiply,
    "exp": autograd.numpy.exp,
    "tanh": autograd.numpy.tanh,
}
"""The library's own operations; what is not among them is a custom function with Zen's rule."""


def _apply(step: Step, operands: Sequence[Any]) -> Any:
    native = None if step.suspect else _NATIVE.get(step.operation.name)
    return (native or _custom(step, len(operands)))(*operands)


def _custom(step: Step, count: int) -> Callable[..., Any]:
    """A step as an autograd primitive."""

    @primitive
    def function(*operands: Any) -> Any:
        return step.forward(operands)

    def rule(place: int) -> Callable[..., Any]:
        def pulling(result: Any, *operands: Any) -> Callable[[Any], Any]:
            return lambda g: step.pull_back(place, g, result, operands)

        return pulling

    defvjp(function, *map(rule, range(count)))
    made: Callable[..., Any] = function
    return made
