"""Functions of public packages of JAX, as their users call them, for `benchmarks.wild`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Example = tuple[str, Callable[..., Any], tuple[Any, ...]]
"""What it is called, the function, and its inputs."""

_RANDOM = np.random.default_rng(9)


def _real(*shape: int) -> Any:
    return jnp.asarray(_RANDOM.normal(size=shape))


def _positive(*shape: int) -> Any:
    return jnp.asarray(_RANDOM.uniform(0.4, 2.0, shape))


def _definite(size: int) -> Any:
    part = _RANDOM.normal(size=(size, size))
    return jnp.asarray(part @ part.T + size * np.eye(size))


def _optax() -> Iterator[Example]:
    import optax

    labels = jnp.array([0, 2])
    yield "huber_loss", optax.huber_loss, (_real(4), _real(4))
    yield "cosine_distance", optax.cosine_distance, (_real(2, 3), _real(2, 3))
    yield "sigmoid_binary_cross_entropy", _sigmoid_loss, (_real(4),)
    yield "ctc_loss", _ctc, (_real(1, 4, 3),)
    yield (
        "softmax_cross_entropy_with_integer_labels",
        lambda x: optax.softmax_cross_entropy_with_integer_labels(x, labels),
        (_real(2, 3),),
    )
    yield "safe_norm", lambda x: optax.safe_norm(x, 1e-3), (_real(3),)


def _sigmoid_loss(x: Any) -> Any:
    import optax

    return optax.sigmoid_binary_cross_entropy(x, jnp.array([1.0, 0.0, 1.0, 0.0], x.dtype))


def _ctc(x: Any) -> Any:
    import optax

    return optax.ctc_loss(
        x, jnp.zeros((1, 4), x.dtype), jnp.array([[1, 2]]), jnp.zeros((1, 2), x.dtype)
    )


def _lineax() -> Iterator[Example]:
    import lineax

    def solved(a: Any, b: Any) -> Any:
        return lineax.linear_solve(lineax.MatrixLinearOperator(a), b).value

    def by_gradients(a: Any, b: Any) -> Any:
        tag = lineax.positive_semidefinite_tag
        operator = lineax.MatrixLinearOperator((a + a.T) / 2, tag)
        return lineax.linear_solve(operator, b, lineax.CG(rtol=1e-12, atol=1e-12)).value

    yield "linear_solve", solved, (_definite(3), _real(3))
    yield "linear_solve, CG", by_gradients, (_definite(3), _real(3))


def _optimistix() -> Iterator[Example]:
    import optimistix

    def root(a: Any) -> Any:
        solver = optimistix.Newton(rtol=1e-13, atol=1e-13)
        return optimistix.root_find(lambda y, c: y**3 + y - c, solver, jnp.ones_like(a), a).value

    def fixed(a: Any) -> Any:
        solver = optimistix.FixedPointIteration(rtol=1e-13, atol=1e-13)
        return optimistix.fixed_point(
            lambda y, c: jnp.cos(c * y), solver, jnp.ones_like(a), 0.4 * a
        ).value

    yield "root_find", root, (_positive(3),)
    yield "fixed_point", fixed, (_positive(2),)


def _diffrax() -> Iterator[Example]:
    import diffrax

    def integrated(adjoint: Any) -> Callable[[Any, Any], Any]:
        def solved(y: Any, w: Any) -> Any:
            term = diffrax.ODETerm(lambda t, v, p: jnp.tanh(p @ v) * t)
            control = diffrax.PIDController(rtol=1e-10, atol=1e-10)
            found = diffrax.diffeqsolve(
                term, diffrax.Tsit5(), 0.0, 1.0, 0.1, y, w,
                adjoint=adjoint, stepsize_controller=control,
            )  # fmt: skip
            return found.ys

        return solved

    for adjoint in (diffrax.RecursiveCheckpointAdjoint(), diffrax.BacksolveAdjoint()):
        yield type(adjoint).__name__, integrated(adjoint), (_real(2), _real(2, 2))


def _jaxopt() -> Iterator[Example]:
    import jaxopt

    yield "projection_simplex", jaxopt.projection.projection_simplex, (_real(4),)
    yield "prox_lasso", lambda x: jaxopt.prox.prox_lasso(x, 0.3), (_real(4),)
    yield "isotonic_l2_pav", _isotonic, (_real(5),)


def _isotonic(x: Any) -> Any:
    import jaxopt

    return jaxopt.isotonic.isotonic_l2_pav(x)


def _distrax() -> Iterator[Example]:
    import distrax

    yield "MultivariateNormalDiag", _density, (_real(2), _real(2), _positive(2))
    spline = distrax.RationalQuadraticSpline

    def splined(x: Any, p: Any) -> Any:
        return spline(p, -3.0, 3.0).forward(x)

    yield "RationalQuadraticSpline", splined, (_real(3), _real(3, 13))


def _density(x: Any, m: Any, s: Any) -> Any:
    import distrax

    return distrax.MultivariateNormalDiag(m, s).log_prob(x)


def _equinox() -> Iterator[Example]:
    import equinox as eqx

    key = jax.random.key(2)

    def applied(model: Any, x: Any) -> Any:
        return model(x)

    yield "nn.MLP", applied, (eqx.nn.MLP(2, 2, 3, 1, key=key), _real(2))
    attention = eqx.nn.MultiheadAttention(2, 4, inference=True, key=key)
    yield "nn.MultiheadAttention", lambda m, x: m(x, x, x), (attention, _real(3, 4))
    yield "nn.LayerNorm", applied, (eqx.nn.LayerNorm(3), _real(3))
    yield "nn.GRUCell", lambda m, x, h: m(x, h), (eqx.nn.GRUCell(2, 3, key=key), _real(2), _real(3))
    yield "nn.Conv2d", applied, (eqx.nn.Conv2d(1, 2, 2, key=key), _real(1, 3, 3))


def _flax() -> Iterator[Example]:
    import flax.linen as nn

    key = jax.random.key(5)
    for module in (nn.Dense(2), nn.LayerNorm(), nn.SelfAttention(2), nn.GroupNorm(2)):
        x = _real(1, 3, 4)
        parameters = module.init(key, x)
        yield (
            f"linen.{type(module).__name__}",
            lambda p, v, module=module: module.apply(p, v),
            (parameters, x),
        )


def _jax() -> Iterator[Example]:
    from jax.experimental.ode import odeint

    times = jnp.array([0.0, 0.5, 1.0])

    def solved(y: Any, w: Any) -> Any:
        return odeint(
            lambda v, t, p: jnp.sin(p * v), y, times.astype(y.dtype), w, rtol=1e-10, atol=1e-10
        )

    yield "experimental.ode.odeint", solved, (_real(2), _positive(2))

    def noisy(key: Any, x: Any) -> Any:
        return x * jax.random.normal(key, x.shape)

    yield "a key as an input", noisy, (jax.random.key(4), _real(3))
    yield "float16 inside", _rounded, (_real(3),)


def _rounded(x: Any) -> Any:
    return x + jnp.sin(x).astype(jnp.bfloat16).astype(x.dtype)


@jax.custom_vjp
def _too_large(x: Any) -> Any:
    return jnp.exp(x)


_too_large.defvjp(lambda x: (jnp.exp(x), jnp.exp(x)), lambda y, c: (1.01 * c * y,))


def _wrong() -> Iterator[Example]:
    yield "a rule that is off", lambda x: _too_large(x).sum(), (_real(3),)
    yield "a stopped factor", lambda x: x * jax.lax.stop_gradient(x), (_real(3),)


PACKAGES: dict[str, Callable[[], Iterator[Example]]] = {
    "diffrax": _diffrax,
    "distrax": _distrax,
    "equinox": _equinox,
    "flax": _flax,
    "jax": _jax,
    "jaxopt": _jaxopt,
    "lineax": _lineax,
    "optax": _optax,
    "optimistix": _optimistix,
    "wrong on purpose": _wrong,
}
"""By package, its functions."""
