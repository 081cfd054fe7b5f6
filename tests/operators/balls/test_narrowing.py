"""More precision where it is needed, and nowhere else."""

from collections.abc import Sequence

import pytest
from flint import arb, ctx

from zenverify.operators.balls.arithmetic import Ball, addition, precision
from zenverify.operators.balls.narrowing import until


def test_only_what_is_wide_is_evaluated_again() -> None:
    asked: list[tuple[int, list[int]]] = []

    def differences(places: Sequence[int]) -> list[Ball]:
        asked.append((ctx.prec, list(places)))
        return [(1 + arb(10) ** -place) - 1 for place in places]

    found = until(lambda ball: bool(ball > 0), differences, [3, 300, 30, 3], (64, 256, 512))
    assert asked == [(64, [3, 300, 30, 3]), (256, [300, 30]), (512, [300])]
    assert [bool(ball > 0) for ball in found] == [True, False, True, True]
    assert until(lambda ball: bool(ball > 0), differences, [], (64,)) == []
    assert len(asked) == 3


def test_settings_are_put_back_whatever_happens() -> None:
    before, plain = ctx.prec, addition()

    def fails() -> None:
        with precision(77, rounding=True):
            with precision(99):
                assert addition() is plain
            assert ctx.prec == 77
            assert addition() is not plain
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert (ctx.prec, addition()) == (before, plain)
