"""One operation of JAX, run by itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from zenverify.engines.jax.taps import zeros
from zenverify.graph.case import Array

HALVES = frozenset({"bfloat16", "float16"})


def to_array(value: Any) -> Array:
    """A copy of an array's elements; of 16 bits as the numbers of float32 that they are."""
    array: Array = np.array(value)
    return array.astype(np.float32) if str(array.dtype) in HALVES else array


def put(array: Array, dtype: Any) -> Any:
    """An array of JAX's, of a dtype that may have 16 bits."""
    return jax.device_put(np.asarray(array).astype(dtype))


_SLOW = 0.02
"""Seconds that a call may take before it is worth compiling."""

_PATIENCE = 2
"""Slow calls that are made all the same: in the first, JAX compiles each primitive."""


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
    widened
        The same without rounding to less than float64 on its way, where it does that.
    narrow
        Whether it takes float32 and nothing else. XLA logs an error before it raises one.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Any]], list[Any]],
        arguments: Sequence[Any],
        slots: tuple[int, ...],
        outputs: tuple[int, ...],
        *,
        widened: Callable[[Sequence[Any]], list[Any]] | None = None,
        narrow: bool = False,
    ) -> None:
        self._run = run
        self._widened = widened
        self._arguments = arguments
        self._slots = slots
        self._outputs = outputs
        self._narrow = narrow
        self._slow: float = 0
        self._compiled: Callable[[Sequence[Any]], list[Any]] | None = None

    def forward(self, operands: Sequence[Array]) -> list[Array]:
        """The results at other operands, of which all are of one dtype.

        Raises
        ------
        TypeError
            If they are float64, and it takes float32 only.
        """
        wide = all(str(operand.dtype) == "float64" for operand in operands)
        if wide and self._narrow:
            raise TypeError("traced for float32")
        with jax.enable_x64(wide or jax.dtypes.canonicalize_dtype(float) == np.float64):
            arguments = [_widened(one) if wide else one for one in self._arguments]
            for slot, operand in zip(self._slots, operands, strict=True):
                own = jnp.asarray(self._arguments[slot]).dtype
                arguments[slot] = put(operand, operand.dtype if wide else own)
            if wide and self._widened is not None:
                made = self._widened(arguments)
                return [to_array(made[number]) for number in self._outputs]
            began = time.perf_counter()
            results = self._called(arguments)
            found = [to_array(results[number]) for number in self._outputs]
            self._slow += time.perf_counter() - began > _SLOW
            return found

    def _called(self, arguments: Sequence[Any]) -> list[Any]:
        """The results; compiled as one, where one primitive after the other takes its time."""
        if self._compiled is None and self._slow > _PATIENCE:
            self._compiled = jax.jit(self._run)
        if self._compiled is not None:
            try:
                made: list[Any] = self._compiled(arguments)
                return made
            except Exception:  # noqa: BLE001  it looks at its arguments' values
                self._compiled, self._slow = None, -math.inf
        return self._run(arguments)

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
            zeros(result.shape, result.dtype) if cotangent is None else put(cotangent, result.dtype)
            for result, cotangent in zip(results, cotangents, strict=True)
        ]
        return [to_array(gradient) for gradient in pull(given)]


def _widened(argument: Any) -> Any:
    array = jnp.asarray(argument)
    return array.astype(jnp.float64) if jnp.issubdtype(array.dtype, jnp.floating) else array
