"""Calls of JAX's functions as its users write them: name, function and inputs, for `jax_calls`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
from jax import lax

_RANDOM = np.random.default_rng(12)


@dataclass(frozen=True, slots=True)
class JaxCall:
    """A call.

    Attributes
    ----------
    name
        Where the function is found, and what is special about the call.
    function
        The function, of the inputs alone.
    inputs
        Float64 arrays.
    """

    name: str
    function: Callable[..., Any]
    inputs: tuple[Any, ...]


def _real(*shape: int) -> Any:
    return _RANDOM.normal(size=shape)


def _positive(*shape: int) -> Any:
    return _RANDOM.uniform(0.3, 3.0, shape)


def _unit(*shape: int) -> Any:
    return _RANDOM.uniform(-0.9, 0.9, shape)


def _share(*shape: int) -> Any:
    return _RANDOM.uniform(0.05, 0.95, shape)


def _above(*shape: int) -> Any:
    return 1 + _positive(*shape)


def _matrix(size: int = 3) -> Any:
    return np.eye(size) * 2 + 0.3 * _real(size, size)


def _symmetric(size: int = 3) -> Any:
    part = _real(size, size)
    return part @ part.T + np.diag(np.arange(1.0, size + 1))


Fill = Callable[..., Any]

_UNARY: list[tuple[str, Any, Fill, str]] = [
    (
        "jnp",
        jnp,
        _real,
        """
        abs absolute arctan arcsinh asinh atan ceil conj conjugate cos cosh deg2rad degrees
        exp exp2 expm1 fabs floor i0 nan_to_num negative positive rad2deg radians ravel real
        rint round sign sin sinc sinh spacing square tan tanh trunc transpose
        """,
    ),
    ("jnp", jnp, _positive, "cbrt log log10 log1p log2 reciprocal sqrt"),
    ("jnp", jnp, _unit, "acos arccos arcsin asin arctanh atanh"),
    ("jnp", jnp, _above, "acosh arccosh"),
    (
        "jax.nn",
        jax.nn,
        _real,
        """
        celu elu gelu glu hard_sigmoid hard_silu hard_swish hard_tanh identity leaky_relu
        log_sigmoid log_softmax logsumexp mish relu relu6 selu sigmoid silu soft_sign softmax
        softplus sparse_plus sparse_sigmoid squareplus standardize swish
        """,
    ),
    ("jax.nn", jax.nn, _positive, "log1mexp"),
    (
        "jax.scipy.special",
        jsp.special,
        _real,
        "erf erfc expit i0 i0e i1 i1e log_ndtr log_softmax logsumexp ndtr softmax",
    ),
    (
        "jax.scipy.special",
        jsp.special,
        _positive,
        "digamma entr exp1 expi factorial gamma gammaln spence",
    ),
    ("jax.scipy.special", jsp.special, _unit, "erfinv"),
    ("jax.scipy.special", jsp.special, _share, "logit ndtri"),
    (
        "lax",
        lax,
        _real,
        """
        abs asinh atan bessel_i0e bessel_i1e ceil cos cosh erf erfc exp exp2 expm1 floor
        logistic neg round sign sin sinh square tan tanh
        """,
    ),
    ("lax", lax, _positive, "cbrt digamma lgamma log log1p reciprocal rsqrt sqrt"),
    ("lax", lax, _unit, "acos asin atanh erf_inv"),
    ("lax", lax, _above, "acosh"),
]

_BINARY: list[tuple[str, Any, Fill, str]] = [
    (
        "jnp",
        jnp,
        _real,
        """
        add arctan2 atan2 copysign divide fmax fmin fmod heaviside hypot logaddexp logaddexp2
        maximum minimum mod multiply remainder subtract true_divide
        """,
    ),
    ("jnp", jnp, _positive, "float_power floor_divide power"),
    ("jax.scipy.special", jsp.special, _positive, "beta betaln gammainc gammaincc kl_div poch"),
    ("jax.scipy.special", jsp.special, _positive, "rel_entr xlog1py xlogy"),
    ("lax", lax, _real, "add atan2 div max min mul nextafter rem sub"),
    ("lax", lax, _positive, "igamma igammac pow"),
]

_REDUCTIONS = (
    "amax amin average cumprod cumsum max mean median min nancumprod nancumsum nanmax nanmean "
    "nanmedian nanmin nanprod nanstd nansum nanvar prod ptp std sum var"
)

_ENDS = {"cumprod", "cumsum", "nancumprod", "nancumsum"}


def _elementwise() -> Iterator[JaxCall]:
    for place, module, fill, names in _UNARY:
        for name in names.split():
            yield JaxCall(f"{place}.{name}", getattr(module, name), (fill(3, 4),))
    for place, module, fill, names in _BINARY:
        for name in names.split():
            function = getattr(module, name)
            yield JaxCall(f"{place}.{name}", function, (fill(3, 2), fill(3, 2)))
            if place == "jnp":
                yield JaxCall(f"{place}.{name}, broadcast", function, (fill(3, 1), fill(2)))


def _reductions() -> Iterator[JaxCall]:
    for name in _REDUCTIONS.split():
        function = getattr(jnp, name)
        yield JaxCall(f"jnp.{name}", function, (_real(2, 3),))
        yield JaxCall(f"jnp.{name}, axis", lambda x, f=function: f(x, axis=-1), (_real(2, 3),))
        if name not in _ENDS and name != "average":
            yield JaxCall(
                f"jnp.{name}, keepdims",
                lambda x, f=function: f(x, axis=0, keepdims=True),
                (_real(3, 2),),
            )
    for q in (0.0, 0.3, 1.0):
        yield JaxCall(f"jnp.quantile {q}", lambda x, q=q: jnp.quantile(x, q), (_real(7),))
    yield JaxCall("jnp.percentile", lambda x: jnp.percentile(x, 30, axis=0), (_real(5, 2),))
    yield JaxCall("jnp.nanquantile", lambda x: jnp.nanquantile(x, 0.4), (_real(6),))
    yield JaxCall(
        "jnp.average, weights", lambda x, w: jnp.average(x, weights=w), (_real(4), _positive(4))
    )
    yield JaxCall("jnp.trapezoid", jnp.trapezoid, (_real(5),))
    yield JaxCall("jnp.max, ties", jnp.max, (np.array([1.0, 2.0, 2.0]),))
    yield JaxCall("jnp.sum, where", lambda x: jnp.sum(x, where=x > 0), (_real(5),))
    yield JaxCall("jnp.prod, a zero", jnp.prod, (np.array([1.0, 0.0, 3.0]),))
    yield JaxCall("jnp.cov", jnp.cov, (_real(2, 5),))
    yield JaxCall("jnp.corrcoef", jnp.corrcoef, (_real(2, 5),))


_X = np.arange(12.0).reshape(3, 4) / 7

_MOVEMENTS: dict[str, Callable[[Any], Any]] = {
    "append": lambda x: jnp.append(x, x),
    "array_split": lambda x: jnp.array_split(x, 2, 1)[1],
    "atleast_3d": jnp.atleast_3d,
    "block": lambda x: jnp.block([[x, x], [x, x]]),
    "broadcast_to": lambda x: jnp.broadcast_to(x, (2, 3, 4)),
    "column_stack": lambda x: jnp.column_stack([x, x]),
    "concatenate": lambda x: jnp.concatenate([x, 2 * x], 1),
    "delete": lambda x: jnp.delete(x, 1, 0),
    "diag": lambda x: jnp.diag(x[:3, :3]),
    "diagflat": lambda x: jnp.diagflat(x[0]),
    "diagonal": lambda x: jnp.diagonal(x, 1),
    "diff": lambda x: jnp.diff(x, 2),
    "dstack": lambda x: jnp.dstack([x, x]),
    "ediff1d": jnp.ediff1d,
    "expand_dims": lambda x: jnp.expand_dims(x, (0, 2)),
    "fill_diagonal": lambda x: jnp.fill_diagonal(x, 2.0, inplace=False),
    "flip": jnp.flip,
    "fliplr": jnp.fliplr,
    "flipud": jnp.flipud,
    "gradient": lambda x: jnp.gradient(x, axis=0),
    "hsplit": lambda x: jnp.hsplit(x, 2)[0],
    "hstack": lambda x: jnp.hstack([x, x]),
    "insert": lambda x: jnp.insert(x, 1, 5.0, 1),
    "moveaxis": lambda x: jnp.moveaxis(x, 0, 1),
    "pad": lambda x: jnp.pad(x, 1),
    "pad, edge": lambda x: jnp.pad(x, 1, "edge"),
    "pad, linear_ramp": lambda x: jnp.pad(x, 1, "linear_ramp"),
    "pad, mean": lambda x: jnp.pad(x, 1, "mean"),
    "pad, reflect": lambda x: jnp.pad(x, 1, "reflect"),
    "pad, symmetric": lambda x: jnp.pad(x, 2, "symmetric"),
    "pad, wrap": lambda x: jnp.pad(x, 1, "wrap"),
    "partition": lambda x: jnp.partition(x, 1),
    "piecewise": lambda x: jnp.piecewise(x, [x < 0.5, x >= 0.5], [lambda v: v, lambda v: v * v]),
    "put_along_axis": lambda x: jnp.put_along_axis(
        x, jnp.array([[1, 2, 0, 1]]), 1.0, 0, inplace=False
    ),
    "repeat": lambda x: jnp.repeat(x, 2, 1),
    "reshape": lambda x: jnp.reshape(x, (2, 6)),
    "resize": lambda x: jnp.resize(x, (2, 9)),
    "roll": lambda x: jnp.roll(x, 2, 1),
    "rollaxis": lambda x: jnp.rollaxis(x, 1),
    "rot90": jnp.rot90,
    "select": lambda x: jnp.select([x < 0.5, x < 1], [x, x * x], 0.0),
    "sort": jnp.sort,
    "sort, axis": lambda x: jnp.sort(x[::-1], 0),
    "split": lambda x: jnp.split(x, [1, 3], 1)[1],
    "squeeze": lambda x: jnp.squeeze(x[None], 0),
    "stack": lambda x: jnp.stack([x, x * x]),
    "swapaxes": lambda x: jnp.swapaxes(x, 0, 1),
    "take": lambda x: jnp.take(x, jnp.array([2, 0, 0]), axis=0),
    "take, fill": lambda x: jnp.take(x, jnp.array([2, 7]), axis=0, mode="clip"),
    "take_along_axis": lambda x: jnp.take_along_axis(x, jnp.array([[1, 1, 0, 2]]), 0),
    "tile": lambda x: jnp.tile(x, (2, 1)),
    "trace": jnp.trace,
    "tril": lambda x: jnp.tril(x, -1),
    "triu": jnp.triu,
    "unwrap": lambda x: jnp.unwrap(4 * x),
    "vander": lambda x: jnp.vander(x[0], 3),
    "vsplit": lambda x: jnp.vsplit(x, 3)[1],
    "vstack": lambda x: jnp.vstack([x, x]),
    "where": lambda x: jnp.where(x > 0.6, x, -x),
    "clip": lambda x: jnp.clip(x, 0.2, 1.1),
    "x[...]": lambda x: x[1:, ::2],
    "x[..., None]": lambda x: x[..., None, 1],
    "x[array]": lambda x: x[jnp.array([0, 2]), jnp.array([1, 1])],
    "x.at[].get": lambda x: jnp.asarray(x).at[5].get(mode="fill", fill_value=0.0),
    "x.at[].set": lambda x: x.at[1].set(2 * x[0]),
    "x.at[].add": lambda x: x.at[jnp.array([0, 0])].add(x[1]),
    "x.at[].multiply": lambda x: x.at[0].multiply(x[1]),
    "x.at[].max": lambda x: x.at[0].max(x[1]),
    "x.at[].min": lambda x: x.at[0].min(x[1]),
    "x.at[].power": lambda x: (1 + x).at[0].power(2.0),
    "apply_along_axis": lambda x: jnp.apply_along_axis(jnp.cumsum, 0, x),
    "interp": lambda x: jnp.interp(x, jnp.array([0.0, 1.0, 2.0]), jnp.array([0.0, 2.0, 1.0])),
    "fft.fft": lambda x: jnp.abs(jnp.fft.fft(x)) ** 2,
    "fft.rfft": lambda x: jnp.fft.irfft(jnp.fft.rfft(x) * 0.5),
    "polyval": lambda x: jnp.polyval(x[0], x[1]),
    "bincount, weights": lambda x: jnp.bincount(jnp.array([0, 1, 1, 2]), x[1], length=4),
    "nan_to_num": lambda x: jnp.nan_to_num(jnp.where(x > 1, jnp.nan, x)),
    "vectorize": lambda x: jnp.vectorize(jnp.dot, signature="(n),(n)->()")(x, x),
}

_PRODUCTS = "convolve correlate dot inner kron matmul outer polyadd polymul vdot"

_EINSUMS = ("ij->ji", "ij->j", "ij->", "ij,ij->i", "ij,kj->ik", "ij,ij->ij", "ij,jk", "ij,ij,ij->j")


def _arrays() -> Iterator[JaxCall]:
    for name, function in _MOVEMENTS.items():
        yield JaxCall(f"jnp.{name}", function, (_X + 0.013 * _real(3, 4),))
    for subscripts in _EINSUMS:
        count = subscripts.count(",") + 1
        operands = tuple(
            _real(4, 2) if subscripts == "ij,jk" and place == 1 else _real(3, 4)
            for place in range(count)
        )
        yield JaxCall(
            f"jnp.einsum {subscripts}", lambda *x, s=subscripts: jnp.einsum(s, *x), operands
        )
    for name in _PRODUCTS.split():
        shape = (3, 3) if name in {"matmul", "kron"} else (3,)
        yield JaxCall(f"jnp.{name}", getattr(jnp, name), (_real(*shape), _real(*shape)))
    yield JaxCall("jnp.cross", jnp.cross, (_real(2, 3), _real(2, 3)))
    yield JaxCall("jnp.tensordot", lambda a, b: jnp.tensordot(a, b, 1), (_real(2, 3), _real(3, 2)))
    yield JaxCall("jnp.matmul, batched", jnp.matmul, (_real(2, 2, 3), _real(3, 2)))
    yield JaxCall("jnp.dot, matrix and vector", jnp.dot, (_real(2, 3), _real(3)))
    yield JaxCall("jnp.meshgrid", lambda x, y: jnp.meshgrid(x, y)[0] * 2, (_real(2), _real(3)))
    yield JaxCall("jnp.where, three", lambda c, x, y: jnp.where(c > 0, x, y), tuple(_real(3, 3)))
    yield JaxCall("jnp.float_power, integer", lambda x: jnp.float_power(x, 3), (_real(3),))
    yield JaxCall("x ** 2", lambda x: x**2, (_real(3),))
    yield JaxCall("x ** -1.5", lambda x: x**-1.5, (_positive(3),))
    yield JaxCall("2 ** x", lambda x: 2.0**x, (_real(3),))
    yield JaxCall("x % 2", lambda x: x % 2, (_positive(3),))
    yield JaxCall("x // 2", lambda x: x // 2, (_positive(3),))
    yield JaxCall("abs at 0", jnp.abs, (np.array([0.0, 1.0]),))
    yield JaxCall("relu at 0", jax.nn.relu, (np.array([0.0, 1.0]),))
    yield JaxCall("of no elements", jnp.sin, (np.zeros((0, 2)),))
    yield JaxCall("of a number", lambda x: jnp.sin(x) * x, (np.array(0.7),))


_NORMS: list[tuple[Any, int]] = [
    (None, 1),
    (1, 1),
    (3, 1),
    (np.inf, 1),
    (None, 2),
    ("fro", 2),
    ("nuc", 2),
    (2, 2),
    (-2, 2),
    (1, 2),
]


def _algebra() -> Iterator[JaxCall]:
    linalg = jnp.linalg
    for name in ("det", "inv", "pinv", "slogdet", "svdvals", "qr"):
        yield JaxCall(f"jnp.linalg.{name}", getattr(linalg, name), (_matrix(),))
    for name in ("cholesky", "eigh", "eigvalsh", "inv", "det"):
        yield JaxCall(f"jnp.linalg.{name}, symmetric", getattr(linalg, name), (_symmetric(),))
    for order, dimensions in _NORMS:
        yield JaxCall(
            f"jnp.linalg.norm {order}, {dimensions} axes",
            lambda x, o=order: linalg.norm(x, o),
            (_real(*[3] * dimensions),),
        )
    yield JaxCall("jnp.linalg.solve", linalg.solve, (_matrix(), _real(3)))
    yield JaxCall("jnp.linalg.solve, columns", linalg.solve, (_matrix(), _real(3, 2)))
    yield JaxCall(
        "jnp.linalg.solve, batched", linalg.solve, (np.stack([_matrix()] * 2), _real(2, 3, 1))
    )
    yield JaxCall("jnp.linalg.lstsq", lambda a, b: linalg.lstsq(a, b)[0], (_real(4, 2), _real(4)))
    yield JaxCall("jnp.linalg.svd", lambda x: linalg.svd(x, compute_uv=False), (_real(3, 2),))
    yield JaxCall("jnp.linalg.matrix_power", lambda x: linalg.matrix_power(x, 3), (_matrix(),))
    yield JaxCall("jnp.linalg.matrix_power -1", lambda x: linalg.matrix_power(x, -1), (_matrix(),))
    yield JaxCall("jnp.linalg.multi_dot", lambda *x: linalg.multi_dot(x), tuple(_real(3, 3, 3)))
    yield JaxCall("jnp.linalg.cond", linalg.cond, (_matrix(),))
    yield JaxCall("jnp.linalg.tensorinv", lambda x: linalg.tensorinv(x, 1), (_matrix(),))
    yield JaxCall("jnp.linalg.pinv, wide", linalg.pinv, (_real(2, 4),))
    yield JaxCall("jnp.linalg.eig, of a symmetric one", _eigenvalues, (_symmetric(),))
    yield JaxCall("jax.scipy.linalg.expm", jsp.linalg.expm, (0.3 * _real(3, 3),))
    yield JaxCall(
        "jax.scipy.linalg.solve_triangular",
        lambda a, b: jsp.linalg.solve_triangular(a, b, lower=True),
        (_matrix(), _real(3)),
    )
    yield JaxCall(
        "jax.scipy.linalg.cho_solve",
        lambda a, b: jsp.linalg.cho_solve(jsp.linalg.cho_factor(a), b),
        (_symmetric(), _real(3)),
    )
    yield JaxCall("jax.scipy.linalg.lu", lambda a: jsp.linalg.lu(a)[2], (_matrix(),))
    yield JaxCall(
        "jax.scipy.linalg.lu_solve",
        lambda a, b: jsp.linalg.lu_solve(jsp.linalg.lu_factor(a), b),
        (_matrix(), _real(3)),
    )
    yield JaxCall("jax.scipy.linalg.block_diag", jsp.linalg.block_diag, (_real(2, 2), _real(1, 2)))
    yield JaxCall("jax.scipy.linalg.toeplitz", jsp.linalg.toeplitz, (_real(3),))
    yield JaxCall("jax.scipy.linalg.sqrtm-like", _root_of, (_symmetric(),))


def _eigenvalues(x: Any) -> Any:
    return jnp.linalg.eigh((x + x.T) / 2)[0]


def _root_of(x: Any) -> Any:
    numbers, vectors = jnp.linalg.eigh((x + x.T) / 2)
    return (vectors * jnp.sqrt(numbers)) @ vectors.T


def _loops() -> Iterator[JaxCall]:
    yield JaxCall("lax.cumsum", lambda x: lax.cumsum(x, reverse=True), (_real(4),))
    yield JaxCall("lax.cumprod", lax.cumprod, (_real(4),))
    yield JaxCall("lax.cummax", lax.cummax, (_real(4),))
    yield JaxCall("lax.cummin", lax.cummin, (_real(4),))
    yield JaxCall("lax.cumlogsumexp", lax.cumlogsumexp, (_real(4),))
    yield JaxCall("lax.sort", lax.sort, (_real(5),))
    yield JaxCall("lax.top_k", lambda x: lax.top_k(x, 2)[0], (_real(5),))
    yield JaxCall(
        "lax.clamp",
        lambda x: jnp.clip(lax.clamp(jnp.array(-0.5, x.dtype), x, jnp.array(0.5, x.dtype)), -1, 1),
        (_real(5),),
    )
    yield JaxCall("lax.select", lambda x, y: lax.select(x > 0, x, y), (_real(4), _real(4)))
    yield JaxCall("lax.rev", lambda x: lax.rev(x, (0,)), (_real(4),))
    yield JaxCall("lax.pad", lambda x: lax.pad(x, jnp.zeros((), x.dtype), [(1, 0, 1)]), (_real(4),))
    yield JaxCall("lax.slice", lambda x: lax.slice(x, (1,), (4,), (2,)), (_real(5),))
    yield JaxCall("lax.dynamic_slice", lambda x: lax.dynamic_slice(x, (1,), (2,)), (_real(5),))
    yield JaxCall(
        "lax.dynamic_update_slice",
        lambda x, y: lax.dynamic_update_slice(x, y, (1,)),
        (_real(5), _real(2)),
    )
    yield JaxCall("lax.integer_pow", lambda x: lax.integer_pow(x, 3), (_real(3),))
    yield JaxCall("lax.reduce_precision", lambda x: lax.reduce_precision(x, 8, 23) * 2, (_real(3),))
    yield JaxCall(
        "lax.broadcast_in_dim", lambda x: lax.broadcast_in_dim(x, (2, 3), (1,)), (_real(3),)
    )
    yield JaxCall(
        "lax.dot_general",
        lambda a, b: lax.dot_general(a, b, (((2,), (1,)), ((0,), (0,)))),
        (_real(2, 2, 3), _real(2, 3, 2)),
    )
    yield JaxCall(
        "lax.conv",
        lambda x, w: lax.conv(x, w, (1, 1), "SAME"),
        (_real(1, 2, 4, 4), _real(2, 2, 3, 3)),
    )
    yield JaxCall(
        "lax.conv_transpose",
        lambda x, w: lax.conv_transpose(
            x, w, (2,), "SAME", dimension_numbers=("NHC", "HIO", "NHC")
        ),
        (_real(1, 3, 2), _real(3, 2, 2)),
    )
    yield JaxCall(
        "lax.reduce_window, max",
        lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2,), (1,), "VALID"),
        (_real(5),),
    )
    yield JaxCall(
        "lax.reduce_window, add",
        lambda x: lax.reduce_window(x, 0.0, lax.add, (2,), (2,), "SAME"),
        (_real(5),),
    )
    yield JaxCall("lax.reduce", lambda x: lax.reduce(x, 0.0, lax.add, (0,)), (_real(2, 3),))
    yield JaxCall("lax.associative_scan", lambda x: lax.associative_scan(jnp.add, x), (_real(5),))
    yield JaxCall(
        "lax.associative_scan, mul", lambda x: lax.associative_scan(jnp.multiply, x), (_real(4),)
    )
    yield JaxCall("lax.scan", _scanned, (_real(), _real(4)))
    yield JaxCall(
        "lax.fori_loop", lambda x: lax.fori_loop(0, 3, lambda i, v: jnp.sin(v), x), (_real(3),)
    )
    yield JaxCall("lax.map", lambda x: lax.map(jnp.tanh, x), (_real(3, 2),))
    yield JaxCall("lax.cond", lambda x: lax.cond(True, jnp.sin, jnp.cos, x), (_real(3),))
    yield JaxCall(
        "lax.cond, by a value", lambda x: lax.cond(x.sum() > 0, jnp.sin, jnp.cos, x), (_real(3),)
    )
    yield JaxCall("lax.switch", lambda x: lax.switch(1, [jnp.sin, jnp.cos], x), (_real(3),))
    yield JaxCall("lax.custom_root", _root, (_positive(3),))
    yield JaxCall("lax.custom_linear_solve", _solved, (_symmetric(), _real(3)))
    yield JaxCall("lax.polygamma", lambda x: lax.polygamma(jnp.ones_like(x), x), (_positive(3),))
    yield JaxCall("lax.zeta", lambda q: lax.zeta(3.0 + 0 * q, q), (_positive(3),))
    yield JaxCall("lax.betainc", lambda x: lax.betainc(2.0 + 0 * x, 3.0 + 0 * x, x), (_share(3),))
    yield JaxCall("jax.jit", jax.jit(lambda x: jnp.sin(x) * x), (_real(3),))
    yield JaxCall("jax.vmap", jax.vmap(lambda x: x @ x), (_real(3, 2),))
    yield JaxCall("jax.checkpoint", jax.checkpoint(lambda x: jnp.sin(jnp.exp(x))), (_real(3),))
    yield JaxCall("jax.grad inside", jax.grad(lambda x: jnp.sum(jnp.sin(x) ** 3)), (_real(3),))
    yield JaxCall("jax.jvp inside", lambda x: jax.jvp(jnp.tanh, (x,), (2 * x,))[1], (_real(3),))
    yield JaxCall("jax.hessian inside", jax.hessian(lambda x: jnp.prod(jnp.exp(x))), (_real(2),))
    yield JaxCall("jax.custom_jvp", _softened, (_real(3),))
    yield JaxCall(
        "bfloat16 inside", lambda x: x * 2 + 0 * x.astype(jnp.bfloat16).astype(x.dtype), (_real(3),)
    )


def _scanned(carry: Any, x: Any) -> Any:
    return lax.scan(lambda c, v: (jnp.tanh(c + v), c * v), carry, x)[1]


def _root(a: Any) -> Any:
    return lax.custom_root(
        lambda y: y * y - a,
        jnp.ones_like(a),
        lambda f, y: lax.fori_loop(0, 40, lambda _, v: v - f(v) / (2 * v), y),
        lambda g, y: y / g(jnp.ones_like(y)),
    )


def _solved(a: Any, b: Any) -> Any:
    return lax.custom_linear_solve(
        lambda x: a @ x, b, lambda _, v: jnp.linalg.solve(a, v), symmetric=True
    )


_softened = jax.custom_jvp(lambda x: jnp.log1p(jnp.exp(x)))
_softened.defjvps(lambda t, y, x: t * (1 - jnp.exp(-y)))


def _further() -> Iterator[JaxCall]:
    stats = jsp.stats
    for name, more in {
        "norm": (), "cauchy": (), "laplace": (), "logistic": (), "t": (3.0,), "gennorm": (1.5,)
    }.items():  # fmt: skip
        for kind in ("logpdf", "pdf", *(("cdf", "logcdf") if name == "norm" else ())):
            function = getattr(getattr(stats, name), kind)
            yield JaxCall(
                f"jax.scipy.stats.{name}.{kind}",
                lambda x, f=function, m=more: f(x, *m),
                (_real(4),),
            )
    for name, more in {"beta": (2.0, 3.0), "uniform": ()}.items():
        function = getattr(stats, name).logpdf
        yield JaxCall(
            f"jax.scipy.stats.{name}.logpdf", lambda x, f=function, m=more: f(x, *m), (_share(4),)
        )
    for name, more in {"gamma": (2.0,), "expon": (), "chi2": (3.0,), "pareto": (0.5,)}.items():
        function = getattr(stats, name).logpdf
        yield JaxCall(
            f"jax.scipy.stats.{name}.logpdf", lambda x, f=function, m=more: f(x, *m), (_above(4),)
        )
    yield JaxCall(
        "jax.scipy.stats.multivariate_normal.logpdf",
        lambda x, m, c: stats.multivariate_normal.logpdf(x, m, c),
        (_real(3), _real(3), _symmetric()),
    )
    yield JaxCall(
        "jax.scipy.stats.poisson.logpmf", lambda m: stats.poisson.logpmf(2, m), (_positive(3),)
    )
    yield JaxCall(
        "jax.scipy.stats.bernoulli.logpmf", lambda p: stats.bernoulli.logpmf(1, p), (_share(3),)
    )
    yield JaxCall("jax.scipy.signal.convolve", jsp.signal.convolve, (_real(4), _real(2)))
    yield JaxCall(
        "jax.scipy.ndimage.map_coordinates",
        lambda x, c: jsp.ndimage.map_coordinates(x, [c], order=1),
        (_real(5), 1.3 + _share(3)),
    )
    yield JaxCall(
        "jax.image.resize", lambda x: jax.image.resize(x, (5, 6), "bilinear"), (_real(3, 4),)
    )
    yield JaxCall(
        "jax.image.resize, cubic", lambda x: jax.image.resize(x, (2, 6), "cubic"), (_real(3, 4),)
    )
    yield JaxCall(
        "jax.nn.dot_product_attention",
        jax.nn.dot_product_attention,
        (_real(1, 3, 2, 4), _real(1, 3, 2, 4), _real(1, 3, 2, 4)),
    )
    yield JaxCall("jax.nn.softmax, where", _masked, (_real(4),))
    yield JaxCall("jax.nn.gelu, exact", lambda x: jax.nn.gelu(x, approximate=False), (_real(4),))
    yield JaxCall("jax.nn.relu6, far", jax.nn.relu6, (np.array([-1.0, 3.0, 8.0]),))
    key = jax.random.key(3)
    yield JaxCall(
        "jax.random.normal",
        lambda m, s: m + s * jax.random.normal(key, (3,)),
        (_real(3), _positive(3)),
    )
    yield JaxCall("jax.random.gamma", lambda a: jax.random.gamma(key, a), (_above(3),))
    yield JaxCall(
        "jax.random.beta", lambda a, b: jax.random.beta(key, a, b), (_above(2), _above(2))
    )
    yield JaxCall("jax.random.dirichlet", lambda a: jax.random.dirichlet(key, a), (_above(3),))
    yield JaxCall("jax.random.t", lambda d: jax.random.t(key, d, (3,)), (_above(3),))
    yield JaxCall("jax.random.uniform, as a mask", _dropped, (_real(4),))
    yield JaxCall("jnp.log1p(jnp.exp())", lambda x: jnp.log1p(jnp.exp(x)), (_real(4),))
    yield JaxCall(
        "a pytree", lambda t: t["a"] * jnp.sum(t["b"][0]), ({"a": _real(2), "b": [_real(3)]},)
    )
    yield JaxCall("several results", lambda x: (jnp.sin(x), {"c": x * x}), (_real(3),))
    yield JaxCall("jax.scipy.special.expn", lambda x: jsp.special.expn(2, x), (_positive(3),))
    yield JaxCall(
        "jax.scipy.special.multigammaln", lambda a: jsp.special.multigammaln(a, 2), (1 + _above(3),)
    )
    yield JaxCall(
        "jax.scipy.special.polygamma", lambda x: jsp.special.polygamma(1, x), (_positive(3),)
    )
    yield JaxCall("jax.scipy.special.zeta", lambda q: jsp.special.zeta(3.0, q), (_positive(3),))
    yield JaxCall(
        "jax.scipy.special.betainc", lambda x: jsp.special.betainc(2.0, 3.0, x), (_share(3),)
    )
    yield JaxCall(
        "jax.scipy.special.bessel_jn", lambda x: jsp.special.bessel_jn(x, v=2)[1], (_positive(2),)
    )
    yield JaxCall(
        "jax.scipy.special.hyp1f1", lambda x: jsp.special.hyp1f1(1.5, 2.5, x), (_unit(3),)
    )


def _masked(x: Any) -> Any:
    return jax.nn.softmax(x, where=jnp.array([True, False, True, True]))


def _dropped(x: Any) -> Any:
    return jnp.where(jax.random.bernoulli(jax.random.key(1), 0.5, x.shape), x * 2, 0.0)


def calls() -> list[JaxCall]:
    """All calls, in their order."""
    return [
        *_elementwise(),
        *_reductions(),
        *_arrays(),
        *_algebra(),
        *_loops(),
        *_further(),
    ]
