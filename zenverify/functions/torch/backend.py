"""Functions of torch: `torch.autograd.Function`, `torch.nn.Module`, or any function of tensors."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch.utils._pytree import tree_flatten

from zenverify.errors import UsageError
from zenverify.functions.composing import composed
from zenverify.functions.recording import (
    BESIDE,
    Changed,
    Node,
    RecordedCall,
    Value,
    coarsest,
    moved_beside,
)
from zenverify.functions.terms import Declaration
from zenverify.functions.torch.alone import Alone, TorchCall
from zenverify.functions.torch.arrays import DTYPES, to_array, to_tensor
from zenverify.functions.torch.declared import placed
from zenverify.functions.torch.recorder import Recorder, recording_functions
from zenverify.graph.case import Array

LIBRARY = f"torch {torch.__version__}"


class TorchFunction:
    """A function of torch and its inputs; each call of `record` calls it once.

    Raises
    ------
    UsageError
        If there is nothing to differentiate, or an input is of a dtype that cannot be checked.
    """

    engine = LIBRARY

    def __init__(self, function: Callable[..., Any], inputs: Sequence[Any]) -> None:
        if isinstance(function, type) and issubclass(function, torch.autograd.Function):
            function = cast(Any, function).apply
        if not callable(function):
            raise UsageError(f"gradcheck: a {type(function).__name__} is no function")
        self._function = function
        self._inputs = tuple(inputs)
        self.draws = False
        self._least = ""
        self._check()

    def _check(self) -> None:
        named = [
            (f"input {number}", leaf)
            for number, one in enumerate(self._inputs)
            for leaf in tree_flatten(one)[0]
            if isinstance(leaf, torch.Tensor) and leaf.requires_grad
        ]
        named += [(f"parameter {name}", parameter) for name, parameter in self._parameters()]
        for name, tensor in named:
            if tensor.dtype not in DTYPES:
                raise UsageError(
                    f"gradcheck: {name} is of dtype {tensor.dtype}; float64 and float32, and "
                    "complex numbers of these, can be checked"
                )
            if tensor.device.type != "cpu":
                raise UsageError(
                    f"gradcheck: {name} is on {tensor.device}; move it to the CPU, as with .cpu()"
                )
        if not named:
            raise UsageError(
                "gradcheck: there is nothing to differentiate: no input has requires_grad=True"
            )

    def _parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        if isinstance(self._function, torch.nn.Module):
            for name, parameter in self._function.named_parameters():
                if parameter.requires_grad:
                    yield name, parameter

    def record(self) -> RecordedCall:
        """Call the function, and record the call.

        Raises
        ------
        Changed
            If it writes to an input.
        UsageError
            If it returns nothing that depends on the inputs.
        """
        recorder = Recorder()
        inputs = [_copied(one) for one in self._inputs]
        for number, one in enumerate(inputs):
            for leaf in tree_flatten(one)[0]:
                if isinstance(leaf, torch.Tensor) and leaf.requires_grad:
                    recorder.register(leaf, f"input {number}")
        for name, parameter in self._parameters():
            recorder.register(parameter, f"parameter {name}")
        try:
            with self._as_before(), torch.enable_grad(), recording_functions(recorder, _composed):
                result = self._function(*inputs)
        finally:
            self._least = coarsest(
                value.least or str(value.array.dtype) for value in recorder.values
            )
        self._unchanged(inputs)
        roots = [
            leaf
            for leaf in tree_flatten(result)[0]
            if isinstance(leaf, torch.Tensor) and leaf.requires_grad
        ]
        if not roots:
            raise UsageError("gradcheck: the function returns no tensor that depends on its inputs")
        places = [recorder.place_of(root) for root in roots]
        if any(place is None for place in places):
            recorder.lost = recorder.lost or "a result is computed outside of torch's functions"
            places = [
                recorder.register(root, "a result") if place is None else place
                for root, place in zip(roots, places, strict=True)
            ]
        with self._as_before():  # what a call is, it may be run to find out
            made = recorder.recording([place for place in places if place is not None])
        self._least = coarsest((self._least, *(node.least for node in made.nodes)))
        return made

    def _unchanged(self, inputs: Sequence[Any]) -> None:
        for number, (given, used) in enumerate(zip(self._inputs, inputs, strict=True)):
            for before, after in zip(tree_flatten(given)[0], tree_flatten(used)[0], strict=True):
                if isinstance(before, torch.Tensor) and not torch.equal(
                    torch.nan_to_num(before.detach()), torch.nan_to_num(after.detach())
                ):
                    raise Changed(f"input {number}")

    def whole(self, *, parameters: bool) -> tuple[Node, tuple[Value, ...], list[Any]]:
        """The function as a single operation of its inputs, and its parameters if wanted.

        Returns
        -------
        Node, tuple of Value, list
            The operation, its operands and behind them its results, and its arguments, in the order
            of the inputs: `Slot` and `Fixed` for float tensors.
        """
        named = dict(self._parameters()) if parameters else {}
        given = (tuple(map(_copied, self._inputs)), list(named.values()))
        leaves, spec = tree_flatten((given, {}))

        def function(inputs: Sequence[Any], replaced: Sequence[torch.Tensor]) -> Any:
            with self._as_before():
                if named:
                    module: Any = self._function
                    state = dict(zip(named, replaced, strict=True))
                    return torch.func.functional_call(module, state, tuple(inputs))
                return self._function(*inputs)

        def is_wanted(leaf: Any) -> bool:
            return isinstance(leaf, torch.Tensor) and bool(leaf.requires_grad)

        slots = tuple(number for number, leaf in enumerate(leaves) if is_wanted(leaf))
        if not parameters and any(leaves[slot].is_complex() for slot in slots):
            raise UsageError("gradcheck: an expression is of real numbers; an input is complex")
        results = tree_flatten(function(*given))[0]
        outputs = tuple(number for number, leaf in enumerate(results) if is_wanted(leaf))
        call = TorchCall(function, self.name, leaves, spec, slots, outputs)
        alone = Alone(call, differentiating=True, widened=bool(self._least))
        names = [
            f"input {number}"
            for number, one in enumerate(self._inputs)
            for leaf in tree_flatten(one)[0]
            if is_wanted(leaf)
        ]
        names += [f"parameter {name}" for name in named]
        values = [Value(n, to_array(leaves[slot])) for n, slot in zip(names, slots, strict=True)]
        values += [Value("the result", to_array(results[number])) for number in outputs]
        places = tuple(range(len(values)))
        count = len(slots)

        def pull(cotangents: Sequence[Array | None]) -> list[Array | None]:
            """The gradient as the user would ask for it: the module has its own parameters."""
            copies = tuple(map(_copied, self._inputs))
            with self._as_before(), torch.enable_grad():
                made = tree_flatten(self._function(*copies))[0]
                wanted = [leaf for leaf in tree_flatten((copies, {}))[0] if is_wanted(leaf)]
                pairs = [
                    (made[number], to_tensor(cotangent, made[number]))
                    for number, cotangent in zip(outputs, cotangents, strict=True)
                    if cotangent is not None
                ]
                # In here, since a rule may draw random numbers, too: behind those of the function.
                found = _gradients(pairs, [*wanted, *named.values()])
            return [None if gradient is None else to_array(gradient) for gradient in found]

        node = Node(
            self.name, places[:count], places[count:], alone.forward, pull, least=self._least
        )
        return node, tuple(values), [placed(call, number) for number in range(len(leaves))]

    @property
    def name(self) -> str:
        """What to call the function."""
        function = self._function
        owner = getattr(function, "__self__", None)
        if isinstance(owner, type):  # MyFunction.apply
            return owner.__name__
        name = str(getattr(function, "__name__", type(function).__name__))
        return "the function" if name == "<lambda>" else name

    def beside(self, draw: np.random.Generator | None, reach: float = BESIDE) -> TorchFunction:
        """The same function at inputs beside these, as `moved_beside` moves each."""

        def moved(leaf: Any) -> Any:
            if not isinstance(leaf, torch.Tensor) or not leaf.requires_grad:
                return leaf
            array = moved_beside(to_array(leaf), draw, reach)
            return to_tensor(array, leaf).to(leaf.dtype).requires_grad_()

        inputs = [torch.utils._pytree.tree_map(moved, one) for one in self._inputs]
        beside = TorchFunction(self._function, inputs)
        beside._least = self._least
        return beside

    @contextmanager
    def _as_before(self) -> Iterator[None]:
        """Every call finds the same random generators and buffers, and leaves none changed."""
        states = torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002  it is the function's
        try:
            with self._buffers_kept():
                yield
        finally:
            # Most functions draw none, and to put a state back takes longer than to look.
            if not torch.equal(states[0], torch.get_rng_state()):
                self.draws = True
                torch.set_rng_state(states[0])
            if not _same_state(states[1], np.random.get_state()):  # noqa: NPY002  likewise
                self.draws = True
                np.random.set_state(states[1])  # noqa: NPY002  likewise
            if random.getstate() != states[2]:
                self.draws = True
                random.setstate(states[2])

    @contextmanager
    def _buffers_kept(self) -> Iterator[None]:
        """Lend a module copies of its buffers: running statistics change with every call."""
        module = self._function
        owners = list(module.modules()) if isinstance(module, torch.nn.Module) else []
        kept = [dict(owner._buffers) for owner in owners]
        for owner, buffers in zip(owners, kept, strict=True):
            for name, buffer in buffers.items():
                owner._buffers[name] = None if buffer is None else buffer.clone()
        try:
            yield
        finally:
            for owner, buffers in zip(owners, kept, strict=True):
                owner._buffers.update(buffers)


def _same_state(one: Any, other: Any) -> bool:
    """Whether two states of NumPy's generator are the same."""
    return one[2:] == other[2:] and bool(np.array_equal(one[1], other[1]))


def _copied(one: Any) -> Any:
    """An input as a leaf of its own, so that the user's gradients stay what they are."""
    return torch.utils._pytree.tree_map(
        lambda leaf: (
            leaf.detach().clone().requires_grad_(leaf.requires_grad)
            if isinstance(leaf, torch.Tensor)
            else leaf
        ),
        one,
    )


def _gradients(
    pairs: Sequence[tuple[torch.Tensor, torch.Tensor]], wanted: Sequence[torch.Tensor]
) -> Sequence[torch.Tensor | None]:
    """Of leaves; by ``backward`` where ``torch.autograd.grad`` does not do, as in a checkpoint."""
    results, cotangents = [result for result, _ in pairs], [cotangent for _, cotangent in pairs]
    try:
        found: Sequence[torch.Tensor | None] = torch.autograd.grad(
            results, wanted, cotangents, allow_unused=True, retain_graph=True
        )
        return found
    except RuntimeError:
        kept = [leaf.grad for leaf in wanted]
        try:
            for leaf in wanted:
                leaf.grad = None
            torch.autograd.backward(results, cotangents)
            return [leaf.grad for leaf in wanted]
        finally:
            for leaf, gradient in zip(wanted, kept, strict=True):
                leaf.grad = gradient


class _Context:
    """What a custom Function's forward is given when it is only to be read."""

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs

    def _ignore(self, *_: Any) -> None: ...

    save_for_backward = save_for_forward = mark_dirty = _ignore
    mark_non_differentiable = set_materialize_grads = _ignore


def _composed(call: TorchCall, cls: Any) -> Declaration | None:
    """What a custom Function is, by its forward pass; None if that does not tell."""
    leaves = [
        leaf.detach().clone().requires_grad_(number in call.slots)
        if isinstance(leaf, torch.Tensor)
        else leaf
        for number, leaf in enumerate(call.leaves)
    ]
    args, keywords = call.arguments(leaves)
    recorder = Recorder()
    inputs = [recorder.register(leaves[slot], "operand") for slot in call.slots]
    single = torch.autograd.function._SingleLevelFunction
    if cls.setup_context is single.setup_context:
        args = (_Context(tuple(number in call.slots for number in range(len(args)))), *args)
    try:
        with torch.enable_grad(), recording_functions(recorder, _composed):
            result = cls.forward(*args, **keywords)
    except Exception:  # noqa: BLE001  it needs what it is not given here
        return None
    given = tree_flatten(result)[0]
    roots = []
    for output in call.outputs:
        root = given[output] if output >= 0 else leaves[-1 - output]
        place = None
        if isinstance(root, torch.Tensor) and root.requires_grad:
            place = recorder.place_of(root)
        if place is None:
            return None
        roots.append(place)
    return composed(recorder.recording(roots), inputs)
