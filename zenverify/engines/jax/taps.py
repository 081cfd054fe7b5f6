"""An identity whose cotangent can be read, with nothing for JAX to compile.

JAX compiles each function for each shape that is new to it, which takes longer than anything else
here. So a tap adds nothing to a value, and arrays are made by NumPy.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from zenverify.operators.program.builder import Shape


@jax.custom_vjp
def tapped(value: Any, tap: Any) -> Any:  # noqa: ARG001  its rule has it
    """A value as it is, whose cotangent is the tap's too."""
    return value


tapped.defvjp(lambda value, _tap: (value, None), lambda _, cotangent: (cotangent, cotangent))


def zeros(shape: Shape, dtype: Any) -> Any:
    """What `jax.numpy.zeros` gives, such as for a tap."""
    return jax.device_put(np.zeros(shape, dtype))
