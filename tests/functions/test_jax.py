"""`gradcheck` of JAX: custom rules, jitted functions, and what has no declaration."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy

from zenverify import gradcheck
from zenverify.errors import UsageError
from zenverify.verification.verdict import Verdict

jax = pytest.importorskip("jax")
jnp = pytest.importorskip("jax.numpy")

X = np.array([0.5, -1.25, 2.0])


@pytest.fixture(autouse=True)
def _wide() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def scaled(factor: float) -> Any:
    """exp(x) y, whose second rule is off by a factor."""

    def function(x: Any, y: Any) -> Any:
        return jnp.exp(x) * y

    made = jax.custom_vjp(function)

    def backward(saved: Any, g: Any) -> Any:
        x, y = saved
        return g * jnp.exp(x) * y, g * jnp.exp(x) * factor

    made.defvjp(lambda x, y: (function(x, y), (x, y)), backward)
    return made


def test_a_right_custom_vjp_passes() -> None:
    result = gradcheck(scaled(1.0), (jnp.asarray(X), jnp.asarray(X) + 1))
    assert result, result
    assert [(row.operation, row.method) for row in result.operations] == [
        ("function", "its forward pass")
    ]


def test_a_relative_error_of_1e_7_is_found_and_blamed() -> None:
    wrong = scaled(1 + 1e-7)
    result = gradcheck(lambda x, y: jnp.tanh(wrong(x, y)).sum(), (jnp.asarray(X), jnp.asarray(X)))
    assert result.verdict is Verdict.INACCURATE
    assert (result.findings[0].blame.operation, result.findings[0].blame.argument) == (
        "function",
        1,
    )


def test_with_an_expression_it_is_the_truth() -> None:
    inputs = (jnp.asarray(X), jnp.asarray(X) + 1)
    assert gradcheck(scaled(1.0), inputs, expression=lambda x, y: sympy.exp(x) * y)
    assert not gradcheck(scaled(1 + 1e-7), inputs, expression=lambda x, y: sympy.exp(x) * y)


def test_numpy_arrays_are_taken_with_a_function_of_jax() -> None:
    assert gradcheck(scaled(1.0), (X, X + 1))
    assert gradcheck(jnp.tanh, X, engine="jax")


def test_float32_is_checked_as_it_is() -> None:
    with jax.enable_x64(False):
        x = jnp.asarray(X, jnp.float32)
        result = gradcheck(jax.jit(lambda x: jax.nn.log_softmax(x)[1]), x)
    assert result, result


def test_pytrees_and_integers() -> None:
    def function(parameters: Any, which: Any) -> Any:
        return jnp.dot(parameters["w"], parameters["b"])[which]

    parameters = {"w": jnp.ones((3, 3)) * 0.5, "b": jnp.asarray(X)}
    assert gradcheck(function, (parameters, jnp.asarray([0, 2])))


def test_what_has_no_declaration_is_differenced_and_named() -> None:
    def function(x: Any) -> Any:
        return jax.lax.scan(lambda c, a: (c + jnp.sin(a), c * a), 0.0, x)[0]

    result = gradcheck(function, jnp.asarray(X))
    assert result, result
    assert "scan: checked by differences" in str(result)


@pytest.mark.parametrize(
    "inputs, message",
    [
        (jnp.arange(3), "no input is a float array"),
        (jnp.ones(3, jnp.complex64), "dtype complex64; float64 and float32"),
        ((jnp.ones(3), "text"), "input 1 is of type str, expected arrays"),
    ],
)
def test_what_does_not_fit_is_said(inputs: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        gradcheck(jnp.abs, inputs)


def test_what_a_stopped_gradient_leaves_out_is_found() -> None:
    def unit(x: Any) -> Any:
        return x / jax.lax.stop_gradient(jnp.linalg.norm(x))

    result = gradcheck(unit, jnp.array([3.0, 4.0]))
    assert result.verdict is Verdict.ENGINE_WRONG
    assert result.findings[0].blame.operation == "unit"


def test_a_linear_solve_passes() -> None:
    matrix = jnp.array([[2.0, 0.5], [-0.3, 1.5]])
    assert gradcheck(jnp.linalg.solve, (matrix, jnp.array([1.0, -2.0])))


@pytest.mark.parametrize("right", [True, False])
def test_complex_numbers_inside_leave_it_to_the_whole_function(right: bool) -> None:
    @jax.custom_jvp
    def scaled(x: Any) -> Any:
        return x * (2 + 1j)

    scaled.defjvp(lambda x, t: (scaled(*x), t[0] * ((2 + 1j) if right else (2 - 1j))))
    result = gradcheck(lambda x: jnp.abs(scaled(jnp.fft.fft(x)) + 1), jnp.asarray(X))
    assert bool(result) is right, result
    assert "computes with complex numbers" in str(result)


def test_a_masked_nan_is_found_and_what_is_masked_before_passes() -> None:
    x, mask = jnp.array([0.0, 1.0, 4.0]), jnp.array([False, True, True])
    result = gradcheck(lambda x: jnp.where(mask, jnp.sqrt(x), 0.0).sum(), x)
    (finding,) = result.findings
    assert (finding.verdict, str(finding.blame)) == (Verdict.NON_FINITE, "sqrt (masked)")
    assert gradcheck(lambda x: jnp.where(mask, jnp.sqrt(jnp.where(mask, x, 1.0)), 0.0).sum(), x)


def test_a_masked_logsumexp_is_found_unless_it_masks_before() -> None:
    """As in JAX 0.4.33, whose masked elements were infinite."""
    x, mask = jnp.array([jnp.inf, 1.0, 4.0]), jnp.array([False, True, True])

    def late(x: Any) -> Any:
        return jnp.log(jnp.where(mask, jnp.exp(x[:, None] * jnp.ones(2)).sum(1), 0.0).sum())

    assert gradcheck(lambda x: jax.nn.logsumexp(x, where=mask), x)
    zero = jnp.array([0.0, 1.0, 4.0])
    result = gradcheck(lambda x: late(jnp.log(x)), zero)
    assert [finding.verdict for finding in result.findings] == [Verdict.NON_FINITE], result
    assert gradcheck(late, zero)


def test_what_a_gather_fills_in_is_no_element() -> None:
    result = gradcheck(lambda x: x.at[5].get(mode="fill", fill_value=0.0) + x, (jnp.asarray(X),))
    assert result, result
    assert gradcheck(lambda x: x.at[5].get(mode="fill", fill_value=2.0) + x, (jnp.asarray(X),))


def test_of_a_cholesky_factor_one_triangle_counts() -> None:
    matrix = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
    result = gradcheck(jnp.linalg.cholesky, (matrix,), engine="jax")
    assert result, result
    assert any("its errors reach no input" in note for note in result.notes)


def test_inputs_may_hold_functions_and_keys_beside_their_arrays() -> None:
    def applied(model: Any, key: Any, x: Any) -> Any:
        return model["activation"](model["weight"] @ x) * jax.random.normal(key, (2,))

    model = {"weight": jnp.ones((2, 3)) / 3, "activation": jnp.tanh}
    result = gradcheck(applied, (model, jax.random.key(1), jnp.asarray(X)))
    assert result, result
    with pytest.raises(UsageError, match="input 0 is of type PjitFunction, expected arrays"):
        gradcheck(lambda f, x: f(x), (jnp.tanh, jnp.asarray(X)), engine="jax")


def test_a_part_that_was_compiled_for_float32_is_run_in_float32(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with jax.enable_x64(True):
        assert gradcheck(jax.nn.relu6, (np.array([0.3, -1.0, 8.0], np.float32),), engine="jax")
    assert "INVALID_ARGUMENT" not in capfd.readouterr().err


@pytest.mark.parametrize("off, verdict", [(1e-9, Verdict.AGREE), (1e-3, Verdict.ENGINE_WRONG)])
def test_what_iterates_until_it_is_good_enough_is_good_to_a_tolerance(
    off: float, verdict: Verdict
) -> None:
    @jax.custom_vjp
    def root(a: Any) -> Any:
        def further(y: Any) -> Any:
            return jnp.abs(y * y - a).max() > 1e-14

        return jax.lax.while_loop(further, lambda y: (y + a / y) / 2, jnp.ones_like(a))

    root.defvjp(lambda a: (root(a), root(a)), lambda y, g: (g / (2 * y) * (1 + off),))
    result = gradcheck(root, (jnp.array([0.5, 1.25, 2.0]),))
    assert result.verdict is verdict, result
    if verdict is Verdict.AGREE:
        assert any("it iterates until its value is good enough" in one for one in result.notes)


def test_a_rule_whose_forward_pass_is_another_function_is_found() -> None:
    @jax.custom_vjp
    def sine(x: Any) -> Any:
        return jnp.sin(x)

    sine.defvjp(lambda x: (1.5 * jnp.sin(x), x), lambda kept, g: (g * jnp.cos(kept),))
    result = gradcheck(lambda x: sine(x) * 2, jnp.array([0.5, 1.0]))
    assert result.verdict is Verdict.ENGINE_WRONG
    assert "a rule's own forward pass is another function" in result.findings[0].message
