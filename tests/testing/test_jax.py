"""`zenverify.testing.jax.check_grads`: JAX's own signature, and what each keyword does."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from zenverify.errors import UsageError

jax: Any = pytest.importorskip("jax")
jnp: Any = pytest.importorskip("jax.numpy")
checker: Any = pytest.importorskip("zenverify.testing.jax")
own: Any = pytest.importorskip("jax.test_util")


@pytest.fixture(autouse=True)
def _wide() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def twice(factor: float) -> Any:
    made = jax.custom_vjp(lambda x: x * 2)
    made.defvjp(lambda x: (x * 2, None), lambda _, g: (g * factor,))
    return made


def test_the_signature_is_jaxs() -> None:
    ours, theirs = (inspect.signature(f).parameters for f in (checker.check_grads, own.check_grads))
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]


def test_reverse_mode_is_checked_here_and_the_rest_by_jax() -> None:
    x = jnp.linspace(0.5, 2.0, 3)
    result = checker.check_grads(jnp.tanh, (x,), order=2)
    assert result
    assert "order 2: checked by jax.test_util.check_grads" in str(result)
    assert "forward mode" in str(checker.check_grads(jnp.tanh, (x,), order=1))
    assert checker.check_grads(jnp.tanh, (x,), order=1, modes=["fwd"]) is None


def test_an_error_that_jax_passes_raises() -> None:
    x = jnp.linspace(0.5, 2.0, 3)
    assert checker.check_grads(twice(2.0), (x,), order=1, modes=["rev"])
    own.check_grads(twice(2.0 + 1e-7), (x,), order=1, modes=["rev"])
    with pytest.raises(AssertionError, match="argument 0"):
        checker.check_grads(twice(2.0 + 1e-7), (x,), order=1, modes=["rev"])


@pytest.mark.parametrize(
    "order, modes, message", [(0, ["rev"], "order is 1 or more"), (1, ["up"], "modes are")]
)
def test_what_cannot_be_is_said(order: int, modes: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        checker.check_grads(jnp.tanh, (jnp.ones(3),), order=order, modes=modes)
