"""A kernel: one scalar SymPy expression, from which everything else about it is derived.

The derivation is done by `zenverify.operators.derivation.derive`. For the kernels of the catalogue
it is written out beforehand, as `derived.py` beside that, so that running them needs no SymPy;
any other kernel is derived when it is first used. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from zenverify.errors import UsageError
from zenverify.operators.derivation.evaluators import Condition, Derived

if TYPE_CHECKING:
    import sympy

    from zenverify.operators.program.buffer import Buffer


@dataclass(frozen=True, slots=True)
class Slice:
    """Where the general formula is undefined although the function, or its slope, is not.

    At points that meet `conditions` (one per argument), the partial with respect to `argument` is
    that of the slice: the zeros put in before SymPy differentiates. So the slope of ``a ** 0`` in
    its base is that of the constant 1, also at ``a = 0``, where ``b * a ** (b - 1)`` has no value.
    With None for the argument, it is the value.

    ========== ================================================================================
    condition  the argument is
    ========== ================================================================================
    any        anything, NaN too
    number     anything but NaN
    positive   positive
    zero       zero, put in before SymPy differentiates
    limit      zero, where SymPy takes the limit of what it found: for removable singularities
    ========== ================================================================================
    """

    argument: int | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, eq=False)
class Kernel:
    """A scalar function of a few real arguments.

    Attributes
    ----------
    name
        A Python identifier.
    arity
        The number of arguments.
    expression
        ``expression(sympy, *symbols)`` gives the SymPy expression. The module is handed in, so
        that declaring a kernel imports nothing.
    slices
        Points where partials need care; see `Slice`.
    """

    name: str
    arity: int
    expression: Callable[..., sympy.Expr]
    slices: tuple[Slice, ...] = ()

    def __call__(self, *operands: Buffer | float) -> Buffer:
        """Map it over arrays of a program, broadcast against each other; numbers are constants."""
        numbers = int | float | np.number
        builder = next(one.builder for one in operands if not isinstance(one, numbers))
        return builder.map(self, *operands)

    def slices_among(self, arguments: Sequence[int]) -> tuple[Slice, ...]:
        """The slices of a function that is this one, called with its `arguments` in this order."""
        places = [arguments.index(argument) for argument in range(len(arguments))]
        return tuple(
            Slice(
                None if one.argument is None else arguments[one.argument],
                tuple(one.conditions[place] for place in places),
            )
            for one in self.slices
        )

    @cached_property
    def derived(self) -> Derived:
        """The evaluators: written out beforehand for the catalogue's kernels, else made now."""
        if CATALOGUE.get(self.name) is self:
            from zenverify.operators.derivation.derived import DERIVED

            if self.name in DERIVED:
                return DERIVED[self.name]
        from zenverify.operators.derivation.derive import derive

        return derive(self)


CATALOGUE: dict[str, Kernel] = {}
"""The kernels whose derivation is kept in `zenverify.operators.derivation.derived`."""


def kernel(
    name: str, arity: int, expression: Callable[..., sympy.Expr], slices: tuple[Slice, ...] = ()
) -> Kernel:
    """Declare a kernel of the catalogue.

    Raises
    ------
    UsageError
        If another kernel has this name. The same declaration, loaded again, replaces itself.
    """
    if (earlier := CATALOGUE.get(name)) and not _same_code(earlier.expression, expression):
        raise UsageError(f"kernel {name!r}: another kernel has this name already; choose another")
    made = Kernel(name, arity, expression, slices)
    CATALOGUE[name] = made
    return made


def _same_code(one: object, other: object) -> bool:
    codes = [getattr(function, "__code__", function) for function in (one, other)]
    return bool(codes[0] == codes[1])
