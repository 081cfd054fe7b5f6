"""The formulae of an operator: its expression, and the partials that SymPy derives from it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
import sympy.codegen.cfunctions  # the expressions of kernels use it

from zenverify.operators.kernel import Kernel
from zenverify.operators.operator import Operator
from zenverify.operators.rewriting import flattened
from zenverify.report.mathml import Printer, equation, partial


@dataclass(frozen=True, slots=True)
class OperatorFormula:
    """A caption and a ``<math>`` element, safe to be put into a page."""

    caption: str
    mathml: str


def operator_formulae(operator: Operator) -> tuple[OperatorFormula, ...]:
    """The expression and its partials; none for an operator that is not elementwise."""
    if operator.kernel is None:
        return ()
    return tuple(_formulae(operator, operator.kernel))


def _formulae(operator: Operator, kernel: Kernel) -> list[OperatorFormula]:
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(kernel.arity)]
    names = {
        symbol: (argument.name, "")
        for symbol, argument in zip(symbols, operator.arguments, strict=True)
    }
    printer = Printer(names)
    expression = sympy.sympify(kernel.expression(sympy, *symbols), strict=True)
    result = printer.leaf("mi", operator.name)
    found = [OperatorFormula("Expression", equation(printer, result, expression))]
    for symbol in symbols:
        left = partial(printer, printer.leaf("mi", operator.name), printer.name(names[symbol]))
        caption = f"Its partial in {names[symbol][0]}, derived by SymPy"
        found.append(
            OperatorFormula(caption, equation(printer, left, flattened(expression).diff(symbol)))
        )
    return found
