"""Faults made of a rule's source: a term dropped, a sign turned, operands changed over.

Each mutant is the rule with one node of its syntax tree changed, compiled anew. Only functions that
have been imported, and so run, already are compiled.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

Rule = Callable[..., Any]
Definition = ast.FunctionDef | ast.Lambda


def source_mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The mutants of a rule, each with what was changed; none where its source is not available."""
    definition = definition_of(rule)
    if definition is None or not isinstance(rule, FunctionType):
        return
    for place, node in enumerate(ast.walk(definition)):
        for change in _changes(node):
            if ast.dump(change) == ast.dump(node):
                continue
            changed = copy.deepcopy(definition)
            _replace(changed, place, change)
            mutant = _compiled(changed, rule)
            if mutant is not None:
                yield f"{_text(node)} becomes {_text(change)}", mutant


def definition_of(rule: Rule) -> Definition | None:
    """The syntax tree of a function."""
    if not isinstance(rule, FunctionType):
        return None
    file = inspect.getsourcefile(rule)
    tree = None if file is None else _parsed(file)
    if tree is None:
        return None
    code = rule.__code__
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda)
        and node.lineno == code.co_firstlineno
        and _holds(node, code)
    ]
    return min(found, key=_extent) if found else None


@lru_cache(maxsize=32)
def _parsed(file: str) -> ast.Module | None:
    try:
        with open(file, encoding="utf-8") as source:  # noqa: PTH123  any path that Python knows
            return ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return None


def _holds(node: Definition, code: CodeType) -> bool:
    """Whether a definition spans everything that a code object was compiled from."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if names != list(code.co_varnames[: code.co_argcount]):
        return False
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first, last = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    for line, end, column, end_column in code.co_positions():
        # What the compiler adds by itself has no columns, or none of its own.
        if not (line and end and end_column) or column is None:
            continue
        if not (first <= (line, column) and (end, end_column) <= last):
            return False
    return True


def _extent(node: Definition) -> int:
    return sum(1 for _ in ast.walk(node))


def _changes(node: ast.AST) -> Iterator[ast.expr]:
    """What a node can be replaced by."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (left, right, ast.BinOp(left, ast.Sub(), right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield from (left, ast.UnaryOp(ast.USub(), right), ast.BinOp(left, ast.Add(), right))
            yield ast.BinOp(right, ast.Sub(), left)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from (left, right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            yield from (left, ast.BinOp(left, ast.Mult(), right))
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            yield ast.BinOp(right, ast.MatMult(), left)
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield operand


def _replace(definition: Definition, place: int, change: ast.expr) -> None:
    """Put an expression where the node of a number stands in the walk over a definition."""
    target = next(node for number, node in enumerate(ast.walk(definition)) if number == place)

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return copy.deepcopy(change) if node is target else self.generic_visit(node)

    Replacing().visit(definition)


def _compiled(definition: Definition, rule: FunctionType) -> Rule | None:
    """The function that a changed definition defines, in the surroundings of the right one."""
    statement: ast.stmt
    if isinstance(definition, ast.Lambda):
        statement = ast.Expr(definition)
    else:
        definition.decorator_list = []
        statement = definition
    module = ast.fix_missing_locations(ast.Module([statement], type_ignores=[]))
    compiled = compile(module, rule.__code__.co_filename, "exec", dont_inherit=True)
    code = next((part for part in compiled.co_consts if isinstance(part, CodeType)), None)
    if code is None:
        return None
    # Compiled outside the function that it stood in, it looks for that one's variables here.
    surroundings = {**rule.__globals__, **inspect.getclosurevars(rule).nonlocals}
    made = FunctionType(code, surroundings, rule.__name__, rule.__defaults__)
    made.__kwdefaults__ = rule.__kwdefaults__
    return made


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))
