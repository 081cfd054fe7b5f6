"""The library alone, as its users write it: no zenverify, and it fails with an assert."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Leaf, LeafKind
from zenverify.output.model.listing import node_name
from zenverify.output.model.run import Discrepancy
from zenverify.output.model.sentence import middle
from zenverify.output.reproducers.calls import UnwritableError, Writer
from zenverify.output.reproducers.python_text import array_text, docstring, number_text
from zenverify.verification.verdict import Pass, Verdict

_MODULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "zen": (("zen", "from zenverify import tensor as zen"),),
    "torch": (
        ("torch", "import torch"),
        ("functional", "from torch.nn import functional"),
        ("torch.special", "import torch.special"),
        ("torch.linalg", "import torch.linalg"),
    ),
    "jax": (
        ("jnp", "import jax.numpy as jnp"),
        ("jax.nn", "import jax.nn"),
        ("special", "from jax.scipy import special"),
        ("jax.lax", "import jax.lax"),
        ("jnp.linalg", "import jax.numpy as jnp"),
    ),
    "autograd": (
        ("anp", "import autograd.numpy as anp"),
        ("special", "from autograd.scipy import special"),
        ("anp.linalg", "import autograd.numpy as anp"),
    ),
    "mygrad": (("mg", "import mygrad as mg"), ("nnet", "from mygrad import nnet")),
    "tinygrad": (("Tensor", "from tinygrad import Tensor"),),
}

LIBRARIES = tuple(_MODULES)
"""The engines whose users' code can be written."""

_TABLES = {
    "zen": ("zenverify.engines.zen", "FUNCTIONS"),
    "torch": ("zenverify.engines.torch.engine", "TorchEngine"),
    "jax": ("zenverify.engines.jax.engine", "JaxEngine"),
    "autograd": ("zenverify.engines.autograd.functions", "FUNCTIONS"),
    "mygrad": ("zenverify.engines.mygrad.functions", "FUNCTIONS"),
    "tinygrad": ("zenverify.engines.tinygrad.functions", "FUNCTIONS"),
}


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a script asserts.

    Attributes
    ----------
    node
        Whose number is wrong.
    expected
        What it should be; None where it is enough that nothing is raised.
    apart
        How far off the engine is, in its worst element.
    is_value
        Whether it is the value and not the gradient.
    shape
        The shape and dtype that its gradient should have, where that is what is wrong.
    """

    node: int
    expected: Array | None
    apart: float
    is_value: bool = False
    shape: tuple[tuple[int, ...], str] | None = None

    @property
    def tolerance(self) -> str:
        """Half of what the engine is off by: enough to fail, and to pass once it is mended."""
        return number_text(self.apart / 2 if math.isfinite(self.apart) else 0.0)


def is_plain(case: Case) -> bool:
    """Whether a graph has one root, and no attributes that are nodes themselves."""
    return not case.graph.further_roots and not any(
        isinstance(node, Apply) and node.given for node in case.graph.nodes
    )


def wrong_numbers(discrepancy: Discrepancy) -> Assertion | None:
    """What a user sees wrong of a case in a plain pass; None where that is nothing of the kind."""
    finding, graph = discrepancy.finding, discrepancy.case.graph
    if finding.verdict is Verdict.CRASH and finding.check != "whole graph, difference":
        return Assertion(graph.root, None, 0.0)
    if finding.verdict is Verdict.STRUCTURE and finding.during is Pass.REVERSE:
        return _of_structure(discrepancy)
    if finding.during is Pass.FORWARD and finding.witnesses:
        worst = finding.witnesses[0]
        if graph.sizes[worst.node] != 1 or finding.verdict is Verdict.NON_DETERMINISTIC:
            return None
        shape = graph.shapes[worst.node]
        found = _of_numbers([worst.engine], [middle(worst)], shape, worst.node)
        return None if found is None else replace(found, is_value=True)
    if finding.during is not Pass.REVERSE or not finding.witnesses:
        return None
    for leaf in graph.leaves:
        rows = [
            one for one in discrepancy.witnesses if one.node == leaf and one.quantity == "gradient"
        ]
        if len(rows) != graph.sizes[leaf] or not any(one.verdict.is_failure for one in rows):
            continue
        rows.sort(key=lambda one: one.index)
        found = _of_numbers(
            [one.engine for one in rows], [middle(one) for one in rows], graph.shapes[leaf], leaf
        )
        if found is not None:
            return found
    return None


def _of_structure(discrepancy: Discrepancy) -> Assertion | None:
    """A leaf's gradient of another shape or dtype than its value; None where it is another fault.

    The message is the check's own: only that of shapes and dtypes says what was expected.
    """
    graph, finding = discrepancy.case.graph, discrepancy.finding
    blame = finding.blame
    if "; expected " not in finding.message or "gradient" not in finding.message:
        return None
    if blame.argument is None or blame.node not in graph.operations:
        return None
    operand = graph.operands[blame.node][blame.argument]
    node = graph.nodes[operand]
    if not isinstance(node, Leaf) or node.kind is not LeafKind.VARIABLE:
        return None
    return Assertion(operand, None, 0.0, shape=(node.shape, node.dtype))


def _of_numbers(
    engine: Sequence[float], truth: Sequence[float | None], shape: tuple[int, ...], node: int
) -> Assertion | None:
    if any(t is None and math.isfinite(e) for e, t in zip(engine, truth, strict=True)):
        return None
    # Where there is no truth, an engine that gives no number is right.
    told = [e if t is None else t for e, t in zip(engine, truth, strict=True)]
    expected = np.array(told, np.float64)
    with np.errstate(all="ignore"):
        apart = np.abs(np.array(engine, np.float64) - expected)
        apart[[t is None for t in truth]] = 0.0
    finite = apart[np.isfinite(apart)]
    worst = float(finite.max()) if finite.size else 0.0
    if not np.isfinite(apart).all():
        # It fails by its NaN or infinity; the others may be off as they are.
        return Assertion(node, expected.reshape(shape), 4 * worst)
    return Assertion(node, expected.reshape(shape), worst) if worst else None


def library_script(discrepancy: Discrepancy, engine: str, title: str) -> str:
    """The text of the script.

    Parameters
    ----------
    discrepancy
        What is wrong.
    engine
        One of `LIBRARIES`.
    title
        What to call it.

    Raises
    ------
    UnwritableError
        If it cannot be shown with the library alone; the message says why.
    """
    case = discrepancy.case
    wrong = wrong_numbers(discrepancy)
    if not is_plain(case):
        raise UnwritableError("the graph has several roots, or attributes that are nodes")
    if wrong is None:
        raise UnwritableError(
            "no number of a leaf in a plain pass shows it; what does is asked through the adapter"
        )
    writer = Writer(_functions(engine), _MODULES[engine])
    lines = _DIALECTS[engine](case, writer, wrong)
    imports = ["import numpy as np", *writer.imports]
    helpers = [f"\n\n{text}\n" for text in writer.helpers.values()]
    head = docstring(f"{title}. {engine} alone; fails as long as that is so.")
    return "\n".join([head, *imports, *helpers, "", *lines, ""])


def _functions(engine: str) -> Mapping[str, Callable[..., Any]]:
    module, attribute = _TABLES[engine]
    try:
        found = getattr(import_module(module), attribute)
    except ImportError as error:
        raise UnwritableError(f"{error.name} is not installed") from error
    table: Mapping[str, Callable[..., Any]] = getattr(found, "functions", found)
    return table


def _operations(case: Case, writer: Writer) -> list[str]:
    """A line per operation."""
    graph = case.graph
    lines = []
    for node in graph.operations:
        operands = [node_name(operand) for operand in graph.operands[node]]
        kinds = [graph.nodes[operand] for operand in graph.operands[node]]
        tensors = not any(
            isinstance(one, Leaf) and one.kind in (LeafKind.NUMBER, LeafKind.ARRAY) for one in kinds
        )
        call = writer.call(
            graph.operator_of(node), operands, graph.attributes(node), tensors=tensors
        )
        lines.append(f"{node_name(node)} = {call}")
    return lines


def _leaves(case: Case, variable: str, constant: str) -> list[str]:
    """A line per leaf; ``{}`` stands for its array."""
    lines = []
    for leaf, value in zip(case.graph.leaves, case.values, strict=True):
        node = case.graph.nodes[leaf]
        assert isinstance(node, Leaf)
        forms = {LeafKind.VARIABLE: variable, LeafKind.CONSTANT: constant, LeafKind.ARRAY: "{}"}
        text = array_text(value)
        if node.kind is LeafKind.NUMBER:
            text = number_text(value.item())
        lines.append(f"{node_name(leaf)} = {forms.get(node.kind, '{}').format(text)}")
    return lines


def _assertion(wrong: Assertion, gradient: str, value: str) -> list[str]:
    if wrong.shape is not None:
        shape, dtype = wrong.shape
        return [
            f"got = {gradient.format(node_name(wrong.node))}",
            f"expected = ({shape!r}, {dtype!r})",
            'print("got     ", type(got), np.shape(got), getattr(got, "dtype", None))',
            'print("expected", expected)',
            "assert (np.shape(got), str(getattr(got, 'dtype', None))) == expected",
        ]
    if wrong.expected is None:
        return []
    number = value if wrong.is_value else gradient
    return [
        f"got = {number.format(node_name(wrong.node))}",
        f"expected = {array_text(wrong.expected)}",
        'print("got     ", got)',
        'print("expected", expected)',
        f"np.testing.assert_allclose(got, expected, rtol=0, atol={wrong.tolerance})",
    ]


def _zen(case: Case, writer: Writer, wrong: Assertion) -> list[str]:
    writer.imports["from zenverify import Tensor"] = None
    root = node_name(case.graph.root)
    return [
        *_leaves(case, "Tensor({})", "Tensor({}, trainable=False)"),
        *_operations(case, writer),
        f"{root}.get_gradients({array_text(case.cotangent)})",
        *_assertion(wrong, "{}.gradient", "{}.array"),
    ]


def _torch(case: Case, writer: Writer, wrong: Assertion) -> list[str]:
    writer.imports["import torch"] = None
    root = node_name(case.graph.root)
    return [
        *_leaves(case, "torch.tensor({}, requires_grad=True)", "torch.tensor({})"),
        *_operations(case, writer),
        f"{root}.backward(torch.tensor({array_text(case.cotangent)}))",
        *_assertion(wrong, "{}.grad.numpy()", "{}.detach().numpy()"),
    ]


def _mygrad(case: Case, writer: Writer, wrong: Assertion) -> list[str]:
    writer.imports["import mygrad as mg"] = None
    root = node_name(case.graph.root)
    return [
        *_leaves(case, "mg.tensor({})", "mg.tensor({}, constant=True)"),
        *_operations(case, writer),
        f"{root}.backward({array_text(case.cotangent)})",
        *_assertion(wrong, "{}.grad", "{}.data"),
    ]


def _stored(line: str) -> str:
    """A line with an array of no dimensions, which tinygrad would take for a constant."""
    head, begin, rest = line.partition("Tensor(np.array(")
    number, end, tail = rest.partition(")")
    if not begin or "[" in number:
        return line
    inside, comma, dtype = number.partition(",")
    return f"{head}Tensor(np.array([{inside}]{comma}{dtype})).realize().reshape(()" + end + tail[1:]


def _device(writer: Writer) -> list[str]:
    """What says where to compute, if the run found no device but the interpreter."""
    from tinygrad import Device

    if Device.DEFAULT != "PYTHON":
        return []
    writer.imports["from tinygrad.helpers import DEV"] = None
    return ['DEV.value = "PYTHON"  # no other device was found']


def _tinygrad(case: Case, writer: Writer, wrong: Assertion) -> list[str]:
    writer.imports["from tinygrad import Tensor"] = None
    root = node_name(case.graph.root)
    leaves = []
    for leaf, line in zip(
        case.graph.leaves, _leaves(case, "Tensor({}).is_param_(True)", "Tensor({})"), strict=True
    ):
        leaves.append(_stored(line) if case.graph.shapes[leaf] == () else line)
    cotangent = f"{root}.backward(Tensor({array_text(case.cotangent)}))"
    return [
        *_device(writer),
        *leaves,
        *_operations(case, writer),
        _stored(cotangent) if case.cotangent.ndim == 0 else cotangent,
        *_assertion(wrong, "{}.grad.numpy()", "{}.numpy()"),
    ]


def _function(case: Case, writer: Writer) -> tuple[list[str], list[int]]:
    """The graph as a function of its variables, and which these are."""
    graph = case.graph
    variables = [
        leaf for leaf in graph.leaves if getattr(graph.nodes[leaf], "kind", None) == "variable"
    ]
    body = [f"    {line}" for line in _operations(case, writer)]
    names = ", ".join(map(node_name, variables))
    root = node_name(graph.root)
    return ["", "", f"def f({names}):", *body, f"    return {root}", "", ""], variables


def _jax(case: Case, writer: Writer, wrong: Assertion) -> list[str]:
    writer.imports["import jax"] = None
    writer.imports["import jax.numpy as jnp"] = None
    function, variables = _function(case, writer)
    names = ", ".join(map(node_name, variables))
    place = variables.index(wrong.node) if wrong.node in variables else 0
    return [
        'jax.config.update("jax_enable_x64", True)',
        *_leaves(case, "jnp.asarray({})", "jnp.asarray({})"),
        *function,
        f"value, pullback = jax.vjp(f, {names})",
        f"gradients = pullback(jnp.asarray({array_text(case.cotangent)}))",
        *_assertion(wrong, f"np.asarray(gradients[{place}])", "np.asarray(value)"),
    ]


def _autograd(case: Case, writer: Writer, wrong: Assertion) -> list[str]:
    writer.imports["from autograd import make_vjp"] = None
    function, variables = _function(case, writer)
    names = ", ".join(map(node_name, variables))
    place = variables.index(wrong.node) if wrong.node in variables else 0
    return [
        *_leaves(case, "{}", "{}"),
        *function,
        f"both = [make_vjp(f, argument)({names}) for argument in range({len(variables)})]",
        f"gradients = [pullback({array_text(case.cotangent)}) for pullback, value in both]",
        *_assertion(wrong, f"gradients[{place}]", "both[0][1]"),
    ]


_DIALECTS = {
    "zen": _zen,
    "torch": _torch,
    "jax": _jax,
    "autograd": _autograd,
    "mygrad": _mygrad,
    "tinygrad": _tinygrad,
}
