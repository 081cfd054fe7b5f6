"""Whether each operation that an adapter lists is called as its declaration means it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np
from flint import arb

from zenverify.engines.conformance.calls import array_problem, variable
from zenverify.engines.importing import described
from zenverify.engines.protocol import Array, Discrete, Engine, LeafKind, limits_of
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Case
from zenverify.graph.drawing import instances_of, single_structure
from zenverify.graph.filling import Filling, fill
from zenverify.graph.limits import within
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import precision
from zenverify.operators.operator import Instance, Operator

_CALLS = 12
"""So many combinations of attributes are tried, and more only while each of them is refused."""

_TOLERANCE = {"float64": 1e-5, "float32": 1e-3}
"""Far above rounding: a call that means something else is further off."""

_FEW = 0.2
"""What part of the calls may be wrong without its being the adapter's fault."""

_UNKNOWN = "no_such_operator"
_BITS = 128


def check_refusal(engine: Engine) -> Iterator[str]:
    """An operation that is not listed must be refused, by whatever exception."""
    handle = variable(engine, np.ones((), limits_of(engine).dtypes[0]))
    try:
        engine.apply(_UNKNOWN, [handle], {})
    except Exception:  # noqa: BLE001  whatever an adapter raises
        return
    yield f"apply({_UNKNOWN!r}), which is not listed, gave a result, expected UnsupportedError"


def check_operations(engine: Engine, names: Sequence[str]) -> Iterator[str]:
    """Each operation must give its declaration's value, for several combinations of attributes.

    That some calls raise, or give another dtype, may be the engine's fault, for a campaign to find;
    that none works, or many give another shape or other numbers, is held against the adapter.
    """
    for name in names:
        operator = catalogue.get(name)
        if operator.decides is not None:
            yield from _decision_problems(engine, operator)
            continue
        outcomes: list[_Outcome] = []
        for number, instance in enumerate(_instances(operator)):
            if number >= _CALLS and any(one.kind != _Kind.REFUSED for one in outcomes):
                break
            case = _case(engine, operator, instance)
            if case is not None:
                outcomes.append(_outcome(engine, name, case))
        yield from _problems(name, outcomes)


def _decision_problems(engine: Engine, operator: Operator) -> Iterator[str]:
    """A comparison must give an array of booleans that an operation can be given."""
    name = operator.name
    if not isinstance(engine, Discrete):
        yield f"{name}: what it gives can be handed to no operation without the method `discrete`"
        return
    dtype = limits_of(engine).dtypes[0]
    operands: list[Array] = [np.array(numbers, dtype) for numbers in ([1, 2, 3], [2, 2, 2])]
    if operator.arguments[0].logical:
        operands = [np.array([True, False, True]), np.array([True, True, False])]
    given = operands[: len(operator.arguments)]
    assert operator.decides is not None
    truth = [operator.decides(*items) for items in zip(*(o.tolist() for o in given), strict=True)]
    try:
        handles = [
            engine.discrete(LeafKind.ARRAY, one)
            if operator.arguments[0].logical
            else engine.leaf(LeafKind.VARIABLE, one)
            for one in given
        ]
        found = engine.value(engine.apply(name, handles, {}))
    except Exception as error:  # noqa: BLE001  whatever an adapter raises
        yield f"{name}: raised {type(error).__name__}: {error}"
        return
    if found.dtype != bool or found.tolist() != truth:
        what = " and ".join(str(one.tolist()) for one in given)
        yield f"{name} of {what} is {found.tolist()} of {found.dtype}, expected {truth} of bool"


class _Kind(Enum):
    """What came of a call."""

    RIGHT = "right"
    WRONG = "wrong"
    RAISED = "raised, or of another dtype"
    REFUSED = "refused"


class _Outcome(NamedTuple):
    """What came of a call, and the problem in one sentence."""

    kind: _Kind
    problem: str = ""


def _problems(name: str, outcomes: Sequence[_Outcome]) -> Iterator[str]:
    """At most one problem of an operation."""
    kinds = {one.kind for one in outcomes}
    wrong = [one.problem for one in outcomes if one.kind is _Kind.WRONG]
    raised = [one.problem for one in outcomes if one.kind is _Kind.RAISED]
    right = sum(one.kind is _Kind.RIGHT for one in outcomes)
    if len(wrong) > _FEW * (right + len(wrong)):
        yield wrong[0]
    elif not outcomes:
        yield f"{name}: no call of it is within the limits of the adapter; do not list it"
    elif kinds == {_Kind.REFUSED}:
        yield f"{name}: it is listed, but each of {len(outcomes)} calls of it was refused"
    elif not right:
        yield raised[0]


def _instances(operator: Operator) -> list[Instance]:
    """Calls of it on operands that have elements: each attributes once, then other shapes."""
    known = [one for one in instances_of(operator) if all(0 not in shape for shape in one.shapes)]
    random.Random(1).shuffle(known)
    by_attributes: dict[object, Instance] = {}
    for one in known:
        by_attributes.setdefault(freeze_attributes(one.attributes), one)
    first = list(by_attributes.values())
    chosen = {id(one) for one in first}
    return [*first, *(one for one in known if id(one) not in chosen)]


def _case(engine: Engine, operator: Operator, instance: Instance) -> Case | None:
    limits = limits_of(engine)
    draw = random.Random(1)
    dtypes = Dtypes(limits.dtypes[0])
    structure = within(limits, single_structure(draw.randrange, operator, instance, dtypes))
    return None if structure is None else fill(structure, Filling.ORDINARY, 1)


def _outcome(engine: Engine, name: str, case: Case) -> _Outcome:
    """Make the call, and hold its value against the declaration's."""
    graph = case.graph
    (position,) = graph.operations
    node = graph.apply(position)
    attributes = graph.attributes(position)
    listed = ", ".join(f"{key}={value!r}" for key, value in sorted(attributes.items()))
    shapes = ", ".join(str(graph.shapes[operand]) for operand in node.operands)
    what = f"{name} of shapes {shapes}" + (f" with {listed}" if listed else "")
    try:
        leaves = {
            place: engine.leaf(graph.nodes[place].kind, value.copy())  # type: ignore[union-attr]
            for place, value in zip(graph.leaves, case.values, strict=True)
        }
        handle = engine.apply(name, [leaves[operand] for operand in node.operands], attributes)
        found = engine.value(handle)
    except UnsupportedError:
        return _Outcome(_Kind.REFUSED)
    except Exception as error:  # noqa: BLE001  whatever an adapter raises
        return _Outcome(_Kind.RAISED, f"{what} raised {described(error)}")
    shape, dtype = graph.shapes[position], graph.dtypes[position]
    if problem := array_problem(f"the value of {what}", found, shape, dtype):
        kind = _Kind.RAISED if np.shape(found) == shape else _Kind.WRONG
        return _Outcome(kind, problem)
    truth = _declared(case, found)
    with np.errstate(all="ignore"):
        far = np.abs(found - truth) > _TOLERANCE[dtype] * np.maximum(1.0, np.abs(truth))
    if not far.any():
        return _Outcome(_Kind.RIGHT)
    place = tuple(int(i) for i in np.argwhere(far)[0])
    return _Outcome(
        _Kind.WRONG,
        f"the value of {what} is {float(found[place])!r} at {place}, the declaration's is "
        f"{float(truth[place])!r}: is it this function, and are operands and attributes in place?",
    )


def _declared(case: Case, near: Array) -> Array:
    """The value that the operator's declaration gives, as floats; signs that are free as `near`."""
    graph = case.graph
    (position,) = graph.operations
    balls = {
        place: list(map(arb, value.ravel().tolist()))
        for place, value in zip(graph.leaves, case.values, strict=True)
    }
    operands = [balls[operand] for operand in graph.apply(position).operands]
    with precision(_BITS):
        result = graph.programs[position].value(operands, list(map(arb, near.ravel().tolist())))
    return np.array([float(one.mid()) for one in result]).reshape(graph.shapes[position])
