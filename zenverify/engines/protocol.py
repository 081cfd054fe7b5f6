"""What an engine under test must offer, and what it may.

Whatever else an adapter needs can be imported from here too: the kinds of leaves, and the
conventions at a kink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.graph.limits import UNLIMITED, Limits
from zenverify.operators.kinks import ANY, LEFT, MEAN, RIGHT, AtKink

if TYPE_CHECKING:
    from typing_extensions import TypeIs

_P = TypeVar("_P")

__all__ = [
    "ACCUMULATION",
    "ANY",
    "BROADCASTING",
    "LEFT",
    "MEAN",
    "RIGHT",
    "Array",
    "AtKink",
    "Batching",
    "Calling",
    "Counting",
    "Discrete",
    "Engine",
    "Handle",
    "LeafKind",
    "Limits",
    "Mutable",
    "Mutant",
    "Probing",
    "Pulling",
    "Recorded",
    "Rooted",
    "Ruled",
    "declares_masked_nan",
    "limits_of",
    "shortcoming",
]

ACCUMULATION = "accumulation"
"""Stands where an operation's name would when every rule is right and the walk over the graph is
wrong: the order of the walk, the sum over consumers, or state kept from one call to the next."""

BROADCASTING = "broadcasting"
"""Stands where an operation's name would for faults of the sum over broadcast axes."""

Handle = Any
"""Whatever the engine uses for a node: a tensor, an array, a number. zenverify only hands it on."""


class Engine(Protocol):
    """An engine under test.

    Attributes
    ----------
    name, version
        What a report calls it.
    operators
        The names of the operators it offers; the others are ``UNSUPPORTED``.
    conventions
        What it declares to do at kinks, by operator. An operator that is missing declares nothing:
        then anything between the one-sided derivatives is right.
    accumulates
        Whether a second call of `backward` adds to the gradients, or replaces them.

    An engine that cannot do everything says so with one attribute more, `limits`, of type `Limits`.
    One that multiplies a cotangent of zero by an infinite derivative, and gives NaN where the whole
    function has a slope, declares that as its convention with ``masked_nan = True``.
    """

    name: str
    version: str
    operators: frozenset[str]
    conventions: Mapping[str, AtKink]
    accumulates: bool

    def leaf(self, kind: LeafKind, value: Array) -> Handle:
        """Make an input. `value` belongs to the caller and must not be changed."""
        ...

    def apply(
        self, operator: str, operands: Sequence[Handle], attributes: dict[str, Any]
    ) -> Handle:
        """Apply an operator as a user would call it."""
        ...

    def value(self, handle: Handle) -> Array:
        """A node's value as an array of its own shape and dtype."""
        ...

    def backward(self, root: Handle, cotangent: Array) -> None:
        """Differentiate: afterwards `gradient` answers for every node that the root depends on."""
        ...

    def gradient(self, handle: Handle) -> Array | None:
        """A node's gradient; None where the engine keeps none."""
        ...


@runtime_checkable
class Probing(Protocol):
    """An engine that can seed cotangents at many nodes at once.

    Without it the verifier adds up products, which any engine that multiplies and adds can do.
    """

    def probe(self, handles: Sequence[Handle], cotangents: Sequence[Array]) -> Handle:
        """A scalar whose derivative with respect to each handle is the cotangent beside it."""
        ...


@runtime_checkable
class Rooted(Protocol):
    """An engine that differentiates several roots in one pass.

    Without it `backward` is called from each root in turn where gradients add up, and otherwise
    from a sum of products of roots and cotangents, as for `Probing`.
    """

    def backward_from(self, roots: Sequence[Handle], cotangents: Sequence[Array]) -> None:
        """Differentiate the sum over the roots of <cotangent, root>."""
        ...


@runtime_checkable
class Discrete(Protocol):
    """An engine whose operations take integers and booleans that are values of its own.

    Where an operation has an attribute that is such an array, a condition, a mask, indices, labels,
    `Engine.apply` is given the handle in place of the array then: what this makes, or the result of
    a comparison, if the engine offers any.
    """

    def discrete(self, kind: LeafKind, value: Array) -> Handle:
        """Make an input of int64 or bool, which has no gradient."""
        ...


@runtime_checkable
class Batching(Protocol):
    """An engine that computes a value or a gradient only when it is read, many best in one go.

    Its values are read after the last call of `apply`, instead of each behind its own call. So it
    is not for an engine that computes at once: there a call that changes another's result in place
    would no longer be told from one that computes wrongly.
    """

    def values(self, handles: Sequence[Handle]) -> Sequence[Array]:
        """What `value` gives for each."""
        ...

    def gradients(self, handles: Sequence[Handle]) -> Sequence[Array | None]:
        """What `gradient` gives for each."""
        ...


@runtime_checkable
class Calling(Protocol):
    """An engine that can call a function which is not one of its operators.

    Without it such a function is called with the handles themselves.
    """

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Handle],
        attributes: dict[str, Any],
    ) -> Handle:
        """Apply a function of the library's own values, as `apply` applies an operator's."""
        ...


@runtime_checkable
class Counting(Protocol):
    """An engine whose calls of a backward rule can be counted."""

    def counted(self, handle: Handle, called: Callable[[], None]) -> Handle:
        """The same value behind an operation whose backward rule reports each call."""
        ...


@runtime_checkable
class Pulling(Protocol):
    """An engine that can call the rule that a node was recorded with, whoever made it."""

    def pull_recorded(self, handle: Handle, argument: int, cotangent: Array) -> Array:
        """What the node's rule makes of a cotangent, for one of its operands."""
        ...


@runtime_checkable
class Recorded(Protocol):
    """An engine whose live results can be turned back into a graph, for `zenverify.verify`."""

    def recognises(self, result: object) -> bool:
        """Whether an object is a result of this engine."""
        ...

    def operands_of(self, handle: Handle) -> Sequence[Handle]:
        """The operands that a node was computed from, in order; none for a leaf."""
        ...

    def recorded_operands(self, handle: Handle) -> Sequence[Array]:
        """The operands' values that a node was computed with, in order; none for a leaf."""
        ...

    def operation_of(self, handle: Handle) -> tuple[str, Mapping[str, Any]] | None:
        """A node's operator and attributes; None for a leaf."""
        ...

    def is_trainable(self, handle: Handle) -> bool:
        """Whether gradients are wanted of a leaf."""
        ...

    def saved_gradients(self, handles: Sequence[Handle]) -> Any:
        """Put the user's gradients aside, so that `restore_gradients` can put them back."""
        ...

    def restore_gradients(self, handles: Sequence[Handle], saved: Any) -> None:
        """Undo what `saved_gradients` put aside."""
        ...


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that can be planted into an engine's rule.

    Attributes
    ----------
    name
        What is wrong, in a few words: ``"sign of argument 0"``.
    kind
        The class of faults that it belongs to.
    argument
        The operand whose derivative it makes wrong; None where it concerns all.
    plant
        Makes the context in which the engine has the fault.
    has_differed
        Whether the rule, since it was planted, ever gave anything else than the right one. If it
        never did, there was no fault to find.
    key
        The last part of its name in the catalogue of faults, without spaces: ``"sign"``.
    """

    name: str
    kind: str
    argument: int | None
    plant: Callable[[], AbstractContextManager[None]]
    has_differed: Callable[[], bool]
    key: str


@runtime_checkable
class Mutable(Protocol):
    """An engine whose rules can be replaced by wrong ones, to see whether the checks notice."""

    def mutants(self, operator: str) -> Sequence[Mutant]:
        """The faults that can be planted into the rule of an operator.

        For `ACCUMULATION`, those of the walk over the graph; for `BROADCASTING`, those of the sum
        over broadcast axes, wherever the engine has one for all operators.
        """
        ...


@runtime_checkable
class Ruled(Protocol):
    """An engine that applies operations of `zenverify.tensor`, whose rules can be replaced.

    Faults are planted into these without more; any other engine makes its own, and is `Mutable`.
    """

    def rules_of(self, operator: str) -> Any:
        """The `zenverify.tensor.Operation` that is applied for an operator; None if none is.

        For `ACCUMULATION` and `BROADCASTING`, the module that walks over the graph.
        """
        ...

    def replace_rules(self, operator: str, rules: Any) -> None:
        """Apply another `zenverify.tensor.Operation` from now on."""
        ...


def offers(engine: object, protocol: Callable[..., _P]) -> TypeIs[_P]:
    """Whether an engine has all methods of one of the protocols above.

    As `isinstance` says, which takes as long as a short pass and is too slow to be asked in each.
    """
    return all(getattr(engine, name, None) is not None for name in _methods_of(protocol))


@cache
def _methods_of(protocol: Callable[..., object]) -> tuple[str, ...]:
    functions = (name for name, one in vars(protocol).items() if isinstance(one, FunctionType))
    return tuple(name for name in functions if not name.startswith("_"))


PROBED_BY = frozenset({"multiply", "sum", "add"})
"""What an engine that cannot seed cotangents must offer, so that products can be added up."""


def can_probe(engine: Engine) -> bool:
    """Whether there is a way to give every node a cotangent of its own."""
    return engine.operators >= PROBED_BY or offers(engine, Probing)


def adds_up_roots(engine: Engine) -> bool:
    """Whether gradients of several roots add up when `backward` is called from each in turn."""
    limits: Limits = getattr(engine, "limits", UNLIMITED)
    return engine.accumulates and limits.repeated


def limits_of(engine: Engine) -> Limits:
    """What an engine cannot do.

    Without an attribute `limits` it can do everything, but for what takes a method more.
    """
    limits: Limits = getattr(engine, "limits", UNLIMITED)
    seeds = adds_up_roots(engine) or can_probe(engine) or offers(engine, Rooted)
    return replace(
        limits,
        roots=limits.roots and seeds,
        discrete=limits.discrete and offers(engine, Discrete),
    )


def declares_masked_nan(engine: Engine) -> bool:
    """Whether an engine declares that a masked NaN is its convention.

    In ``where(c, sqrt(x), 0)`` at x = 0, where c does not hold, each rule is right, and 0 times
    infinity is NaN, though the function is constant there.
    """
    return bool(getattr(engine, "masked_nan", False))


_METHODS = ("leaf", "apply", "value", "backward", "gradient")
_ATTRIBUTES = ("name", "version", "operators", "conventions", "accumulates")


def shortcoming(candidate: object) -> str | None:
    """What keeps an object from being an `Engine`, for the end of a message; None if nothing does.

    It names what is missing, or the first attribute of a wrong kind, its kind and the one expected.
    """
    missing = [name for name in (*_ATTRIBUTES, *_METHODS) if not hasattr(candidate, name)]
    if missing:
        return f"lacks {', '.join(missing)} of the Engine protocol"
    return next(_wrong_kinds(candidate), None)


def _wrong_kinds(candidate: object) -> Iterator[str]:
    stated = {name: getattr(candidate, name) for name in _ATTRIBUTES}
    for name in ("name", "version"):
        if not isinstance(stated[name], str):
            yield _of_wrong_kind(name, stated[name], "text")
    if not isinstance(stated["operators"], frozenset | set):
        yield _of_wrong_kind("operators", stated["operators"], "a set or frozenset of names")
    elif wrong := [one for one in stated["operators"] if not isinstance(one, str)]:
        yield _of_wrong_kind("an element of operators", wrong[0], "text")
    if not isinstance(stated["conventions"], Mapping):
        yield _of_wrong_kind("conventions", stated["conventions"], "a mapping from str to AtKink")
    else:
        yield from _wrong_conventions(stated["conventions"])
    if not isinstance(stated["accumulates"], bool):
        yield _of_wrong_kind("accumulates", stated["accumulates"], "True or False")
    limits = getattr(candidate, "limits", UNLIMITED)
    if not isinstance(limits, Limits):
        yield _of_wrong_kind("limits", limits, "Limits")
    masked_nan = getattr(candidate, "masked_nan", False)
    if not isinstance(masked_nan, bool):
        yield _of_wrong_kind("masked_nan", masked_nan, "True or False")
    for name in _METHODS:
        if not callable(method := getattr(candidate, name)):
            yield _of_wrong_kind(name, method, "a method")


def _wrong_conventions(conventions: Mapping[Any, Any]) -> Iterator[str]:
    for operator, convention in conventions.items():
        if not isinstance(operator, str):
            yield _of_wrong_kind("a key of conventions", operator, "text")
        elif not isinstance(convention, AtKink):
            yield _of_wrong_kind(f"conventions[{operator!r}]", convention, "an AtKink")


def _of_wrong_kind(what: str, found: object, expected: str) -> str:
    return f"{what} is of type {type(found).__name__}, expected {expected}"
