"""What follows from an elementwise operation's expression, held against its declaration.

Importing this module loads SymPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy

from zenverify.operators.derivation.derive import Partials, differentiate
from zenverify.operators.operator import Argument
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.reasoning.conditions import Condition, Within, conditions_of
from zenverify.operators.reasoning.declared_kinks import compare
from zenverify.operators.reasoning.examination import Examination
from zenverify.operators.reasoning.places import KernelSetting, jumps, kinks, singularities
from zenverify.operators.reasoning.solving import preimage
from zenverify.operators.reasoning.wording import formula, membership

__all__ = ["Analysis", "analyse"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What SymPy finds in an expression.

    Attributes
    ----------
    arguments
        The arguments' symbols, under their own names.
    value
        The expression in them.
    partials
        Its partial derivatives; at a kink, Heaviside's step.
    natural
        The conditions under which the expression has a value, in words; none if it has one
        everywhere. They are solved for the argument where that could be done.
    kinks
        Where a partial jumps, or the value, in words.
    singularities
        Where the value or a partial is infinite or undefined, in words.
    problems
        Where the declaration contradicts the expression, in sentences.
    notes
        What is worth knowing of the declaration, and no problem.
    """

    arguments: tuple[sympy.Symbol, ...]
    value: sympy.Expr
    partials: tuple[sympy.Expr, ...]
    natural: tuple[str, ...]
    kinks: tuple[str, ...]
    singularities: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def value_text(self) -> str:
        """The expression as text."""
        return formula(self.value)

    @property
    def partial_texts(self) -> tuple[str, ...]:
        """The partial derivatives as text."""
        return tuple(map(formula, self.partials))


def analyse(
    kernel: Kernel, arguments: Sequence[Argument], declared: Sequence[str] = ()
) -> Analysis:
    """Find out what follows from a kernel's expression, and hold the declaration against it.

    Parameters
    ----------
    kernel
        The expression.
    arguments
        The arguments' names and declared domains.
    declared
        The declared kinks, in words.

    Raises
    ------
    ValueError
        If the expression holds a function that has no counterpart on balls.
    """
    found = differentiate(kernel)
    names = tuple(sympy.Symbol(argument.name, real=True) for argument in arguments)
    setting = KernelSetting(kernel, found, tuple(argument.limits for argument in arguments), names)
    conditions = conditions_of([found.value])
    natural = _natural(setting, conditions)
    bends, breaks = kinks(setting), jumps(setting)
    edges = singularities(setting)
    examined = Examination(setting, conditions)
    return Analysis(
        names,
        setting.named(found.value),
        tuple(setting.named(partial) for partial in _with_steps(found)),
        natural,
        (*(p.words for p in bends), *(f"{p.words}: a jump" for p in breaks)),
        tuple(place.words for place in edges),
        (*examined.problems, *compare(setting, declared, [*bends, *breaks], edges)),
        (*examined.notes, *examined.room(natural)),
    )


def _with_steps(found: Partials) -> Iterator[sympy.Expr]:
    steps = {
        symbol: sympy.Heaviside(kink) for symbol, kink in zip(found.steps, found.kinks, strict=True)
    }
    for partial in found.partials:
        yield partial.xreplace(steps)


def _natural(setting: KernelSetting, conditions: Sequence[Condition]) -> tuple[str, ...]:
    """The conditions in words; those on one argument alone are solved and put together."""
    solved: dict[sympy.Symbol, sympy.Set] = {}
    words = []
    for condition in conditions:
        symbols = sympy.Tuple(*condition.operands).free_symbols
        numbers = None
        if isinstance(condition, Within) and len(symbols) == 1:
            (symbol,) = symbols
            numbers = preimage(condition.operand, symbol, condition.numbers)
        if numbers is None:
            words.append(condition.renamed(setting.renaming).words)
        else:
            solved[symbol] = solved.get(symbol, sympy.S.Reals).intersect(numbers)
    for symbol in reversed(setting.found.arguments):
        if symbol in solved and (told := membership(solved[symbol], str(setting.named(symbol)))):
            words.insert(0, told)
    return tuple(dict.fromkeys(words))
