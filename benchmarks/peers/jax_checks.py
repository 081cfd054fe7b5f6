"""`jax.test_util.check_grads`, reverse mode, on a tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.test_util import check_grads

from benchmarks.peers.tape import Step, Tape

jax.config.update("jax_enable_x64", True)


def check(tape: Tape) -> Callable[[], object]:
    """First order and reverse mode: a rule in NumPy has no more. All else is the default."""

    def function(*variables: Any) -> Any:
        return tape.evaluate(variables, _apply)

    variables = tuple(jnp.asarray(variable) for variable in tape.variables)
    return partial(check_grads, function, variables, order=1, modes=["rev"])


_NATIVE: dict[str, Callable[..., Any]] = {
    "add": jnp.add,
    "multiply": jnp.multiply,
    "sigmoid": jax.nn.sigmoid,
    "exp": jnp.exp,
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
}
"""The library's own operations; what is not among them is a custom function with Zen's rule."""


def _apply(step: Step, operands: Sequence[Any]) -> Any:
    native = None if step.suspect else _NATIVE.get(step.operation.name)
    return (native or _custom(step))(*operands)


def _custom(step: Step) -> Callable[..., Any]:
    """A step as a JAX function.

    Outside `jit` the rules are called with concrete arrays, so NumPy can compute on them as they
    are. Through `pure_callback` the same check takes thirty times as long.
    """

    def forward(*operands: Any) -> Any:
        return jnp.asarray(step.forward([np.asarray(operand) for operand in operands]))

    def forward_saving(*operands: Any) -> tuple[Any, tuple[Any, ...]]:
        result = forward(*operands)
        return result, (result, *operands)

    def backward(saved: tuple[Any, ...], cotangent: Any) -> tuple[Any, ...]:
        g = np.asarray(cotangent)
        result, *operands = (np.asarray(one) for one in saved)
        places = range(len(operands))
        return tuple(jnp.asarray(step.pull_back(p, g, result, operands)) for p in places)

    function = jax.custom_vjp(forward)
    function.defvjp(forward_saving, backward)
    made: Callable[..., Any] = function
    return made
