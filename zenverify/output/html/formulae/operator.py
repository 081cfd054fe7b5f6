"""The formulae of an operator: its expression, and the partials that SymPy derives from it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
import sympy.codegen.cfunctions  # the expressions of kernels use it

from zenverify.operators.derivation.rewriting import flattened
from zenverify.operators.operator import Equation, Operator
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.reasoning.equations import analyse_equation
from zenverify.output.html.formulae.mathml import Printer, equation, partial


@dataclass(frozen=True, slots=True)
class OperatorFormula:
    """A caption and a ``<math>`` element, safe to be put into a page."""

    caption: str
    mathml: str


def operator_formulae(operator: Operator) -> tuple[OperatorFormula, ...]:
    """The expression or equation, and the partials; none if an operator is not elementwise."""
    if operator.equation is not None:
        return tuple(_by_equation(operator, operator.equation))
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


def _by_equation(operator: Operator, declared: Equation) -> list[OperatorFormula]:
    arguments = [argument.name for argument in operator.arguments]
    analysis = analyse_equation(declared, arguments)
    printer = Printer({})
    zero = equation(printer, printer._print(analysis.residual), sympy.Integer(0))
    found = [OperatorFormula(f"Equation for {declared.result}, the result", zero)]
    for name, slope in zip(arguments, analysis.partials, strict=True):
        left = partial(printer, printer.leaf("mi", declared.result), printer.leaf("mi", name))
        caption = f"Its partial in {name}, derived by SymPy"
        found.append(OperatorFormula(caption, equation(printer, left, slope)))
    return found
