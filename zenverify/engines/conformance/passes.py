"""What an adapter does with reverse passes: gradients, their sum over passes, seeds and counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zenverify.engines.conformance.calls import (
    Failed,
    array_problem,
    called,
    collected,
    numbers,
    shapes_of,
    variable,
)
from zenverify.engines.protocol import (
    Array,
    Counting,
    Engine,
    Handle,
    LeafKind,
    Probing,
    limits_of,
)
from zenverify.operators import catalogue

_SMOOTH = ("multiply", "add", "subtract", "tanh", "exp", "sin", "negative", "square", "sigmoid")
"""What the graph of these checks is made of: the first that the adapter lists."""


@dataclass(slots=True)
class _Pass:
    """A graph of one operation, differentiated: leaf, constant and result with their gradients."""

    leaf: Handle
    root: Handle
    constant: Handle | None
    cotangent: Array


def check_passes(engine: Engine) -> Iterator[str]:
    """Gradients after one reverse pass, and after a second one."""
    name = next((one for one in _SMOOTH if one in engine.operators), None)
    if name is None:
        return
    problems: list[str] = []
    for dtype in limits_of(engine).dtypes:
        for shape in shapes_of(engine):
            with collected(problems):
                _check_pass(engine, name, shape, dtype)
            if problems:
                break
    yield from dict.fromkeys(problems)


def _check_pass(engine: Engine, name: str, shape: tuple[int, ...], dtype: str) -> None:
    limits = limits_of(engine)
    done = _passed(engine, name, shape, dtype)
    where = f"after backward from {name} of shape {shape}"
    gradients = [(done.leaf, "leaf"), *([(done.root, "root")] if limits.inner else [])]
    first = {}
    for handle, what in gradients:
        gradient = called(f"gradient of the {what}", lambda handle=handle: engine.gradient(handle))  # type: ignore[misc]
        if gradient is None:
            raise Failed(f"the gradient of the {what} {where} is None, although it takes part")
        if problem := array_problem(f"the gradient of the {what} {where}", gradient, shape, dtype):
            raise Failed(problem)
        first[what] = gradient.copy()
    if limits.inner and not np.array_equal(first["root"], done.cotangent):
        raise Failed(f"the gradient of the root {where} is not the cotangent that it was given")
    if done.constant is not None:
        gradient = called("gradient of a constant", lambda: engine.gradient(done.constant))
        if gradient is not None and np.any(np.asarray(gradient)):
            raise Failed(f"the gradient of a constant {where} is {gradient!r}, expected None")
    if limits.repeated:
        _check_second(engine, done, first["leaf"])


def _passed(engine: Engine, name: str, shape: tuple[int, ...], dtype: str) -> _Pass:
    given = numbers(shape, dtype)
    leaf = variable(engine, given)
    constant = None
    operands = [leaf]
    if len(catalogue.get(name).arguments) == 2:
        constant = called(
            "leaf(CONSTANT)", lambda: engine.leaf(LeafKind.CONSTANT, numbers(shape, dtype))
        )
        operands.append(constant)
    root = called(f"apply({name!r})", lambda: engine.apply(name, operands, {}))
    seed = numbers(shape, dtype) if limits_of(engine).seeded else np.ones(shape, dtype)
    cotangent = seed.copy()
    called("backward", lambda: engine.backward(root, cotangent))
    if not np.array_equal(cotangent, seed):
        raise Failed("backward changed the cotangent that it was given")
    return _Pass(leaf, root, constant, seed)


def _check_second(engine: Engine, done: _Pass, first: Array) -> None:
    # Advice for an engine that refuses; one that gives other numbers would hide a fault by it.
    try:
        called("a second backward", lambda: engine.backward(done.root, done.cotangent.copy()))
    except Failed as refused:
        raise Failed(
            f"{refused}; where the engine allows one pass only, say limits = Limits(repeated=False)"
        ) from refused
    second = engine.gradient(done.leaf)
    adds, replaces = (
        second is not None and np.allclose(second, expected, rtol=1e-4)
        for expected in (2 * first, first)
    )
    if adds != engine.accumulates or not adds ^ replaces:
        does = "adds to gradients" if adds else "replaces gradients" if replaces else "does neither"
        raise Failed(f"accumulates is {engine.accumulates}, but a second backward {does}")


def check_seeds(engine: Engine) -> Iterator[str]:
    """`probe` must seed each cotangent as it is, and `counted` must report each call."""
    problems: list[str] = []
    dtype = limits_of(engine).dtypes[0]
    shape = shapes_of(engine)[-1]
    if isinstance(engine, Probing):
        with collected(problems):
            _check_probe(engine, shape, dtype)
    if isinstance(engine, Counting):
        with collected(problems):
            _check_counted(engine, shape, dtype)
    yield from problems


def _check_probe(engine: Engine, shape: tuple[int, ...], dtype: str) -> None:
    assert isinstance(engine, Probing)
    leaves = [variable(engine, numbers(shape, dtype)), variable(engine, numbers((), dtype))]
    seeds = [numbers(shape, dtype) - 0.75, numbers((), dtype)]
    root = called("probe", lambda: engine.probe(leaves, [seed.copy() for seed in seeds]))
    value = engine.value(root)
    if type(value) is not np.ndarray or value.shape != ():
        raise Failed("the value of a probe is not an array of shape ()")
    called("backward from a probe", lambda: engine.backward(root, np.ones((), value.dtype)))
    for leaf, seed in zip(leaves, seeds, strict=True):
        found = engine.gradient(leaf)
        if found is None or not np.array_equal(found, seed):
            raise Failed(f"probe: a node's gradient is {found!r}, expected its cotangent {seed!r}")


def _check_counted(engine: Engine, shape: tuple[int, ...], dtype: str) -> None:
    assert isinstance(engine, Counting)
    calls: list[None] = []
    leaf = variable(engine, numbers(shape, dtype))
    before = engine.value(leaf).copy()
    behind = called("counted", lambda: engine.counted(leaf, lambda: calls.append(None)))
    if not np.array_equal(engine.value(behind), before):
        raise Failed("counted: the value behind it is another one")
    called("backward from what is counted", lambda: engine.backward(behind, numbers(shape, dtype)))
    if len(calls) != 1:
        raise Failed(f"counted: one reverse pass reported {len(calls)} calls, expected 1")
