"""`logaddexp` is computed by one formula and shown as another."""

import random

from flint import arb

from zenverify.operators.balls.arithmetic import precision
from zenverify.operators.declarations import kernels
from zenverify.operators.declarations.elementwise import logistic


def test_the_program_computes_what_the_kernel_says() -> None:
    program = logistic.LOGADDEXP.program(((), ()), ())
    kernel = kernels.of(logistic.LOGADDEXP)
    draw = random.Random(0)
    pairs = [(draw.uniform(-50, 50), draw.uniform(-50, 50)) for _ in range(20)]
    with precision(300):
        for x, y in [*pairs, (1.0, 1.0), (800.0, -800.0), (-800.0, 800.0)]:
            linear = program.linearise([[arb(x)], [arb(y)]])
            value, *slopes = kernel.derived.linear(arb(x), arb(y))
            assert linear.value[0].overlaps(value)
            for found, slope in zip(linear.pull([arb(1)]), slopes, strict=True):
                assert found is not None
                assert found[0].overlaps(slope)
                assert found[0].rel_accuracy_bits() > 200


def test_the_program_has_no_kink_and_no_overflow() -> None:
    program = logistic.LOGADDEXP.program(((), ()), ())
    assert not program.can_kink
    with precision(53):
        assert program.value([[arb(1e300)], [arb(-1e300)]])[0].overlaps(arb(1e300))
        for slope in program.linearise([[arb(2)], [arb(2)]]).pull([arb(1)]):
            assert slope is not None
            assert slope[0].overlaps(arb(0.5))
