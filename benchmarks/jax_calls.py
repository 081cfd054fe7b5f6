"""Check more than 500 calls of JAX's functions by `zenverify.gradcheck`.

    python -m benchmarks.jax_calls [--dtype float32] [--only TEXT] [--verbose]

JAX ships no test inputs, so `measures/jax_table.py` writes the calls as users do. Counts verdicts,
and how each operation was checked. Exit code 1 if a finding is not in `baselines/jax_calls.json`,
where the real faults are listed with their reasons, or if one that is listed no longer comes up.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import jax
import numpy as np

BASELINE = Path(__file__).parent / "baselines" / "jax_calls.json"

_PASSES = ("AGREE", "DIFFERENCE_UNRELIABLE", "REFUSED")
"""What accuses nobody: right, undecided, or a clear word about what cannot be checked."""


def outcome_of(function: Any, inputs: Any) -> tuple[str, str, list[str]]:
    """The verdict, the first finding, and what the operations were held against."""
    from zenverify import gradcheck
    from zenverify.errors import UsageError

    try:
        result = gradcheck(function, inputs, engine="jax")
    except UsageError as error:
        return "REFUSED", str(error), []
    except Exception as error:  # noqa: BLE001  counted: there must be none
        return "EXCEPTION", f"{type(error).__name__}: {error}"[:300], []
    found = [f"{one.blame.operation}: {one.message}" for one in result.findings]
    methods = [row.method for row in result.operations]
    return str(result.verdict), (found or [*result.notes, ""])[0], methods


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--only", default="", help="calls whose name holds this text")
    parser.add_argument("--verbose", action="store_true", help="a line per call")
    options = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    from benchmarks.measures.jax_table import calls

    known = json.loads(BASELINE.read_text(encoding="utf-8"))[options.dtype]
    verdicts: Counter[str] = Counter()
    methods: Counter[str] = Counter()
    failing = set()
    wanted = [call for call in calls() if options.only in call.name]
    for call in wanted:
        began = time.perf_counter()
        cast = np.dtype(options.dtype)
        inputs = jax.tree.map(lambda x, cast=cast: np.asarray(x, cast), call.inputs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict, message, held = outcome_of(call.function, inputs)
        verdicts[verdict] += 1
        methods.update(held)
        if verdict not in _PASSES:
            failing.add(call.name)
        if options.verbose or (verdict != "AGREE" and call.name not in known):
            print(f"{call.name}: {verdict} {message} ({time.perf_counter() - began:.1f} s)"[:300])
        jax.clear_caches()
    print(f"{len(wanted)} calls, {options.dtype}: {dict(verdicts.most_common())}")
    print(f"operations held against: {dict(methods.most_common())}")
    gone = {name for name in known if options.only in name} - failing
    for name in sorted(gone):
        print(f"{name}: listed as known, and passes")
    return 1 if gone or failing - known.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
