"""`gradcheck` of functions of tensors: needs no other library."""

import gc
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest
import sympy

import zenverify
from zenverify import Tensor, gradcheck
from zenverify.errors import UsageError
from zenverify.operators.program.program import Program
from zenverify.tensor import OPERATIONS, matmul, new_operation
from zenverify.verification.verdict import ACCUMULATION, Verdict

Rule = Callable[..., Any]

X = np.array([[0.5, -1.25, 2.0], [1.5, 0.75, -0.5]])


def cube(factor: float = 1.0) -> Any:
    """An operation whose rule is off by a factor."""
    return new_operation(
        "cube", lambda x: x**3, lambda g, y, x: g * 3 * x**2 * factor, broadcasts=True
    )


def test_a_right_function_passes() -> None:
    result = gradcheck(lambda x, y: ((x * y).tanh() / 2).sum(), (Tensor(X), Tensor(2.0)))
    assert result
    assert result.verdict is Verdict.AGREE
    assert [row.operation for row in result.operations] == ["multiply", "tanh", "divide", "sum"]
    assert {row.method for row in result.operations} == {"enclosure"}


def test_a_check_keeps_no_program_of_the_function_in_hand() -> None:
    def programs() -> list[Program]:
        gc.collect()
        return [one for one in gc.get_objects() if type(one) is Program]

    x = Tensor(X)
    assert gradcheck(lambda x: (x * 2.0).tanh().sum(), x)
    before = programs()  # held, so that what earlier tests left goes on being there
    known = set(map(id, before))
    assert gradcheck(lambda x: (x * 2.0).tanh().sum(), x)
    assert [one for one in programs() if id(one) not in known] == []


def hangs(*_: Any) -> Any:
    while True:
        pass


def hangs_behind(calls: int) -> Rule:
    """A function whose first calls return."""
    counted = count()
    return lambda x: hangs() if next(counted) >= calls else x * x


@pytest.mark.parametrize(
    "fn, guilty, doing",
    [
        (hangs, "hangs", "the function"),
        (new_operation("stuck", lambda x: x * 1.0, hangs), "stuck", "the rule"),
        (hangs_behind(2), "the function", "the function"),
        (hangs_behind(4), "the function", "the rule"),
    ],
)
def test_what_hangs_is_given_up_and_named(fn: Rule, guilty: str, doing: str) -> None:
    assert gradcheck(lambda x: x * x, Tensor(X))  # what is loaded late takes its time
    result = gradcheck(fn, Tensor(X), timeout=0.5)
    found = result.findings[-1]
    assert (result.verdict, found.blame.operation) == (Verdict.TIMEOUT, guilty)
    assert found.message == f"{doing} did not return within 0.5 s (timeout=0 sets no limit)"


def test_an_expression_is_no_way_round_the_time_limit() -> None:
    result = gradcheck(hangs, Tensor(X), expression="x**2", timeout=0.5)
    assert result.verdict is Verdict.TIMEOUT


def test_a_second_call_that_records_more_is_no_other_function() -> None:
    calls = count()

    def product(x: Any, y: Any) -> Any:
        return x * y if next(calls) == 0 else (y * 1.0) * x

    assert gradcheck(product, (Tensor(X), Tensor(X + 1.0)))


def test_a_single_input_needs_no_tuple() -> None:
    assert gradcheck(lambda x: x.exp(), Tensor(X))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_precision_is_checked_as_it_is(dtype: type) -> None:
    x = Tensor(X.astype(dtype))
    assert gradcheck(lambda x: (x @ x.transpose()).softmax(axis=0), x)


def test_a_rule_that_is_wrong_in_the_seventh_digit_is_found_by_differences() -> None:
    wrong = cube(1 + 1e-7)
    result = gradcheck(lambda x: (wrong(x) * 2.0).sum(), Tensor(X))
    assert not result
    finding = result.findings[0]
    assert (finding.blame.operation, finding.blame.argument) == ("cube", 0)
    witness = finding.witnesses[0]
    assert witness.symbolic is None
    assert witness.difference is not None
    assert not witness.difference.low <= witness.engine <= witness.difference.high


def test_a_right_rule_without_a_declaration_passes_and_is_named() -> None:
    right = cube()
    result = gradcheck(lambda x: right(x).sum(), Tensor(X))
    assert result
    assert "cube: checked by differences, 6 of 6 numbers" in str(result)


@pytest.mark.parametrize(
    "expression", ["x**3", lambda x: x**3, lambda *symbols: sympy.Pow(symbols[0], 3)]
)
def test_an_expression_is_the_truth(expression: Any) -> None:
    assert gradcheck(cube(), Tensor(X), expression=expression)
    result = gradcheck(cube(1 + 1e-7), Tensor(X), expression=expression)
    assert result.verdict is Verdict.INACCURATE
    witness = result.findings[0].witnesses[0]
    assert witness.symbolic is not None
    assert witness.difference is not None
    assert witness.symbolic.low <= witness.difference.high
    assert witness.difference.low <= witness.symbolic.high


def test_an_expression_broadcasts() -> None:
    def function(x: Tensor, y: Tensor) -> Tensor:
        return x.exp() * y

    inputs = (Tensor(X), Tensor([1.0, -2.0, 0.5]))
    assert gradcheck(function, inputs, expression=lambda x, y: sympy.exp(x) * y)
    assert not gradcheck(function, inputs, expression=lambda x, y: sympy.exp(x) + y)


def test_a_wrong_value_is_found() -> None:
    result = gradcheck(lambda x: x * 2, Tensor(X), expression="x")
    assert result.findings[0].blame.argument is None
    assert result.findings[0].verdict is Verdict.ENGINE_WRONG


def test_all_three_witnesses_are_printed() -> None:
    text = str(gradcheck(cube(1.5), Tensor(X), expression="x**3"))
    assert "ENGINE_WRONG  cube, argument 0: the gradient of input 0 at [" in text
    for witness in ("zen", "exact", "difference"):
        assert f"\n  {witness:<11} " in text


def test_what_pytest_shows_of_a_failure_says_it_all() -> None:
    wrong = gradcheck(cube(1.5), Tensor(X), expression="x**3")
    assert repr(wrong).startswith("<gradcheck: ENGINE_WRONG  cube")
    assert repr(gradcheck(cube(), Tensor(X))) == "<gradcheck: AGREE>"


def test_nothing_is_masked_by_a_small_factor() -> None:
    wrong = cube(1 + 1e-7)
    result = gradcheck(lambda x: (wrong(x) * 1e-12 + x).sum(), Tensor(X))
    assert result.findings[0].blame.operation == "cube"


def test_a_wrong_sum_over_consumers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Tensor.get_gradients

    def wrong(self: Tensor, grad: Any = None) -> None:
        right(self, grad)
        stack: list[Tensor] = [self]
        while stack:
            one = stack.pop()
            stack += one.dependencies
            if not one.dependencies and one.accumulated is not None:
                one.accumulated = one.accumulated / 2

    monkeypatch.setattr(Tensor, "get_gradients", wrong)
    result = gradcheck(lambda x: x.exp() + x.tanh(), Tensor(X))
    assert result.findings[0].blame.operation == ACCUMULATION
    assert "input 0" in result.findings[0].message


def test_several_results_and_several_uses() -> None:
    assert gradcheck(lambda x, y: (x * y + x, 3, (x * x).sum()), (Tensor(X), Tensor(X + 1)))


def test_a_tensor_that_the_function_holds_is_checked_too() -> None:
    held = Tensor([1.0, 2.0, 3.0])
    result = gradcheck(lambda x: (x * held).sum(), Tensor(X))
    assert result
    assert not held.gradient.any()


def test_the_users_tensors_are_left_alone() -> None:
    x = Tensor(X)
    (x * 2).get_gradients()
    before = x.gradient
    assert gradcheck(lambda x: x.exp(), x)
    np.testing.assert_array_equal(x.gradient, before)


def test_a_function_that_is_not_repeatable_is_said_to_be() -> None:
    calls = count()
    result = gradcheck(lambda x: x * float(next(calls)), Tensor(X))
    assert result.verdict is Verdict.NON_DETERMINISTIC
    assert "random numbers" in str(result)


def test_a_node_made_by_hand_cannot_be_decided_on() -> None:
    def function(x: Tensor) -> Tensor:
        return Tensor.from_operation(x.value**2, [x], [lambda g: g * 2 * x.value], name="mine")

    result = gradcheck(function, Tensor(X))
    assert not result
    assert result.verdict is Verdict.DIFFERENCE_UNRELIABLE
    assert "mine: 6 numbers could not be decided on" in str(result)


def test_a_rule_that_raises_is_a_finding() -> None:
    def broken(g: Any, y: Any, x: Any) -> Any:
        raise ZeroDivisionError("no luck")

    mine = new_operation("mine", np.exp, broken)
    result = gradcheck(lambda x: mine(x).sum(), Tensor(X))
    assert result.verdict is Verdict.CRASH
    assert "ZeroDivisionError: no luck" in str(result)
    assert "(test_zen.py, line " in str(result)


def _doubles_operand(rule: Rule) -> Rule:
    """A rule that writes to the matrix on the right."""

    def doubling(*arrays: Any, **attributes: Any) -> Any:
        contribution = rule(*arrays, **attributes)
        arrays[-1][...] *= 2
        return contribution

    return doubling


def _clears_result(rule: Rule) -> Rule:
    def clearing(g: Any, y: Any, *operands: Any) -> Any:
        contribution = rule(g, y, *operands)
        y[...] = 0.0  # no other numbers the second time
        return contribution

    return clearing


def _doubles_cotangent(rule: Rule) -> Rule:
    def doubling(g: Any, *arrays: Any) -> Any:
        contribution = rule(g, *arrays)
        g[...] *= 2
        return contribution

    return doubling


@pytest.mark.parametrize(
    "habit, message",
    [
        (_doubles_operand, "the rule of matmul writes to its operand 1 (result of multiply)"),
        (_clears_result, "the rule of matmul writes to its result"),
        (_doubles_cotangent, "the rule of matmul writes to its cotangent"),
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_the_rule_that_writes_is_blamed_and_nothing_else(
    habit: Callable[[Rule], Rule], message: str, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = OPERATIONS["matmul"]
    first, second = right.pullbacks
    if own:
        product: Any = new_operation("matmul", right.forward, habit(first), second)
    else:
        wrong = replace(right, pullbacks=(habit(first), second))
        monkeypatch.setitem(OPERATIONS, "matmul", wrong)
        product = matmul
    x, w = Tensor(X), Tensor(X.T.copy())
    result = gradcheck(lambda x, w: product(x * 1.5, w * 2.0).sigmoid().sum(), (x, w))
    assert result.findings[0].message == message
    assert result.verdict is Verdict.STRUCTURE
    assert {finding.blame.operation for finding in result.findings} == {"matmul"}


def test_the_operation_that_writes_to_its_operand_is_blamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = OPERATIONS["matmul"]
    wrong = replace(right, forward=_doubles_operand(right.forward))
    monkeypatch.setitem(OPERATIONS, "matmul", wrong)
    x, w = Tensor(X), Tensor(X.T.copy())
    between = gradcheck(lambda x, w: (x @ (w * 2.0)).sigmoid().sum(), (x, w))
    at_once = gradcheck(lambda x, w: (x @ w).sigmoid().sum(), (x, w))
    for result, name in ((between, "result of multiply"), (at_once, "input 1")):
        (finding,) = result.findings
        assert finding.message == f"matmul writes to its operand 1 ({name})"
        assert (finding.verdict, finding.blame.operation) == (Verdict.STRUCTURE, "matmul")


def test_operands_results_and_cotangents_that_are_handed_on_are_no_fault() -> None:
    same = new_operation("same", lambda x: x, lambda g, y, x: g, broadcasts=True)
    square = new_operation("half_square", lambda x: x * x / 2, lambda g, y, x: g * x)
    result = gradcheck(lambda x: square(same(x.reshape(3, 2)).transpose()).sum(), Tensor(X))
    assert result


def test_a_large_elementwise_operation_is_sampled_and_says_so() -> None:
    x = Tensor(np.random.default_rng(1).normal(size=(300, 300)))
    result = gradcheck(lambda x: x.tanh(), x)
    assert result
    assert "tanh: a sample, 8,192 of 180,000 numbers" in str(result)


def test_a_fault_in_a_large_reduction_is_found() -> None:
    wrong = new_operation("total", np.sum, lambda g, y, x: np.full_like(x, g * (1 + 1e-6)))
    x = Tensor(np.random.default_rng(1).normal(size=(300, 300)))
    assert gradcheck(wrong, x).findings[0].blame.operation == "total"


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: gradcheck(lambda x: x, ([3],)), "inputs of a known library expected"),
        (lambda: gradcheck(lambda x: x, Tensor(1.0, trainable=False)), "nothing to differentiate"),
        (lambda: gradcheck(lambda x: 3, Tensor(1.0)), "no tensor that depends on its inputs"),
        (lambda: gradcheck("tanh", Tensor(1.0)), "a str is no function"),  # type: ignore[arg-type]
        (lambda: gradcheck(abs, Tensor(1.0), engine="zem"), "engine 'zem' is none of torch, jax"),
        (lambda: gradcheck(abs, Tensor(1.0), expression="x*y"), "2 arguments, but the function"),
        (lambda: gradcheck(abs, Tensor(1.0), expression=lambda x: "x"), "no SymPy expression"),
        (lambda: gradcheck(abs, Tensor(1.0), expression=3), "got int"),  # type: ignore[arg-type]
        (
            lambda: gradcheck(lambda x: x.sum(), Tensor(X), expression="x"),
            r"gives the shape \(2, 3\); the function's result has \(\)",
        ),
        (
            lambda: gradcheck(lambda x: (x, x * 2), Tensor(X), expression="x"),
            "the function has 2 results",
        ),
    ],
)
def test_what_does_not_fit_is_said(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


def test_no_other_library_is_loaded() -> None:
    code = (
        "from zenverify import Tensor, gradcheck; import sys; "
        "assert gradcheck(lambda x: x.exp(), Tensor(1.0)); "
        "print(*({'torch', 'jax', 'sympy', 'hypothesis'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=600
    )
    assert done.stdout.split() == []


def test_it_is_a_public_name() -> None:
    assert "gradcheck" in zenverify.__all__
