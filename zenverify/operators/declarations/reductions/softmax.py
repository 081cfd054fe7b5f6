"""Softmax and its logarithm."""

from __future__ import annotations

from zenverify.operators import sampling
from zenverify.operators.declarations.kernels import exp, log
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape


def _shifted(builder: ProgramBuilder, x: Buffer, axis: Axis) -> Buffer:
    """The operand less its maximum: both functions are invariant to it, any engine subtracts it."""
    return x - x.max(axis, keepdims=True).detach()


def softmax(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    powers = exp(_shifted(builder, x, axis))
    shares = powers / powers.sum(axis, keepdims=True)
    return builder.within(shares, 0, 1)


def log_softmax(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    shifted = _shifted(builder, x, axis)
    return shifted - log(exp(shifted).sum(axis, keepdims=True))


def _sample(choose: Choose, shape: Shape) -> Instance | None:
    if 0 in shape:
        return None
    axes = [axis for axis in sampling.axes(len(shape)) if axis != ()]
    return Instance((shape,), {"axis": sampling.pick(choose, axes)})


OPERATORS = (
    Operator(
        name="softmax",
        family="network",
        summary="exponentials divided by their sum over the axes, without overflow",
        arguments=(Argument("x"),),
        build=softmax,
        sample=_sample,
        first_shapes=sampling.AXIS_SHAPES,
    ),
    Operator(
        name="log_softmax",
        family="network",
        summary="logarithm of softmax, without overflow",
        arguments=(Argument("x"),),
        build=log_softmax,
        sample=_sample,
        first_shapes=sampling.AXIS_SHAPES,
    ),
)
