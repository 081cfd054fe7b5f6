"""An operation of somebody's own: what it is, and the function that is to be checked.

Importing this module loads neither SymPy nor Hypothesis.
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zenverify.engines.extended import is_one_operation
from zenverify.engines.registry import DEFAULT
from zenverify.errors import UsageError
from zenverify.operators.domain import EVERYWHERE, Domain
from zenverify.operators.operator import Argument, Operator

if TYPE_CHECKING:
    import sympy

    from zenverify.operators.program.kernel import Slice

__all__ = ["Contribution"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Contribution:
    """An operation of your own, declared outside the catalogue.

    An elementwise operation is declared by its expression, or by the equation that its result
    satisfies; any other by an `Operator`.

    Attributes
    ----------
    name
        A Python identifier.
    function
        ``function(*operands, **attributes)`` on the engine's own handles: what is to be checked.
        One operation if `zenverify.tensor.new_operation` made it. Any other is taken for a function
        of several operations, and not called with plain numbers or operands of unequal precision.
    expression
        ``expression(sympy, *symbols)`` gives a SymPy expression in the arguments; or text, such as
        ``"log(1 + exp(x))"``, which is parsed and never evaluated.
    equation
        In place of `expression`, where there is none: a root finder, a fixed point.
        ``equation(sympy, y, *symbols)`` gives a SymPy expression in the result and the arguments
        that is zero; or text, such as ``"y + exp(y) = x"``, in which the result is ``y``.
    start
        Of an `equation`: ``start(*arguments)`` takes float arrays of one shape to approximate
        results, NaN where there is none. Newton's method starts there, and a proof follows that
        there is one solution nearby. It decides which one is meant if there are several.
    operator
        The declaration of an operation that is not elementwise, in place of these.
    domains
        Per argument, where it is defined; everywhere by default. Outside, nothing is judged; a
        finite end belongs to the domain only if it is closed.
    kinks
        Where the operation is not differentiable, in words: ``("x = 0",)``.
    slices
        Points where the general partial has no value although the function has one.
    summary
        One line for the reader.
    engine
        What the function is written for: as ``--engine`` takes it.

    Raises
    ------
    UsageError
        If a field does not fit; the message names it.
    """

    name: str
    function: Callable[..., Any]
    expression: Callable[..., sympy.Expr] | str | None = None
    equation: Callable[..., sympy.Expr] | str | None = None
    start: Callable[..., Any] | None = None
    operator: Operator | None = None
    domains: Mapping[str, Domain] = field(default_factory=dict)
    kinks: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    summary: str = ""
    engine: str = DEFAULT

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise UsageError(f"contribution {self.name[:60]!r}: the name is no Python identifier")
        where = f"contribution {self.name!r}"
        if not callable(self.function):
            raise UsageError(
                f"{where}: function is of type {type(self.function).__name__}, expected a callable"
            )
        declared = (self.expression, self.equation, self.operator)
        if sum(one is not None for one in declared) != 1:
            raise UsageError(f"{where}: expected one of expression, equation and operator")
        self._check_equation(where)
        if self.operator is not None:
            if self.operator.name != self.name:
                raise UsageError(
                    f"{where}: the operator's name is {self.operator.name!r}, expected the same"
                )
            if self.domains or self.kinks or self.slices:
                raise UsageError(f"{where}: domains, kinks and slices belong into the operator")
        else:
            self._check_arguments(where)

    def _check_equation(self, where: str) -> None:
        if self.equation is None:
            if self.start is not None:
                raise UsageError(f"{where}: start belongs to an equation, and there is none")
            return
        if not callable(self.start):
            raise UsageError(
                f"{where}: an equation needs a start, a function of its arguments as NumPy arrays "
                f"that gives approximate results; got {type(self.start).__name__}"
            )
        if self.kinks or self.slices:
            raise UsageError(f"{where}: an equation has neither kinks nor slices")

    def _check_arguments(self, where: str) -> None:
        names = self.arguments
        if not names:
            what = "expression" if self.equation is None else "equation"
            raise UsageError(f"{where}: the {what} has no arguments")
        unknown = [name for name in self.domains if name not in names]
        if unknown:
            raise UsageError(
                f"{where}: domains names {unknown[0]!r}; the arguments are {', '.join(names)}"
            )

    @cached_property
    def _expression(self) -> Callable[..., sympy.Expr]:
        if isinstance(self.expression, str):
            from zenverify.operators.text.expressions import parse_expression

            return parse_expression(self.expression).expression
        assert self.expression is not None
        return self.expression

    @cached_property
    def _equation(self) -> tuple[tuple[str, ...], Callable[..., sympy.Expr]]:
        """The arguments' names, and what is zero."""
        if isinstance(self.equation, str):
            from zenverify.operators.text.expressions import parse_equation

            parsed = parse_equation(self.equation)
            return parsed.arguments[1:], parsed.expression
        assert self.equation is not None
        # The first two parameters receive SymPy and the result.
        return tuple(inspect.signature(self.equation).parameters)[2:], self.equation

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """The names of the operands."""
        if self.operator is not None:
            return tuple(argument.name for argument in self.operator.arguments)
        if self.equation is not None:
            return self._equation[0]
        if isinstance(self.expression, str):
            from zenverify.operators.text.expressions import parse_expression

            return parse_expression(self.expression).arguments
        assert self.expression is not None
        # The first parameter receives SymPy.
        return tuple(inspect.signature(self.expression).parameters)[1:]

    @property
    def _known_slices(self) -> tuple[Slice, ...]:
        """What the catalogue knows of a function that the text is nothing but a call of."""
        if not isinstance(self.expression, str):
            return ()
        from zenverify.operators.text.expressions import parse_expression

        return parse_expression(self.expression).slices

    @cached_property
    def declaration(self) -> Operator:
        """The operator that the contribution declares.

        Raises
        ------
        UsageError
            If the expression or equation holds something that has no counterpart on balls, or the
            equation has kinks, or the result does not occur in it.
        """
        declared = self._declaration()
        return replace(
            declared,
            composed=not is_one_operation(self.function),
            # An operator says so itself.
            decided_outside=self.operator is not None and declared.decided_outside,
        )

    def _declaration(self) -> Operator:
        if self.operator is not None:
            return self.operator
        if self.equation is not None:
            return self._declared_by_equation()
        from zenverify.operators.declarations.broadcasting import mapped
        from zenverify.operators.program.kernel import Kernel

        names = self.arguments
        scalar = Kernel(self.name, len(names), self._expression, self.slices or self._known_slices)
        try:
            scalar.derived  # noqa: B018  at once, while it is clear whose expression it is
        except (ArithmeticError, RecursionError, ValueError) as error:
            raise UsageError(f"contribution {self.name!r}: the expression: {error}") from error
        arguments = [Argument(name, self.domains.get(name, EVERYWHERE)) for name in names]
        return mapped("contributed", self.summary, scalar, arguments, self.kinks)

    def _declared_by_equation(self) -> Operator:
        from zenverify.operators.declarations.elementwise.implicit import elementwise_implicit

        assert self.start is not None
        names, residual = self._equation
        declared = elementwise_implicit(
            self.name,
            self.summary,
            residual,
            self.start,
            arguments=names if isinstance(self.equation, str) else None,
            domains=self.domains,
        )
        assert declared.equation is not None
        where = f"contribution {self.name!r}: the equation"
        try:
            derived = declared.equation.residual.derived
        except (ArithmeticError, RecursionError, ValueError) as error:
            raise UsageError(f"{where}: {error}") from error
        if derived.kink_count:
            raise UsageError(f"{where} has kinks, expected a smooth one")
        if derived.constants[0] == 0:
            raise UsageError(f"{where} does not depend on {declared.equation.result}, the result")
        return declared
