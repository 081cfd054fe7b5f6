"""`gradcheck` of JAX functions that compute in 16 bits on their way."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from zenverify import gradcheck
from zenverify.verification.verdict import Verdict

jax = pytest.importorskip("jax")
jnp: Any = pytest.importorskip("jax.numpy")


@jax.custom_vjp
def wave(x: Any, factor: float) -> Any:
    return jnp.sin(x)


wave.defvjp(
    lambda x, factor: (jnp.sin(x), (x, factor)),
    lambda kept, g: (g * jnp.cos(kept[0]) * kept[1].astype(g.dtype), None),
)

X = np.random.default_rng(3).normal(size=(2, 3)).astype(np.float32)
W = np.random.default_rng(4).normal(size=(3, 2)).astype(np.float32)

RIGHT: list[Callable[[Any, Any], Any]] = [
    lambda x, w: (x.astype(jnp.bfloat16) @ w.astype(jnp.bfloat16)).astype(jnp.float32),
    lambda x, w: jax.nn.softmax((x @ w).astype(jnp.float16)).astype(jnp.float32) * x.sum(),
    lambda x, w: jnp.tanh(x @ w).astype(jnp.bfloat16),
    lambda x, w: wave(x.astype(jnp.bfloat16), jnp.float32(1.0)).astype(jnp.float32) @ w,
    lambda x, w: jax.jit(lambda y: jnp.exp(y.astype(jnp.bfloat16)).astype(y.dtype))(x) @ w,
]


@pytest.mark.parametrize("number", range(len(RIGHT)))
def test_rounding_to_16_bits_is_no_fault(number: int) -> None:
    result = gradcheck(RIGHT[number], (X, W), engine="jax")
    assert result, result
    assert not any("could not" in note for note in result.notes), result


WRONG: list[Callable[[Any], Any]] = [
    lambda x: wave(x.astype(jnp.bfloat16), jnp.float32(1.1)).astype(x.dtype),
    lambda x: wave(x.astype(jnp.float16), jnp.float32(-1.0)).astype(x.dtype),
    lambda x: (x * jax.lax.stop_gradient(x.astype(jnp.bfloat16))).astype(jnp.bfloat16),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_off_by_more_than_rounding_is_found(number: int) -> None:
    verdict = gradcheck(WRONG[number], X, engine="jax").verdict
    assert verdict in (Verdict.ENGINE_WRONG, Verdict.INACCURATE)


def test_what_is_drawn_by_rejection_is_not_decided_on() -> None:
    result = gradcheck(
        lambda a: jax.random.gamma(jax.random.key(0), a), np.array([1.5, 0.7]), engine="jax"
    )
    assert result.verdict is Verdict.DIFFERENCE_UNRELIABLE, result
    assert any("draws by rejection" in note for note in result.notes)
