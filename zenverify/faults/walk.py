"""Faults of the traversal of `zenverify.tensor`: order, accumulation, state, cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.faults.patches import Make, Patch, instead
from zenverify.tensor import Tensor, walk

Note = Callable[[], None]
Good = Callable[..., Any]

_STOPS_AFTER = 30


def _nan_as_zero(right: Any, *_: Any) -> Any:
    return np.where(np.isnan(right), 0, right)


def _through_float32(right: Any, *_: Any) -> Any:
    return np.asarray(right).astype(np.float32)


def _without_last(right: Any, held: Any, _addend: Any) -> Any:
    wrong = np.array(right)
    if wrong.size:
        wrong.flat[-1] = np.asarray(held).flat[-1]
    return wrong


def _in_place(good: Good, note: Note) -> Good:  # noqa: ARG001  nothing is left of the right one
    """Adds into arrays that others hold too."""

    def accumulate(held: Any, addend: Any) -> Any:
        if isinstance(held, np.ndarray) and held.flags.writeable:
            note()
            held += addend
            return held
        return held + addend

    return accumulate


def _handing_on(keep: Callable[[Tensor, int, int], bool]) -> Make:
    """Leaves contributions out: ``keep(node, position, how often it has received one)``."""

    def make(good: Good, note: Note) -> Good:  # noqa: ARG001  likewise
        current: list[Any] = [None]
        counts: Counter[Tensor] = Counter()

        def hand_on(node: Tensor, received: dict[Tensor, Any]) -> None:
            if current[0] is not received:  # another pass
                current[0] = received
                counts.clear()
            operation = walk.operation_of(node)
            arguments = (received[node], node.array, *node.operands)
            for position, dependency in enumerate(node.dependencies):
                if not dependency.trainable:
                    continue
                addend = walk.contribution(operation, position, arguments, node.keywords)
                if not keep(node, position, counts[dependency]):
                    note()
                    addend = np.zeros_like(addend)
                counts[dependency] += 1
                held = received.get(dependency)
                received[dependency] = addend if held is None else walk.accumulate(held, addend)

        return hand_on

    return make


def _by_paths(good: Good, note: Note) -> Good:  # noqa: ARG001  likewise
    """Walks every path, not every edge: right, and exponential on diamonds."""

    def cotangents(root: Tensor, cotangent: Any) -> dict[Tensor, Any]:
        received: dict[Tensor, Any] = {}
        stack = [(root, cotangent)]
        with np.errstate(all="ignore"):
            while stack:
                node, arriving = stack.pop()
                arriving = np.asarray(arriving, dtype=node.array.dtype)
                held = received.get(node)
                if held is not None and node.dependencies:
                    note()
                received[node] = arriving if held is None else held + arriving
                if node.dependencies:
                    operation = walk.operation_of(node)
                    arguments = (arriving, node.array, *node.operands)
                    stack += [
                        (d, walk.contribution(operation, i, arguments, node.keywords))
                        for i, d in enumerate(node.dependencies)
                        if d.trainable
                    ]
        return received

    return cotangents


def _seeded(change: Callable[[Any], Any]) -> Make:
    """Starts from another cotangent than it was given."""

    def make(good: Good, note: Note) -> Good:
        def cotangents(root: Tensor, cotangent: Any) -> Any:
            changed = np.asarray(change(cotangent)).astype(cotangent.dtype)
            if not np.array_equal(changed, cotangent, equal_nan=True):
                note()
            return good(root, changed)

        return cotangents

    return make


def _seed_written(good: Good, note: Note) -> Good:
    def cotangents(root: Tensor, cotangent: Any) -> Any:
        found = good(root, cotangent)
        if isinstance(cotangent, np.ndarray) and cotangent.size:
            note()
            cotangent *= 2
        return found

    return cotangents


def _kept(keep: Callable[[Tensor, Tensor], bool]) -> Make:
    """Keeps the gradients of some tensors only: ``keep(root, tensor)``."""

    def make(good: Good, note: Note) -> Good:
        def cotangents(root: Tensor, cotangent: Any) -> dict[Tensor, Any]:
            found = good(root, cotangent)
            kept = {one: held for one, held in found.items() if keep(root, one)}
            if len(kept) < len(found):
                note()
            return kept

        return cotangents

    return make


def _level_by_level(good: Good, note: Note) -> Good:
    """Hands a gradient on before it is complete: level by level from the result."""

    def order(root: Tensor) -> list[Tensor]:
        seen: dict[Tensor, None] = {root: None}
        level = [root]
        while level:
            below = [d for node in level for d in node.dependencies if d.trainable]
            level = [node for node in dict.fromkeys(below) if node not in seen]
            seen.update(dict.fromkeys(level))
        found = list(reversed(seen))
        if found != good(root):
            note()
        return found

    return order


def _recursive(good: Good, note: Note) -> Good:
    def order(root: Tensor) -> list[Tensor]:
        found: dict[Tensor, None] = {}

        def visit(node: Tensor) -> None:
            for dependency in node.dependencies:
                if dependency.trainable and dependency not in found:
                    visit(dependency)
            found[node] = None

        if len(good(root)) > _STOPS_AFTER:
            note()
        visit(root)
        return list(found)

    return order


def _stopping(good: Good, note: Note) -> Good:
    def order(root: Tensor) -> list[Tensor]:
        found: list[Tensor] = good(root)
        if len(found) > _STOPS_AFTER:
            note()
        return found[-_STOPS_AFTER:]

    return order


PATCHES: tuple[Patch, ...] = tuple(
    Patch(key, name, kind, walk, attribute, make)
    for attribute, kind, key, name, make in (
        ("accumulate", "overwritten", "overwritten", "overwritten instead of accumulated",
         instead(lambda _right, _held, addend: addend)),
        ("accumulate", "overwritten", "first-kept", "only the first contribution kept",
         instead(lambda _right, held, _addend: held)),
        ("accumulate", "overwritten", "largest-kept", "the larger of two contributions kept",
         instead(lambda _right, held, addend: np.maximum(held, addend))),
        ("accumulate", "overwritten", "last-overwritten", "the last element not added",
         instead(_without_last)),
        ("accumulate", "sign", "subtracted", "subtracted instead of added",
         instead(lambda _right, held, addend: held - addend)),
        ("accumulate", "factor", "averaged", "averaged instead of added",
         instead(lambda right, *_: right / 2)),
        ("accumulate", "duplicated term", "added-twice", "every contribution but the first doubled",
         instead(lambda right, _held, addend: right + addend)),
        ("accumulate", "factor", "off-by-1e-9", "the sum off by 1e-9",
         instead(lambda right, *_: right * (1 + 1e-9))),
        ("accumulate", "precision", "float32", "summed in float32", instead(_through_float32)),
        ("accumulate", "NaN cleaned", "nan-cleaned", "NaN turned into zero in a sum",
         instead(_nan_as_zero)),
        ("accumulate", "aliased gradient", "in-place", "summed in place, in a shared array",
         _in_place),
        ("hand_on", "history", "third-use", "the third contribution to a node dropped",
         _handing_on(lambda _node, _position, count: count != 2)),
        ("hand_on", "history", "second-use", "all contributions but the first dropped",
         _handing_on(lambda _node, _position, count: not count)),
        ("hand_on", "aliased arguments", "repeated-operand", "a repeated operand counted once",
         _handing_on(
             lambda node, position, _count:
             node.dependencies[position] not in node.dependencies[:position]
         )),
        ("hand_on", "dropped term", "third-operand", "all operands but two forgotten",
         _handing_on(lambda _node, position, _count: position < 2)),
        ("hand_on", "overwritten", "leaf-first-kept", "a leaf keeps its first contribution",
         _handing_on(
             lambda node, position, count:
             not count or bool(node.dependencies[position].dependencies)
         )),
        ("cotangents", "per path", "per-path", "a node visited once per path", _by_paths),
        ("cotangents", "mutated cotangent", "cotangent-written", "the cotangent doubled in place",
         _seed_written),
        ("cotangents", "wrong input", "cotangent-ignored", "the cotangent taken for one",
         _seeded(np.ones_like)),
        ("cotangents", "factor", "cotangent-doubled", "the cotangent taken twice",
         _seeded(lambda cotangent: cotangent * 2)),
        ("cotangents", "precision", "cotangent-float32", "the cotangent rounded to float32",
         _seeded(_through_float32)),
        ("cotangents", "dropped term", "root-forgotten", "the root given no gradient",
         _kept(lambda root, one: one is not root)),
        ("cotangents", "dropped term", "intermediates-forgotten", "only leaves given gradients",
         _kept(lambda _root, one: not one.dependencies)),
        ("postorder", "incomplete", "incomplete", "handed on before it is complete",
         _level_by_level),
        ("postorder", "incomplete", "stops", f"stops after {_STOPS_AFTER} nodes", _stopping),
        ("postorder", "recursion", "recursive", "runs into the limit of recursion", _recursive),
    )
)  # fmt: skip
"""Faults of `zenverify.tensor.walk`."""
