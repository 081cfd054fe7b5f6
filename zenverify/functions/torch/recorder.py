"""Records what a function does to torch tensors, operation by operation, while it runs.

Every call of a torch function goes through a `TorchFunctionMode`. Those of `torch.nn.functional`
that are written in Python are opened, so that what is recorded are the operations with a rule of
their own. A custom `torch.autograd.Function` is one operation. Values are told apart by where they
are in the graph that autograd records: so a tensor that was written to is a new value.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.autograd.graph import GradientEdge, get_gradient_edge
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_unflatten
from torch.utils.checkpoint import CheckpointFunction

from zenverify.functions.recording import Node, Pull, RecordedCall, Value, coarsest
from zenverify.functions.terms import Declaration
from zenverify.functions.torch.alone import Alone, TorchCall
from zenverify.functions.torch.arrays import DTYPES, HALVES, over, to_array, to_tensor
from zenverify.functions.torch.declared import declaration_of
from zenverify.functions.torch.names import function_name, plain_name
from zenverify.graph.case import Array

_OPENED = ("torch.nn.functional", "torch.functional")

_LEAVING = {
    "detach": "detach",
    "data": "data",
    "item": "item",
    "tolist": "tolist",
    "numpy": "numpy",
    "array": "NumPy",
    "float": "float",
    "int": "int",
    "no_grad": "no_grad",
}
"""Calls through which a value leaves the graph."""

_INSIDE = (torch.autograd.grad, torch.autograd.backward, torch.Tensor.backward)
"""What differentiates inside the function: its own graph is no longer that of its calls."""

_BY_REJECTION = frozenset({"_standard_gamma", "_sample_dirichlet", "_Dirichlet"})

_UNINITIALISED = (torch.empty, torch.empty_like, torch.Tensor.new_empty, torch.empty_strided)

_NOT_ASKED = dict.fromkeys(
    ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic"),
    lambda *_: False,
)
"""What keeps an opened function from handing its call to the mode once more."""


def _opened(function: types.FunctionType) -> Callable[..., Any]:
    """The same Python function, which runs its body at once."""
    made = types.FunctionType(
        function.__code__,
        {**function.__globals__, **_NOT_ASKED},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


_Own = tuple[Any, Sequence[torch.Tensor]]
"""The node that autograd recorded of a custom Function, and its results."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A call, the values that it takes and gives, and how to find out what it is."""

    call: TorchCall
    operands: tuple[int, ...]
    results: tuple[int, ...]
    declare: Callable[[TorchCall], Declaration | None]
    composed: bool
    own: _Own | None
    least: str


def _pull_of(own: _Own, call: TorchCall, *, in_place: bool = False) -> Pull:
    """The rule of a custom Function, by the node that was recorded.

    Called with copies, it would miss what its context, a closure or a module holds.
    """
    node, results = own

    def pull(cotangents: Sequence[Array | None]) -> list[Array | None]:
        arriving = [torch.zeros_like(result) for result in results]
        for output, cotangent in zip(call.outputs, cotangents, strict=True):
            if cotangent is not None:
                arriving[output] = (
                    over(cotangent) if in_place else to_tensor(cotangent, results[output])
                )
        with torch.no_grad():
            found = node.apply(*arriving)
        found = found if isinstance(found, tuple) else (found,)
        pairs = ((found[slot], call.leaves[slot]) for slot in call.slots)
        return [None if one is None else to_array(_fitted(one, leaf)) for one, leaf in pairs]

    return pull


def _node(recorded: _Recorded) -> Node:
    together = recorded.composed and any(map(_may_hold_tensors, recorded.call.leaves))
    declaration = None if together else recorded.declare(recorded.call)
    least = coarsest((recorded.least, "" if declaration is None else declaration.least))
    alone = Alone(recorded.call, widened=bool(least))
    in_place = recorded.own is not None and not any(
        one.is_complex() or one.dtype in HALVES for one in recorded.own[1]
    )
    return Node(
        recorded.call.name,
        recorded.operands,
        recorded.results,
        alone.forward,
        alone.pull if recorded.own is None else _pull_of(recorded.own, recorded.call),
        declaration,
        recorded.composed and declaration is not None,
        together,
        _pull_of(recorded.own, recorded.call, in_place=True)
        if recorded.own is not None and in_place
        else None,
        built_in=not recorded.composed and _is_built_in(recorded.call.function),
        by_rejection=recorded.call.name in _BY_REJECTION,
        least=least,
    )


class Recorder(TorchFunctionMode):
    """Collects values and operations while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[Value] = []
        self.edges: list[GradientEdge] = []
        self._calls: list[_Recorded] = []
        self.lost = ""
        self.left: dict[str, None] = {}
        self._opening: list[Any] = []
        self._places: dict[tuple[int, int], int] = {}
        self._leaves: set[int] = set()
        self._kinds: list[torch.Tensor] = []

    def register(self, tensor: torch.Tensor, name: str) -> int:
        """Enter a value; its position."""
        edge = get_gradient_edge(tensor)
        place = len(self.values)
        self.values.append(Value(name, to_array(tensor), HALVES.get(tensor.dtype, "")))
        self.edges.append(edge)
        self._places[_key(edge)] = place
        self._kinds.append(torch.empty(0, dtype=tensor.dtype))
        if tensor.is_leaf:
            self._leaves.add(place)
        return place

    def place_of(self, tensor: torch.Tensor) -> int | None:
        """Which value a tensor holds; None if it is none of those that were recorded."""
        return self._places.get(_key(get_gradient_edge(tensor)))

    def __torch_function__(
        self,
        func: Any,
        types_: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        keywords = dict(kwargs or {})
        name = plain_name(func)
        if name in _LEAVING:
            self._see_leaving(name, (*args, *keywords.values()))
        if func in _INSIDE:
            self._lose(f"the function calls torch.autograd.{name}")
            return func(*args, **keywords)
        if func in _UNINITIALISED:  # what lies in memory is no state of the function's
            return func(*args, **keywords).zero_()
        opens = isinstance(func, types.FunctionType) and func.__globals__["__name__"] in _OPENED
        if opens and func not in self._opening:
            self._opening.append(func)
            try:
                with self:
                    return _opened(func)(*args, **keywords)
            finally:
                self._opening.pop()
        return self.call(func, name, args, keywords, declaration_of)

    def _see_leaving(self, name: str, arguments: Sequence[Any]) -> None:
        """Remember that a value leaves the graph, for whoever wonders where a gradient is lost."""
        for one in arguments:
            if _is_differentiable(one):
                place = self.place_of(one)
                what = "a tensor" if place is None else self.values[place].name
                self.left.setdefault(f"{what} leaves the graph through {_LEAVING[name]}")

    def call(
        self,
        function: Callable[..., Any],
        name: str,
        args: Sequence[Any],
        keywords: Mapping[str, Any],
        declare: Callable[[TorchCall], Declaration | None],
        *,
        composed: bool = False,
    ) -> Any:
        """Make a call, and record it if a derivative flows through it."""
        leaves, spec = tree_flatten((tuple(args), dict(keywords)))
        wanted = [leaf for leaf in leaves if _is_differentiable(leaf)]
        if not torch.is_grad_enabled() or not wanted:
            if wanted:
                self._see_leaving("no_grad", wanted)
            return function(*args, **keywords)
        operands = [self._operand(tensor) for tensor in wanted]
        kept = [leaf.detach().clone() if _is_tensor(leaf) else leaf for leaf in leaves]
        slots = [number for number, leaf in enumerate(leaves) if _is_differentiable(leaf)]
        tensors = [number for number, leaf in enumerate(leaves) if _is_tensor(leaf)]
        generator = torch.get_rng_state()
        result = function(*args, **keywords)
        drew = not torch.equal(generator, torch.get_rng_state())
        given, shape = tree_flatten(result)
        if _depend_on_each_other(given, wanted):
            # What arrives at one of them must not hold what comes back from another.
            given = [leaf.view_as(leaf) if _is_differentiable(leaf) else leaf for leaf in given]
            result = tree_unflatten(given, shape)
        results, outputs = [], []
        for number, leaf in enumerate(given):
            if _is_differentiable(leaf) and self.place_of(leaf) is None:
                results.append(self._result(leaf, name))
                outputs.append(number)
        for number in tensors:  # one that was written to is a value of its own
            if _is_differentiable(leaves[number]) and self.place_of(leaves[number]) is None:
                results.append(self._result(leaves[number], name))
                outputs.append(-1 - number)
        if results and not self.lost:
            call = TorchCall(
                function,
                name,
                kept,
                spec,
                tuple(slots),
                tuple(outputs),
                generator if drew else None,
                torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None,
            )
            plain = composed and min(outputs) >= 0 and not keywords and len(args) == len(leaves)
            own = _own_node(result) if plain else None
            self._calls.append(
                _Recorded(
                    call,
                    tuple(operands),
                    tuple(results),
                    declare,
                    composed,
                    own,
                    coarsest(self.values[place].least for place in (*operands, *results)),
                )
            )
        return result

    def _result(self, tensor: torch.Tensor, name: str) -> int:
        if tensor.dtype not in DTYPES and tensor.dtype not in HALVES:
            self._lose(f"{name} computes in {tensor.dtype}")
        return self.register(tensor, f"result of {name}")

    def _operand(self, tensor: torch.Tensor) -> int:
        place = self.place_of(tensor)
        if place is not None:
            return place
        if tensor.is_leaf:
            return self.register(tensor, "a tensor that the function holds")
        self._lose(
            "where a tensor comes from could not be followed: the function writes through a view, "
            "or computes outside of torch's functions"
        )
        return self.register(tensor, "a tensor of unknown origin")

    def _lose(self, reason: str) -> None:
        self.lost = self.lost or reason

    def recording(self, roots: Sequence[int]) -> RecordedCall:
        """All of it. Not to be asked for while the recorder is entered."""
        nodes = tuple(map(_node, self._calls))
        return RecordedCall(
            tuple(self.values), nodes, tuple(roots), self._gradients, self.lost, tuple(self.left)
        )

    def _gradients(self, seeds: Mapping[int, Array]) -> dict[int, Array]:
        inner = {place: seed for place, seed in seeds.items() if place not in self._leaves}
        found: Sequence[torch.Tensor | None] = [None] * len(self.edges)
        if inner:
            found = torch.autograd.grad(
                [self.edges[place] for place in inner],
                self.edges,
                [to_tensor(seed, self._kinds[place]) for place, seed in inner.items()],
                retain_graph=True,
                allow_unused=True,
            )
        gradients = {}
        for place, gradient in enumerate(found):
            seed = seeds.get(place) if place in self._leaves else None
            if gradient is not None:
                array = to_array(gradient)
                gradients[place] = array if seed is None else array + seed
        return gradients


def _fitted(gradient: torch.Tensor, operand: torch.Tensor) -> torch.Tensor:
    """A rule's gradient as the reverse pass takes it: summed where the operand was broadcast."""
    if gradient.shape != operand.shape:
        gradient = gradient.sum_to_size(operand.shape)
    return gradient.to(operand.dtype)


def _is_built_in(function: Any) -> bool:
    """Whether a function is torch's, and not one that was registered by `torch.library`."""
    return getattr(function, "namespace", "aten") == "aten"


def _own_node(result: Any) -> _Own | None:
    """The node of a custom Function's results, if they are nothing but tensors."""
    results = result if isinstance(result, tuple) else (result,)
    if not all(map(_is_tensor, results)):
        return None
    nodes = {id(one.grad_fn): one.grad_fn for one in results if one.grad_fn is not None}
    if len(nodes) != 1:
        return None
    (node,) = nodes.values()
    kept = [one.detach() for one in results]
    return (node, kept) if isinstance(node, torch.autograd.function.BackwardCFunction) else None


def _may_hold_tensors(leaf: Any) -> bool:
    """Whether an argument is a function or a module: it computes with tensors of its own."""
    return callable(leaf) and not isinstance(leaf, torch.Tensor | type)


def _is_tensor(leaf: Any) -> bool:
    return isinstance(leaf, torch.Tensor)


def _is_differentiable(leaf: Any) -> bool:
    return _is_tensor(leaf) and bool(leaf.requires_grad)


def _depend_on_each_other(results: Sequence[Any], operands: Sequence[torch.Tensor]) -> bool:
    """Whether one result of a call is computed from another, as an LSTM's output from its state."""
    nodes = {get_gradient_edge(one).node for one in results if _is_differentiable(one)}
    if len(nodes) < 2:
        return False
    known = {get_gradient_edge(one).node for one in operands}
    stack = [after for node in nodes for after, _ in node.next_functions]
    while stack:
        node = stack.pop()
        if node is None or node in known:
            continue
        if node in nodes:
            return True
        known.add(node)
        stack += [after for after, _ in node.next_functions]
    return False


def _key(edge: GradientEdge) -> tuple[int, int]:
    return id(edge.node), edge.output_nr


@contextmanager
def recording_functions(
    recorder: Recorder, composed: Callable[[TorchCall, Any], Declaration | None]
) -> Iterator[None]:
    """Record operations, and each custom `torch.autograd.Function` as one of them.

    All of them are called through one method, which is replaced for as long as this lasts:
    ``MyFunction.apply`` may have been stored under another name long before.
    """
    single: Any = torch.autograd.function._SingleLevelFunction

    def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        if cls is CheckpointFunction:  # it runs a function, and again in the reverse pass
            run, _, *given = args
            return run(*given)

        def function(*given: Any, **named: Any) -> Any:
            return super(single, cls).apply(*given, **named)

        with torch._C.DisableTorchFunction():
            return recorder.call(
                function,
                function_name(cls),
                args,
                kwargs,
                lambda call: composed(call, cls),
                composed=True,
            )

    before = single.__dict__.get("apply")
    single.apply = classmethod(apply)
    try:
        with recorder:
            yield
    finally:
        if before is None:
            del single.apply
        else:
            single.apply = before
