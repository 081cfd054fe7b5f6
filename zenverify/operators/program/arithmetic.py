"""The kernels of arithmetic: what infix operators between arrays of a program stand for."""

from __future__ import annotations

from zenverify.operators.program.kernel import Slice, kernel

ADD = kernel("add", 2, lambda sp, x, y: x + y)
SUBTRACT = kernel("subtract", 2, lambda sp, x, y: x - y)
MULTIPLY = kernel("multiply", 2, lambda sp, x, y: x * y)
DIVIDE = kernel("divide", 2, lambda sp, x, y: x / y)
POWER = kernel(
    "power",
    2,
    lambda sp, x, y: x**y,
    slices=(
        Slice(argument=0, conditions=("any", "zero")),
        Slice(argument=1, conditions=("zero", "positive")),
    ),
)
NEGATIVE = kernel("negative", 1, lambda sp, x: -x)
