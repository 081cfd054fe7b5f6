"""`check_grads` with the signature of `jax.test_util.check_grads`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from jax.test_util import check_grads as jax_check_grads

from zenverify.errors import UsageError
from zenverify.functions.entry import checked
from zenverify.functions.result import GradcheckResult

_MODES = ("fwd", "rev")


def check_grads(
    f: Callable[..., Any],
    args: Any,
    order: int,
    modes: Sequence[str] = _MODES,
    atol: Any = None,
    rtol: Any = None,
    eps: float | None = None,
) -> GradcheckResult | None:
    """Check a gradient as `jax.test_util.check_grads` is asked to.

    Parameters
    ----------
    f, args
        As for `zenverify.gradcheck`.
    order
        The first order of reverse mode is checked here; JAX's own checker looks at the rest, in the
        same call, and a note says so.
    modes
        ``"fwd"``, ``"rev"`` or both.
    atol, rtol, eps
        JAX's own checker is given them; here they are not needed.

    Returns
    -------
    GradcheckResult or None
        What was found about reverse mode; None if it is none of the modes.

    Raises
    ------
    AssertionError
        If something is wrong.
    UsageError
        If a mode is neither ``"fwd"`` nor ``"rev"``, or the order is less than one.
    """
    wanted = tuple(modes)
    if not wanted or any(mode not in _MODES for mode in wanted):
        raise UsageError(f"check_grads: modes are 'fwd' and 'rev', got {modes!r}")
    if order < 1:
        raise UsageError(f"check_grads: the order is 1 or more, got {order}")
    theirs: Any = jax_check_grads
    tolerances = {"atol": atol, "rtol": rtol, "eps": eps}
    result, notes = None, []
    if "rev" in wanted:
        given = tuple(args) if isinstance(args, tuple | list) else (args,)
        result = checked(f, given, "jax")
        if not result:
            raise AssertionError(str(result))
    if order > 1:
        theirs(f, args, order, modes=wanted, **tolerances)
        notes.append(f"order {order}: checked by jax.test_util.check_grads: the verdict is its own")
    elif "fwd" in wanted:
        theirs(f, args, 1, modes=("fwd",), **tolerances)
        notes.append("forward mode: checked by jax.test_util.check_grads: the verdict is its own")
    return None if result is None else replace(result, notes=(*result.notes, *notes))
