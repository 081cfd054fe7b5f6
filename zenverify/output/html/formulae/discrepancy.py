"""The formulae of a discrepancy: the culprit's expression, its derivative, the whole graph's.

Importing this module imports SymPy, so a page without discrepancies does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from xml.dom.minidom import Element

import numpy as np
import sympy
import sympy.codegen.cfunctions  # the expressions of kernels use it
from sympy.core.function import AppliedUndef

from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.operators import catalogue
from zenverify.operators.derivation.rewriting import flattened
from zenverify.operators.program.kernel import Kernel
from zenverify.oracles.written import write_out
from zenverify.output.html.formulae.mathml import Name, Printer, equation, partial
from zenverify.output.model.listing import index_text, node_name
from zenverify.output.model.run import Discrepancy
from zenverify.verification.verdict import Blame

_LARGEST_FORMULA = 250
"""A formula of more symbols, numbers and operations than this is left out."""
_MOST_OPERATIONS = 12
_MOST_ELEMENTS = 40

_STEP_REMARK = "H is the unit step: 0 below zero, 1 above."
_COTANGENT_REMARK = "c is the cotangent of the root."
_SOLUTION_REMARK = (
    "y with the number of a node stands for a solution of the equations that declare the node: it "
    "has no closed form."
)


class FormulaTooLargeError(Exception):
    """A formula that nobody would read."""


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula, or why there is none.

    Attributes
    ----------
    caption
        What it is the formula of.
    mathml
        The ``<math>`` element, safe to be put into a page; empty if there is none.
    remark
        What the reader needs to know about it; empty if there is nothing.
    """

    caption: str
    mathml: str = ""
    remark: str = ""


def formulae(discrepancy: Discrepancy) -> tuple[Formula, ...]:
    """The formulae to show beside a discrepancy.

    A formula that is too large, or that SymPy fails at, comes back as a remark that says so.
    """
    return _formulae(discrepancy.case, discrepancy.finding.blame, _target(discrepancy))


def _target(discrepancy: Discrepancy) -> tuple[int, int] | None:
    """The leaf element to differentiate for: the first with a wrong gradient, else the first."""
    graph = discrepancy.case.graph
    leaves = [leaf for leaf in graph.leaves if graph.trainable[leaf] and graph.sizes[leaf]]
    wrong = [
        (witness.node, witness.index)
        for witness in discrepancy.witnesses
        if witness.node in leaves and witness.quantity == "gradient" and witness.verdict.is_failure
    ]
    if wrong:
        return min(wrong)
    return (leaves[0], 0) if leaves else None


@lru_cache(maxsize=256)
def _formulae(case: Case, blame: Blame, target: tuple[int, int] | None) -> tuple[Formula, ...]:
    """Cached, since a run writes its report anew at each failure."""
    found = []
    graph = case.graph
    known = blame.operation in catalogue.names()
    kernel = catalogue.get(blame.operation).kernel if known else None
    if blame.node in graph.operations and known:
        caption = f"{blame.operation}, at {node_name(blame.node)}"
        if kernel is not None:
            found.append(_attempt(caption, _value, case, blame, kernel))
        elif graph.sizes[blame.node] and not graph.apply(blame.node).given:
            found.append(_attempt(caption, _element, case, blame))
    if kernel is not None and blame.argument is not None:
        caption = f"Its derivative with respect to argument {blame.argument}"
        found.append(_attempt(caption, _derivative, case, blame, kernel, blame.argument))
        if _is_alone(case):
            return tuple(found)  # the whole graph's is the same
    # Of one root; and conditions that are computed have no expression.
    if target is not None and not (graph.further_roots or graph.decisions):
        found.append(_attempt("Derivative of the whole graph", _whole_graph, case, *target))
    return tuple(found)


def _is_alone(case: Case) -> bool:
    """Whether the graph is one operation of one element, whose gradient is what is asked for."""
    graph = case.graph
    if len(graph.operations) != 1 or case.cotangent.size != 1 or case.cotangent.item() != 1:
        return False
    operands = graph.apply(graph.root).operands
    return len(set(operands)) == len(operands)


def _attempt(caption: str, build: Callable[..., tuple[str, str]], *arguments: Any) -> Formula:
    try:
        return Formula(caption, *build(*arguments))
    except FormulaTooLargeError:
        return Formula(caption, remark="Left out: too large to be read.")
    except Exception as error:  # noqa: BLE001  whatever SymPy does, the report is written
        return Formula(caption, remark=f"SymPy failed: {type(error).__name__}: {error}"[:300])


def _value(case: Case, blame: Blame, kernel: Kernel) -> tuple[str, str]:
    symbols, names = _operands(case, blame.node)
    printer = Printer(names)
    left = printer.name(("v", str(blame.node)))
    return _equation(printer, left, kernel.expression(sympy, *symbols)), ""


def _element(case: Case, blame: Blame) -> tuple[str, str]:
    """One element of an operation that is not elementwise, written out over its operands."""
    graph, apply = case.graph, case.graph.apply(blame.node)
    if sum(graph.sizes[operand] for operand in apply.operands) > _MOST_ELEMENTS:
        raise FormulaTooLargeError
    build = GraphBuilder()
    places = {
        operand: build.variable(graph.shapes[operand]) for operand in dict.fromkeys(apply.operands)
    }
    alone = build.apply(
        apply.operator, *map(places.__getitem__, apply.operands), **graph.attributes(blame.node)
    )
    written = write_out(build.graph())
    names: dict[sympy.Symbol, Name] = {
        symbol: ("v", f"{operand}{index_text(index, graph.shapes[operand])}")
        for operand, place in places.items()
        for index, symbol in enumerate(written[place].ravel())
    }
    printer = Printer(names)
    left = printer.name(("v", f"{blame.node}{index_text(0, graph.shapes[blame.node])}"))
    value = written[alone].ravel()[0]
    return _equation(printer, left, value), _remark(value)


def _derivative(case: Case, blame: Blame, kernel: Kernel, argument: int) -> tuple[str, str]:
    symbols, names = _operands(case, blame.node)
    printer = Printer(names)
    variable = symbols[argument]
    derivative = flattened(kernel.expression(sympy, *symbols)).diff(variable)
    left = partial(printer, printer.name(("v", str(blame.node))), printer.name(names[variable]))
    return _equation(printer, left, derivative), _remark(derivative)


def _operands(case: Case, node: int) -> tuple[list[sympy.Symbol], dict[sympy.Symbol, Name]]:
    """A symbol per operand, also where two operands are one node, and their printed names."""
    operands = case.graph.apply(node).operands
    symbols = [sympy.Dummy(real=True) for _ in operands]
    names = {symbol: ("v", str(operand)) for symbol, operand in zip(symbols, operands, strict=True)}
    return symbols, names


def _whole_graph(case: Case, leaf: int, element: int) -> tuple[str, str]:
    graph = case.graph
    if len(graph.operations) > _MOST_OPERATIONS or sum(graph.sizes) > _MOST_ELEMENTS:
        raise FormulaTooLargeError
    written = write_out(graph)
    names: dict[sympy.Symbol, Name] = {
        symbol: ("v", f"{position}{index_text(index, graph.shapes[position])}")
        for position in graph.leaves
        for index, symbol in enumerate(written[position].ravel())
        if symbol.is_Symbol
    }
    weights, weight_names = _weights(case)
    total = sympy.Add(
        *(weight * one for weight, one in zip(weights, written[graph.root].ravel(), strict=True))
    )
    _check_size(total)
    variable = written[leaf].ravel()[element]
    derivative = total.diff(variable)
    printer = Printer(names | weight_names)
    left = partial(printer, _root(printer, case), printer.name(names[variable]))
    remarks = (_COTANGENT_REMARK if weight_names else "", _remark(derivative))
    return _equation(printer, left, derivative), " ".join(filter(None, remarks))


def _weights(case: Case) -> tuple[list[sympy.Expr], dict[sympy.Symbol, Name]]:
    """What each of the root's elements is multiplied by: 1, or a symbol for its cotangent."""
    cotangent = case.cotangent
    if np.all(cotangent == 1):
        return [sympy.Integer(1)] * cotangent.size, {}
    symbols = [sympy.Dummy(real=True) for _ in range(cotangent.size)]
    names = {
        symbol: ("c", index_text(index, cotangent.shape)) for index, symbol in enumerate(symbols)
    }
    return list(symbols), names


def _root(printer: Printer, case: Case) -> Element:
    """What is differentiated: the root, or the sum of its elements times their cotangents."""
    row = printer.row()
    if case.cotangent.size > 1:
        row.appendChild(printer.leaf("mo", "\u2211"))
    if not np.all(case.cotangent == 1):
        row.appendChild(printer.name(("c", "")))
    row.appendChild(printer.name(("v", str(case.graph.root))))
    return row


def _equation(printer: Printer, left: Element, right: sympy.Expr) -> str:
    _check_size(right)
    return equation(printer, left, right)


def _check_size(expression: sympy.Expr) -> None:
    """Refuse a large expression without walking through all of it."""
    parts = islice(sympy.preorder_traversal(expression), _LARGEST_FORMULA + 1)
    if sum(1 for _ in parts) > _LARGEST_FORMULA:
        raise FormulaTooLargeError


def _remark(derivative: sympy.Expr) -> str:
    remarks = [_STEP_REMARK] if derivative.has(sympy.Heaviside) else []
    functions = (found.func.__name__ for found in derivative.atoms(AppliedUndef))
    if any(name.startswith("y") for name in functions):
        remarks.append(_SOLUTION_REMARK)
    return " ".join(remarks)
