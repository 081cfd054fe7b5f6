"""A model: layers one after the other, trained in batches."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from zenverify.nn.layer import Layer, Shape
from zenverify.nn.optimisers import Optimiser
from zenverify.tensor import Tensor

Loss = Callable[[Tensor, np.ndarray], Tensor]
"""From a model's results and what they should be, to a number."""

Hook = Callable[[int, Tensor], object]
"""Is given each step's number, from 1, and its loss, with all gradients, before the update."""

_STEPS = "optimiser.steps"
_STATE = "optimiser.state."


@dataclass(frozen=True)
class History:
    """How a training went, epoch by epoch.

    Attributes
    ----------
    losses
        The mean loss of the epoch's examples, each when its batch had its turn.
    validation
        The loss of the validation data after the epoch; empty if there are none.
    seconds
        How long it took, without the validation.
    """

    losses: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Model:
    """Layers one after the other.

    Parameters
    ----------
    layers
        In their order.
    loss
        What to make small, such as `MSE` or `categorical_crossentropy`.
    optimiser
        How; it belongs to this model alone.
    seed
        Of the parameters' first values.
    dtype
        float64 or float32, of the parameters and of what is computed.

    Attributes
    ----------
    parameters : dict of str to Tensor
        By the layer's number and the parameter's name: ``"0.weight"``.

    Raises
    ------
    ValueError
        If there is no layer, or another dtype is asked for.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: Loss,
        optimiser: Optimiser,
        seed: int = 0,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if not layers:
            raise ValueError("Model: no layers")
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float64, np.float32):
            raise ValueError(f"Model: the dtype is {self.dtype}, expected float64 or float32")
        self.layers = tuple(layers)
        self.loss = loss
        self.optimiser = optimiser
        self._fitting: Shape | None = None  # a shape of examples that the layers are known to take
        random = np.random.default_rng(seed)
        for layer in self.layers:
            layer.initialise(random, self.dtype)
        self.parameters = {
            f"{number}.{name}": parameter
            for number, layer in enumerate(self.layers)
            for name, parameter in layer.parameters.items()
        }

    def __call__(self, x: ArrayLike | Tensor) -> Tensor:
        """The results of a batch of examples, as a Tensor to differentiate.

        Raises
        ------
        ValueError
            If the layers do not fit each other or the examples; says which, and the shapes.
        """
        result = x if isinstance(x, Tensor) else Tensor(np.asarray(x, self.dtype), trainable=False)
        self._check_layers(result.shape[1:])
        for layer in self.layers:
            result = layer(result)
        return result

    def predict(self, x: ArrayLike, batch: int = 256) -> np.ndarray:
        """The results of many examples, as an array.

        Parameters
        ----------
        x : (N, ...)
            The examples.
        batch
            So many at a time.
        """
        examples = self._examples("x", x)
        parts = [examples[i : i + batch] for i in range(0, len(examples), batch)]
        return np.concatenate([self(part).value for part in parts])

    def train(
        self,
        x: ArrayLike,
        y: ArrayLike,
        epochs: int = 10,
        batch: int = 32,
        *,
        seed: int = 0,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        hook: Hook | None = None,
        progress: bool = True,
    ) -> History:
        """Fit the parameters to examples.

        Parameters
        ----------
        x, y : (N, ...)
            The examples, and for each of them what the loss is to compare with.
        epochs
            How often each example has its turn.
        batch
            So many examples make a step; the last step of an epoch may have fewer.
        seed
            Of the order in which the examples have their turn, another one in each epoch.
        validation
            Examples that are not trained with, and what the loss is to compare with.
        hook
            Called at each step, before the update; see `Hook`. What it raises ends the training.
        progress
            Whether to show a bar with the loss, if the standard error is a terminal.

        Returns
        -------
        History

        Raises
        ------
        ValueError
            If the layers do not fit, there are no examples, not as many of x as of y, one of them
            is not finite, or epochs or batch is below 1.
        """
        if epochs < 1 or batch < 1:
            raise ValueError(f"train: {epochs} epochs of batches of {batch}, expected at least 1")
        examples, wanted = self._pair("", x, y)
        held_out = None if validation is None else self._pair("validation ", *validation)
        random = np.random.default_rng(seed)
        history = History()
        with _bar(epochs * -(-len(examples) // batch), progress) as show:
            for epoch in range(1, epochs + 1):
                start = time.perf_counter()
                total = 0.0
                order = random.permutation(len(examples))
                for chosen in np.split(order, range(batch, len(order), batch)):
                    loss = self.step(examples[chosen], wanted[chosen], hook)
                    total += loss * len(chosen)
                    show(f"epoch {epoch}/{epochs}  loss {loss:.4g}")
                history.losses.append(total / len(examples))
                history.seconds.append(time.perf_counter() - start)
                if held_out is not None:
                    history.validation.append(
                        float(self.loss(self(held_out[0]), held_out[1]).value)
                    )
        return history

    def step(self, x: ArrayLike, y: np.ndarray, hook: Hook | None = None) -> float:
        """One step with one batch; returns its loss, before the update."""
        loss = self.loss(self(x), y)
        for parameter in self.parameters.values():
            parameter.zero_gradients()
        loss.get_gradients()
        if hook is not None:
            hook(self.optimiser.steps + 1, loss)
        self.optimiser.step(self.parameters)
        return float(loss.value)

    # ---- state ----

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all that training changes: the parameters, and what the optimiser remembers."""
        state = {name: np.array(p.value) for name, p in self.parameters.items()}
        state |= {_STATE + name: array.copy() for name, array in self.optimiser.state.items()}
        return {**state, _STEPS: np.array(self.optimiser.steps)}

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from a state that `state_dict` gave.

        Raises
        ------
        ValueError
            If it is the state of another model: says which parameter is missing, unknown, or of
            which shape. Nothing has changed then.
        """
        held = {name: array for name, array in state.items() if not name.startswith("optimiser.")}
        for name in [*self.parameters, *held]:
            if name not in held or name not in self.parameters:
                what = "lacks" if name not in held else "holds"
                raise ValueError(f"the state of another model: it {what} the parameter {name}")
        for name, parameter in self.parameters.items():
            array = held[name]
            if array.shape != parameter.shape or array.dtype.kind != "f":
                raise ValueError(
                    f"the state of another model: {name} is {array.dtype} of shape {array.shape}, "
                    f"expected {parameter.dtype} of {parameter.shape}"
                )
        for name, parameter in self.parameters.items():
            parameter.value = held[name]
        self.optimiser.steps = int(state.get(_STEPS, 0))
        self.optimiser.state = {
            name.removeprefix(_STATE): np.array(array, self.dtype)
            for name, array in state.items()
            if name.startswith(_STATE)
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a file of NumPy's npz format."""
        with Path(path).open("wb") as file:  # a file, since NumPy adds a suffix to a name
            np.savez(file, allow_pickle=False, **self.state_dict())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Go on from a file that `save` wrote. Nothing in it is executed.

        Raises
        ------
        ValueError
            If it is no such file, or the state of another model.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
        except (ValueError, AttributeError, EOFError, KeyError) as error:
            raise ValueError(f"{os.fspath(path)}: not the state of a model: {error}") from None
        self.load_state_dict(state)

    # ---- checks ----

    def _check_layers(self, shape: Shape) -> None:
        if shape == self._fitting:
            return
        given, before = shape, "the data"
        for number, layer in enumerate(self.layers):
            try:
                after = layer.result_shape(shape)
            except ValueError as error:
                raise ValueError(
                    f"layer {number}, {layer}: {error}; {before} gives examples of shape {shape}"
                ) from None
            shape, before = after, f"layer {number}, {layer},"
        self._fitting = given

    def _pair(self, which: str, x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        examples = self._examples(f"{which}x", x)
        self._check_layers(examples.shape[1:])
        wanted = _finite(f"{which}y", np.asarray(y))
        if wanted.ndim < 1 or len(wanted) != len(examples):
            raise ValueError(
                f"{which}x has {len(examples)} examples, {which}y has the shape {wanted.shape}"
            )
        return examples, wanted

    def _examples(self, name: str, x: ArrayLike) -> np.ndarray:
        examples = _finite(name, np.asarray(x, self.dtype))
        if examples.ndim < 1 or not len(examples):
            raise ValueError(f"{name} has the shape {examples.shape}: no examples")
        return examples


def _finite(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} holds {float(array[place])} at {place}")
    return array


@contextmanager
def _bar(steps: int, wanted: bool) -> Iterator[Callable[[str], None]]:
    """A progress bar of so many steps; each call is one of them."""
    if not wanted:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns: tuple[Any, ...] = (
        BarColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=steps)
        yield lambda text: progress.update(task, advance=1, description=text)
