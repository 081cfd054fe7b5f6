"""What a rule reads of its arguments, told from its source."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from zenverify.engines.mutants.reading import Read, read_of, reads_keywords, same_source
from zenverify.tensor import OPERATIONS


def _lengths(x: Any) -> Any:
    return x.shape


def _handed_back(x: Any) -> Any:
    return np.moveaxis(x, 0, -1)


def _through_calls(g: Any, x: Any) -> Any:
    return g * _lengths(x)[0] + _handed_back(x).ndim


def _values_through_calls(g: Any, x: Any) -> Any:
    return g * _handed_back(x)


def _changed_in_place(g: Any, x: Any) -> Any:
    other = x.reshape(-1)
    other += 1
    return g


def _in_a_closure(g: Any, x: Any) -> Any:
    def inner() -> Any:
        return x

    return g + inner()


def _of_many(g: Any, *operands: Any) -> Any:
    return g[: sum([one.size for one in operands])].reshape(operands[0].shape)


def _condition(g: Any, x: Any) -> Any:
    return sum([g for _ in range(3) if x])


def _recursive(g: Any, x: Any) -> Any:
    return _recursive(g, x) if g else g


def _turned(g: Any, x: Any) -> Any:
    if x.ndim == 1:
        g, x = g[..., None], x[None]
    return g, x


def _either(g: Any, x: Any) -> Any:
    return (g.ravel(), x.ravel()) if g.ndim else (g, x)


def _of_a_pair(g: Any, x: Any) -> Any:
    columns, rows = _turned(g, x)
    return columns.reshape(rows.shape)


def _of_the_other(g: Any, x: Any) -> Any:
    rows, columns = _turned(g, x)
    return rows.shape, columns


def _of_a_whole_pair(g: Any, x: Any) -> Any:
    pair = _turned(g, x)
    return pair[0]


def _of_either(g: Any, x: Any) -> Any:
    columns, rows = _either(g, x)
    return columns.reshape(rows.shape)


def _starred(g: Any, x: Any) -> Any:
    first, *_ = _turned(g, x)
    return first


@pytest.mark.parametrize(
    "rule, read",
    [
        (lambda g, x: g, Read.NOTHING),
        (lambda g, x: g.reshape(x.shape), Read.SHAPE),
        (lambda g, x: g + np.zeros_like(x), Read.DTYPE),
        (lambda g, x: g.astype(x.dtype), Read.DTYPE),
        (lambda g, x: g * x, Read.VALUES),
        (lambda g, x: x, Read.VALUES),
        (lambda g, x: np.where(x.T.shape, g, 0), Read.SHAPE),
        (lambda g, x: np.zeros(g.shape, x), Read.VALUES),
        (_through_calls, Read.SHAPE),
        (_values_through_calls, Read.VALUES),
        (_changed_in_place, Read.VALUES),
        (_in_a_closure, Read.VALUES),
        (_of_many, Read.SHAPE),
        (_condition, Read.VALUES),
        (_recursive, Read.VALUES),
        (_of_a_pair, Read.SHAPE),
        (_of_the_other, Read.VALUES),
        (_of_a_whole_pair, Read.VALUES),
        (_of_either, Read.SHAPE),
        (_starred, Read.VALUES),
        (np.multiply, Read.VALUES),
    ],
)
def test_how_much_of_an_operand_is_read(rule: Callable[..., Any], read: Read) -> None:
    assert read_of(rule, 1) is read


def test_the_rules_of_the_engine_are_understood() -> None:
    left, right = OPERATIONS["multiply"].pullbacks
    assert [read_of(left, number) for number in range(4)] == [3, 0, 0, 3]
    assert [read_of(right, number) for number in range(4)] == [3, 0, 3, 0]
    assert read_of(OPERATIONS["floor"].pullbacks[0], 0) is Read.DTYPE


def test_attributes_that_are_read() -> None:
    assert reads_keywords(lambda g, y, x, axis: g.sum(axis), ["axis"])
    assert not reads_keywords(lambda g, y, x, axis: g, ["axis"])
    assert reads_keywords(lambda g, y, x, **more: g, ["axis"])


def _scaled(factor: float) -> Callable[..., Any]:
    return lambda g, x: g * factor


def test_rules_that_are_the_same_but_for_names() -> None:
    first, second = OPERATIONS["add"].pullbacks
    assert same_source(first, second)
    assert same_source(lambda g, a, b: g * a, lambda g, x, y: g * x)
    assert not same_source(lambda g, a, b: g * a, lambda g, a, b: g * b)
    assert same_source(_scaled(2.0), _scaled(2.0))
    assert not same_source(_scaled(2.0), _scaled(3.0))
    assert not same_source(np.add, np.multiply)
