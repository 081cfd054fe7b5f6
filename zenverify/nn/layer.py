"""What all layers have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import DTypeLike

from zenverify.tensor import Tensor

Shape = tuple[int, ...]


class Layer(ABC):
    """A function of a tensor, with parameters that are trained.

    A layer of your own says what shape comes out (`result_shape`), what it computes (`__call__`),
    and, if it has parameters, how they begin (`initial`).

    Attributes
    ----------
    parameters : dict of str to Tensor
        By name; empty until `initialise`.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Tensor] = {}

    @abstractmethod
    def __call__(self, x: Tensor) -> Tensor:
        """Apply the layer to a batch; the first axis counts the examples."""

    @abstractmethod
    def result_shape(self, shape: Shape) -> Shape:
        """The shape of one example's result, without the axis of the batch.

        Raises
        ------
        ValueError
            If the layer can't be applied to an example of this shape; says what it expects.
        """

    def initial(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        """The first values of the parameters, by name; none by default."""
        return {}

    def initialise(self, random: np.random.Generator, dtype: DTypeLike = np.float64) -> None:
        """Give the parameters their first values; a `Model` does it.

        Parameters
        ----------
        random
            Where the values are drawn from.
        dtype
            float64 or float32.
        """
        self.parameters = {
            name: Tensor(value.astype(dtype)) for name, value in self.initial(random).items()
        }

    def parameter(self, name: str) -> Tensor:
        """A parameter, by its name.

        Raises
        ------
        RuntimeError
            If the layer has not been initialised.
        """
        try:
            return self.parameters[name]
        except KeyError:
            raise RuntimeError(
                f"{self}: no parameters yet; put it into a Model, or call initialise(random)"
            ) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def uniform(random: np.random.Generator, inputs: int, outputs: int, shape: Shape) -> np.ndarray:
    """First weights that keep the size of signals both ways.

    Uniform within the square root of 6 / (inputs + outputs): Glorot and Bengio, "Understanding the
    difficulty of training deep feedforward neural networks" (2010), equation 16.
    """
    bound = np.sqrt(6.0 / (inputs + outputs))
    return random.uniform(-bound, bound, shape)


def at_least(layer: str, what: str, number: int, least: int) -> int:
    """A size that a layer was given.

    Raises
    ------
    ValueError
        If it is no integer, or too small.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise ValueError(f"{layer}: {what} is {number!r}, expected an integer of at least {least}")
    return int(number)
