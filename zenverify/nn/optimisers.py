"""Optimisers: from gradients to the next values of the parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

import numpy as np

from zenverify.tensor import Tensor


def clip_gradients(parameters: Iterable[Tensor], most: float) -> float:
    """Scale all gradients alike, so that their common norm is at most `most`.

    Parameters
    ----------
    parameters
        Whose gradients to scale, in place.
    most
        The largest norm of all their elements together.

    Returns
    -------
    float
        The norm before.

    Notes
    -----
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    """
    gradients = [parameter.gradient for parameter in parameters]
    norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients)))
    if norm > most:
        for gradient in gradients:
            gradient *= most / norm
    return norm


class Optimiser(ABC):
    """Moves parameters against their gradients.

    One of your own computes, in `change`, what is added to a parameter.

    Parameters
    ----------
    rate : float
        How far to move.
    clip : float, optional
        The largest norm of all gradients together; see `clip_gradients`.

    Attributes
    ----------
    steps : int
        How many have been taken.
    state : dict
        What is remembered of each parameter, by its name and what it is.

    Raises
    ------
    ValueError
        If the rate or the clip is not positive.
    """

    def __init__(self, rate: float, clip: float | None = None) -> None:
        if not rate > 0:
            raise ValueError(f"{type(self).__name__}: the rate is {rate!r}, expected more than 0")
        if clip is not None and not clip > 0:
            raise ValueError(f"{type(self).__name__}: the clip is {clip!r}, expected more than 0")
        self.rate = rate
        self.clip = clip
        self.steps = 0
        self.state: dict[str, np.ndarray] = {}

    @abstractmethod
    def change(self, name: str, gradient: np.ndarray) -> np.ndarray:
        """What is added to the parameter of a name."""

    def step(self, parameters: Mapping[str, Tensor]) -> None:
        """Give each parameter its next value, by its gradient."""
        if self.clip is not None:
            clip_gradients(parameters.values(), self.clip)
        self.steps += 1
        for name, parameter in parameters.items():
            parameter.value = parameter.value + self.change(name, parameter.gradient)

    def remembered(self, name: str, like: np.ndarray) -> np.ndarray:
        """An array that is kept from step to step, of zeros at first; write to it."""
        if name not in self.state:
            self.state[name] = np.zeros_like(like)
        return self.state[name]


class SGD(Optimiser):
    """Gradient descent: p - rate * g."""

    def change(self, name: str, gradient: np.ndarray) -> np.ndarray:
        return -self.rate * gradient


class Momentum(Optimiser):
    """Gradient descent whose steps carry on: v = keep * v + g, p - rate * v.

    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).

    Parameters
    ----------
    rate, clip
        As `Optimiser` has them.
    keep : float
        The share of the velocity that is kept.
    """

    def __init__(self, rate: float, keep: float = 0.9, clip: float | None = None) -> None:
        super().__init__(rate, clip)
        self.keep = keep

    def change(self, name: str, gradient: np.ndarray) -> np.ndarray:
        velocity = self.remembered(f"velocity.{name}", gradient)
        velocity *= self.keep
        velocity += gradient
        return -self.rate * velocity


class RMSProp(Optimiser):
    """Each element by its own scale: s = decay * s + (1 - decay) * g * g, p - rate * g / (√s + ε).

    Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning" (2012).

    Parameters
    ----------
    rate, clip
        As `Optimiser` has them.
    decay : float
        The share of the mean square that is kept.
    epsilon : float
        Keeps the divisor from zero.
    """

    def __init__(
        self,
        rate: float = 0.01,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        clip: float | None = None,
    ) -> None:
        super().__init__(rate, clip)
        self.decay = decay
        self.epsilon = epsilon

    def change(self, name: str, gradient: np.ndarray) -> np.ndarray:
        square = self.remembered(f"square.{name}", gradient)
        square *= self.decay
        square += (1 - self.decay) * gradient**2
        change: np.ndarray = -self.rate * gradient / (np.sqrt(square) + self.epsilon)
        return change


class Adam(Optimiser):
    """Momentum and a scale for each element, both corrected for having begun at zero.

    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.

    Parameters
    ----------
    rate, clip
        As `Optimiser` has them.
    decays : pair of float
        The shares that are kept of the mean gradient and of the mean square.
    epsilon : float
        Keeps the divisor from zero.
    """

    def __init__(
        self,
        rate: float = 0.001,
        decays: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        clip: float | None = None,
    ) -> None:
        super().__init__(rate, clip)
        self.decays = decays
        self.epsilon = epsilon

    def change(self, name: str, gradient: np.ndarray) -> np.ndarray:
        mean = self.remembered(f"mean.{name}", gradient)
        square = self.remembered(f"square.{name}", gradient)
        keep, keep_square = self.decays
        mean += (1 - keep) * (gradient - mean)
        square *= keep_square
        square += (1 - keep_square) * gradient**2
        scale = np.sqrt(square / (1 - keep_square**self.steps)) + self.epsilon
        return -self.rate / (1 - keep**self.steps) * mean / scale
