"""`zenverify.gradcheck`: the gradient of the function in hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from zenverify.errors import UsageError
from zenverify.functions.checking import examine
from zenverify.functions.expressions import checked_by_expression
from zenverify.functions.limited import TIMEOUT, CallTimedOut, Limited
from zenverify.functions.recording import Function
from zenverify.functions.result import GradcheckResult

if TYPE_CHECKING:
    import sympy

_BACKENDS = {
    "torch": ("zenverify.functions.torch.backend", "TorchFunction"),
    "jax": ("zenverify.functions.jax.backend", "JaxFunction"),
    "zen": ("zenverify.functions.zen", "ZenFunction"),
}
_PACKAGES = {"torch": "torch", "jax": "jax", "jaxlib": "jax", "zenverify": "zen"}


def gradcheck(
    fn: Callable[..., Any],
    inputs: Any,
    *,
    expression: Callable[..., sympy.Expr] | str | None = None,
    engine: str | None = None,
    timeout: float = TIMEOUT,
) -> GradcheckResult:
    """Check the gradient of a function at given inputs.

    Without an expression, the call is recorded operation by operation. Each one's value and
    gradient are held against its declaration, in enclosures; a rule of your own against the
    operations of its forward pass; what is not declared against differences with an estimated
    error. The gradients of the whole call must be what the operations' rules add up to.

    Parameters
    ----------
    fn
        A function of torch or JAX arrays or of `zenverify.Tensor`; a ``torch.autograd.Function``
        or its ``apply``; a ``torch.nn.Module``, whose parameters are checked too; a function with
        a ``jax.custom_vjp``.
    inputs
        Its arguments: a tuple, or a single one. As with ``torch.autograd.gradcheck``, those that
        have ``requires_grad`` are checked; as with ``jax.test_util.check_grads``, all float arrays
        are. Each in its own precision, float64 or float32: there is no need for double.
    expression
        What the function computes, elementwise with broadcasting: a function of SymPy symbols, one
        per input, such as ``lambda x, y: sympy.exp(x) * y``; or text, such as ``"exp(x) * y"``.
    engine
        ``"torch"``, ``"jax"`` or ``"zen"``; by default that of the inputs.
    timeout
        Seconds that one call of the function, of an operation or of a rule may take; not above 0
        for no limit.

    Returns
    -------
    GradcheckResult
        True if everything agrees: ``assert gradcheck(fn, inputs)``. Nothing is raised for a wrong
        gradient. It prints as a table, with what is wrong first.

    Raises
    ------
    UsageError
        If the inputs belong to no known library, there is nothing to differentiate, or the
        expression does not fit.

    Examples
    --------
    >>> from zenverify import Tensor, gradcheck
    >>> bool(gradcheck(lambda x, y: (x * y).tanh().sum(), (Tensor([0.5, -1.5]), Tensor(2.0))))
    True
    """
    given = tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    library = engine or _library_of(fn, given)
    return checked(fn, given, library, expression=expression, timeout=timeout)


def checked(
    fn: Callable[..., Any],
    inputs: Sequence[Any],
    engine: str,
    *,
    expression: Callable[..., sympy.Expr] | str | None = None,
    timeout: float = TIMEOUT,
    differing: float = 0.0,
) -> GradcheckResult:
    """Check a function of a library's arrays.

    Parameters
    ----------
    fn, inputs, engine, expression, timeout
        As for `gradcheck`.
    differing
        How far a second call's results and gradients may be off.
    """
    function = Limited(_function(engine, fn, inputs), timeout)
    try:
        if expression is not None:
            return checked_by_expression(function, expression)
        return examine(function, differing)
    except CallTimedOut as late:  # before there was anything to check
        return GradcheckResult(function.engine, late.finding.verdict, (late.finding,), ())


def _function(name: str, fn: Callable[..., Any], inputs: Sequence[Any]) -> Function:
    if name not in _BACKENDS:
        raise UsageError(f"gradcheck: engine {name!r} is none of {', '.join(_BACKENDS)}")
    if not callable(fn):
        raise UsageError(f"gradcheck: a {type(fn).__name__} is no function")
    module, attribute = _BACKENDS[name]
    try:
        backend = getattr(import_module(module), attribute)
    except ImportError as error:
        raise UsageError(
            f"gradcheck: {error.name or name} is not installed; pip install 'zenverify[{name}]'"
        ) from error
    function: Function = backend(fn, inputs)
    return function


def _library_of(fn: object, inputs: Sequence[Any]) -> str:
    """The library whose arrays the inputs hold, or that the function's class belongs to."""
    for one in (*_leaves(inputs), fn):
        classes = inspect.getmro(one if isinstance(one, type) else type(one))
        for cls in classes:
            library = _PACKAGES.get(cls.__module__.partition(".")[0])
            if library is not None:
                return library
    kinds = ", ".join(sorted({type(one).__name__ for one in inputs})) or "none"
    raise UsageError(
        f"gradcheck: inputs of a known library expected (torch, jax, zenverify), got {kinds}; or "
        "say which with engine=..."
    )


def _leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, tuple | list):
        return [leaf for part in tree for leaf in _leaves(part)]
    return [tree]
