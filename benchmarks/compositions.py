"""Random compositions of torch's functions, all of them right, by `zenverify.gradcheck`.

    python -m benchmarks.compositions [--count N] [--dtype float64|float32] [--seed S]

Each is two to seven calls, one after the other, of arrays of up to four axes, with arrays of its
own beside them: functions that nobody here has chosen. The seed is drawn from the operating
system's entropy by default, and printed. What does not pass is printed with its calls and its
number, from which it follows again. Exit code 1 if something is called wrong.
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as its users call it

from zenverify import gradcheck
from zenverify.verification.verdict import Verdict

Call = Callable[[Any, list[Any]], Any]
"""Takes the array so far, and the arrays beside it."""

_MOST_ELEMENTS = 600
_LARGEST = 1e4
"""Larger numbers are not gone on with."""

_SIZES = (1, 2, 3, 4)
_AXES = (1, 2, 2, 3, 3, 4)
_SCALES = (1.0, 1.0, 1.0, 3.0, 0.1, 10.0)

_UNARY: dict[str, Callable[[Any], Any]] = {
    "sin": torch.sin,
    "tanh": torch.tanh,
    "exp": lambda t: (0.3 * t).exp(),
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "sqrt": lambda t: (t * t + 0.1).sqrt(),
    "log": lambda t: (t.abs() + 0.2).log(),
    "transpose": lambda t: t.transpose(0, -1),
    "flatten": lambda t: t.flatten(),
    "every second": lambda t: t[..., ::2],
    "all but the first": lambda t: t[1:],
    "expand": lambda t: t.unsqueeze(0).expand(3, *t.shape),
    "its square": lambda t: t @ t.transpose(-1, -2),
    "pad": lambda t: F.pad(t, (1, 1)),
    "in place": lambda t: t.clone().mul_(2).add_(t),
}

_ALONG: dict[str, Callable[[Any, int], Any]] = {
    "flip": lambda t, d: t.flip(d),
    "roll": lambda t, d: t.roll(1, d),
    "unsqueeze": lambda t, d: t.unsqueeze(d),
    "sum": lambda t, d: t.sum(d),
    "mean": lambda t, d: t.mean(d, keepdim=True),
    "max": lambda t, d: t.max(d)[0],
    "logsumexp": lambda t, d: t.logsumexp(d),
    "softmax": lambda t, d: t.softmax(d),
    "log_softmax": lambda t, d: t.log_softmax(d),
    "var": lambda t, d: t.var(d, keepdim=True),
    "norm": lambda t, d: t.norm(dim=d),
    "cumsum": lambda t, d: t.cumsum(d),
    "sort": lambda t, d: t.sort(d)[0],
    "cat": lambda t, d: torch.cat([t, 2 * t], d),
    "stack": lambda t, d: torch.stack([t, t.cos()], d),
}

_WITH: dict[str, tuple[Callable[..., list[tuple[int, ...]]], Callable[..., Any]]] = {
    "linear": (lambda *s: [(3, s[-1]), (3,)], F.linear),
    "matmul": (lambda *s: [(s[-1], 2)], torch.matmul),
    "einsum": (lambda *s: [(s[-1], 2)], lambda t, w: torch.einsum("...i,ij->...j", t, w)),
    "multiply": (lambda *s: [s[-1:]], torch.mul),
    "add": (lambda *s: [s], torch.add),
    "subtract": (lambda *s: [(1,) * len(s)], lambda t, b: b - t),
    "divide": (lambda *s: [s], lambda t, b: t / (b * b + 0.5)),
    "layer_norm": (
        lambda *s: [s[-1:], s[-1:]],
        lambda t, w, b: F.layer_norm(t, t.shape[-1:], w, b),
    ),
    "conv1d": (lambda *s: [(2, s[1], 1), (2,)], F.conv1d),
}
"""The shapes of the arrays beside one of a shape, and the call."""


class Composition:
    """A function that is drawn, and its inputs."""

    def __init__(self, draw: random.Random, dtype: Any) -> None:
        self._draw = draw
        self._generator = torch.Generator().manual_seed(draw.randrange(2**31))
        self._dtype = dtype
        shape = [draw.choice(_SIZES) for _ in range(draw.choice(_AXES))]
        self.inputs = [self._drawn(*shape) * draw.choice(_SCALES)]
        self.names: list[str] = []
        self._calls: list[Call] = []
        value, length = self.inputs[0], draw.randrange(2, 8)
        while len(self._calls) < length:
            value = self._extended(value)

    def __call__(self, *inputs: Any) -> Any:
        value, beside = inputs[0], list(inputs)
        for call in self._calls:
            value = call(value, beside)
        return value

    def _drawn(self, *shape: int) -> Any:
        return torch.randn(shape, generator=self._generator, dtype=self._dtype)

    def _extended(self, value: Any) -> Any:
        """The value after one more call; before it where the call does not fit."""
        draw, before = self._draw, len(self.inputs)
        name = draw.choice([*_UNARY, *_ALONG, *_WITH, "permute", "where"])
        try:
            call = self._call(name, value)
            found = call(value, self.inputs)
        except (IndexError, RuntimeError):
            del self.inputs[before:]
            return value
        fits = 0 < found.numel() <= _MOST_ELEMENTS and bool((found.abs() < _LARGEST).all())
        if not fits:
            del self.inputs[before:]
            return value
        self.names.append(name)
        self._calls.append(call)
        return found

    def _call(self, name: str, value: Any) -> Call:
        axes = value.dim()
        if name in _UNARY:
            unary = _UNARY[name]
            return lambda t, _: unary(t)
        if name in _ALONG:
            along, axis = _ALONG[name], self._draw.randrange(-axes, axes) if axes else 0
            return lambda t, _: along(t, axis)
        if name == "permute":
            order = self._draw.sample(range(axes), axes)
            return lambda t, _: t.permute(order)
        if name == "where":
            mask = self._drawn(*value.shape) > 0
            return lambda t, _: torch.where(mask, t, t * t)
        shapes, function = _WITH[name]
        start = len(self.inputs)
        self.inputs += [self._drawn(*shape) for shape in shapes(*value.shape)]
        places = range(start, len(self.inputs))
        return lambda t, beside: function(t, *(beside[place] for place in places))


def main(arguments: list[str] | None = None) -> int:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="how many are drawn")
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--seed", type=int, help="from the system's entropy by default")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    verdicts: Counter[str] = Counter()
    warnings.simplefilter("ignore")
    for number in range(options.count):
        drawn = Composition(random.Random(f"{seed} {number}"), getattr(torch, options.dtype))
        result = gradcheck(drawn, tuple(one.clone().requires_grad_() for one in drawn.inputs))
        verdicts[str(result.verdict)] += 1
        if not result:
            shapes = [tuple(one.shape) for one in drawn.inputs]
            print(f"{number}: {', '.join(drawn.names)}; inputs {shapes}\n{result}\n", flush=True)
    wrong = sum(verdicts.values()) - verdicts["AGREE"] - verdicts[Verdict.DIFFERENCE_UNRELIABLE]
    print(
        f"{options.count} compositions, {options.dtype}, seed {seed}: "
        f"{dict(verdicts.most_common())}; {wrong} called wrong"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
