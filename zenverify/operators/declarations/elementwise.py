"""The form of most declarations: one scalar expression, broadcast over the operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from zenverify.operators import sampling
from zenverify.operators.builder import Buffer, ProgramBuilder
from zenverify.operators.kernel import Slice, kernel
from zenverify.operators.operator import Argument, Domain, Operator

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
    slices: tuple[Slice, ...] = (),
    integers_extend: int | None = None,
) -> Operator:
    """Declare an elementwise operator; one domain per argument, named x, y, ... in order."""
    scalar = kernel(name, len(domains), expression, slices)

    def build(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
        return builder.map(scalar, *operands)

    return Operator(
        name=name,
        family=family,
        summary=summary,
        arguments=tuple(Argument(n, d) for n, d in zip("xyz", domains, strict=False)),
        build=build,
        sample=sampling.elementwise(len(domains)),
        first_shapes=sampling.ANY_SHAPES,
        kernel=scalar,
        kinks=kinks,
        integers_extend=integers_extend,
    )
