"""A function of JAX as a list of primitives, each of which can be run by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from zenverify.functions.recording import COARSE

_OPENED = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "checkpoint": "jaxpr"}
"""Primitives that do nothing but hold others, and the parameter that they are in."""

CUSTOM = frozenset({"custom_jvp_call", "custom_vjp_call"})
"""Those that hold a user's own rule, and beside it the function."""


_HELD = (ClosedJaxpr, Jaxpr)


def _held(parameters: dict[str, Any]) -> list[Jaxpr]:
    """The functions that a primitive's parameters hold."""
    leaves = jax.tree.leaves(parameters, is_leaf=lambda one: isinstance(one, _HELD))
    return [
        one.jaxpr if isinstance(one, ClosedJaxpr) else one
        for one in leaves
        if isinstance(one, _HELD)
    ]


def _iterates(primitive: Any, parameters: dict[str, Any]) -> bool:
    return primitive.name == "while" or any(
        _iterates(one.primitive, one.params) for held in _held(parameters) for one in held.eqns
    )


@dataclass(frozen=True, slots=True)
class PrimitiveCall:
    """One primitive.

    Attributes
    ----------
    primitive, parameters
        What it is.
    inputs, outputs
        Which values it takes and gives, by number.
    """

    primitive: Any
    parameters: dict[str, Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def name(self) -> str:
        """The primitive's name; of a user's own rule, the function's."""
        if self.primitive.name in CUSTOM:
            return str(self.inside.jaxpr.debug_info.func_name)
        return str(self.primitive.name)

    @property
    def inside(self) -> ClosedJaxpr:
        """The function that a user's own rule belongs to."""
        inside: ClosedJaxpr = self.parameters["call_jaxpr"]
        return inside

    @property
    def is_narrow(self) -> bool:
        """Whether it holds a function that was traced for float32, and takes nothing else."""
        variables = (variable for held in _held(self.parameters) for variable in held.invars)
        return any(getattr(one.aval, "dtype", None) == jnp.float32 for one in variables)

    @property
    def widened(self) -> PrimitiveCall:
        """The same in float64, whatever dtype it asks for."""
        parameters = {
            name: np.dtype(np.float64) if _is_narrower(value) else value
            for name, value in self.parameters.items()
        }
        return replace(self, parameters=parameters)

    @property
    def iterates(self) -> bool:
        """Whether there is a loop in it whose end its values decide."""
        return _iterates(self.primitive, self.parameters)

    def run(self, values: Sequence[Any]) -> list[Any]:
        """The results."""
        bound = self.primitive.get_bind_params(self.parameters)
        # Up to JAX 0.9 the functions came apart from the parameters.
        functions, parameters = bound if isinstance(bound, tuple) else ((), bound)
        found = self.primitive.bind(*functions, *values, **parameters)
        if self.primitive.name == "cholesky":
            # Of the other triangle LAPACK leaves what happens to be there.
            found = jnp.tril(found)
        return list(found) if self.primitive.multiple_results else [found]


@dataclass(slots=True)
class Steps:
    """A whole function, its jitted parts opened.

    Attributes
    ----------
    steps
        In order.
    inputs, outputs
        Which values it takes and returns.
    constants
        Values that are known beforehand.
    count
        How many values there are.
    """

    steps: list[PrimitiveCall]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    constants: dict[int, Any]
    count: int


def steps_of(closed: ClosedJaxpr) -> Steps:
    """Flatten a function."""
    found = Steps([], (), (), {}, 0)
    found.inputs = tuple(_fresh(found) for _ in closed.jaxpr.invars)
    found.outputs = _inlined(found, closed.jaxpr, closed.consts, found.inputs)
    return found


def run_widened(steps: Steps, values: Sequence[Any]) -> list[Any]:
    """The results of a function in float64, whatever dtypes it asks for.

    Raises
    ------
    TypeError
        If a primitive holds a function that was traced for another dtype.
    """
    constants = {
        place: value.astype(jnp.float64) if is_float(value) else value
        for place, value in steps.constants.items()
    }
    env: dict[int, Any] = {**constants, **dict(zip(steps.inputs, values, strict=True))}
    for step in steps.steps:
        given = [env[place] for place in step.inputs]
        if step.primitive.name in CUSTOM:
            made = run_widened(steps_of(step.inside), given)
        else:
            made = step.widened.run(given)
        env.update(zip(step.outputs, made, strict=True))
    return [env[place] for place in steps.outputs]


def _is_narrower(parameter: Any) -> bool:
    try:
        return str(np.dtype(parameter)) in COARSE
    except TypeError:
        return False


def _fresh(steps: Steps) -> int:
    steps.count += 1
    return steps.count - 1


def _constant(steps: Steps, value: Any) -> int:
    place = _fresh(steps)
    steps.constants[place] = value
    return place


def _inlined(
    steps: Steps, jaxpr: Jaxpr, consts: Sequence[Any], inputs: Sequence[int]
) -> tuple[int, ...]:
    """Append a function's primitives; which values its results are."""
    known: dict[Any, int] = {}
    for variable, value in zip(jaxpr.constvars, consts, strict=True):
        known[variable] = _constant(steps, value)
    known.update(zip(jaxpr.invars, inputs, strict=True))

    def place(atom: Any) -> int:
        if isinstance(atom, Literal):
            aval: Any = atom.aval
            return _constant(steps, jnp.asarray(atom.val, aval.dtype))
        return known[atom]

    for equation in jaxpr.eqns:
        given = tuple(map(place, equation.invars))
        held = _OPENED.get(equation.primitive.name)
        if held is not None:
            inner = equation.params[held]
            consts = inner.consts if isinstance(inner, ClosedJaxpr) else ()
            body = inner.jaxpr if isinstance(inner, ClosedJaxpr) else inner
            made = _inlined(steps, body, consts, given)
        else:
            made = tuple(_fresh(steps) for _ in equation.outvars)
            steps.steps.append(
                PrimitiveCall(equation.primitive, dict(equation.params), given, made)
            )
        known.update(zip(equation.outvars, made, strict=True))
    return tuple(map(place, jaxpr.outvars))


def is_float(value: Any) -> bool:
    """Whether a derivative may flow through a value."""
    return bool(jnp.issubdtype(jax.dtypes.result_type(value), jnp.floating))
