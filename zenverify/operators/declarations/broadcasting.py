"""The form of most declarations: one scalar expression, broadcast over the operands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Domain, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder
from zenverify.operators.program.kernel import Kernel, Slice, kernel

if TYPE_CHECKING:
    import sympy


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
    """Declare an elementwise operator; one domain per argument, named x, y, ... in order."""
    scalar = kernel(name, len(domains), expression, slices)
    arguments = [Argument(n, d) for n, d in zip("xyz", domains, strict=False)]
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
