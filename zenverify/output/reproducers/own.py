"""Two scripts for any engine that zenverify can load: its own API, and a plain test."""

from __future__ import annotations

from pathlib import Path

from zenverify.graph.case import Case
from zenverify.graph.graph import Leaf, LeafKind
from zenverify.output.model.listing import node_name
from zenverify.output.model.run import Discrepancy
from zenverify.output.reproducers.library import Assertion, is_plain, wrong_numbers
from zenverify.output.reproducers.python_text import (
    array_text,
    attribute_text,
    docstring,
    identifier,
)
from zenverify.verification.events import Planted
from zenverify.verification.verdict import Verdict


def located_spec(spec: str, directory: Path | None) -> str:
    """What ``--engine`` was given, so that it is found from any folder."""
    place, colon, attribute = spec.rpartition(":")
    if directory is None or not colon or not place.endswith(".py"):
        return spec
    return f"{directory / place}:{attribute}"


def api_script(discrepancy: Discrepancy, spec: str, title: str, planted: Planted | None) -> str:
    """The case is built node by node, and verified."""
    case = discrepancy.case
    call = "result = verify_case(registry.load({spec!r}), case)"
    imports = [
        "import numpy as np",
        "",
        "from zenverify.engines import registry",
        "from zenverify.graph.case import Case",
        "from zenverify.graph.graph import GraphBuilder, LeafKind",
        "from zenverify.verification.verify import verify_case",
    ]
    run = [call.format(spec=spec)]
    if planted is not None:
        imports.insert(3, "from zenverify.faults.catalogue import find_fault")
        run = [
            f"engine = registry.load({spec!r})",
            f"with find_fault(engine, {planted.name!r}).mutant.plant():",
            "    result = verify_case(engine, case)",
        ]
    lines = [
        docstring(f"{title}. Fails as long as that is so."),
        *imports,
        "",
        "",
        *_built(case),
        *run,
        "for finding in result.findings:",
        "    print(finding.message)",
        "assert not result.verdict.is_failure, result.verdict",
        "",
    ]
    return "\n".join(lines)


def _built(case: Case) -> list[str]:
    """The case node by node; one of several roots as the JSON that entries have."""
    if not is_plain(case):
        return [f"case = Case.from_json({case.to_json()!r})"]
    return [
        "build = GraphBuilder()",
        *_nodes(case),
        "case = Case(",
        "    build.graph(),",
        f"    ({', '.join(array_text(value) for value in case.values)},),",
        f"    {array_text(case.cotangent)},",
        ")",
    ]


def _nodes(case: Case) -> list[str]:
    graph = case.graph
    lines = []
    for position, node in enumerate(graph.nodes):
        if isinstance(node, Leaf):
            dtype = "" if node.dtype == "float64" else f", {node.dtype!r}"
            call = f"build.leaf(LeafKind.{node.kind.name}, {node.shape!r}{dtype})"
        else:
            words = [repr(node.operator), *map(node_name, node.operands)]
            attributes = graph.attributes(position)
            words += [f"{name}={attribute_text(value)}" for name, value in attributes.items()]
            call = f"build.apply({', '.join(words)})"
        lines.append(f"{node_name(position)} = {call}")
    return lines


def test_script(discrepancy: Discrepancy, spec: str, title: str, planted: Planted | None) -> str:
    """A test by pytest and NumPy: the engine's own calls, and what they should give.

    Where that is no number of a plain pass, the test asks `verify_case`.
    """
    finding = discrepancy.finding
    blame = finding.blame
    name = identifier(f"{blame.operation} {finding.bucket.place} {finding.during}")
    wrong = wrong_numbers(discrepancy) if is_plain(discrepancy.case) else None
    told = finding.verdict not in (Verdict.NON_DETERMINISTIC, Verdict.STRUCTURE)
    head = docstring(f"{title}. Run it with pytest; fails as long as that is so.")
    if not told or wrong is None:
        text = api_script(discrepancy, spec, title, planted)
        above, _, below = text.partition('"""\n')[2].partition("\n\n\n")
        shown = below.splitlines()
        shown = [line for line in shown if not line.startswith(("for ", "    print"))]
        tested = "\n".join(f"    {line}" if line else "" for line in shown)
        needed = above.strip("\n")
        return f"{head}\n{needed}\n\n\ndef test_{name}() -> None:\n{tested}\n"
    imports = [
        "import numpy as np",
        "",
        "from zenverify.engines import registry",
        "from zenverify.engines.protocol import LeafKind",
    ]
    lines = [f"engine = registry.load({spec!r})"]
    calls = _called(discrepancy.case, wrong)
    if planted is not None:
        imports.append("from zenverify.faults.catalogue import find_fault")
        lines.append(f"with find_fault(engine, {planted.name!r}).mutant.plant():")
        calls = [f"    {line}" for line in calls]
    tested = "\n".join(f"    {line}" for line in [*lines, *calls])
    return f"{head}\n" + "\n".join(imports) + f"\n\n\ndef test_{name}() -> None:\n{tested}\n"


def _called(case: Case, wrong: Assertion) -> list[str]:
    graph = case.graph
    values = dict(zip(graph.leaves, case.values, strict=True))
    lines = []
    for position, node in enumerate(graph.nodes):
        name = node_name(position)
        if isinstance(node, Leaf):
            kind = LeafKind(node.kind).name
            lines.append(f"{name} = engine.leaf(LeafKind.{kind}, {array_text(values[position])})")
            continue
        attributes = ", ".join(
            f"{key!r}: {attribute_text(value)}" for key, value in graph.attributes(position).items()
        )
        operands = ", ".join(map(node_name, node.operands))
        lines.append(f"{name} = engine.apply({node.operator!r}, [{operands}], {{{attributes}}})")
    target = node_name(wrong.node)
    if wrong.is_value:
        lines.append(f"got = engine.value({target})")
    else:
        lines.append(f"engine.backward({node_name(graph.root)}, {array_text(case.cotangent)})")
        lines.append(f"got = engine.gradient({target})")
    if wrong.expected is not None:
        lines += [
            f"expected = {array_text(wrong.expected)}",
            f"np.testing.assert_allclose(got, expected, rtol=0, atol={wrong.tolerance})",
        ]
    return lines
