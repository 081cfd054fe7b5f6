"""What a card says about a declaration."""

from __future__ import annotations

from zenverify.accuracy.card.card import Declared
from zenverify.operators.operator import Equation, Operator


def declared(operator: Operator) -> Declared:
    """The declaration, and what follows from it."""
    domains = tuple(argument.domain for argument in operator.arguments if argument.domain)
    if operator.equation is not None:
        return _by_equation(operator, operator.equation, domains)
    # SymPy is imported here only: most of a card does without it.
    if operator.kernel is None:
        from zenverify.accuracy.card.composition import composition

        return Declared(domains=domains, kinks=operator.kinks, parts=composition(operator))
    from zenverify.operators.reasoning.analysis import analyse

    found = analyse(operator.kernel, operator.arguments, operator.kinks)
    names = (argument.name for argument in operator.arguments)
    return Declared(
        expression=found.value_text,
        partials=tuple(zip(names, found.partial_texts, strict=True)),
        domains=domains,
        natural=found.natural,
        kinks=operator.kinks,
        derived_kinks=found.kinks,
        singularities=found.singularities,
        problems=found.problems,
        notes=found.notes,
    )


def _by_equation(operator: Operator, equation: Equation, domains: tuple[str, ...]) -> Declared:
    from zenverify.operators.reasoning.equations import analyse_equation, unsolved

    names = [argument.name for argument in operator.arguments]
    found = analyse_equation(equation, names)
    return Declared(
        equation=found.text,
        result=equation.result,
        partials=tuple(zip(names, found.partial_texts, strict=True)),
        domains=domains,
        singularities=found.singularities,
        problems=unsolved(operator),
    )
