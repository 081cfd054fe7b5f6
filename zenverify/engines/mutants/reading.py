"""How much of each argument a rule reads, told from its source and that of what it calls.

The answer holds for every call: what is not understood counts as read in full.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import IntEnum
from types import FunctionType
from typing import Any

import numpy as np

from zenverify.engines.mutants.source import Definition, definition_of

Rule = Callable[..., Any]


class Read(IntEnum):
    """What is read of an array, from nothing to everything."""

    NOTHING = 0
    SHAPE = 1
    DTYPE = 2
    """The shape and the dtype."""
    VALUES = 3


_ATTRIBUTES = {
    "shape": Read.SHAPE,
    "ndim": Read.SHAPE,
    "size": Read.SHAPE,
    "dtype": Read.DTYPE,
}
_FUNCTIONS: tuple[tuple[Rule, Read], ...] = (
    (len, Read.SHAPE),
    (np.shape, Read.SHAPE),
    (np.ndim, Read.SHAPE),
    (np.size, Read.SHAPE),
    (np.empty_like, Read.DTYPE),
    (np.zeros_like, Read.DTYPE),
    (np.ones_like, Read.DTYPE),
    (np.full_like, Read.DTYPE),
)
"""What functions read of their first argument."""

_VIEWING = (np.moveaxis, np.swapaxes, np.transpose, np.reshape, np.expand_dims, np.atleast_1d)
"""Functions that give their first argument back in another shape, and so do these methods."""
_VIEWING_METHODS = ("reshape", "ravel", "swapaxes", "transpose", "T", "mT")


def read_of(rule: Rule, position: int) -> Read:
    """How much a function reads of the argument at a position.

    Of a variadic function's arguments each is read as much as any is.

    Parameters
    ----------
    rule
        A function; of one that is not written in Python everything counts as read.
    position
        The number of the argument, counted from zero.
    """
    read, returned = _flow_of(rule, position, ())
    return Read.VALUES if returned else read


_Back = frozenset[int | None]
"""Where in a tuple an array is handed back; None where it is the result itself, or anywhere."""

_Flow = tuple[Read, _Back]
"""What is read of an array, and where it is handed back, whole or as a view."""

_NOWHERE: _Back = frozenset()
_ANYWHERE: _Back = frozenset({None})
_EVERYTHING: _Flow = (Read.VALUES, _ANYWHERE)


def _flow_of(rule: Rule, position: int, within: tuple[Rule, ...]) -> _Flow:
    function = inspect.unwrap(rule)
    definition = definition_of(function)
    if definition is None or not isinstance(function, FunctionType) or function in within:
        return _EVERYTHING
    name = _parameter(definition, position)
    if name is None:
        return _EVERYTHING
    return _Body(function, definition, within).flow_of_name(name)


def _parameter(definition: Definition, position: int) -> str | None:
    names = [one.arg for one in (*definition.args.posonlyargs, *definition.args.args)]
    if position < len(names):
        return names[position]
    return definition.args.vararg.arg if definition.args.vararg is not None else None


class _Body:
    """Follows arrays through the body of one function."""

    def __init__(
        self, function: FunctionType, definition: Definition, within: tuple[Rule, ...]
    ) -> None:
        self._function = function
        self._definition = definition
        self._within: tuple[Rule, ...] = (*within, function)
        self._followed: set[str] = set()
        self._parents = {
            child: node for node in ast.walk(definition) for child in ast.iter_child_nodes(node)
        }

    def flow_of_name(self, name: str) -> _Flow:
        """What becomes of everything that bears a name."""
        if name in self._followed:
            return Read.NOTHING, _NOWHERE
        self._followed.add(name)
        mentions = [
            node
            for node in ast.walk(self._definition)
            if isinstance(node, ast.Name) and node.id == name
        ]
        return _together(map(self._flow_of_mention, mentions))

    def _flow_of_mention(self, mention: ast.Name) -> _Flow:
        if self._is_nested(mention):
            return _EVERYTHING
        if isinstance(mention.ctx, ast.Load):
            return self._flow(mention)
        changed = isinstance(self._parents[mention], ast.AugAssign)
        return _EVERYTHING if changed else (Read.NOTHING, _NOWHERE)

    def _is_nested(self, node: ast.AST) -> bool:
        """Whether it stands in a function within this one, which may be called anywhere."""
        while (node := self._parents[node]) is not self._definition:
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                return True
        return False

    def _flow(self, part: ast.expr) -> _Flow:
        """What becomes of the array that an expression stands for."""
        parent = self._parents[part]
        match parent:
            case ast.Attribute(attr=attribute) if attribute in _ATTRIBUTES:
                return _ATTRIBUTES[attribute], _NOWHERE
            case ast.Attribute(attr=attribute) if attribute in _VIEWING_METHODS:
                around = self._parents[parent]
                called = isinstance(around, ast.Call) and around.func is parent
                return self._flow(around if called and isinstance(around, ast.Call) else parent)
            case ast.Subscript(value=value) if value is part:
                return self._flow(parent)
            case ast.Call(args=given) if part in given:
                return self._flow_through(parent, given.index(part))
            case ast.Tuple(elts=elements) if part in elements:
                return self._flow_at(parent, elements.index(part))
            case ast.Tuple() | ast.List() | ast.ListComp() | ast.GeneratorExp():
                return self._flow(parent)
            case ast.IfExp(test=test) if test is not part:
                return self._flow(parent)
            case ast.comprehension(target=ast.Name(id=name), iter=every) if every is part:
                return self.flow_of_name(name)
            case ast.Assign(targets=[target]):
                return _together(map(self.flow_of_name, _names(target)))
            case ast.Return() | ast.Lambda():
                return Read.NOTHING, _ANYWHERE
        return _EVERYTHING

    def _flow_at(self, whole: ast.expr, place: int) -> _Flow:
        """What becomes of the array at a place of a tuple, as far as tuples are taken apart."""
        parent = self._parents[whole]
        match parent:
            case ast.Assign(targets=[ast.Tuple(elts=targets)]) if place < len(targets) and not any(
                isinstance(target, ast.Starred) for target in targets
            ):
                return _together(map(self.flow_of_name, _names(targets[place])))
            case ast.IfExp(test=test) if test is not whole:
                return self._flow_at(parent, place)
            case ast.Return():
                return Read.NOTHING, frozenset({place})
        return self._flow(whole)

    def _flow_through(self, call: ast.Call, place: int) -> _Flow:
        """What becomes of the argument at a place of a call."""
        if any(isinstance(one, ast.Starred) for one in call.args):
            return _EVERYTHING
        called = self._named(call.func)
        if place == 0:
            if any(called is one for one in _VIEWING):
                return self._flow(call)
            for known, read in _FUNCTIONS:
                if called is known:
                    return read, _NOWHERE
        if not callable(called):
            return _EVERYTHING
        read, returned = _flow_of(called, place, self._within)
        onward = [self._flow(call) if at is None else self._flow_at(call, at) for at in returned]
        return _together([(read, _NOWHERE), *onward])

    def _named(self, expression: ast.expr) -> Any:
        """What a name, or an attribute of one, stands for; None if it is not known."""
        match expression:
            case ast.Name(id=name) if name not in self._function.__code__.co_varnames:
                surroundings = inspect.getclosurevars(self._function)
                scopes = (surroundings.nonlocals, surroundings.globals, surroundings.builtins)
                return next((scope[name] for scope in scopes if name in scope), None)
            case ast.Attribute(value=value, attr=attribute):
                return getattr(self._named(value), attribute, None)
        return None


def _together(flows: Iterable[_Flow]) -> _Flow:
    read, returned = Read.NOTHING, _NOWHERE
    for one, back in flows:
        read, returned = max(read, one), returned | back
    return read, returned


def _names(target: ast.expr) -> Iterator[str]:
    """The names that are assigned to; an element or an attribute is none, and not followed."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id


def reads_keywords(rule: Rule, names: Collection[str]) -> bool:
    """Whether a function may read a parameter of one of these names."""
    definition = definition_of(inspect.unwrap(rule))
    if definition is None or definition.args.kwarg is not None:
        return True
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(definition))


def same_source(one: Rule, other: Rule) -> bool:
    """Whether two functions are the same but for the names of their parameters."""
    if one is other:
        return True
    first, second = _canonical(one), _canonical(other)
    return first is not None and first == second


def _canonical(rule: Rule) -> tuple[str, Mapping[str, Any], Mapping[str, Any]] | None:
    """A function's body with its parameters numbered, and what its other names stand for."""
    function = inspect.unwrap(rule)
    definition = copy.deepcopy(definition_of(function))
    if definition is None or not isinstance(function, FunctionType):
        return None
    if function.__defaults__ or function.__kwdefaults__:
        return None
    given = definition.args
    numbers = {one.arg: f"parameter {place}" for place, one in enumerate(given.args)}
    for node in ast.walk(definition):
        if isinstance(node, ast.Name):
            node.id = numbers.get(node.id, node.id)
    body = definition.body if isinstance(definition.body, list) else [ast.Expr(definition.body)]
    surroundings = inspect.getclosurevars(function)
    names = " ".join(one.arg for one in (*given.posonlyargs, *given.kwonlyargs))
    text = names + "".join(map(ast.dump, body))
    return text, surroundings.globals, surroundings.nonlocals
