"""`gradcheck` with the signature of `torch.autograd.gradcheck`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch.autograd.gradcheck import GradcheckError
from torch.autograd.gradcheck import gradcheck as torch_gradcheck
from torch.utils._pytree import tree_flatten

from zenverify.errors import UsageError
from zenverify.functions.entry import checked
from zenverify.functions.findings import finding_about
from zenverify.functions.result import GradcheckResult
from zenverify.verification.events import Finding
from zenverify.verification.raised import text_of
from zenverify.verification.verdict import Verdict

_SIMILAR = {torch.float64: 1e-10, torch.complex128: 1e-10}
"""How near the gradients of a batch of cotangents must be to those of each; else 1e-4."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> GradcheckResult:
    """Check a gradient as `torch.autograd.gradcheck` is asked to.

    Parameters
    ----------
    func, inputs
        As for `zenverify.gradcheck`.
    eps, atol, rtol, fast_mode
        Not needed: a note says so where they are given.
    raise_exception
        Whether a wrong gradient raises torch's own ``GradcheckError``.
    nondet_tol
        How far a second call's results and gradients may be off.
    check_undefined_grad
        Whether cotangents that are undefined must give gradients that are undefined or zero.
    check_grad_dtypes
        Whether the gradients' dtypes must be the inputs'.
    check_batched_grad
        Whether a batch of cotangents must give what each of them gives.
    check_forward_ad, check_batched_forward_grad
        Forward mode: torch's own checker looks at it, in the same call, and a note says so.
    check_backward_ad
        Whether reverse mode is checked.
    masked
        Not to be given.

    Returns
    -------
    GradcheckResult
        True if everything agrees.

    Raises
    ------
    torch.autograd.gradcheck.GradcheckError
        If something is wrong and `raise_exception` is true.
    UsageError
        As `zenverify.gradcheck`; if `masked` is true, or no mode is to be checked.
    """
    if masked:
        raise UsageError("gradcheck: masked=True, gradients of sparse tensors, cannot be checked")
    if not check_backward_ad and not check_forward_ad:
        raise UsageError("gradcheck: check_forward_ad or check_backward_ad must be true")
    given = tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    notes: list[str] = []
    if (eps, atol, rtol, fast_mode) != (1e-6, 1e-5, 1e-3, False):
        notes.append("eps, atol, rtol and fast_mode are not needed: no tolerance is")
    result = GradcheckResult(f"torch {torch.__version__}", Verdict.AGREE, (), ())
    found: list[Finding] = []
    if check_backward_ad:
        result = checked(func, given, "torch", differing=nondet_tol)
    returns = result.verdict is not Verdict.TIMEOUT
    if check_backward_ad and returns:
        found += _undefined(func, given) if check_undefined_grad else []
        found += _dtypes(func, given) if check_grad_dtypes else []
        found += _batched(func, given) if check_batched_grad else []
    if check_forward_ad and returns:
        notes.append(
            "forward mode: checked by torch.autograd.gradcheck, and the verdict is its own"
        )
        forward: dict[str, Any] = {
            "check_forward_ad": True,
            "check_backward_ad": False,
            "check_undefined_grad": False,
            "check_batched_forward_grad": check_batched_forward_grad,
        }
        tolerances: dict[str, Any] = {
            "eps": eps,
            "atol": atol,
            "rtol": rtol,
            "nondet_tol": nondet_tol,
        }
        try:
            torch_gradcheck(func, inputs, **tolerances, **forward, fast_mode=fast_mode)
        except GradcheckError as error:
            found.append(finding_about(Verdict.ENGINE_WRONG, "forward mode", text_of(error)))
    findings = (*result.findings, *found)
    verdict = findings[0].verdict if findings else result.verdict
    result = replace(result, verdict=verdict, findings=findings, notes=(*result.notes, *notes))
    if raise_exception and not result:
        raise GradcheckError(str(result))
    return result


def _called(func: Callable[..., Any], inputs: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The results that a derivative flows through, and the inputs that one is wanted of."""
    results = [leaf for leaf in tree_flatten(func(*inputs))[0] if _is_wanted(leaf)]
    return results, [leaf for leaf in tree_flatten(inputs)[0] if _is_wanted(leaf)]


def _is_wanted(leaf: Any) -> bool:
    return isinstance(leaf, torch.Tensor) and bool(leaf.requires_grad)


def _undefined(func: Callable[..., Any], inputs: Sequence[Any]) -> list[Finding]:
    """Cotangents that are undefined, all of them or each alone, give zeros or nothing."""
    results, wanted = _called(func, inputs)
    alone: list[list[int]] = [[n] for n in range(len(results))] if len(results) > 1 else []
    for chosen in (list(range(len(results))), *alone):
        undefined = torch._C._functions.UndefinedGrad()
        given = [undefined(one) if n in chosen else one for n, one in enumerate(results)]
        zeros = [torch.zeros_like(one) for one in given]
        try:
            gradients = torch.autograd.grad(
                given, wanted, zeros, allow_unused=True, retain_graph=True
            )
        except Exception as error:  # noqa: BLE001  that of somebody's rule
            message = (
                f"the reverse pass raised {type(error).__name__} where a cotangent is undefined"
            )
            return [finding_about(Verdict.CRASH, "undefined cotangents", message)]
        for number, gradient in enumerate(gradients):
            if gradient is not None and gradient.count_nonzero():
                message = f"gradient {number} is not zero where no cotangent arrives"
                return [finding_about(Verdict.ENGINE_WRONG, "undefined cotangents", message)]
    return []


def _dtypes(func: Callable[..., Any], inputs: Sequence[Any]) -> list[Finding]:
    results, wanted = _called(func, inputs)
    gradients = torch.autograd.grad(
        results, wanted, list(map(torch.ones_like, results)), allow_unused=True
    )
    return [
        finding_about(Verdict.STRUCTURE, "dtype", f"of {one.dtype} the gradient is {got.dtype}")
        for one, got in zip(wanted, gradients, strict=True)
        if got is not None and got.dtype != one.dtype
    ]


def _batched(func: Callable[..., Any], inputs: Sequence[Any]) -> list[Finding]:
    """Two cotangents at once, by vmap, give what each of them gives."""
    results, wanted = _called(func, inputs)
    draw = torch.Generator().manual_seed(0)
    for result in results:
        cotangents = torch.randn((2, *result.shape), generator=draw, dtype=result.dtype)

        def pulled(cotangent: Any, result: Any = result, *, batched: bool = False) -> Any:
            return torch.autograd.grad(
                result,
                wanted,
                cotangent,
                retain_graph=True,
                allow_unused=True,
                is_grads_batched=batched,
            )

        try:
            together = pulled(cotangents, batched=True)
        except Exception as error:  # noqa: BLE001  an operation that vmap does not know
            message = f"a batch of cotangents: {text_of(error)}"
            return [finding_about(Verdict.CRASH, "batched cotangents", message)]
        each = [pulled(cotangent) for cotangent in cotangents]
        for number, got in enumerate(together):
            if got is None:
                continue
            expected = torch.stack([one[number] for one in each])
            near = _SIMILAR.get(got.dtype, 1e-4)
            if not torch.allclose(got, expected, rtol=near, atol=near, equal_nan=True):
                message = f"gradient {number} of a batch of cotangents is not what each one gives"
                return [finding_about(Verdict.ENGINE_WRONG, "batched cotangents", message)]
    return []
