"""The smallest error in one rule that is found, in the middle of graphs of about 20 operations.

    python -m benchmarks.sensitivity [--graphs 100] [--seed 1]

One pullback of one operation near the middle, one that occurs once in its graph and whose
contribution is neither zero nor undefined, is scaled by 1 + error. Every graph is verified once,
at default settings.
A rule behind masks is looked for as well: behind ``* 1e-6``, ``sigmoid(20 + .)``, ``exp(-30 + .)``
and a dead ``relu``. Exit code 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.faults.fault import changed, scaled
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.tensor import OPERATIONS
from zenverify.verification import trace
from zenverify.verification.checks.probes import make_probes, probed_root
from zenverify.verification.verify import verify_case

TARGETS = (
    ("float64", 1e-11, 100),
    ("float64", 1e-12, 97),
    ("float64", 1e-13, 0),
    ("float32", 5e-3, 100),
    ("float32", 5e-4, 97),
    ("float32", 5e-5, 0),
)
"""Dtype, relative error, and in how many of 100 graphs it has to be found."""

_OPERATIONS = range(17, 24)


def middle_of(case: Case, draw: random.Random) -> tuple[int, int] | None:
    """An operation near the middle and one of its arguments, fit to carry the error."""
    graph = case.graph
    seen = Counter(graph.apply(p).operator for p in graph.operations)
    third = len(graph.operations) // 3
    engine = ZenEngine()
    run = trace.forward(engine, case)
    probes = make_probes(graph)
    root = probed_root(engine, [run.handles[node] for node in probes], list(probes.values()))
    trace.backward(engine, graph, root, np.ones(()))
    found = []
    for position in graph.operations[third : 2 * third + 1]:
        node = graph.apply(position)
        tensor = run.handles[position]
        if seen[node.operator] > 1 or catalogue.get(node.operator).variadic:
            continue
        for argument, operand in enumerate(node.operands):
            if not graph.trainable[operand]:
                continue
            part = tensor.grads[argument](tensor.gradient)
            if np.any(np.isfinite(part) & (part != 0)):
                found.append((position, argument))
    return draw.choice(found) if found else None


def draw_cases(dtype: str, count: int, seed: int) -> list[tuple[Case, int, int]]:
    """Graphs of about 20 operations, each with where its error goes."""
    draw = random.Random(seed)
    operators = catalogue.all_operators()
    cases: list[tuple[Case, int, int]] = []
    while len(cases) < count:
        structure = draw_structure(draw.randrange, operators, draw.randint(10, 16), Dtypes(dtype))
        if len(structure.graph.operations) not in _OPERATIONS:
            continue
        case = fill(structure, Filling.ORDINARY, draw.getrandbits(32))
        place = middle_of(case, draw)
        if place is not None:
            cases.append((case, *place))
    return cases


def count_found(cases: list[tuple[Case, int, int]], error: float) -> tuple[int, int]:
    """In how many graphs the error is found, and blamed on the right operation and argument."""
    found = blamed = 0
    for case, position, argument in cases:
        operator = case.graph.apply(position).operator
        with scaled("", operator, "", 1 + error, argument).plant():
            result = verify_case(ZenEngine(), case)
        found += result.verdict.is_failure
        blamed += any(
            (f.blame.operation, f.blame.argument) == (operator, argument) for f in result.findings
        )
    return found, blamed


def masked_cases() -> dict[str, Case]:
    """A tanh behind something that hides it from the root."""

    def through(rest: Callable[[GraphBuilder, int], int]) -> Case:
        build = GraphBuilder()
        x = build.variable((3,))
        y = rest(build, build.apply("tanh", x))
        build.apply("sum", y, axis=None, keepdims=False)
        graph = build.graph()
        values = [np.array([0.4, -0.7, 1.1])]
        values += [np.array(_CONSTANTS[rest]) for _ in graph.leaves[1:]]
        return Case(graph, tuple(values), np.ones(()))

    return {name: through(rest) for name, rest in _MASKS.items()}


def _number(build: GraphBuilder) -> int:
    return build.leaf(LeafKind.NUMBER)


def _scaled(build: GraphBuilder, y: int) -> int:
    return build.apply("multiply", y, _number(build))


def _saturated(build: GraphBuilder, y: int) -> int:
    return build.apply("sigmoid", build.apply("add", _number(build), y))


def _vanishing(build: GraphBuilder, y: int) -> int:
    return build.apply("exp", build.apply("add", _number(build), y))


def _dead(build: GraphBuilder, y: int) -> int:
    return build.apply("relu", build.apply("add", _number(build), y))


_MASKS: dict[str, Callable[[GraphBuilder, int], int]] = {
    "* 1e-6": _scaled,
    "sigmoid(20 + .)": _saturated,
    "exp(-30 + .)": _vanishing,
    "dead relu": _dead,
}
_CONSTANTS: dict[Callable[[GraphBuilder, int], int], float] = {
    _scaled: 1e-6,
    _saturated: 20.0,
    _vanishing: -30.0,
    _dead: -5.0,
}


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    missed = False
    print(
        f"{'dtype':<8} {'error':>7} {'found':>6} {'blamed':>7} {'target':>7}  of {options.graphs}"
    )
    drawn = {d: draw_cases(d, options.graphs, options.seed) for d in ("float64", "float32")}
    for dtype, error, target in TARGETS:
        found, blamed = count_found(drawn[dtype], error)
        wanted = target * options.graphs / 100
        missed |= found < wanted
        print(f"{dtype:<8} {error:>7.0e} {found:>6} {blamed:>7} {wanted or '-':>7}")
    wrong = replace(OPERATIONS["tanh"], pullbacks=(lambda g, y, x: g * (1 - y * y) * (1 + 1e-9),))
    for name, case in masked_cases().items():
        with changed("tanh", wrong):
            result = verify_case(ZenEngine(), case)
        guilty = sorted({str(finding.blame) for finding in result.findings})
        hit = [f for f in result.findings if f.blame.operation == "tanh"]
        missed |= not hit or len(guilty) > 1
        print(f"tanh off by 1e-9 behind {name:<16} {result.verdict}, blamed: {', '.join(guilty)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
