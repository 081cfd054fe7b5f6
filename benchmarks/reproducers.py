"""Does every reproducer of a report fail as it says, run as it stands from another folder?

    python -m benchmarks.reproducers [--planted N] [--library NAME ...] [--each N] [--graphs N]
                                     [--seed N] [--only TEXT] [--verbose]

N faults of the engine's catalogue, evenly spread over it, are planted one by one; and N failures
of each library that `baselines/` knows to fail are found by a campaign on the operations that stand
there. A line per failure says what became of its forms: zenverify's calls, a plain test, the
library alone. Where the report offers no script of the last kind, the reason is printed. Exit code
1 if one of them passes, or fails in another way than by its assertion or by the exception that it
is about.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zenverify.engines import registry
from zenverify.faults.catalogue import Fault, faults_of
from zenverify.output.model.run import Collector, Discrepancy
from zenverify.output.reproducers.listed import Reproducer, reproducers
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import FailureMinimised, Planted
from zenverify.verification.verdict import Verdict

BASELINES = Path(__file__).parent / "baselines"

LIBRARIES = ("torch", "jax", "autograd", "mygrad", "tinygrad")

AROUND = ("add", "multiply", "sum")
"""Operations that make graphs of the one that is wrong."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One script.

    Attributes
    ----------
    form
        Which of the report's forms it is.
    text
        The script; empty where the report offers none.
    outcome
        ``fails``, ``not offered: REASON``, or what is wrong with it.
    """

    form: str
    text: str
    outcome: str

    @property
    def good(self) -> bool:
        """Whether it does what the report says of it."""
        return self.outcome == "fails" or self.outcome.startswith("not offered")


def executed(one: Reproducer, folder: Path) -> tuple[int, str]:
    """Exit code and output of a script, started in another folder than its own."""
    path = folder / f"test_{one.form}.py"
    path.write_text(one.text, encoding="utf-8")
    command = [sys.executable, str(path)]
    if one.form == "pytest":
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)]
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    done = subprocess.run(  # noqa: S603  our own scripts
        command,
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return done.returncode, done.stdout + done.stderr


def tried(one: Reproducer, shown: Discrepancy, folder: Path) -> Tried:
    """Run one form of a discrepancy."""
    if not one.text:
        return Tried(one.form, "", f"not offered: {one.why_not}")
    code, output = executed(one, folder)
    raised = shown.finding.exception if shown.finding.verdict is Verdict.CRASH else ""
    if code == 1 and ("AssertionError" in output or (raised and raised in output)):
        return Tried(one.form, one.text, "fails")
    last = output.strip().splitlines()[-1:] or [""]
    return Tried(one.form, one.text, f"PASSES: {last[0]}" if code == 0 else f"BREAKS: {last[0]}")


def spread(count: int, only: str) -> list[Fault]:
    """So many faults of the catalogue, evenly spread over it."""
    faults = [one for one in faults_of(registry.load("zen")) if only in one.name]
    return [faults[number * len(faults) // count] for number in range(min(count, len(faults)))]


def of_fault(fault: Fault, graphs: int, seed: int) -> tuple[Discrepancy | None, Planted]:
    """The first failure that a campaign on the operation meets, if it meets one."""
    mutant = fault.mutant
    planted = Planted(fault.name, mutant.kind, mutant.name, fault.operation, mutant.argument)
    known = {fault.operation} & set(registry.load("zen").operators)
    names = tuple(sorted({*AROUND, *known}))
    with mutant.plant():
        found = failures("zen", names, graphs, seed, 1)
    return (found[0] if found else None), planted


def failures(
    engine: str, operators: Sequence[str], graphs: int, seed: int, most: int
) -> tuple[Discrepancy, ...]:
    """What a campaign finds until that many operations have failed."""
    collector = Collector()
    wrong: set[str] = set()

    def enough(event: FailureMinimised) -> bool:
        wrong.add(event.finding.blame.operation)
        return len(wrong) >= most

    options = CampaignOptions(seed=seed, graphs=graphs, operators=tuple(operators), enough=enough)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for event in run(registry.load(engine), options):
            collector.add(event)
    return collector.model().discrepancies


def of_library(engine: str, each: int, graphs: int, seed: int) -> Iterator[Discrepancy]:
    """So many of a library's own failures: one per operation before any has a second."""
    known = json.loads((BASELINES / f"{engine}.json").read_text(encoding="utf-8"))["failures"]
    names = {one["operation"] for one in known} & set(registry.load(engine).operators)
    taken: Counter[str] = Counter()
    ranked: list[tuple[int, int, Discrepancy]] = []
    for one in failures(engine, tuple(sorted(names)), graphs, seed, each):
        operation = one.finding.blame.operation
        ranked.append((taken[operation], len(ranked), one))
        taken[operation] += 1
    yield from (one for *_, one in sorted(ranked, key=lambda one: one[:2])[:each])


def shown_as(name: str, forms: Sequence[Tried], verbose: bool) -> None:
    """Print a line for a failure, and the scripts that are not as the report says."""
    told = "  ".join(f"{one.form} {one.outcome}" for one in forms)
    print(f"{name:<44} {told}", flush=True)
    for one in forms:
        if verbose and not one.good:
            print(one.text)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--planted", type=int, default=72)
    parser.add_argument("--library", nargs="*", default=LIBRARIES, choices=LIBRARIES)
    parser.add_argument("--each", type=int, default=12, help="failures of each library")
    parser.add_argument("--graphs", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="planted faults whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="print scripts that do not fail")
    options = parser.parse_args()
    every: list[Tried] = []
    count = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for fault in spread(options.planted, options.only):
            shown, planted = of_fault(fault, options.graphs, options.seed)
            if shown is None:
                print(f"{fault.name:<44} not found in {options.graphs} graphs", flush=True)
                continue
            forms = [tried(one, shown, folder) for one in reproducers(shown, "zen", planted)]
            shown_as(fault.name, forms, options.verbose)
            every += forms
            count += 1
        for engine in options.library:
            if importlib.util.find_spec(engine) is None:
                print(f"{engine:<44} not installed")
                continue
            for shown in of_library(engine, options.each, options.graphs, options.seed):
                forms = [tried(one, shown, folder) for one in reproducers(shown, engine)]
                shown_as(f"{engine}: {shown.finding.bucket}"[:44], forms, options.verbose)
                every += forms
                count += 1
    written = [one for one in every if one.text]
    good = sum(one.good for one in written)
    print(
        f"{count} failures: {good} of {len(written)} scripts fail as they say, "
        f"{len(every) - len(written)} not offered"
    )
    return 0 if good == len(written) and count else 1


if __name__ == "__main__":
    raise SystemExit(main())
