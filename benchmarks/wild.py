"""Functions of public packages, by `zenverify.gradcheck` and by the libraries' own checkers.

    python -m benchmarks.wild [--library torch|jax] [--dtype float64|float32] [--only TEXT]
                              [--markdown]

`measures/wild_torch.py` and `measures/wild_jax.py` hold the functions, by package; what is not
installed is said. A line per function: our verdict, the own checker's answer, and the seconds of
both. A function that we fail and the own checker passes is an alarm, and one that we pass and it
fails in float64 is missed, unless `baselines/wild.json` gives a reason. (In float32 torch's own
checker fails nearly everything.) Exit code 1 if there is one of either, or an exception of ours.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zenverify import gradcheck
from zenverify.errors import UsageError

BASELINE = Path(__file__).parent / "baselines" / "wild.json"

_MISMATCHES = ("GradcheckError", "AssertionError")

_UNDECIDED = ("DIFFERENCE_UNRELIABLE", "REFUSED")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one function.

    Attributes
    ----------
    name
        Its library, package and name.
    dtype
        That of its inputs.
    verdict, message
        Ours; EXCEPTION where we raised.
    own
        What the library's own checker says: ``passes``, ``fails``, or ``cannot``, where it raises
        something else than that a gradient is wrong.
    seconds, own_seconds
        How long both took.
    """

    name: str
    dtype: str
    verdict: str
    message: str
    own: str
    seconds: float
    own_seconds: float

    @property
    def kind(self) -> str:
        """``alarm``, ``missed``, ``exception``, or nothing."""
        if self.verdict == "EXCEPTION":
            return "exception"
        if self.verdict == "AGREE":
            return "missed" if self.own == "fails" and self.dtype == "float64" else ""
        return "alarm" if self.own == "passes" and self.verdict not in _UNDECIDED else ""


def _outcome(
    name: str,
    dtype: str,
    function: Any,
    inputs: Any,
    own: Callable[[Any, Any], object],
    engine: str,
) -> Outcome:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began = time.perf_counter()
        try:
            said = "fails" if own(function, inputs) is False else "passes"
        except Exception as error:  # noqa: BLE001  it is how the own checkers fail
            said = "fails" if type(error).__name__ in _MISMATCHES else "cannot"
        between = time.perf_counter()
        try:
            result = gradcheck(function, inputs, engine=engine)
            verdict = str(result.verdict)
            message = next((one.message for one in result.findings), "; ".join(result.notes))
        except UsageError as error:
            verdict, message = "REFUSED", str(error)
        except Exception as error:  # noqa: BLE001  counted: there must be none
            verdict, message = "EXCEPTION", f"{type(error).__name__}: {error}"
    after = time.perf_counter()
    return Outcome(name, dtype, verdict, message, said, after - between, between - began)


def _torch(dtype: str) -> tuple[dict[str, Any], Callable[[Any], Any], Callable[[Any, Any], object]]:
    import torch

    from benchmarks.measures.wild_torch import PACKAGES

    torch.set_default_dtype(getattr(torch, dtype))

    def prepared(inputs: Any) -> Any:
        return tuple(one.detach().clone().requires_grad_() for one in inputs)

    def own(function: Any, inputs: Any) -> object:
        return torch.autograd.gradcheck(function, prepared(inputs))

    return PACKAGES, prepared, own


def _jax(dtype: str) -> tuple[dict[str, Any], Callable[[Any], Any], Callable[[Any, Any], object]]:
    import jax
    import jax.numpy as jnp
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    from benchmarks.measures.wild_jax import PACKAGES

    def cast(leaf: Any) -> Any:
        is_float = hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)
        return leaf.astype(dtype) if is_float else leaf

    def prepared(inputs: Any) -> Any:
        return jax.tree.map(cast, inputs)

    def own(function: Any, inputs: Any) -> object:
        return check_grads(function, prepared(inputs), order=1, modes=["rev"])

    return PACKAGES, prepared, own


_LIBRARIES = {"torch": _torch, "jax": _jax}


def _row(one: Outcome, why: str, *, markdown: bool) -> str:
    times = f"{one.seconds:.1f} s", f"{one.own_seconds:.1f} s"
    if markdown:
        return f"| {one.name} | {one.verdict} | {one.own} | {' | '.join(times)} | {why} |"
    return (
        f"{one.name:<46} {one.verdict:<21} {one.own:<6} {times[0]:>7} {times[1]:>7}  {why}".rstrip()
    )


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", choices=tuple(_LIBRARIES))
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--only", default="", help="packages whose name holds this text")
    parser.add_argument("--markdown", action="store_true", help="print rows of a table")
    options = parser.parse_args()
    known = json.loads(BASELINE.read_text(encoding="utf-8"))
    found: list[Outcome] = []
    for library in [options.library] if options.library else _LIBRARIES:
        if importlib.util.find_spec(library) is None:
            print(f"{library}: not installed")
            continue
        packages, prepared, own = _LIBRARIES[library](options.dtype)
        for package, make in packages.items():
            if options.only not in package:
                continue
            try:
                examples = list(make())
            except ImportError as error:
                print(f"{library}, {package}: not installed ({error})")
                continue
            for name, function, inputs in examples:
                whole = f"{library}, {package}: {name}"
                given = prepared(inputs)
                one = _outcome(whole, options.dtype, function, given, own, library)
                found.append(one)
                why = known.get(whole, "") if one.kind or one.verdict != "AGREE" else ""
                print(_row(one, why or one.kind, markdown=options.markdown), flush=True)
                if one.kind and not why:
                    print(f"  {one.message[:300]}")
    told = [one for one in found if one.kind and one.name not in known]
    passed = sum(one.verdict == "AGREE" for one in found)
    print(
        f"{len(found)} functions, {options.dtype}: {passed} pass, "
        f"{sum(one.verdict in _UNDECIDED for one in found)} undecided; "
        f"{sum(one.kind == 'alarm' for one in told)} alarms, "
        f"{sum(one.kind == 'missed' for one in told)} missed, "
        f"{sum(one.kind == 'exception' for one in told)} exceptions"
    )
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
