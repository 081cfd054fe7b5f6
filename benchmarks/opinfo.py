"""Check torch's operations on torch's own test inputs (OpInfo), by `zenverify.gradcheck`.

    python -m benchmarks.opinfo [--samples tenth] [--dtype float32] [--only TEXT] [--to FILE]

Needs torch and expecttest. One sample of each entry by default; or a tenth of them, or all. Counts
verdicts, and how each operation was checked. `--to FILE` writes a line of JSON per sample, and goes
on where it was interrupted. Exit code 1 if a finding is not in `baselines/opinfo.json`, where the
real faults are listed with their reasons, or, of all samples, if one that is listed there no longer
comes up.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_flatten, tree_unflatten

from zenverify import gradcheck
from zenverify.errors import UsageError

BASELINE = Path(__file__).parent / "baselines" / "opinfo.json"

_PASSES = ("AGREE", "DIFFERENCE_UNRELIABLE", "REFUSED")
"""What accuses nobody: right, undecided, or a clear word about what cannot be checked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample.

    Attributes
    ----------
    entry, number, dtype
        Which sample it is.
    verdict
        The verdict; REFUSED for a usage error, EXCEPTION for any other, TIMEOUT.
    message
        The first finding, or the error.
    methods
        What its operations were held against.
    seconds
        How long it took.
    """

    entry: str
    number: int
    dtype: str
    verdict: str
    message: str
    methods: tuple[str, ...]
    seconds: float


SAMPLES = {"one": 0, "tenth": 10, "all": 1}
"""Of an entry's samples the first, and each of this number."""


class Late(Exception):  # noqa: N818  as KeyboardInterrupt is none either
    """A sample took too long."""


def samples_of(entry: Any, dtype: torch.dtype, every: int) -> Iterator[tuple[int, tuple[Any, Any]]]:
    """Samples by number: functions of tensors, and their inputs."""
    torch.manual_seed(0)
    number = -1
    for sample in entry.sample_inputs("cpu", dtype, requires_grad=True):
        leaves, spec = tree_flatten((sample.input, sample.args, sample.kwargs))
        slots = [n for n, leaf in enumerate(leaves) if _is_wanted(leaf)]
        if not slots:
            continue
        number += 1
        if number == 0 or (every and number % every == 0):
            function = _function(entry, sample, leaves, spec, slots)
            yield number, (function, tuple(leaves[n] for n in slots))
        if not every:
            return


def _is_wanted(leaf: Any) -> bool:
    return isinstance(leaf, torch.Tensor) and leaf.requires_grad


def _function(entry: Any, sample: Any, leaves: list[Any], spec: Any, slots: list[int]) -> Any:
    def function(*tensors: torch.Tensor) -> Any:
        given = list(leaves)
        for slot, tensor in zip(slots, tensors, strict=True):
            given[slot] = tensor
        first, args, keywords = tree_unflatten(given, spec)
        made = entry.gradcheck_wrapper(entry.get_op(), first, *args, **keywords)
        process = sample.output_process_fn_grad
        return made if process is None else process(made)

    function.__name__ = entry.name
    return function


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def late(signum: int, frame: FrameType | None) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome_of(name: str, number: int, dtype: str, function: Any, inputs: Any) -> Outcome:
    """Check one sample."""
    began = time.perf_counter()
    methods: tuple[str, ...] = ()
    try:
        with _limited(60):
            result = gradcheck(function, inputs, engine="torch")
        verdict = str(result.verdict)
        methods = tuple(sorted({row.method for row in result.operations}))
        found = [f"{one.blame}: {one.message}" for one in result.findings]
        message = (found or [*result.notes, ""])[0]
    except UsageError as error:
        verdict, message = "REFUSED", str(error)
    except Late:
        verdict, message = "TIMEOUT", ""
    except Exception as error:  # noqa: BLE001  counted: there must be none
        verdict, message = "EXCEPTION", f"{type(error).__name__}: {error}"[:300]
    seconds = round(time.perf_counter() - began, 2)
    return Outcome(name, number, dtype, verdict, message, methods, seconds)


def outcomes(
    dtype: torch.dtype, *, every: int, only: str, known: dict[tuple[str, int], Outcome]
) -> Iterator[Outcome]:
    """Check every sample that is wanted and not known yet."""
    for entry in op_db:
        name = entry.name + (f".{entry.variant_test_name}" if entry.variant_test_name else "")
        if only not in name or not entry.supports_autograd:
            continue
        if dtype not in entry.supported_backward_dtypes("cpu"):
            continue
        for number, (function, inputs) in samples_of(entry, dtype, every):
            found = known.get((name, number))
            text = str(dtype).removeprefix("torch.")
            yield found or outcome_of(name, number, text, function, inputs)


def _known(path: Path | None, dtype: str) -> dict[tuple[str, int], Outcome]:
    if path is None or not path.exists():
        return {}
    read = [json.loads(line) for line in path.read_text().splitlines()]
    found = [Outcome(**{**one, "methods": tuple(one["methods"])}) for one in read]
    return {(one.entry, one.number): one for one in found if one.dtype == dtype}


def summary(found: list[Outcome]) -> list[str]:
    """The counts, in lines."""
    verdicts = Counter(one.verdict for one in found)
    agreed = [one for one in found if one.verdict == "AGREE"]
    enclosed = sum("differences" not in one.methods for one in agreed)
    lines = [f"{verdict:<24} {count:>6,}" for verdict, count in verdicts.most_common()]
    lines.append(f"{'samples':<24} {len(found):>6,}")
    lines.append(f"{'by enclosure alone':<24} {enclosed:>6,} of {len(agreed):,} that agree")
    return lines


def compared(found: list[Outcome], listed: dict[str, Any], *, every: bool) -> list[str]:
    """What is found and not listed; of every sample, also what is listed and no longer found."""
    wrong = {one.entry: one for one in found if one.verdict not in _PASSES}
    lines = [
        f"not listed: {one.entry} (sample {one.number}) {one.verdict}: {one.message}"
        for name, one in wrong.items()
        if name not in listed
    ]
    looked = {one.entry for one in found} if every else set()
    gone = [name for name in listed if name in looked and name not in wrong]
    return [*lines, *(f"listed, and not found: {name}" for name in gone)]


def main() -> int:
    """Run the benchmark; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--samples", choices=tuple(SAMPLES), default="one")
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--only", default="", help="entries whose name holds this")
    parser.add_argument(
        "--to", type=Path, help="write lines of JSON here; go on from what is there"
    )
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    known = _known(given.to, given.dtype)
    found = []
    for one in outcomes(
        getattr(torch, given.dtype),
        every=SAMPLES[given.samples],
        only=given.only,
        known=known,
    ):
        found.append(one)
        if (one.entry, one.number) not in known and given.to is not None:
            with given.to.open("a") as file:
                file.write(json.dumps(asdict(one)) + "\n")
        if one.verdict != "AGREE":
            print(f"{one.entry} {one.number}: {one.verdict}  {one.message}", flush=True)
    print("\n".join(summary(found)))
    every = given.samples == "all"
    listed = json.loads(BASELINE.read_text(encoding="utf-8"))[given.dtype]
    faults = compared(found, listed, every=every)
    print("\n".join(faults))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
