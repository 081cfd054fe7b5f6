"""Functions of public packages of torch, as their users call them, for `benchmarks.wild`.

They are made in torch's default dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

Example = tuple[str, Callable[..., Any], tuple[Any, ...]]
"""What it is called, the function, and its inputs."""

_GENERATOR = torch.Generator().manual_seed(8)


def _real(*shape: int) -> Any:
    return torch.randn(shape, generator=_GENERATOR)


def _share(*shape: int) -> Any:
    return 0.05 + 0.9 * torch.rand(shape, generator=_GENERATOR)


def _positive(*shape: int) -> Any:
    return 0.3 + 2 * torch.rand(shape, generator=_GENERATOR)


def _definite(size: int) -> Any:
    part = _real(size, size)
    return part @ part.mT + torch.eye(size) * size


def of_module(module: torch.nn.Module, *inputs: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A module as a function of its inputs and its parameters, in evaluation mode."""
    module.eval()
    names = [name for name, _ in module.named_parameters()]
    values = tuple(one.detach().clone() for _, one in module.named_parameters())

    def function(*given: Any) -> Any:
        cut = len(inputs)
        parameters = dict(zip(names, given[cut:], strict=True))
        return torch.func.functional_call(module, parameters, given[:cut])

    function.__name__ = type(module).__name__
    return function, (*inputs, *values)


def _entmax() -> Iterator[Example]:
    import entmax

    yield "sparsemax", lambda x: entmax.sparsemax(x, -1), (_real(3, 5),)
    yield "entmax15", lambda x: entmax.entmax15(x, -1), (_real(3, 5),)
    yield "entmax_bisect", lambda x: entmax.entmax_bisect(x, 1.3), (_real(2, 4),)
    yield "sparsemax_bisect", lambda x: entmax.sparsemax_bisect(x), (_real(2, 4),)
    yield "normmax_bisect", lambda x: entmax.normmax_bisect(x, 2), (_real(2, 4),)
    target = torch.tensor([1, 0])
    yield "entmax15_loss", lambda x: entmax.entmax15_loss(x, target), (_real(2, 4),)


def _geomloss() -> Iterator[Example]:
    import geomloss

    for name in ("sinkhorn", "gaussian", "laplacian", "energy"):
        loss = geomloss.SamplesLoss(name, backend="tensorized")
        yield f"SamplesLoss({name!r})", loss, (_real(4, 2), _real(3, 2))


def _torchdiffeq() -> Iterator[Example]:
    import torchdiffeq

    times = torch.tensor([0.0, 0.5, 1.0])

    def rk4(y: Any, w: Any) -> Any:
        return torchdiffeq.odeint(lambda _, v: torch.tanh(v @ w), y, times, method="rk4")

    def dopri5(y: Any) -> Any:
        return torchdiffeq.odeint(lambda t, v: torch.sin(v) * t, y, times, rtol=1e-9, atol=1e-9)

    class Field(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(2, 2)

        def forward(self, t: Any, y: Any) -> Any:
            return torch.tanh(self.inner(y)) * t

    field = Field()

    def adjoint(y: Any) -> Any:
        return torchdiffeq.odeint_adjoint(field, y, times, rtol=1e-10, atol=1e-10)

    yield "odeint, rk4", rk4, (_real(2), _real(2, 2))
    yield "odeint, dopri5", dopri5, (_real(2),)
    yield "odeint_adjoint", adjoint, (_real(2),)


def _kornia() -> Iterator[Example]:
    import kornia

    image = _share(1, 3, 4, 4)
    yield "color.rgb_to_lab", kornia.color.rgb_to_lab, (image,)
    yield "color.rgb_to_hsv", kornia.color.rgb_to_hsv, (image,)
    yield "color.rgb_to_grayscale", kornia.color.rgb_to_grayscale, (image,)
    yield "filters.sobel", kornia.filters.sobel, (_share(1, 1, 4, 4),)
    yield "filters.gaussian_blur2d", _blurred, (_share(1, 1, 5, 5),)
    yield "filters.bilateral_blur", _bilateral, (_share(1, 1, 4, 4),)
    yield "filters.median_blur", lambda x: kornia.filters.median_blur(x, 3), (_share(1, 1, 4, 4),)
    yield "geometry.axis_angle_to_rotation_matrix", _rotation, (_real(2, 3),)
    yield (
        "geometry.warp_affine",
        _warped,
        (_share(1, 1, 5, 5), torch.eye(2, 3)[None] + 0.03),
    )
    yield (
        "losses.ssim_loss",
        lambda a, b: kornia.losses.ssim_loss(a, b, 5),
        (_share(1, 1, 6, 6), _share(1, 1, 6, 6)),
    )
    yield "losses.charbonnier_loss", kornia.losses.charbonnier_loss, (image, _share(1, 3, 4, 4))
    yield "enhance.adjust_gamma", lambda x: kornia.enhance.adjust_gamma(x, 1.7), (image,)
    yield "morphology.dilation", _dilated, (_share(1, 1, 4, 4),)


def _blurred(x: Any) -> Any:
    import kornia

    return kornia.filters.gaussian_blur2d(x, (3, 3), (1.2, 0.8))


def _bilateral(x: Any) -> Any:
    import kornia

    return kornia.filters.bilateral_blur(x, (3, 3), 0.3, (1.0, 1.0))


def _rotation(x: Any) -> Any:
    import kornia

    return kornia.geometry.axis_angle_to_rotation_matrix(x)


def _warped(x: Any, m: Any) -> Any:
    import kornia

    return kornia.geometry.warp_affine(x, m, (5, 5))


def _dilated(x: Any) -> Any:
    import kornia

    return kornia.morphology.dilation(x, torch.ones(3, 3, dtype=x.dtype))


def _linear_operator() -> Iterator[Example]:
    import linear_operator

    a, b = _definite(4), _real(4, 2)
    yield "solve", linear_operator.solve, (a, b)
    yield "inv_quad", lambda m, v: linear_operator.inv_quad(m, v), (a, b)
    yield "inv_quad_logdet", lambda m: linear_operator.inv_quad_logdet(m, logdet=True)[1], (a,)
    yield "root_decomposition", _rooted, (a,)
    yield "diagonalization", _diagonal, (a, b)


def _rooted(m: Any) -> Any:
    import linear_operator

    return linear_operator.root_decomposition(m).to_dense()


def _diagonal(m: Any, b: Any) -> Any:
    import linear_operator

    return linear_operator.to_linear_operator(m).add_jitter(0.5).matmul(b)


def _gpytorch() -> Iterator[Example]:
    import gpytorch

    for kernel in (
        gpytorch.kernels.RBFKernel(),
        gpytorch.kernels.MaternKernel(nu=2.5),
        gpytorch.kernels.PeriodicKernel(),
        gpytorch.kernels.RQKernel(),
    ):

        def covariance(x: Any, y: Any, kernel: Any = kernel) -> Any:
            return kernel(x, y).to_dense()

        yield type(kernel).__name__, covariance, (_real(3, 2), _real(2, 2))

    def likelihood(mean: Any, covariance: Any, y: Any) -> Any:
        return gpytorch.distributions.MultivariateNormal(mean, covariance).log_prob(y)

    yield "MultivariateNormal.log_prob", likelihood, (_real(3), _definite(3), _real(3))


def _zuko() -> Iterator[Example]:
    import zuko

    for flow in (
        zuko.flows.NSF(2, 1, transforms=1, hidden_features=(4,)),
        zuko.flows.MAF(2, 0, transforms=1, hidden_features=(4,)),
    ):

        def density(x: Any, flow: Any = flow) -> Any:
            context = torch.ones(1, dtype=x.dtype) if isinstance(flow, zuko.flows.NSF) else None
            return flow(context).log_prob(x)

        yield type(flow).__name__, density, (_real(3, 2),)
    yield "MonotonicRQSTransform", _spline, (_real(3, 4), _real(3, 4), _real(3, 3), 0.5 * _real(3))


def _spline(w: Any, h: Any, d: Any, x: Any) -> Any:
    import zuko

    return zuko.transforms.MonotonicRQSTransform(w, h, d)(x)


def _e3nn() -> Iterator[Example]:
    from e3nn import o3

    yield (
        "spherical_harmonics",
        lambda x: o3.spherical_harmonics([0, 1, 2], x, True),
        (_real(3, 3),),
    )
    product = o3.FullTensorProduct("1o", "1o")
    yield "FullTensorProduct", product, (_real(2, 3), _real(2, 3))
    yield "angles_to_matrix", o3.angles_to_matrix, (_real(2), _real(2), _real(2))


def _torch_geometric() -> Iterator[Example]:
    from torch_geometric import nn, utils

    edges = torch.tensor([[0, 1, 2, 0], [1, 2, 0, 2]])
    index = torch.tensor([0, 0, 1])
    for layer in (nn.GCNConv(3, 2), nn.GATConv(3, 2), nn.SAGEConv(3, 2), nn.GraphConv(3, 2)):
        layer.eval()
        yield type(layer).__name__, lambda x, layer=layer: layer(x, edges), (_real(3, 3),)
    yield "utils.softmax", lambda x: utils.softmax(x, index), (_real(3, 2),)
    yield "utils.scatter", lambda x: utils.scatter(x, index, reduce="mean"), (_real(3, 2),)


def _pytorch_wavelets() -> Iterator[Example]:
    import pytorch_wavelets

    forward = pytorch_wavelets.DWTForward(J=1, wave="db2")
    yield "DWTForward", lambda x: forward(x)[0], (_real(1, 1, 6, 6),)


def _ptwt() -> Iterator[Example]:
    import ptwt
    import pywt

    yield "wavedec", lambda x: ptwt.wavedec(x, pywt.Wavelet("haar"), level=2)[1], (_real(1, 8),)


def _pytorch_msssim() -> Iterator[Example]:
    import pytorch_msssim

    def similarity(x: Any, y: Any) -> Any:
        return pytorch_msssim.ssim(x, y, data_range=1, win_size=5)

    yield "ssim", similarity, (_share(1, 1, 7, 7), _share(1, 1, 7, 7))


def _nflows() -> Iterator[Example]:
    from nflows.transforms import splines

    def quadratic(x: Any, w: Any, h: Any) -> Any:
        return splines.quadratic_spline(x, w, h)[0]

    yield "quadratic_spline", quadratic, (_share(3), _real(3, 4), _real(3, 5))

    def rational(x: Any, w: Any, h: Any, d: Any) -> Any:
        return splines.rational_quadratic_spline(x, w, h, d)

    yield "rational_quadratic_spline", rational, (_share(3), _real(3, 4), _real(3, 4), _real(3, 5))


def _normflows() -> Iterator[Example]:
    from normflows import flows

    for flow in (flows.Planar((2,)), flows.Radial((2,)), flows.ActNorm((2,))):
        flow(_real(4, 2))
        yield type(flow).__name__, flow, (_real(3, 2),)


def _torch_dct() -> Iterator[Example]:
    import torch_dct

    yield "dct", torch_dct.dct, (_real(2, 5),)
    yield "idct", torch_dct.idct, (_real(2, 5),)


def _torchsde() -> Iterator[Example]:
    import torchsde

    class Equation(torch.nn.Module):
        noise_type, sde_type = "diagonal", "ito"

        def f(self, t: Any, y: Any) -> Any:
            return torch.sin(y)

        def g(self, t: Any, y: Any) -> Any:
            return 0.1 + 0 * y

    times = torch.tensor([0.0, 0.1, 0.2])

    def solved(y: Any) -> Any:
        motion = torchsde.BrownianInterval(0.0, 0.2, size=(2, 2), dtype=y.dtype, entropy=3)
        return torchsde.sdeint(Equation(), y, times, bm=motion, dt=0.1, method="euler")

    yield "sdeint", solved, (_real(2, 2),)


def _torchcde() -> Iterator[Example]:
    import torchcde

    yield "natural_cubic_coeffs", torchcde.natural_cubic_coeffs, (_real(1, 5, 2),)


def _pyro() -> Iterator[Example]:
    from pyro import distributions

    def vonmises(x: Any, m: Any, k: Any) -> Any:
        return distributions.VonMises(m, k).log_prob(x)

    yield "VonMises.log_prob", vonmises, (_real(3), _real(3), _positive(3))
    yield (
        "Delta.log_prob",
        lambda v: distributions.MaskedMixture(
            torch.tensor([True, False]),
            distributions.Normal(v, 1.0),
            distributions.Normal(v * 2, 1.0),
        ).log_prob(torch.ones(2, dtype=v.dtype)),
        (_real(2),),
    )


def _x_transformers() -> Iterator[Example]:
    import x_transformers.x_transformers as x

    yield "RMSNorm", *of_module(x.RMSNorm(4), _real(2, 4))
    yield "Attention", *of_module(x.Attention(dim=4, dim_head=2, heads=2), _real(1, 3, 4))


def _rotary() -> Iterator[Example]:
    import rotary_embedding_torch

    embedding = rotary_embedding_torch.RotaryEmbedding(dim=4)
    yield "rotate_queries_or_keys", embedding.rotate_queries_or_keys, (_real(1, 2, 3, 4),)


def _metric_learning() -> Iterator[Example]:
    from pytorch_metric_learning import losses

    labels = torch.tensor([0, 0, 1, 1])
    for loss in (losses.NTXentLoss(), losses.TripletMarginLoss(), losses.CircleLoss()):
        yield type(loss).__name__, lambda x, loss=loss: loss(x, labels), (_real(4, 3),)


def _torchmetrics() -> Iterator[Example]:
    from torchmetrics.functional import regression

    for name in ("pearson_corrcoef", "concordance_corrcoef", "explained_variance", "r2_score"):
        yield name, getattr(regression, name), (_real(6), _real(6))


def _fft_conv() -> Iterator[Example]:
    import fft_conv_pytorch

    yield "fft_conv", fft_conv_pytorch.fft_conv, (_real(1, 2, 6), _real(3, 2, 3))


def _vector_quantize() -> Iterator[Example]:
    import vector_quantize_pytorch as vq

    layer = vq.FSQ(levels=[5, 3])
    yield "FSQ", lambda x: layer(x)[0], (_real(1, 3, 2),)


def _cvxpylayers() -> Iterator[Example]:
    import cvxpy
    from cvxpylayers.torch import CvxpyLayer

    x, a = cvxpy.Variable(2), cvxpy.Parameter(2)
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(x - a)), [x >= 0])
    layer = CvxpyLayer(problem, parameters=[a], variables=[x])
    yield "CvxpyLayer", lambda v: layer(v)[0], (_positive(2),)


def _models() -> Iterator[Example]:
    torch.manual_seed(4)

    class Residual(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = (
                torch.nn.Conv2d(2, 2, 3, padding=1),
                torch.nn.Conv2d(2, 2, 3, padding=1),
            )
            self.norm, self.last = torch.nn.BatchNorm2d(2), torch.nn.Linear(2, 3)

        def forward(self, x: Any) -> Any:
            x = torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))
            return self.last(x.mean((2, 3)))

    class Recurrent(torch.nn.Module):
        def __init__(self, cell: Any) -> None:
            super().__init__()
            self.inner = cell(2, 3, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.inner(x)[0]

    class Causal(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = torch.nn.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu", batch_first=True)
            self.head = torch.nn.Linear(4, 5)

        def forward(self, x: Any) -> Any:
            mask = torch.nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
            return self.head(self.block(x, src_mask=mask, is_causal=True))

    yield "a residual network", *of_module(Residual(), _real(2, 2, 4, 4))
    yield "an LSTM", *of_module(Recurrent(torch.nn.LSTM), _real(1, 3, 2))
    yield "a GRU", *of_module(Recurrent(torch.nn.GRU), _real(1, 3, 2))
    yield "a causal transformer", *of_module(Causal(), _real(1, 3, 4))


class _TooLarge(torch.autograd.Function):
    """The exponential, with a rule that is off by a hundredth."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, cotangent: Any) -> Any:
        (y,) = ctx.saved_tensors
        return cotangent * y * 1.01


def _wrong() -> Iterator[Example]:
    yield "a rule that is off", lambda x: _TooLarge.apply(x).sum(), (_real(3),)
    yield "a detached factor", lambda x: x * x.detach(), (_real(3),)
    yield "a NumPy detour", lambda x: x * torch.as_tensor(x.detach().numpy() ** 2), (_real(3),)
    yield "straight through", lambda x: x + (x.round() - x).detach(), (_real(3) * 3,)


PACKAGES: dict[str, Callable[[], Iterator[Example]]] = {
    "cvxpylayers": _cvxpylayers,
    "e3nn": _e3nn,
    "entmax": _entmax,
    "fft_conv_pytorch": _fft_conv,
    "geomloss": _geomloss,
    "gpytorch": _gpytorch,
    "kornia": _kornia,
    "linear_operator": _linear_operator,
    "nflows": _nflows,
    "normflows": _normflows,
    "ptwt": _ptwt,
    "pyro": _pyro,
    "pytorch_metric_learning": _metric_learning,
    "pytorch_msssim": _pytorch_msssim,
    "pytorch_wavelets": _pytorch_wavelets,
    "rotary_embedding_torch": _rotary,
    "torch": _models,
    "torch_dct": _torch_dct,
    "torch_geometric": _torch_geometric,
    "torchcde": _torchcde,
    "torchdiffeq": _torchdiffeq,
    "torchmetrics": _torchmetrics,
    "torchsde": _torchsde,
    "vector_quantize_pytorch": _vector_quantize,
    "wrong on purpose": _wrong,
    "x_transformers": _x_transformers,
    "zuko": _zuko,
}
"""By package, its functions."""
