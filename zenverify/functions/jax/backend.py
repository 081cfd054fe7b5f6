"""Functions of JAX: with a `jax.custom_vjp` or `jax.custom_jvp`, jitted, or any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from zenverify.engines.jax.taps import tapped, zeros
from zenverify.errors import UsageError
from zenverify.functions.composing import composed
from zenverify.functions.jax.alone import HALVES, Alone, put, to_array
from zenverify.functions.jax.declared import declaration_of
from zenverify.functions.jax.steps import (
    CUSTOM,
    PrimitiveCall,
    Steps,
    is_float,
    run_widened,
    steps_of,
)
from zenverify.functions.recording import (
    BESIDE,
    Changed,
    Node,
    RecordedCall,
    Value,
    coarsest,
    moved_beside,
)
from zenverify.functions.terms import Declaration, Fixed, Slot
from zenverify.graph.case import Array

_DTYPES = ("float64", "float32")

_DEFINED_TOGETHER = frozenset({"custom_linear_solve"})
"""Primitives that are given a factorisation, or another helper, beside what it is one of."""


def _of_arrays(
    function: Callable[..., Any], inputs: Sequence[Any]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function of the arrays alone, where inputs hold something else beside them.

    A module of equinox holds its activation function; a random key is no number.
    """
    taken: list[Any] = []
    back: list[Callable[[Any], Any]] = []
    for one in inputs:
        leaves, tree = jax.tree.flatten(one)
        places = [place for place, leaf in enumerate(leaves) if _is_array(leaf)]
        keys = [leaf for leaf in leaves if _is_key(leaf)]
        if len(places) == len(leaves) or (not places and not keys):
            taken.append(one)
            back.append(lambda given: given)
            continue
        taken.append(tuple(leaves[place] for place in places))

        def rebuilt(
            given: Any, leaves: list[Any] = leaves, tree: Any = tree, places: list[int] = places
        ) -> Any:
            held = list(leaves)
            for place, array in zip(places, given, strict=True):
                held[place] = array
            return jax.tree.unflatten(tree, held)

        back.append(rebuilt)
    if all(new is old for new, old in zip(taken, inputs, strict=True)):
        return function, tuple(inputs)

    def of_arrays(*given: Any) -> Any:
        return function(*(make(one) for make, one in zip(back, given, strict=True)))

    of_arrays.__name__ = str(getattr(function, "__name__", type(function).__name__))
    return of_arrays, tuple(taken)


def _is_array(leaf: Any) -> bool:
    if _is_key(leaf):
        return False
    try:
        jax.dtypes.result_type(leaf)
    except TypeError:
        return False
    return True


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


class JaxFunction:
    """A function of JAX and its inputs.

    Raises
    ------
    UsageError
        If there is nothing to differentiate, or an input is of a dtype that cannot be checked.
    """

    engine = f"jax {jax.__version__}"

    draws = False

    def __init__(self, function: Callable[..., Any], inputs: Sequence[Any]) -> None:
        self._steps: Steps | None = None
        self._least = ""
        self._function, self._inputs = _of_arrays(function, inputs)
        self._leaves, self._tree = jax.tree.flatten(self._inputs)
        self._kept = [np.array(leaf) for leaf in self._leaves]
        for number, one in enumerate(self._inputs):
            for leaf in jax.tree.leaves(one):
                self._check(number, leaf)
        if not any(map(is_float, self._leaves)):
            raise UsageError(
                "gradcheck: there is nothing to differentiate: no input is a float array"
            )

    def _check(self, number: int, leaf: Any) -> None:
        try:
            dtype = str(jax.dtypes.canonicalize_dtype(jax.dtypes.result_type(leaf)))
        except TypeError as error:
            raise UsageError(
                f"gradcheck: input {number} is of type {type(leaf).__name__}, expected arrays; "
                "other arguments belong into the function, as with functools.partial"
            ) from error
        inexact = jnp.issubdtype(jax.dtypes.result_type(leaf), jnp.inexact)
        if inexact and dtype not in _DTYPES:
            raise UsageError(
                f"gradcheck: input {number} is of dtype {dtype}; float64 and float32 can be checked"
            )

    @property
    def name(self) -> str:
        """What to call the function."""
        name = str(getattr(self._function, "__name__", type(self._function).__name__))
        return "the function" if name == "<lambda>" else name

    def _names(self) -> list[str]:
        return [
            f"input {number}"
            for number, one in enumerate(self._inputs)
            for _ in jax.tree.leaves(one)
        ]

    def record(self) -> RecordedCall:
        """Trace the function, and run what was traced."""
        closed = jax.make_jaxpr(self._function)(*self._inputs)
        self._unchanged()
        self._steps = steps_of(closed)
        made = _recording(self._steps, list(map(jnp.asarray, self._leaves)), self._names())
        met = (value.least or str(value.array.dtype) for value in made.values)
        self._least = coarsest((*met, *(node.least for node in made.nodes)))
        return made

    def _unchanged(self) -> None:
        for name, leaf, before in zip(self._names(), self._leaves, self._kept, strict=True):
            if np.asarray(leaf).tobytes() != before.tobytes():
                raise Changed(name)

    def beside(self, draw: np.random.Generator | None, reach: float = BESIDE) -> JaxFunction:
        """The same function at inputs beside these, as `moved_beside` moves each."""

        def moved(leaf: Any) -> Any:
            if not is_float(leaf):
                return leaf
            return jnp.asarray(moved_beside(to_array(leaf), draw, reach), leaf.dtype)

        inputs = jax.tree.unflatten(self._tree, list(map(moved, map(jnp.asarray, self._leaves))))
        beside = JaxFunction(self._function, inputs)
        beside._steps, beside._least = self._steps, self._least
        return beside

    def whole(self, *, parameters: bool) -> tuple[Node, tuple[Value, ...], list[Any]]:
        """The function as a single operation of its inputs."""
        leaves = list(map(jnp.asarray, self._leaves))

        def run(values: Sequence[Any]) -> list[Any]:
            results = self._function(*jax.tree.unflatten(self._tree, values))
            return list(jax.tree.leaves(results))

        slots = tuple(number for number, leaf in enumerate(leaves) if is_float(leaf))
        results = _differentiated(run, leaves, slots)
        outputs = tuple(number for number, one in enumerate(results) if is_float(one))
        steps = self._steps if self._least in HALVES else None
        widened = None if steps is None else partial(run_widened, steps)
        alone = Alone(run, leaves, slots, outputs, widened=widened)
        names = self._names()
        values = [Value(names[slot], to_array(leaves[slot])) for slot in slots]
        values += [Value("the result", to_array(results[number])) for number in outputs]
        places = tuple(range(len(values)))
        count = len(slots)
        node = Node(
            self.name,
            places[:count],
            places[count:],
            alone.forward,
            alone.pull,
            least=self._least,
        )
        arguments: list[Any] = [
            Slot(slots.index(number)) if number in slots else Fixed(np.asarray(leaf, np.float64))
            for number, leaf in enumerate(leaves)
        ]
        return node, tuple(values), arguments


def _recording(steps: Steps, inputs: Sequence[Any], names: Sequence[str]) -> RecordedCall:
    env: dict[int, Any] = {**steps.constants, **dict(zip(steps.inputs, inputs, strict=True))}
    values: list[Value] = []
    places: dict[int, int] = {}
    nodes: list[Node] = []
    lost = ""
    for place, leaf, name in zip(steps.inputs, inputs, names, strict=True):
        if is_float(leaf):
            places[place] = len(values)
            values.append(Value(name, to_array(leaf)))
    for step in steps.steps:
        given = [env[place] for place in step.inputs]
        made = step.run(given)
        env.update(zip(step.outputs, made, strict=True))
        slots = tuple(number for number, place in enumerate(step.inputs) if place in places)
        outputs = tuple(number for number, one in enumerate(made) if slots and is_float(one))
        if slots and any(map(jnp.iscomplexobj, made)):
            lost = lost or f"{step.name} computes with complex numbers"
        others = {str(made[number].dtype) for number in outputs}.difference(_DTYPES, HALVES)
        if others:
            lost = lost or f"{step.name} computes in {min(others)}"
        for number in outputs:
            places[step.outputs[number]] = len(values)
            values.append(
                Value(f"result of {step.name}", to_array(made[number]), _half(made[number]))
            )
        if not outputs:
            continue
        custom = step.primitive.name in CUSTOM
        if custom:
            inner = _recording(steps_of(step.inside), given, ["operand"] * len(given))
            declaration = _composed(inner, given, slots)
        else:
            declaration = declaration_of(step, given, slots)
        met = [_half(one) for one in (*(given[slot] for slot in slots), *made)]
        least = coarsest((*met, "" if declaration is None else declaration.least))
        alone = Alone(
            step.run,
            given,
            slots,
            outputs,
            widened=_widened(step) if least else None,
            narrow=step.is_narrow and not least,
        )
        nodes.append(
            Node(
                step.name,
                tuple(places[step.inputs[slot]] for slot in slots),
                tuple(places[step.outputs[number]] for number in outputs),
                alone.forward,
                alone.pull,
                declaration,
                custom and declaration is not None,
                step.primitive.name in _DEFINED_TOGETHER,
                iterates=custom and step.iterates,
                built_in=not custom,
                by_rejection=step.primitive.name == "random_gamma",
                least=least,
            )
        )
    roots = tuple(dict.fromkeys(places[place] for place in steps.outputs if place in places))
    if not roots and not lost:
        raise UsageError("gradcheck: the function returns nothing that depends on its inputs")

    def gradients(seeds: Mapping[int, Array]) -> dict[int, Array]:
        return _gradients(steps, inputs, places, values, seeds)

    return RecordedCall(tuple(values), tuple(nodes), roots, gradients, lost)


def _differentiated(
    run: Callable[[Sequence[Any]], list[Any]], leaves: Sequence[Any], slots: Sequence[int]
) -> list[Any]:
    """What a function gives where it is differentiated: of a custom rule, its own forward pass."""

    def function(*operands: Any) -> list[Any]:
        given = dict(zip(slots, operands, strict=True))
        return run([given.get(number, leaf) for number, leaf in enumerate(leaves)])

    try:
        made: list[Any] = jax.vjp(function, *(leaves[slot] for slot in slots))[0]
        return made
    except Exception:  # noqa: BLE001  then its reverse pass says what it raises
        return run(leaves)


def _half(value: Any) -> str:
    """The dtype of 16 bits that a value is of, if it is."""
    dtype = str(jax.dtypes.result_type(value))
    return dtype if dtype in HALVES else ""


def _widened(step: PrimitiveCall) -> Callable[[Sequence[Any]], list[Any]]:
    if step.primitive.name in CUSTOM:
        return partial(run_widened, steps_of(step.inside))
    return step.widened.run


def _composed(
    inner: RecordedCall, given: Sequence[Any], slots: Sequence[int]
) -> Declaration | None:
    """What a user's own rule is the rule of, by its function's primitives."""
    floats = [number for number, value in enumerate(given) if is_float(value)]
    inputs = [floats.index(slot) for slot in slots]
    return composed(inner, inputs, [n for n in range(len(floats)) if n not in inputs])


def _gradients(
    steps: Steps,
    inputs: Sequence[Any],
    places: Mapping[int, int],
    values: Sequence[Value],
    seeds: Mapping[int, Array],
) -> dict[int, Array]:
    """One reverse pass, of every value: each has a tap."""

    def function(taps: Sequence[Any]) -> list[Any]:
        env: dict[int, Any] = dict(steps.constants)

        def enter(place: int, value: Any) -> None:
            env[place] = tapped(value, taps[places[place]]) if place in places else value

        for place, value in zip(steps.inputs, inputs, strict=True):
            enter(place, value)
        for step in steps.steps:
            made = step.run([env[place] for place in step.inputs])
            for place, value in zip(step.outputs, made, strict=True):
                enter(place, value)
        numbered = {number: place for place, number in places.items()}
        return [env[numbered[number]] for number in seeds]

    dtypes = [jnp.dtype(value.least or value.array.dtype) for value in values]
    taps = [zeros(value.array.shape, dtype) for value, dtype in zip(values, dtypes, strict=True)]
    _, pull = jax.vjp(function, taps)
    (found,) = pull([put(seed, dtypes[number]) for number, seed in seeds.items()])
    return {number: to_array(gradient) for number, gradient in enumerate(found)}
