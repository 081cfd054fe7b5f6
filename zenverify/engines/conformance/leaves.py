"""What an adapter makes of leaves: their values, shapes and dtypes."""

from __future__ import annotations

from collections.abc import Iterator

from zenverify.engines.conformance.calls import (
    array_problem,
    called,
    collected,
    numbers,
    shapes_of,
)
from zenverify.engines.protocol import Engine, LeafKind, limits_of


def check_leaves(engine: Engine) -> Iterator[str]:
    """Each kind of leaf must have the value it was given, in its shape and dtype."""
    for kind in (LeafKind.VARIABLE, LeafKind.CONSTANT, LeafKind.ARRAY):
        for dtype in limits_of(engine).dtypes:
            for shape in shapes_of(engine):
                if problem := _wrong_leaf(engine, kind, shape, dtype):
                    yield problem
                    break
    number = numbers((), "float64")
    problems: list[str] = []
    with collected(problems):
        called("leaf(NUMBER)", lambda: engine.leaf(LeafKind.NUMBER, number))
    yield from problems


def _wrong_leaf(engine: Engine, kind: LeafKind, shape: tuple[int, ...], dtype: str) -> str | None:
    given = numbers(shape, dtype)
    kept = given.copy()
    what = f"leaf({kind.name}) of {dtype} and shape {shape}"
    problems: list[str] = []
    with collected(problems):
        handle = called(what, lambda: engine.leaf(kind, given))
        value = called(f"value of {what}", lambda: engine.value(handle))
        if problem := array_problem(f"the value of {what}", value, shape, dtype):
            return problem
        if value.tobytes() != kept.tobytes():
            return f"the value of {what} is not what was given"
    if given.tobytes() != kept.tobytes():
        return f"{what} changed the array that it was given"
    return problems[0] if problems else None
