"""What the walk over a graph gets wrong whatever the operation.

A *trait* is something about a graph that is the walk's business and no rule's: an operand that is
broadcast, one that comes twice, a node with several consumers, a cotangent that is NaN. Each trait
has trials: small cases of several operations, once with the trait and once without. Where an
operation is right without it and wrong with it, and the same holds of at least half of those that
can be tried, it is not the rules that are wrong. And a trait can be taken out of any case: what is
right then was wrong because of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from zenverify.engines.protocol import ACCUMULATION, BROADCASTING, Engine, limits_of
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.structure import plan_for
from zenverify.operators import catalogue
from zenverify.operators.attributes import Attributes
from zenverify.operators.operator import Operator
from zenverify.operators.program.builder import Shape
from zenverify.verification import trace
from zenverify.verification.blame.locate import values_of
from zenverify.verification.blame.rule import PROBES
from zenverify.verification.events import Finding
from zenverify.verification.verify import verify_case

Trial = tuple[str, Case, Case]
"""An operation, a case with the trait, and one like it without."""


@dataclass(frozen=True, slots=True)
class Trait:
    """Something about a graph that is the walk's business.

    Attributes
    ----------
    name
        In a few words.
    place
        `ACCUMULATION` or `BROADCASTING`.
    wrong
        What the walk does that gets it wrong, for a headline.
    trials
        Cases of the operations that an engine has.
    without
        A case without the trait; None if it does not have it.
    by_probes
        Whether a probed root, one more consumer of each node, gives it to every graph.
    """

    name: str
    place: str
    wrong: str
    trials: Callable[[Engine], Iterator[Trial]]
    without: Callable[[Engine, Case], Case | None]
    by_probes: bool = False


@dataclass(frozen=True, slots=True)
class Failing:
    """A trait that the walk gets wrong.

    Attributes
    ----------
    trait
        Which.
    operations
        Those that were tried and went wrong.
    tried
        How many were right without it.
    unsummed
        Whether contributions arrive as they are, in the shape of the result.
    case, finding
        The first trial that went wrong, and what it showed.
    """

    trait: Trait
    operations: tuple[str, ...]
    tried: int
    unsummed: bool
    case: Case
    finding: Finding


def failing_traits(engine: Engine, timeout: float) -> Iterator[Failing]:
    """The traits that the walk gets wrong, each with the operations that show it."""
    for trait in TRAITS:
        failing: dict[str, tuple[Case, Finding]] = {}
        tried: Counter[str] = Counter()
        for operation, with_it, without in trait.trials(engine):
            if operation in failing or _fails(engine, without, timeout) is not None:
                continue
            tried[operation] += 1
            found = _fails(engine, with_it, timeout)
            if found is not None:
                failing[operation] = with_it, found
        if len(failing) >= _SEVERAL and 2 * len(failing) >= len(tried):
            case, finding = next(iter(failing.values()))
            unsummed = trait.place == BROADCASTING and is_unsummed(engine, case, timeout)
            yield Failing(trait, tuple(failing), len(tried), unsummed, case, finding)


_SEVERAL = 2
"""Of one operation that fails, the rule may be wrong."""


def _fails(engine: Engine, case: Case, timeout: float) -> Finding | None:
    # A probed root is one more consumer of each node, and that is a trait.
    result = verify_case(engine, case, difference=False, probed=False, timeout=timeout)
    return next(iter(result.findings), None)


def goes_without(
    engine: Engine, trait: Trait, case: Case, finding: Finding, timeout: float
) -> bool:
    """Whether what a case shows is gone once the case does not have the trait."""
    other, probed = trait.without(engine, case), finding.check == PROBES
    if probed and trait.by_probes:
        other, probed = other or case, False
    if other is None:
        return False
    result = verify_case(engine, other, difference=False, probed=probed, timeout=timeout)
    return _said(finding) not in map(_said, result.findings)


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.verdict, finding.blame.operation, finding.blame.argument


def is_unsummed(engine: Engine, case: Case, timeout: float) -> bool:
    """Whether some leaf's gradient has the shape of the root, and not of the leaf."""
    graph = case.graph
    try:
        run = trace.forward(engine, case, timeout)
        trace.backward_from(engine, graph, run.handles, trace.copied(case.seeds), timeout)
        shapes = [np.shape(engine.gradient(run.handles[n])) for n in graph.leaves]  # type: ignore[arg-type]  # None has the shape ()
    except Exception:  # noqa: BLE001  a crash is another failure than the one asked for
        return False
    root = graph.shapes[graph.root]
    return any(
        found == root != shape
        for found, shape in zip(shapes, [graph.shapes[n] for n in graph.leaves], strict=True)
    )


def _operators(engine: Engine, count: int) -> Iterator[Operator]:
    """The elementwise operations of an engine with so many operands and no attributes."""
    for name in sorted(engine.operators & set(catalogue.names())):
        operator = catalogue.get(name)
        plain = operator.is_elementwise and not operator.attribute_names and not operator.jumps
        if plain and len(operator.arguments) == count:
            yield operator


def _case(nodes: Sequence[Leaf | Apply], cotangent: float = 1.0) -> Case:
    """A case of ordinary values, none of which occurs twice."""
    graph = Graph(tuple(nodes))
    random_ = np.random.default_rng(7)
    values = []
    for leaf in graph.leaves:
        consumer, argument = graph.consumers[leaf][0]
        plan = plan_for(graph.apply(consumer).declared.argument(argument).limits, negative=False)
        drawn = random_.uniform(plan.low, plan.high, graph.shapes[leaf])
        values.append(np.asarray(drawn, graph.numpy_dtypes[leaf]))
    root = graph.root
    seed = np.full(graph.shapes[root], cotangent, graph.numpy_dtypes[root])
    return Case(graph, tuple(values), seed)


def _leaf(shape: Shape = (), dtype: str = "float64") -> Leaf | Apply:
    return Leaf(LeafKind.VARIABLE, shape, dtype)


def _apply(name: Operator | str, *operands: int) -> Leaf | Apply:
    declared = catalogue.get(name) if isinstance(name, str) else name
    none: Attributes = ()
    return Apply(declared, operands, none)


_PATTERNS: dict[str, tuple[tuple[Shape, Shape], ...]] = {
    "a number": (((), (2,)), ((), (1,))),
    "fewer axes": (((3,), (2, 3)), ((3,), (3, 3))),
    "axes of size one": (((2, 1), (2, 3)), ((1, 1), (2, 3))),
}
"""How an operand may be smaller than the result, and shapes of that kind."""


def pattern_of(shape: Shape, result: Shape) -> str:
    """How an operand's shape is smaller than the result's; empty if it is not."""
    if shape == result:
        return ""
    if shape == ():
        return "a number"
    return "fewer axes" if len(shape) < len(result) else "axes of size one"


def _broadcast_trials(pattern: str, engine: Engine) -> Iterator[Trial]:
    if not limits_of(engine).arrays:
        return
    for operator in _operators(engine, 2):
        for small, full in _PATTERNS[pattern]:
            for shapes in ((small, full), (full, small)):
                with_it = _case([*map(_leaf, shapes), _apply(operator, 0, 1)])
                without = _case([_leaf(full), _leaf(full), _apply(operator, 0, 1)])
                yield operator.name, with_it, without


def _filled_out(pattern: str, engine: Engine, case: Case) -> Case | None:
    """Every leaf that an elementwise operation broadcasts in that way, as an array of its shape."""
    del engine
    graph = case.graph
    values = dict(zip(graph.leaves, case.values, strict=True))
    shapes: dict[int, Shape] = {}
    for position in graph.operations:
        node = graph.apply(position)
        if not node.declared.is_elementwise:
            continue
        for operand in node.operands:
            is_leaf = operand in values and graph.trainable[operand]
            if is_leaf and pattern_of(graph.shapes[operand], graph.shapes[position]) == pattern:
                shapes[operand] = graph.shapes[position]
    if not shapes:
        return None
    nodes = [
        replace(node, shape=shapes[place]) if place in shapes and isinstance(node, Leaf) else node
        for place, node in enumerate(graph.nodes)
    ]
    arrays = [np.broadcast_to(v, shapes.get(n, v.shape)).copy() for n, v in values.items()]
    return Case(Graph(tuple(nodes)), tuple(arrays), case.cotangent)


def _nan_trials(engine: Engine) -> Iterator[Trial]:
    for operator in _operators(engine, 1):
        nodes = [_leaf(), _apply(operator, 0)]
        if not operator.kinks:
            yield operator.name, _case(nodes, np.nan), _case(nodes)


def _finite(engine: Engine, case: Case) -> Case | None:
    """The case with ones in place of what is not finite, away from where anything becomes so."""
    values = values_of(engine, case, trace.limit())
    if all(np.isfinite(value).all() for value in (*values, case.cotangent)):
        edges = any(
            (values[operand] == edge).any()
            for position in case.graph.operations
            for argument, operand in enumerate(case.graph.apply(position).operands)
            for edge in case.graph.apply(position).declared.argument(argument).limits.edges
        )
        if not edges:
            return None
    if case.graph.further_roots or case.graph.takes_given:
        return None
    return replace(_case(case.graph.nodes), cotangent=np.ones_like(case.cotangent))


def _repeated_trials(engine: Engine) -> Iterator[Trial]:
    for operator in _operators(engine, 2):
        if operator.argument(0).limits == operator.argument(1).limits and not operator.kinks:
            twice = _case([_leaf(), _apply(operator, 0, 0)])
            yield operator.name, twice, _case([_leaf(), _leaf(), _apply(operator, 0, 1)])


def _split(whole: bool, engine: Engine, case: Case) -> Case | None:
    """The case with a leaf of its own for each use of a node but the first.

    Of each use within one operation only, unless all are asked for.
    """
    graph = case.graph
    used: dict[int, int] = {}
    values = dict(enumerate(values_of(engine, case, trace.limit())))
    nodes: list[Leaf | Apply] = []
    arrays: list[Array] = []
    places: dict[int, int] = {}
    changed = False
    for position, node in enumerate(graph.nodes):
        if isinstance(node, Leaf):
            arrays.append(values[position])
        else:
            operands = []
            for operand in node.operands:
                last = used.get(operand)
                again = last is not None and (whole or last == position)
                if again and graph.trainable[operand]:
                    nodes.append(_leaf(graph.shapes[operand], graph.dtypes[operand]))
                    arrays.append(values[operand])
                    operands.append(len(nodes) - 1)
                    changed = True
                else:
                    operands.append(places[operand])
                used[operand] = position
            node = Apply(node.declared, tuple(operands), node.attributes)
        places[position] = len(nodes)
        nodes.append(node)
    return Case(Graph(tuple(nodes)), tuple(arrays), case.cotangent) if changed else None


def _shared_trials(engine: Engine) -> Iterator[Trial]:
    if "add" not in engine.operators:
        return
    for operator in _operators(engine, 1):
        shared = [_leaf(), _apply(operator, 0), _apply(operator, 0), _apply("add", 1, 2)]
        apart = [_leaf(), _apply(operator, 0), _leaf(), _apply(operator, 2), _apply("add", 1, 3)]
        yield operator.name, _case(shared), _case(apart)


def _early_trials(engine: Engine) -> Iterator[Trial]:
    """An inner node with a consumer right below the root, and another further down."""
    if not {"add", "multiply"} <= engine.operators:
        return
    for operator in _operators(engine, 1):
        half: Leaf | Apply = Leaf(LeafKind.CONSTANT, (), "float64")
        inner = [_leaf(), half, _apply("multiply", 0, 1)]
        uneven = [*inner, _apply(operator, 2), _apply("add", 2, 3)]
        even = [*inner, half, _apply("multiply", 2, 3), _apply(operator, 2), _apply("add", 4, 5)]
        yield operator.name, _case(uneven), _case(even)


def _float32_trials(engine: Engine) -> Iterator[Trial]:
    if not {"float32", "float64"} <= set(limits_of(engine).dtypes):
        return
    for operator in _operators(engine, 1):
        single, double = (
            [_leaf((), dtype), _apply(operator, 0)] for dtype in ("float32", "float64")
        )
        yield operator.name, _case(single), _case(double)


def _widened(engine: Engine, case: Case) -> Case | None:
    del engine
    if "float32" not in case.graph.dtypes:
        return None
    nodes = tuple(
        replace(node, dtype="float64")
        if isinstance(node, Leaf) and node.dtype == "float32"
        else node
        for node in case.graph.nodes
    )
    values = tuple(v.astype(np.float64) if v.dtype == np.float32 else v for v in case.values)
    return Case(Graph(nodes), values, case.cotangent.astype(np.float64))


def _broadcasting(pattern: str) -> Trait:
    return Trait(
        f"an operand is {pattern}" if pattern == "a number" else f"an operand has {pattern}",
        BROADCASTING,
        "contributions are not summed to the operand's shape",
        partial(_broadcast_trials, pattern),
        partial(_filled_out, pattern),
    )


TRAITS = (
    *map(_broadcasting, _PATTERNS),
    Trait(
        "float32",
        ACCUMULATION,
        "gradients of float32 are wrong, or of another dtype",
        _float32_trials,
        _widened,
    ),
    Trait(
        "a cotangent that is NaN",
        ACCUMULATION,
        "NaN is replaced by a finite number",
        _nan_trials,
        _finite,
    ),
    Trait(
        "an operand that comes twice",
        ACCUMULATION,
        "of an operand that comes twice not all contributions are added up",
        _repeated_trials,
        partial(_split, False),
    ),
    Trait(
        "a node with several consumers",
        ACCUMULATION,
        "the contributions of several consumers are not added up",
        _shared_trials,
        partial(_split, True),
        by_probes=True,
    ),
    Trait(
        "consumers at different depths",
        ACCUMULATION,
        "a gradient is handed on before all contributions to it have arrived",
        _early_trials,
        partial(_split, True),
        by_probes=True,
    ),
)
"""In the order in which they are tried: what is told by an earlier one is not told by a later."""
