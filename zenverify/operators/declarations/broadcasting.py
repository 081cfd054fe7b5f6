"""The form of most declarations: one scalar expression, broadcast over the operands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zenverify.errors import UsageError
from zenverify.operators import sampling
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder
from zenverify.operators.program.kernel import Kernel, Slice, kernel

if TYPE_CHECKING:
    import sympy


_NAMES = "xyz"


def elementwise(
    family: str,
    name: str,
    summary: str,
    expression: Callable[..., sympy.Expr],
    *,
    domains: tuple[Domain, ...] = (Domain(),),
    kinks: tuple[str, ...] = (),
    jumps: bool = False,
    slices: tuple[Slice, ...] = (),
    integers_extend: int | None = None,
) -> Operator:
    """Declare an elementwise operator; one domain per argument, named x, y, z in order.

    Raises
    ------
    UsageError
        If there are not as many domains as the expression has arguments, or more than three; or if
        another kernel has this name already.
    """
    # The first parameter receives SymPy.
    count = len(inspect.signature(expression).parameters) - 1
    if not 1 <= len(domains) == count <= len(_NAMES):
        raise UsageError(
            f"operator {name!r}: {len(domains)} domains for {count} arguments; expected one domain "
            f"per argument, and at most {len(_NAMES)} arguments"
        )
    scalar = kernel(name, count, expression, slices)
    arguments = [Argument(n, d) for n, d in zip(_NAMES, domains, strict=False)]
    return mapped(family, summary, scalar, arguments, kinks, integers_extend, jumps=jumps)


def mapped(
    family: str,
    summary: str,
    scalar: Kernel,
    arguments: Sequence[Argument],
    kinks: tuple[str, ...] = (),
    integers_extend: int | None = None,
    *,
    jumps: bool = False,
) -> Operator:
    """The operator that maps a kernel over operands which broadcast against each other."""

    def build(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
        return builder.map(scalar, *operands)

    return Operator(
        name=scalar.name,
        family=family,
        summary=summary,
        arguments=tuple(arguments),
        build=build,
        sample=sampling.elementwise(len(arguments)),
        first_shapes=sampling.ANY_SHAPES,
        kernel=scalar,
        kinks=kinks,
        jumps=jumps,
        broadcasts=True,
        integers_extend=integers_extend,
    )
