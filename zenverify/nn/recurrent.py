"""Layers that carry a state from step to step."""

from __future__ import annotations

import numpy as np

from zenverify import tensor
from zenverify.nn.layer import Layer, Shape, at_least, uniform
from zenverify.tensor import Tensor


class RNN(Layer):
    """A recurrent layer: at each step, h becomes tanh(x @ reading + h @ recurring + bias).

    It is differentiated through all steps. The first state is zero.

    Parameters
    ----------
    inputs : int
        Features of a step; an example has the axes steps and features.
    units : int
        Size of the state.
    sequences : bool
        Whether the result holds the state after each step, (steps, units), or the last one alone.

    Raises
    ------
    ValueError
        If a size is below 1.

    Notes
    -----
    The state is multiplied by an orthogonal matrix at first, so that it neither grows nor fades:
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks" (2014).
    """

    def __init__(self, inputs: int, units: int, sequences: bool = False) -> None:
        super().__init__()
        self.inputs = at_least("RNN", "inputs", inputs, 1)
        self.units = at_least("RNN", "units", units, 1)
        self.sequences = sequences

    def initial(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        q, r = np.linalg.qr(random.normal(size=(self.units, self.units)))
        return {
            "reading": uniform(random, self.inputs, self.units, (self.inputs, self.units)),
            "recurring": q * np.sign(np.diag(r)),
            "bias": np.zeros(self.units),
        }

    def __call__(self, x: Tensor) -> Tensor:
        reading, recurring = self.parameter("reading"), self.parameter("recurring")
        bias = self.parameter("bias")
        state = None
        states = []
        for step in range(x.shape[1]):
            seen = x[:, step] @ reading + bias
            state = tensor.tanh(seen if state is None else seen + state @ recurring)
            states.append(state)
        return tensor.stack(states, axis=1) if self.sequences else states[-1]

    def result_shape(self, shape: Shape) -> Shape:
        if len(shape) != 2 or shape[1] != self.inputs or not shape[0]:
            raise ValueError(f"expected at least one step, of {self.inputs} features each")
        return (shape[0], self.units) if self.sequences else (self.units,)

    def __repr__(self) -> str:
        return f"RNN({self.inputs}, {self.units}, sequences={self.sequences})"
