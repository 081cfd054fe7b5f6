"""What the tables of torch's functions share."""

from __future__ import annotations

from typing import Any

from zenverify.functions.terms import Term, UndeclaredError, moved


def only(value: Any, *allowed: Any) -> None:
    """Refuse a call, unless an argument has one of some values."""
    if not any(value is one or value == one for one in allowed):
        raise UndeclaredError(f"{value!r}")


def same(input: Term, *_: Any, **__: Any) -> Term:
    """The same elements."""
    return moved(lambda numbers: numbers, input)


def lined_up(input: Term, dim: Any) -> tuple[Term, Any]:
    """An operand and its axes; torch takes axis 0 of a scalar, too."""
    if input.ndim or dim is None:
        return input, dim
    return moved(lambda numbers: numbers.reshape(1), input), 0


def like(result: Term, input: Term) -> Term:
    """A result in the shape of the operand, of which it has as many elements."""
    if result.shape == input.shape:
        return result
    return moved(lambda numbers: numbers.reshape(input.shape), result)
