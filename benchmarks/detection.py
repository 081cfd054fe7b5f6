"""Which faults are found, how fast, and how that compares with the gradient checks of others.

    python -m benchmarks.detection [--parts campaign,calls,search,errors] [--seed N] [--save STEM]
                                   [--every N] [--alarms N] [--faults N] [--searched N]
                                   [--patience S] [--graphs N]

Prints a table per part, and writes ``STEM.md`` and ``STEM.json``:

campaign  every N-th fault of the catalogue in the default campaign, and the engine without a fault
calls     the same faults in the same calls, at 4, 100 and 1,000 elements, alone and masked
search    each tool looks for each fault on calls of its own, until it complains or time is up
errors    the smallest relative error found in the middle of graphs of 20 operations

The last three ask torch's, JAX's and autograd's checks too, where they are installed
(``pip install "zenverify[peers]"``). Each gets the very rule that zenverify gets, as a custom
function of its own library. Exit code 1 if a fault was missed in the campaign, or there was a false
alarm.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import zenverify
from benchmarks.measures import hunting, own, side_by_side, smallest_error, tables
from benchmarks.measures.faults import expressible
from benchmarks.measures.table import Table
from benchmarks.peers.peer import PEERS
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import faults_of

Found = tuple[bool, list[Table], dict[str, Any]]
"""Whether all is well, the tables, and what they were made of."""


def campaign(options: argparse.Namespace) -> Found:
    """Ours alone."""
    found = list(own.outcomes(options.every, options.seed))
    clean = own.alarms(options.alarms, options.seed)
    good = clean.exit_code == 0 and all(one.found for one in found if one.differed)
    raw = {"campaign": [asdict(one) for one in found], "false_alarms": clean.verdicts}
    return good, [own.found_table(found, clean)], raw


def calls(options: argparse.Namespace) -> Found:
    """The same calls for all."""
    peers = [peer for peer in PEERS if peer.is_installed]
    faults = expressible(options.faults, options.seed)
    trials = list(side_by_side.compare(faults, peers, options.seed))
    kinds = {fault.mutant.kind for fault in faults_of(ZenEngine())}
    raw = {"calls": [asdict(trial) for trial in trials]}
    return True, [tables.by_class(trials, kinds), tables.by_size(trials)], raw


def search(options: argparse.Namespace) -> Found:
    """Everyone for himself, against the clock."""
    peers = [peer for peer in PEERS if peer.is_installed]
    faults = expressible(options.searched, options.seed)
    searches = list(hunting.search_all(faults, peers, options.seed, options.patience))
    raw = {"search": [asdict(one) for one in searches]}
    return True, [tables.by_search(searches, options.patience)], raw


def errors(options: argparse.Namespace) -> Found:
    """The same graphs for all."""
    peers = [peer for peer in PEERS if peer.is_installed]
    limits = [
        limit
        for dtype in smallest_error.ERRORS
        for limit in smallest_error.limits(peers, dtype, options.graphs, options.seed)
    ]
    made = [tables.by_error(limits, dtype) for dtype in smallest_error.ERRORS]
    return True, made, {"errors": [asdict(limit) for limit in limits]}


PARTS: dict[str, Callable[[argparse.Namespace], Found]] = {
    "campaign": campaign,
    "calls": calls,
    "search": search,
    "errors": errors,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, help="where to write, without .md and .json")
    parser.add_argument(
        "--every", type=int, default=8, help="hunt every N-th fault in the campaign"
    )
    parser.add_argument("--alarms", type=int, default=20_000, help="graphs without a fault")
    parser.add_argument("--faults", type=int, default=8, help="faults per class in the same calls")
    parser.add_argument("--searched", type=int, default=3, help="faults per class to search for")
    parser.add_argument("--patience", type=float, default=2.0, help="seconds per fault and tool")
    parser.add_argument("--graphs", type=int, default=100, help="graphs per dtype for errors")
    options = parser.parse_args(arguments)
    parts = options.parts.split(",")
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        parser.error(f"--parts: there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    text, raw, good = [_versions()], _setting(options), True
    print(text[0], flush=True)
    for part in parts:
        fine, made, measured = PARTS[part](options)
        good &= fine
        raw |= measured
        text += [table.markdown() for table in made]
        print("\n".join(table.markdown() for table in made), flush=True)
        if options.save is not None:
            _write(options.save, "\n".join(text), raw)
    return 0 if good else 1


def _versions() -> str:
    every = {f"{peer.package} {peer.version}" for peer in PEERS if peer.is_installed}
    listed = ", ".join([f"zenverify {zenverify.__version__}", *sorted(every)])
    return f"{listed}; Python {platform.python_version()}\n"


def _setting(options: argparse.Namespace) -> dict[str, Any]:
    given = {name: value for name, value in vars(options).items() if name != "save"}
    return {"versions": _versions().strip(), "options": given}


def _write(stem: Path, text: str, raw: dict[str, Any]) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_name(f"{stem.name}.md").write_text(text, encoding="utf-8")
    stem.with_name(f"{stem.name}.json").write_text(json.dumps(raw, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
