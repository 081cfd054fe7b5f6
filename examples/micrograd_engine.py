"""A micrograd-like engine of single numbers, and its adapter.

zenverify engines --check examples/micrograd_engine.py:engine
zenverify run --engine examples/micrograd_engine.py:engine -n 500
"""

from __future__ import annotations

import math
import operator

from zenverify.engines.protocol import LEFT
from zenverify.engines.scalars import ScalarEngine


# The engine: yours is already there.
class Value:
    def __init__(self, data: float, children: tuple[tuple[Value, float], ...] = ()) -> None:
        self.data, self.grad, self.children = data, 0.0, children  # children: (value, slope)

    def __add__(self, other: Value | float) -> Value:
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Value | float) -> Value:
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Value:
        return self * -1

    def __sub__(self, other: Value | float) -> Value:
        return self + (-other)

    def __rsub__(self, other: Value | float) -> Value:
        return -self + other

    def tanh(self) -> Value:
        t = math.tanh(self.data)
        return Value(t, ((self, 1 / math.cosh(self.data) ** 2 if abs(self.data) < 350 else 0.0),))

    def relu(self) -> Value:
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def backward(self) -> None:
        order: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack += [(value, True), *((child, False) for child, _ in value.children)]
        self.grad = 1.0
        for value in reversed(order):
            for child, slope in value.children:
                child.grad += slope * value.grad


# The adapter: all that zenverify needs.
engine = ScalarEngine(
    "micrograd-like",
    "1.0",
    Value,
    {
        "add": operator.add,
        "subtract": operator.sub,
        "multiply": operator.mul,
        "negative": operator.neg,
        "tanh": Value.tanh,
        "relu": Value.relu,
    },
    conventions={"relu": LEFT},  # relu'(0) = 0
)
