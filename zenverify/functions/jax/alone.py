"""One operation of JAX, run by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from zenverify.engines.jax.taps import zeros
from zenverify.graph.case import Array


def to_array(value: Any) -> Array:
    """A copy of an array's elements."""
    array: Array = np.array(value)
    return array


class Alone:
    """Runs an operation at other operands, and its rule at its own.

    Parameters
    ----------
    run
        From all arguments to all results.
    arguments
        The arguments.
    slots
        Which of them a derivative is wanted of.
    outputs
        Which results one flows through.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Any]], list[Any]],
        arguments: Sequence[Any],
        slots: tuple[int, ...],
        outputs: tuple[int, ...],
    ) -> None:
        self._run = run
        self._arguments = arguments
        self._slots = slots
        self._outputs = outputs

    def forward(self, operands: Sequence[Array]) -> list[Array]:
        """The results at other operands, of which all are of one dtype."""
        wide = all(str(operand.dtype) == "float64" for operand in operands)
        with jax.enable_x64(wide or jax.dtypes.canonicalize_dtype(float) == np.float64):
            arguments = [_widened(one) if wide else one for one in self._arguments]
            for slot, operand in zip(self._slots, operands, strict=True):
                arguments[slot] = jax.device_put(operand)
            results = self._run(arguments)
            return [to_array(results[number]) for number in self._outputs]

    def pull(self, cotangents: Sequence[Array | None]) -> list[Array | None]:
        """What the rule makes of the results' cotangents, per operand."""

        def function(*operands: Any) -> list[Any]:
            arguments = list(self._arguments)
            for slot, operand in zip(self._slots, operands, strict=True):
                arguments[slot] = operand
            results = self._run(arguments)
            return [results[number] for number in self._outputs]

        results, pull = jax.vjp(function, *(self._arguments[slot] for slot in self._slots))
        given = [
            zeros(result.shape, result.dtype) if cotangent is None else jax.device_put(cotangent)
            for result, cotangent in zip(results, cotangents, strict=True)
        ]
        return [to_array(gradient) for gradient in pull(given)]


def _widened(argument: Any) -> Any:
    array = jnp.asarray(argument)
    return array.astype(jnp.float64) if array.dtype == jnp.float32 else array
