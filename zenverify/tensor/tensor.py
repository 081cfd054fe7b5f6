"""The Tensor: a value, how it was computed, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from zenverify.tensor import walk
from zenverify.tensor.arrays import as_array, quiet
from zenverify.tensor.axes import AxisArgument, Shape
from zenverify.tensor.custom import Grad, custom_operation
from zenverify.tensor.elementwise import piecewise
from zenverify.tensor.elementwise.comparisons import Booleans, compare
from zenverify.tensor.operation import Array, Operation
from zenverify.tensor.recording import (
    Attributes,
    Operand,
    fill,
    record_pair,
    record_single,
    results_are,
)
from zenverify.tensor.reductions import deviations, reductions, scans, softmaxes, sorting
from zenverify.tensor.shaping import diagonals, indexing, permuting, repeating, shaping, taking
from zenverify.tensor.shaping.shaping import ShapeArgument

__all__ = ["Tensor"]


class Tensor:
    """An array that remembers how it was computed, so that it can be differentiated.

    Parameters
    ----------
    value : number or array
        Copied. float32 and float64 are kept, integers and booleans become float64.
    trainable : bool
        Whether gradients are wanted. If not, the tensor is a constant.

    Raises
    ------
    TypeError
        If the value has another dtype.

    Notes
    -----
    What is computed from constants alone is a constant, and nothing is recorded of it.
    Other results keep their operands' arrays: a new `value` for a parameter does not change the
    gradients of a graph that has been recorded.
    """

    __slots__ = (
        "__weakref__",
        "accumulated",
        "array",
        "custom",
        "dependencies",
        "id",
        "keywords",
        "operands",
        "operation",
        "owns_gradient",
        "trainable",
    )

    # NumPy must leave `array * tensor` and the like to the reflected operators below.
    __array_ufunc__ = None
    __array_priority__ = 1000

    array: Array
    trainable: bool
    operation: str | None
    keywords: Attributes
    dependencies: tuple[Tensor, ...]
    operands: tuple[Array, ...]
    custom: Operation | None
    accumulated: Array | None
    owns_gradient: bool
    id: int

    def __init__(self, value: ArrayLike, trainable: bool = True) -> None:
        fill(self, as_array("Tensor", value), bool(trainable))

    @classmethod
    def from_operation(
        cls,
        value: ArrayLike,
        dependencies: Sequence[Tensor],
        grads: Sequence[Grad],
        name: str = "custom",
    ) -> Tensor:
        """Record an operation of your own.

        Parameters
        ----------
        value : number or array
            What the operation computed. Copied.
        dependencies : sequence of Tensor
            The tensors that it computed it from.
        grads : sequence of callables
            One pullback for each of them: takes the cotangent of the result to the contribution
            to the dependency, which must have the dependency's shape.
        name : str
            What to call the operation in error messages.

        Raises
        ------
        TypeError
            If a dependency is not a Tensor, or the value has an unsupported dtype.
        ValueError
            If there are not as many grads as dependencies.
        """
        if len(grads) != len(dependencies):
            raise ValueError(
                f"{name}: {len(grads)} grads for {len(dependencies)} dependencies; expected one "
                "for each"
            )
        for dependency in dependencies:
            if not isinstance(dependency, Tensor):
                raise TypeError(
                    f"{name}: a dependency is a {type(dependency).__name__}; expected a Tensor"
                )
        array = as_array(name, value)
        node = cls.__new__(cls)
        if any(dependency.trainable for dependency in dependencies):
            operands = tuple(dependency.array for dependency in dependencies)
            operation = custom_operation(name, array, grads)
            fill(node, array, True, name, {}, tuple(dependencies), operands, operation)
        else:
            fill(node, array, False)
        return node

    # ---- state ----

    @property
    def value(self) -> Array:
        """The data, always an array (0-d for a number), read-only: a graph may rely on it.

        A leaf can be given a new value of the same shape, which is copied:
        ``parameter.value = parameter.value - rate * parameter.gradient``.
        """
        self.array.setflags(write=False)
        return self.array

    @value.setter
    def value(self, value: ArrayLike) -> None:
        if self.operation is not None:
            raise ValueError(f"the result of {self.operation} cannot be given another value")
        self.array = self._conforming("value", value)

    @property
    def shape(self) -> Shape:
        """The data's shape, ``()`` for a number."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data's dtype, float32 or float64."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    @property
    def attributes(self) -> Attributes:
        """What the operation was given beside its operands, normalised."""
        return MappingProxyType(self.keywords)

    @property
    def grads(self) -> tuple[Callable[[Array], Array], ...]:
        """One pullback per dependency: takes this tensor's cotangent to a contribution."""
        return tuple(
            partial(self._pull_back, position) for position in range(len(self.dependencies))
        )

    @property
    def gradient(self) -> Array:
        """The accumulated gradient, of the value's shape and dtype; zeros before there is any.

        The array is the caller's: nothing else shares its memory.
        """
        if self.accumulated is None:
            self.accumulated = np.zeros_like(self.array)
        elif not self.owns_gradient:
            self.accumulated = np.array(self.accumulated, self.array.dtype)
        self.owns_gradient = True
        return self.accumulated

    def __repr__(self) -> str:
        data = np.array2string(
            self.array, separator=", ", threshold=20, edgeitems=2, prefix="Tensor("
        )
        return f"Tensor({data}, shape={self.shape}, trainable={self.trainable})"

    # ---- differentiation ----

    def get_gradients(self, grad: ArrayLike | None = None) -> None:
        """Add the gradients of this tensor to `gradient`, of every tensor it depends on.

        Parameters
        ----------
        grad : array or number, optional
            The cotangent of this tensor, of its shape; ones by default, which makes it the
            gradient of the sum.

        Raises
        ------
        ValueError
            If the cotangent has another shape.
        TypeError
            If its dtype is not supported.
        """
        cotangent = self._cotangent(grad)
        if not self.trainable:
            return
        for node, received in walk.cotangents(self, cotangent).items():
            held = node.accumulated
            node.accumulated = received if held is None else quiet.run(np.add, held, received)
            node.owns_gradient = False

    def grad(self, target: Tensor, grad: ArrayLike | None = None) -> Array:
        """Return the derivative with respect to one tensor, and leave every `gradient` alone.

        Parameters
        ----------
        target : Tensor
            What to differentiate by.
        grad : array or number, optional
            As for `get_gradients`.

        Returns
        -------
        array
            Of the target's shape and dtype; zeros if this tensor does not depend on it, or it is
            not trainable.

        Raises
        ------
        TypeError
            If the target is not a Tensor, or the cotangent's dtype is not supported.
        ValueError
            If the cotangent has another shape.
        """
        if not isinstance(target, Tensor):
            raise TypeError(f"grad: the target is a {type(target).__name__}; expected a Tensor")
        cotangent = self._cotangent(grad)
        received = walk.cotangents(self, cotangent).get(target) if self.trainable else None
        if received is None:
            return np.zeros_like(target.array)
        derivative: Array = quiet.run(np.array, received, target.array.dtype)
        return derivative

    def zero_gradients(self) -> None:
        """Forget the gradient of this tensor and of every tensor it depends on."""
        for node in walk.postorder(self):
            node.accumulated = None

    def depends_on(self, other: Tensor) -> bool:
        """Whether this tensor is the other one, or was computed from it."""
        return walk.reachable(self, other)

    def _cotangent(self, grad: ArrayLike | None) -> Array:
        """Return the cotangent that the user gave, checked, or ones."""
        if grad is None:
            return np.ones_like(self.array)
        return self._conforming("cotangent", grad)

    def _conforming(self, what: str, value: ArrayLike) -> Array:
        """Copy an array that must have this tensor's shape, in this tensor's dtype."""
        array = as_array(what, value)
        if array.shape != self.shape:
            raise ValueError(f"{what} of shape {array.shape} for a tensor of shape {self.shape}")
        conforming: Array = quiet.run(array.astype, self.array.dtype, copy=False)
        return conforming

    def _pull_back(self, position: int, cotangent: ArrayLike) -> Array:
        arguments = (self._conforming("cotangent", cotangent), self.array, *self.operands)
        dtype = self.operands[position].dtype
        with np.errstate(all="ignore"):
            addend = walk.contribution(walk.operation_of(self), position, arguments, self.keywords)
            return np.array(addend, dtype)

    # ---- operators ----

    def __add__(self, other: Operand) -> Tensor:
        return record_pair("add", self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return record_pair("add", other, self)

    def __sub__(self, other: Operand) -> Tensor:
        return record_pair("subtract", self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return record_pair("subtract", other, self)

    def __mul__(self, other: Operand) -> Tensor:
        return record_pair("multiply", self, other)

    def __rmul__(self, other: Operand) -> Tensor:
        return record_pair("multiply", other, self)

    def __truediv__(self, other: Operand) -> Tensor:
        return record_pair("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return record_pair("divide", other, self)

    def __mod__(self, other: Operand) -> Tensor:
        return record_pair("remainder", self, other)

    def __rmod__(self, other: Operand) -> Tensor:
        return record_pair("remainder", other, self)

    def __pow__(self, other: Operand) -> Tensor:
        return record_pair("power", self, other)

    def __rpow__(self, other: Operand) -> Tensor:
        return record_pair("power", other, self)

    def __matmul__(self, other: Operand) -> Tensor:
        return record_pair("matmul", self, other)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return record_pair("matmul", other, self)

    def __gt__(self, other: Operand) -> Booleans:
        return compare("greater", np.greater, self, other)

    def __ge__(self, other: Operand) -> Booleans:
        return compare("greater_equal", np.greater_equal, self, other)

    def __lt__(self, other: Operand) -> Booleans:
        return compare("less", np.less, self, other)

    def __le__(self, other: Operand) -> Booleans:
        return compare("less_equal", np.less_equal, self, other)

    def dot(self, other: Operand) -> Tensor:
        """Sum of products over the last axis and the last but one of the other operand."""
        return record_pair("dot", self, other)

    def __neg__(self) -> Tensor:
        return record_single("negative", self)

    def __abs__(self) -> Tensor:
        return record_single("absolute", self)

    def __getitem__(self, key: Any) -> Tensor:
        return indexing.index(self, key)

    def __iter__(self) -> Iterator[Tensor]:
        if not self.shape:
            raise TypeError("a tensor of shape () cannot be iterated over")
        return (self[position] for position in range(self.shape[0]))

    # ---- operations as methods; each is described where it is defined ----

    def exp(self) -> Tensor:
        """Elementwise exponential."""
        return record_single("exp", self)

    def expm1(self) -> Tensor:
        """Elementwise ``exp(x) - 1``."""
        return record_single("expm1", self)

    def log(self) -> Tensor:
        """Elementwise natural logarithm."""
        return record_single("log", self)

    def log1p(self) -> Tensor:
        """Elementwise ``log(1 + x)``."""
        return record_single("log1p", self)

    def sqrt(self) -> Tensor:
        """Elementwise square root."""
        return record_single("sqrt", self)

    def sin(self) -> Tensor:
        """Elementwise sine."""
        return record_single("sin", self)

    def cos(self) -> Tensor:
        """Elementwise cosine."""
        return record_single("cos", self)

    def tanh(self) -> Tensor:
        """Elementwise hyperbolic tangent."""
        return record_single("tanh", self)

    def sigmoid(self) -> Tensor:
        """Elementwise logistic function."""
        return record_single("sigmoid", self)

    def softplus(self) -> Tensor:
        """Elementwise ``log(1 + exp(x))``."""
        return record_single("softplus", self)

    def relu(self) -> Tensor:
        """Elementwise ``max(x, 0)``."""
        return record_single("relu", self)

    def clip(self, lower: float | None = None, upper: float | None = None) -> Tensor:
        """Elementwise limits."""
        return piecewise.clip(self, lower, upper)

    def sum(self, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
        """Sum along the axes."""
        return reductions.sum(self, axis, keepdims)

    def mean(self, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
        """Arithmetic mean along the axes."""
        return reductions.mean(self, axis, keepdims)

    def prod(self, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
        """Product along the axes."""
        return reductions.prod(self, axis, keepdims)

    def max(self, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
        """Largest element along the axes."""
        return reductions.max(self, axis, keepdims)

    def min(self, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
        """Smallest element along the axes."""
        return reductions.min(self, axis, keepdims)

    def logsumexp(self, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
        """Logarithm of the sum of exponentials along the axes."""
        return reductions.logsumexp(self, axis, keepdims)

    def var(
        self, axis: AxisArgument = None, keepdims: bool = False, ddof: SupportsIndex = 0
    ) -> Tensor:
        """Variance along the axes."""
        return deviations.var(self, axis, keepdims, ddof)

    def std(
        self, axis: AxisArgument = None, keepdims: bool = False, ddof: SupportsIndex = 0
    ) -> Tensor:
        """Standard deviation along the axes."""
        return deviations.std(self, axis, keepdims, ddof)

    def cumsum(self, axis: SupportsIndex | None = None) -> Tensor:
        """Running sum along an axis."""
        return scans.cumsum(self, axis)

    def cumprod(self, axis: SupportsIndex | None = None) -> Tensor:
        """Running product along an axis."""
        return scans.cumprod(self, axis)

    def sort(self, axis: SupportsIndex | None = -1) -> Tensor:
        """Sorted along an axis: a new tensor, the array's method sorts in place."""
        return sorting.sort(self, axis)

    def softmax(self, axis: AxisArgument = -1) -> Tensor:
        """Exponentials divided by their sum along the axes."""
        return softmaxes.softmax(self, axis)

    def log_softmax(self, axis: AxisArgument = -1) -> Tensor:
        """Logarithm of the softmax along the axes."""
        return softmaxes.log_softmax(self, axis)

    def reshape(self, *shape: ShapeArgument) -> Tensor:
        """The same elements in another shape, given as one tuple or size by size."""
        return shaping.reshape(self, _one_or_many(shape))

    def flatten(self) -> Tensor:
        """The elements in one dimension."""
        return shaping.flatten(self)

    def transpose(self, *axes: ShapeArgument | None) -> Tensor:
        """Permuted axes, given as one tuple or axis by axis; reversed by default."""
        return permuting.transpose(self, _one_or_many(axes) if axes else None)

    @property
    def T(self) -> Tensor:  # noqa: N802 - NumPy's name
        """The axes reversed."""
        return permuting.transpose(self)

    def expand_dims(self, axis: ShapeArgument) -> Tensor:
        """New axes of size one."""
        return shaping.expand_dims(self, axis)

    def squeeze(self, axis: AxisArgument = None) -> Tensor:
        """Without axes of size one."""
        return shaping.squeeze(self, axis)

    def broadcast_to(self, shape: ShapeArgument) -> Tensor:
        """Repeated to fill a shape."""
        return shaping.broadcast_to(self, shape)

    def swapaxes(self, axis1: SupportsIndex, axis2: SupportsIndex) -> Tensor:
        """Two axes interchanged."""
        return permuting.swapaxes(self, axis1, axis2)

    def repeat(self, repeats: ArrayLike, axis: SupportsIndex | None = None) -> Tensor:
        """Each element, or each slice along an axis, repeated in place."""
        return repeating.repeat(self, repeats, axis)

    def take(self, indices: Any, axis: SupportsIndex | None = None) -> Tensor:
        """Slices along an axis, or elements, by their numbers."""
        return taking.take(self, indices, axis)

    def diagonal(
        self, offset: SupportsIndex = 0, axis1: SupportsIndex = 0, axis2: SupportsIndex = 1
    ) -> Tensor:
        """The diagonals of the matrices in two axes."""
        return diagonals.diagonal(self, offset, axis1, axis2)

    def trace(
        self, offset: SupportsIndex = 0, axis1: SupportsIndex = 0, axis2: SupportsIndex = 1
    ) -> Tensor:
        """The sums of the diagonals of the matrices in two axes."""
        return diagonals.trace(self, offset, axis1, axis2)


def _one_or_many(arguments: tuple[Any, ...]) -> Any:
    """Return what a method was given: a single tuple (or None), or several integers."""
    return arguments[0] if len(arguments) == 1 else arguments


results_are(Tensor)
