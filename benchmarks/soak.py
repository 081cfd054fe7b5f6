"""A soak: campaigns at seeds that nobody can tune to, and dense kinds in which the rare is common.

    python -m benchmarks.soak --hours H [--engine NAME] [--kind KIND] [--folder DIR]

Seeds are drawn from the operating system's entropy, and each is written down before it is used,
with the commit. The kind with the fewest graphs so far, at this commit and engine, comes next; what
was interrupted is run again first. Every alarm is kept as a corpus entry below DIR/alarms, in a
folder of its own. Prints how many graphs and alarms there are in all. Exit code 1 after any alarm.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from zenverify.corpus.writing import keep_failure
from zenverify.engines.protocol import Engine, limits_of
from zenverify.engines.registry import load
from zenverify.errors import GraphError
from zenverify.graph.case import Array, Case
from zenverify.graph.drawing import draw_chain
from zenverify.graph.filling import FILLINGS, Filling, fill
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.limits import within
from zenverify.graph.structure import dtype_odds
from zenverify.graph.sweep import draw_way, ways_of
from zenverify.operators import catalogue
from zenverify.verification.campaign.cases import draw_cases
from zenverify.verification.campaign.offered import verify_offered
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.trace import TIMEOUT

CHUNK = 250
"""Graphs from one seed."""

_LONGEST = 150
_SOLVERS = (
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "lstsq",
    "pinv",
    "slogdet",
    "solve",
    "solve_triangular",
    "svdvals",
)
_SUMS = ("sum", "mean", "matmul", "logsumexp", "softmax", "cumsum", "var", "std", "norm", "dot")

Change = Callable[[np.random.Generator, Array], Array]
Cases = Callable[[Engine, int], Iterator[Case]]


def _drawn(engine: Engine, seed: int, names: Sequence[str] | None = None) -> Iterator[Case]:
    chosen = tuple(sorted(engine.operators if names is None else engine.operators & set(names)))
    known = tuple(name for name in chosen if name in catalogue.names())
    return draw_cases(CampaignOptions(seed, operators=known), known, limits_of(engine))


def _changed(
    change: Change, share: float, engine: Engine, seed: int, cotangent: bool = True
) -> Iterator[Case]:
    """Drawn cases; a share of the elements of variables, and of the cotangent, is changed."""
    random_ = np.random.default_rng(seed)

    def applied(array: Array) -> Array:
        with np.errstate(all="ignore"):
            special = np.asarray(change(random_, array)).astype(array.dtype)
        return np.where(random_.uniform(size=array.shape) < share, special, array)

    for case in _drawn(engine, seed):
        graph = case.graph
        leaves = [graph.nodes[position] for position in graph.leaves]
        values = tuple(
            applied(value) if isinstance(leaf, Leaf) and leaf.kind is LeafKind.VARIABLE else value
            for leaf, value in zip(leaves, case.values, strict=True)
        )
        arriving = case.cotangent
        if cotangent and random_.integers(0, 2):
            arriving = applied(arriving)
        yield replace(case, values=values, cotangent=arriving)


def _subnormal(draw: np.random.Generator, array: Array) -> Array:
    tiny = np.finfo(array.dtype).tiny
    return np.asarray(np.sign(array) * draw.uniform(0, 4, array.shape) * tiny)


def _huge(draw: np.random.Generator, array: Array) -> Array:
    most = np.finfo(array.dtype).maxexp
    return np.asarray(np.sign(array) * 2.0 ** draw.uniform(most / 2 - 4, most - 1, array.shape))


def _infinite(draw: np.random.Generator, array: Array) -> Array:
    return np.asarray(np.copysign(np.inf, array))


def _nan(draw: np.random.Generator, array: Array) -> Array:
    return np.full(array.shape, np.nan)


def _tied(draw: np.random.Generator, array: Array) -> Array:
    return np.full(array.shape, array.flat[0] if array.size else 0.0)


def _cancelling(draw: np.random.Generator, array: Array) -> Array:
    """The first element, of either sign, up to two units in the last place away."""
    first = array.flat[0] if array.size else 1.0
    near = first * (1 + draw.integers(-2, 3, array.shape) * np.finfo(array.dtype).eps)
    return np.asarray(near * draw.choice([-1.0, 1.0], array.shape))


def _zeros(draw: np.random.Generator, array: Array) -> Array:
    return np.asarray(draw.choice([0.0, -0.0], array.shape))


def _filled(filling: Filling, engine: Engine, seed: int) -> Iterator[Case]:
    """Operations by themselves, always with this kind of values."""
    draw = random.Random(seed)
    operators = [catalogue.get(name) for name in sorted(engine.operators & set(catalogue.names()))]
    while True:
        operator = draw.choice(operators)
        structure = draw_way(draw.randrange, operator, draw.choice(ways_of(operator)))
        cut = within(limits_of(engine), structure)
        if cut is not None:
            yield fill(cut, filling, draw.getrandbits(32))


def _chains(engine: Engine, seed: int) -> Iterator[Case]:
    draw = random.Random(seed)
    operators = [catalogue.get(name) for name in sorted(engine.operators & set(catalogue.names()))]
    while True:
        length = draw.randint(20, _LONGEST)
        odds = draw.choice(dtype_odds(operators))
        structure = draw_chain(draw.randrange, operators, length, odds)
        cut = None if structure is None else within(limits_of(engine), structure)
        if cut is not None:
            yield fill(cut, draw.choice(FILLINGS), draw.getrandbits(32))


def _wide(engine: Engine, seed: int) -> Iterator[Case]:
    """Reductions whose operands have many elements, of magnitudes far apart and either sign."""
    random_ = np.random.default_rng(seed)
    for case in _drawn(engine, seed, _SUMS):
        graph = case.graph
        if len(graph.operations) != 1 or not graph.leaves:
            continue
        rows = int(random_.integers(50, 400))
        nodes = [
            replace(node, shape=tuple(rows if size > 1 else size for size in node.shape))
            if isinstance(node, Leaf)
            else node
            for node in graph.nodes
        ]
        try:
            wide = Graph(tuple(nodes))
        except GraphError:
            continue
        if max(wide.sizes) > 4_000:
            continue
        values = []
        for position, given in zip(wide.leaves, case.values, strict=True):
            shape, dtype = wide.shapes[position], wide.dtypes[position]
            if shape == given.shape:
                values.append(given)
                continue
            sizes = 10.0 ** random_.uniform(-6, 6, shape) * random_.choice([-1.0, 1.0], shape)
            values.append(np.asarray(sizes).astype(dtype))
        arriving = random_.normal(size=wide.shapes[wide.root])
        yield Case(wide, tuple(values), np.asarray(arriving).astype(wide.dtypes[wide.root]))


def _repeated(engine: Engine, seed: int) -> Iterator[Case]:
    """Graphs in which leaves that are alike are one and the same."""
    for case in _drawn(engine, seed):
        merged = _merged(case)
        if merged is not None:
            yield merged


def _merged(case: Case) -> Case | None:
    graph = case.graph
    places: dict[int, int] = {}
    first: dict[Leaf, int] = {}
    nodes: list[Leaf | Apply] = []
    values: list[Array] = []
    given = dict(zip(graph.leaves, case.values, strict=True))
    for position, node in enumerate(graph.nodes):
        if isinstance(node, Apply):
            operands = tuple(places[operand] for operand in node.operands)
            node = Apply(node.declared, operands, node.attributes)
        elif node.kind is LeafKind.VARIABLE and node in first:
            places[position] = first[node]
            continue
        else:
            first[node] = len(nodes)
            values.append(given[position])
        places[position] = len(nodes)
        nodes.append(node)
    if len(nodes) == len(graph.nodes):
        return None
    return Case(Graph(tuple(nodes)), tuple(values), case.cotangent)


KINDS: dict[str, Cases] = {
    "default": _drawn,
    "subnormal": partial(_changed, _subnormal, 0.6),
    "huge": partial(_changed, _huge, 0.5),
    "infinite": partial(_changed, _infinite, 0.25),
    "nan": partial(_changed, _nan, 0.25),
    "zeros": partial(_changed, _zeros, 0.5),
    "ties": partial(_changed, _tied, 0.8),
    "cancellations": partial(_changed, _cancelling, 0.8),
    "kinks": partial(_filled, Filling.INTEGERS),
    "edges": partial(_filled, Filling.EDGES),
    "chains": _chains,
    "sums": _wide,
    "repeated": _repeated,
    "solvers": lambda engine, seed: _drawn(engine, seed, _SOLVERS),
}
"""The default campaign's own cases, and kinds in which one rare thing is common."""


class Soak:
    """What was run so far, at which commit, and what comes next.

    Parameters
    ----------
    folder
        Where seeds are written down and alarms are kept.
    name, engine
        The engine, and what the command calls it.
    """

    def __init__(self, folder: Path, name: str, engine: Engine) -> None:
        self._folder = folder
        self._name = name
        self._engine = engine
        self._commit = _commit()
        self._log = folder / "runs.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def records(self) -> list[dict[str, Any]]:
        """What is written down about this commit and engine."""
        if not self._log.exists():
            return []
        lines = self._log.read_text(encoding="utf-8").splitlines()
        every = [json.loads(line) for line in lines if line.endswith("}")]
        mine = (self._commit, self._name)
        return [one for one in every if (one["commit"], one["engine"]) == mine]

    def counts(self) -> tuple[Counter[str], Counter[str]]:
        """Graphs and alarms, by kind."""
        graphs: Counter[str] = Counter()
        alarms: Counter[str] = Counter()
        for one in self.records():
            graphs[one["kind"]] += one.get("graphs", 0)
            alarms[one["kind"]] += one.get("alarms", 0)
        return graphs, alarms

    def next(self, kinds: Sequence[str]) -> tuple[str, int]:
        """The kind and the seed to run: what was interrupted, or what has the fewest graphs."""
        records = self.records()
        done = {(one["kind"], one["seed"]) for one in records if "graphs" in one}
        for one in records:
            if one["kind"] in kinds and (one["kind"], one["seed"]) not in done:
                return one["kind"], one["seed"]
        graphs, _ = self.counts()
        kind, seed = min(kinds, key=lambda one: graphs[one]), secrets.randbits(63)
        self._write(kind, seed)
        return kind, seed

    def run(self, kind: str, seed: int, most: int, until: float) -> None:
        """Verify the cases of one seed; what the time leaves no room for is not counted."""
        verified, alarms = 0, 0
        for case in islice(KINDS[kind](self._engine, seed), most):
            verified += 1
            smaller, result = verify_offered(self._engine, case, TIMEOUT)
            if result.verdict.is_failure:
                alarms += 1
                folder = self._folder / "alarms" / f"{self._commit}-{kind}-{seed}-{verified}"
                finding = next(one for one in result.findings if one.verdict is result.verdict)
                path = keep_failure(folder, self._name, finding, smaller)
                print(f"{kind}, seed {seed}: {finding.message} ({path})", flush=True)
            if time.monotonic() > until:
                break
        self._write(kind, seed, graphs=verified, alarms=alarms)

    def _write(self, kind: str, seed: int, **found: int) -> None:
        line = {"commit": self._commit, "engine": self._name, "kind": kind, "seed": seed, **found}
        with self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _commit() -> str:
    """The commit, with a mark where files have changed since."""
    arguments = ["git", "describe", "--always", "--abbrev=12", "--dirty", "--exclude=*"]
    here = Path(__file__).parent
    try:
        done = subprocess.run(  # noqa: S603  git, with fixed arguments
            arguments, capture_output=True, text=True, check=True, cwd=here
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--engine", default="zen")
    parser.add_argument("--kind", choices=sorted(KINDS), help="all in turn by default")
    parser.add_argument("--folder", type=Path, default=Path("soak"))
    options = parser.parse_args(arguments)
    soak = Soak(options.folder, options.engine, load(options.engine))
    kinds = list(KINDS) if options.kind is None else [options.kind]
    until = time.monotonic() + 3600 * options.hours
    try:
        while time.monotonic() < until:
            soak.run(*soak.next(kinds), CHUNK, until)
    except KeyboardInterrupt:
        print("interrupted: the same command goes on")
    graphs, alarms = soak.counts()
    for kind in kinds:
        print(f"{kind}: {graphs[kind]:,} graphs, {alarms[kind]} alarms")
    return 1 if alarms.total() else 0


if __name__ == "__main__":
    sys.exit(main())
