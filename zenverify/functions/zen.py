"""Functions of `zenverify.Tensor`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from zenverify.engines.registry import load
from zenverify.errors import GraphError, UsageError
from zenverify.functions.recording import (
    BESIDE,
    Changed,
    Forward,
    Node,
    Pull,
    RecordedCall,
    Value,
    moved_beside,
)
from zenverify.functions.terms import Declaration, Fixed, Slot, Term, apply, declare
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.operators import catalogue


class ZenFunction:
    """A function of tensors and its inputs.

    Raises
    ------
    UsageError
        If no input is a trainable tensor.
    """

    draws = False

    def __init__(self, function: Callable[..., Any], inputs: Sequence[Any]) -> None:
        self._engine: Any = load("zen")
        self._function = function
        self._inputs = tuple(inputs)
        self._kept = [np.array(one.value) if self._is_tensor(one) else None for one in inputs]
        if not any(self._is_wanted(one) for one in inputs):
            raise UsageError(
                "gradcheck: there is nothing to differentiate: no input is a trainable Tensor"
            )

    @property
    def engine(self) -> str:
        return f"zen {self._engine.version}"

    @property
    def name(self) -> str:
        """What to call the function."""
        function: Any = self._function
        operation = getattr(function, "operation", None)  # one's own, made by new_operation
        name = getattr(function, "__name__", getattr(operation, "name", type(function).__name__))
        return "the function" if name == "<lambda>" else str(name)

    def _is_tensor(self, one: Any) -> bool:
        return bool(self._engine.recognises(one))

    def _is_wanted(self, one: Any) -> bool:
        return self._is_tensor(one) and bool(one.trainable)

    def _call(self, values: Sequence[Array | None]) -> tuple[list[Any], list[Any]]:
        """The inputs as tensors of their own, and the results."""
        given = []
        for one, value in zip(self._inputs, values, strict=True):
            if value is None:
                given.append(one)
                continue
            kind = LeafKind.VARIABLE if one.trainable else LeafKind.CONSTANT
            given.append(self._engine.leaf(kind, value.copy()))
        made = self._function(*given)
        results = [
            one
            for one in (made if isinstance(made, tuple | list) else (made,))
            if self._is_wanted(one)
        ]
        if not results:
            raise UsageError("gradcheck: the function returns no tensor that depends on its inputs")
        return given, results

    def record(self) -> RecordedCall:
        """Call the function, and read its graph."""
        given, results = self._call(self._kept)
        wanted = {id(one): f"input {n}" for n, one in enumerate(given) if self._is_wanted(one)}
        handles = _in_order([*(one for one in given if id(one) in wanted), *results])
        for handle in handles:
            self._writes_nothing(handle, wanted)
        for number, (one, before) in enumerate(zip(given, self._kept, strict=True)):
            if before is not None and one.array.tobytes() != before.tobytes():
                raise Changed(f"input {number}")
        places = {id(handle): place for place, handle in enumerate(handles)}
        # Not `value`, which makes the array read-only: a rule that writes there is to be found.
        values = tuple(Value(_name(one, wanted), np.array(one.array)) for one in handles)
        nodes = []
        for handle in handles:
            if handle.dependencies:
                slots = [n for n, one in enumerate(handle.dependencies) if one.trainable]
                nodes.append(
                    Node(
                        str(handle.operation),
                        tuple(places[id(handle.dependencies[slot])] for slot in slots),
                        (places[id(handle)],),
                        self._forward(handle, slots),
                        _pull(handle, slots),
                        _declaration(handle, slots),
                        pull_in_place=self._pull_in_place(handle, slots),
                        held=(*(handle.operands[slot] for slot in slots), handle.array),
                    )
                )
        roots = tuple(dict.fromkeys(places[id(result)] for result in results))

        def gradients(seeds: Mapping[int, Array]) -> dict[int, Array]:
            return self._gradients(handles, seeds)

        return RecordedCall(values, tuple(nodes), roots, gradients)

    def _pull_in_place(self, handle: Any, slots: Sequence[int]) -> Pull:
        def pull(cotangents: Sequence[Array | None]) -> list[Array | None]:
            (cotangent,) = cotangents
            if cotangent is None:
                return [None for _ in slots]
            return [
                np.array(
                    self._engine.pull_in_place(handle, slot, cotangent),
                    handle.operands[slot].dtype,
                )
                for slot in slots
            ]

        return pull

    def _writes_nothing(self, handle: Any, inputs: Mapping[int, str]) -> None:
        """Run an operation once more, on operands of its own.

        Raises
        ------
        Changed
            If it writes to one of them.
        """
        custom = handle.custom
        if not handle.dependencies or (custom is not None and custom.custom):
            return  # a node made by hand has no function to run
        before = [np.array(operand) for operand in handle.operands]
        after = [array.copy() for array in before]
        try:
            if custom is None:
                leaves = [self._engine.leaf(LeafKind.CONSTANT, array) for array in after]
                after = [leaf.array for leaf in leaves]
                self._engine.apply(handle.operation, leaves, dict(handle.attributes))
            else:
                with np.errstate(all="ignore"):
                    custom.forward(*after, **handle.attributes)
        except Exception:  # noqa: BLE001  a user's own, or one that the engine offers otherwise
            return
        for slot, (one, other) in enumerate(zip(before, after, strict=True)):
            if one.tobytes() != other.tobytes():
                name = _name(handle.dependencies[slot], inputs)
                raise Changed(f"its operand {slot} ({name})", str(handle.operation))

    def _forward(self, handle: Any, slots: Sequence[int]) -> Forward:
        """An operation at other operands; a node made by hand has no such thing."""
        operands = [np.array(operand) for operand in handle.operands]

        def forward(moved: Sequence[Array]) -> list[Array]:
            arrays = list(operands)
            for slot, operand in zip(slots, moved, strict=True):
                arrays[slot] = operand
            custom = handle.custom
            if custom is None:
                leaves = [self._engine.leaf(LeafKind.CONSTANT, array) for array in arrays]
                return [self._engine.apply(handle.operation, leaves, dict(handle.attributes)).value]
            if custom.custom:
                raise GraphError(f"{handle.operation}: there is no function to evaluate")
            return [np.asarray(custom.forward(*arrays, **handle.attributes))]

        return forward

    def _gradients(self, handles: Sequence[Any], seeds: Mapping[int, Array]) -> dict[int, Array]:
        saved = self._engine.saved_gradients(handles)
        try:
            root = self._engine.probe([handles[n] for n in seeds], list(seeds.values()))
            self._engine.backward(root, np.ones((), root.value.dtype))
            return {
                place: np.array(handle.gradient)
                for place, handle in enumerate(handles)
                if handle.accumulated is not None
            }
        finally:
            self._engine.restore_gradients(handles, saved)

    def beside(self, draw: np.random.Generator | None, reach: float = BESIDE) -> ZenFunction:
        """The same function at inputs beside these, as `moved_beside` moves each."""

        def moved(one: Any) -> Any:
            if not self._is_wanted(one):
                return one
            array = moved_beside(np.array(one.value), draw, reach)
            return self._engine.leaf(LeafKind.VARIABLE, np.asarray(array, one.value.dtype))

        return ZenFunction(self._function, list(map(moved, self._inputs)))

    def whole(self, *, parameters: bool) -> tuple[Node, tuple[Value, ...], list[Any]]:
        """The function as a single operation of its inputs."""
        wanted = [number for number, one in enumerate(self._inputs) if self._is_wanted(one)]
        _, results = self._call(self._kept)

        def moved(operands: Sequence[Array]) -> list[Array | None]:
            values = list(self._kept)
            for number, operand in zip(wanted, operands, strict=True):
                values[number] = operand
            return values

        def forward(operands: Sequence[Array]) -> list[Array]:
            return [one.value for one in self._call(moved(operands))[1]]

        def pull(cotangents: Sequence[Array | None]) -> list[Array | None]:
            given, made = self._call(self._kept)
            pairs = [(r, c) for r, c in zip(made, cotangents, strict=True) if c is not None]
            handles = _in_order(made)  # among them what the function holds, and the user owns
            saved = self._engine.saved_gradients(handles)
            try:
                root = self._engine.probe([r for r, _ in pairs], [c for _, c in pairs])
                self._engine.backward(root, np.ones((), root.value.dtype))
                return [np.array(given[number].gradient) for number in wanted]
            finally:
                self._engine.restore_gradients(handles, saved)

        values = [Value(f"input {n}", np.array(self._inputs[n].value)) for n in wanted]
        values += [Value("the result", np.array(result.value)) for result in results]
        places = tuple(range(len(values)))
        count = len(wanted)
        node = Node(self.name, places[:count], places[count:], forward, pull)
        return node, tuple(values), [self._argument(n, wanted) for n in range(len(self._inputs))]

    def _argument(self, number: int, wanted: Sequence[int]) -> Any:
        if number in wanted:
            return Slot(wanted.index(number))
        kept = self._kept[number]
        return self._inputs[number] if kept is None else Fixed(kept)


def _name(handle: Any, inputs: Mapping[int, str]) -> str:
    if handle.dependencies:
        return f"result of {handle.operation}"
    return inputs.get(id(handle), "a tensor that the function holds")


def _in_order(results: Sequence[Any]) -> list[Any]:
    """All trainable tensors that the results depend on, operands first."""
    found: list[Any] = []
    known: set[int] = set()
    stack = [(result, False) for result in reversed(results)]
    while stack:
        handle, ready = stack.pop()
        if id(handle) in known:
            continue
        if ready:
            known.add(id(handle))
            found.append(handle)
        else:
            stack.append((handle, True))
            stack += [(one, False) for one in handle.dependencies if one.trainable]
    return found


def _pull(handle: Any, slots: Sequence[int]) -> Pull:
    def pull(cotangents: Sequence[Array | None]) -> list[Array | None]:
        (cotangent,) = cotangents
        if cotangent is None:
            return [None for _ in slots]
        grads = handle.grads
        return [np.array(grads[slot](cotangent)) for slot in slots]

    return pull


def _declaration(handle: Any, slots: Sequence[int]) -> Declaration | None:
    if handle.custom is not None or handle.operation not in catalogue.names():
        return None
    name = handle.operation
    placed = [
        Slot(slots.index(number)) if number in slots else Fixed(np.array(operand))
        for number, operand in enumerate(handle.operands)
    ]

    def declared(*terms: Term, **attributes: Any) -> Term:
        return apply(name, *terms, **attributes)

    dtype = str(handle.array.dtype)
    elementwise = catalogue.get(name).is_elementwise
    return declare(declared, placed, dict(handle.attributes), dtype, elementwise=elementwise)
