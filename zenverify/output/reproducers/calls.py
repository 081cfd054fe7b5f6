"""How a user of a library writes a call of an operation.

The adapters say it already: as the library's own function, or as a small function around it. That
one is read as source, with its parameters replaced by the operands; what it does for the adapter
alone, such as refusing calls that the library lacks, is left out.
"""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import types
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from zenverify.output.reproducers.python_text import attribute_text

_INFIX: dict[Callable[..., Any], str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.pow: "**",
    operator.matmul: "@",
}

_OURS = "zenverify.engines"


class UnwritableError(Exception):
    """A call that cannot be written in the library's own words; the message says why."""


@dataclass(slots=True)
class Writer:
    """Writes calls of one library.

    Parameters
    ----------
    functions
        By operator, what its adapter calls.
    modules
        Where the library's functions are found: what users call each module, and its import.

    Attributes
    ----------
    imports, helpers
        What the calls need, in the order in which it came up.
    """

    functions: Mapping[str, Callable[..., Any]]
    modules: Sequence[tuple[str, str]]
    imports: dict[str, None] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)

    def call(
        self, name: str, operands: Sequence[str], attributes: Mapping[str, Any], *, tensors: bool
    ) -> str:
        """The call's text.

        Parameters
        ----------
        name
            The operator.
        operands
            Their texts.
        attributes
            As an engine gets them.
        tensors
            Whether all operands are the library's own arrays, and no plain numbers or arrays.

        Raises
        ------
        UnwritableError
            If it cannot be written.
        """
        function = self.functions.get(name)
        if function is None:
            raise UnwritableError(f"its adapter has no {name}")
        keywords = {key: attribute_text(value) for key, value in attributes.items()}
        return self._call(function, operands, keywords, tensors=tensors)

    def _call(
        self,
        function: Callable[..., Any],
        operands: Sequence[str],
        keywords: Mapping[str, str],
        *,
        tensors: bool,
    ) -> str:
        if function in _INFIX:
            return f" {_INFIX[function]} ".join(operands)
        if function is operator.neg:
            return f"-{operands[0]}"
        if function is abs:
            return f"abs({operands[0]})"
        named = self._named(function)
        if named:
            return _written(named, operands, keywords)
        if not isinstance(function, types.FunctionType):
            raise UnwritableError(f"{function!r} has no name in the library")
        inner = _unwrapped(function) if tensors else None
        if inner is not None:
            return self._call(inner, operands, keywords, tensors=tensors)
        return self._of_source(function, operands, keywords)

    def _named(self, function: Callable[..., Any]) -> str:
        """What a user calls one of the library's own functions; empty if it is none of them."""
        name = getattr(function, "__name__", "")
        for alias, statement in self.modules:
            module = _module_of(statement)
            for candidate in (name, *_dotted(module, function)):
                if candidate and getattr(module, candidate, None) is function:
                    self.imports[statement] = None
                    return f"{alias}.{candidate}"
        return ""

    def _of_source(
        self, function: types.FunctionType, operands: Sequence[str], keywords: Mapping[str, str]
    ) -> str:
        tree = _stripped(function)
        names = self._names(function, tree)
        tree = _Renamed(names).visit(tree)
        body = tree.body if isinstance(tree, ast.FunctionDef) else [ast.Return(tree.body)]
        first = body[0]
        if len(body) == 1 and isinstance(first, ast.Return) and first.value is not None:
            bound = _bound(function, operands, keywords)
            if bound is not None:
                return ast.unparse(_Bound(bound).visit(first.value))
        assert isinstance(tree, ast.FunctionDef)
        name = tree.name.strip("_")
        name = f"{name}_{len(self.helpers)}" if name in ("call", "called") else name
        tree.name = name
        self.helpers[name] = ast.unparse(ast.fix_missing_locations(tree))
        return _written(name, operands, keywords)

    def _names(self, function: types.FunctionType, tree: ast.AST) -> dict[str, ast.expr]:
        """What the free names of a function's source stand for in a script of its own."""
        closure = inspect.getclosurevars(function)
        found: dict[str, ast.expr] = {}
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for name, value in {**closure.globals, **closure.nonlocals}.items():
            if name not in used:
                continue
            if isinstance(value, types.ModuleType):
                self._import_module(name, value)
            elif isinstance(value, str | int | float | tuple | None):
                found[name] = ast.parse(attribute_text(value), mode="eval").body
            elif value in _INFIX or value in (operator.neg, abs):
                self.imports["import operator"] = None
                text = "abs" if value is abs else f"operator.{value.__name__}"
                found[name] = ast.parse(text, mode="eval").body
            elif named := self._named(value):
                found[name] = ast.parse(named, mode="eval").body
            elif isinstance(value, types.FunctionType) and value.__module__.startswith(_OURS):
                found[name] = ast.Name(self._helper(value))
            elif isinstance(value, type):
                self._import_class(name, value)
            else:
                raise UnwritableError(f"{name} is {value!r}")
        return found

    def _import_class(self, name: str, value: type) -> None:
        package = value.__module__.partition(".")[0]
        is_public = getattr(import_module(package), name, None) is value
        self.imports[f"from {package if is_public else value.__module__} import {name}"] = None

    def _helper(self, function: types.FunctionType) -> str:
        tree = _stripped(function)
        if not isinstance(tree, ast.FunctionDef):
            raise UnwritableError("a function without a name")
        tree = _Renamed(self._names(function, tree)).visit(tree)
        name = str(tree.name).strip("_")
        if name in self.helpers:
            name = f"{name}_{len(self.helpers)}"
        tree.name = name
        self.helpers[name] = ast.unparse(ast.fix_missing_locations(tree))
        return name

    def _import_module(self, name: str, module: types.ModuleType) -> None:
        parent, _, last = module.__name__.rpartition(".")
        if module.__name__ == name:
            self.imports[f"import {name}"] = None
        elif parent and last == name:
            self.imports[f"from {parent} import {name}"] = None
        else:
            self.imports[f"import {module.__name__} as {name}"] = None


def _written(name: str, operands: Sequence[str], keywords: Mapping[str, str]) -> str:
    return f"{name}({', '.join([*operands, *(f'{k}={v}' for k, v in keywords.items())])})"


def _module_of(statement: str) -> Any:
    """The module that an import statement gives: ``import a.b as c``, ``from a import b``."""
    words = statement.split()
    if words[0] == "import":
        return import_module(words[1])
    try:
        return import_module(f"{words[1]}.{words[3]}")
    except ImportError:
        return getattr(import_module(words[1]), words[3])


@functools.lru_cache(maxsize=512)
def _dotted(module: Any, function: Callable[..., Any]) -> tuple[str, ...]:
    """The public names that a module has for a function whose own name is another one."""
    return tuple(
        name
        for name, value in sorted(vars(module).items())
        if not name.startswith("_") and value is function
    )


def _unwrapped(function: types.FunctionType) -> Callable[..., Any] | None:
    """The function that a wrapper calls with nothing but its operands made tensors."""
    if not function.__module__.endswith(".calls") and function.__name__ != "called":
        return None
    held = inspect.getclosurevars(function).nonlocals
    return held["function"] if set(held) == {"function"} else None


@functools.lru_cache(maxsize=32)
def _module_tree(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def _parsed(function: types.FunctionType) -> ast.FunctionDef | ast.Lambda:
    """A function's syntax tree, its own to be changed."""
    code = function.__code__
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for node in ast.walk(_module_tree(code.co_filename)):
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        named = tuple(a.arg for a in (*node.args.args, *node.args.kwonlyargs))
        if node.lineno == code.co_firstlineno and named == arguments:
            # Once to text and back: a copy, without the places in the file.
            text = ast.unparse(node)
            (again,) = ast.parse(text).body
            copy = again.value if isinstance(again, ast.Expr) else again
            assert isinstance(copy, ast.FunctionDef | ast.Lambda)
            return copy
    raise UnwritableError(f"the source of {function.__qualname__} is not there")


def _stripped(function: types.FunctionType) -> Any:
    """A function's syntax tree without annotations, docstring, and what refuses calls."""
    tree: Any = _parsed(function)
    refusing = {
        name
        for name, value in inspect.getclosurevars(function).globals.items()
        if isinstance(value, types.FunctionType) and _only_refuses(value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            node.body = [one for one in node.body if not _is_beside(one, refusing)]
    return tree


def _only_refuses(function: types.FunctionType) -> bool:
    if not function.__module__.startswith(_OURS):
        return False
    tree = _stripped(function)
    return isinstance(tree, ast.FunctionDef) and not tree.body


def _is_beside(statement: ast.stmt, refusing: Set[str]) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    raises = isinstance(statement, ast.If) and any(
        isinstance(one, ast.Raise) for one in statement.body
    )
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return (raises or is_call) and not names.isdisjoint({"UnsupportedError", *refusing})


def _bound(
    function: types.FunctionType, operands: Sequence[str], keywords: Mapping[str, str]
) -> dict[str, ast.expr] | None:
    """Per parameter, what stands for it; None where it takes any number of keywords."""
    signature = inspect.signature(function)
    if any(one.kind is one.VAR_KEYWORD for one in signature.parameters.values()):
        return None
    try:
        given = signature.bind(*operands, **keywords).arguments
    except TypeError as error:
        raise UnwritableError(str(error)) from error
    found: dict[str, ast.expr] = {}
    for name, value in given.items():
        text = f"[{', '.join(value)}]" if isinstance(value, tuple) else value
        found[name] = ast.parse(text, mode="eval").body
    return found


class _Bound(ast.NodeTransformer):
    """Parameters replaced by what was given for them."""

    def __init__(self, bound: Mapping[str, ast.expr]) -> None:
        self._bound = bound

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._bound.get(node.id, node)


class _Renamed(_Bound):
    """Free names replaced by what they stand for."""
