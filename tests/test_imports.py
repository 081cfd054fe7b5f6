"""The architecture: who may import whom, read from the source of every module."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FOUNDATION = {"errors", "atomic", "processes"}
MAY_IMPORT = {
    "errors": set(),
    "atomic": set(),
    "processes": set(),
    "tensor": set(),
    "nn": {"tensor"},
    "operators": FOUNDATION,
    "graph": FOUNDATION | {"operators"},
    "strategies": {"graph"},
    "engines": FOUNDATION | {"operators", "graph"},
    "faults": FOUNDATION | {"operators", "graph", "engines"},
    "oracles": FOUNDATION | {"operators", "graph"},
    "verification": FOUNDATION | {"operators", "graph", "engines", "faults", "oracles"},
    "accuracy": FOUNDATION
    | {"operators", "graph", "engines", "faults", "oracles", "verification", "contribution"},
    "contribution": FOUNDATION | {"operators", "engines"},
    "corpus": FOUNDATION | {"operators", "graph", "engines", "oracles", "verification"},
    "functions": FOUNDATION | {"operators", "graph", "engines", "oracles", "verification"},
    "testing": FOUNDATION | {"functions", "verification"},
    "output": FOUNDATION
    | {"operators", "graph", "engines", "faults", "oracles", "verification", "accuracy", "corpus"},
    "cli": FOUNDATION
    | {"operators", "graph", "engines", "faults", "oracles", "verification", "contribution"}
    | {"accuracy", "corpus", "output"},
    "__main__": {"cli"},
    "plugin": FOUNDATION
    | {"operators", "graph", "engines", "faults", "oracles", "verification", "corpus", "output"},
}
"""Per part, the other parts that it may import; DESIGN calls it one way."""

MAY_IMPORT_TENSOR = {
    "zenverify.engines.zen",
    "zenverify.engines.extended",
    "zenverify.faults.handing_out",
    "zenverify.faults.planting",
    "zenverify.faults.rules",
    "zenverify.faults.summing",
    "zenverify.faults.walk",
}


MAY_IMPORT_PLUGIN = {"zenverify.corpus.pytest_plugin"}
"""It has the name under which pytest knows the plugin, and loads it when it is asked for."""


def forbidden_imports(root: Path) -> Iterator[str]:
    """Every import below `root` that the architecture forbids, as ``importer -> imported``."""
    for path in sorted((root / "zenverify").rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        if module == "zenverify":
            continue  # the public names; each is imported on first use
        part = module.split(".")[1]
        for imported in imports(path):
            if not is_allowed(module, part, imported):
                yield f"{module} -> {imported}"


def is_allowed(module: str, part: str, imported: str) -> bool:
    names = imported.split(".")
    if names[0] != "zenverify" or imported == "zenverify.__version__":
        return True
    if names[1] == "tensor" and part not in ("tensor", "nn"):
        return module in MAY_IMPORT_TENSOR
    if names[1] == "plugin" and part != "plugin":
        return module in MAY_IMPORT_PLUGIN
    return names[1] == part or names[1] in MAY_IMPORT[part]


def imports(path: Path) -> Iterator[str]:
    """The full names that a module imports, wherever in it, also those for types only.

    After ``import zenverify`` it is the public names used that count: ``zenverify.Tensor``.
    """
    yield from imports_of(ast.parse(path.read_text(encoding="utf-8")))


def imports_of(tree: ast.AST) -> Iterator[str]:
    """The same of a module's syntax tree."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name != "zenverify")
            case ast.ImportFrom(module=str(source), names=names, level=0):
                yield from (f"{source}.{alias.name}" for alias in names)
            case ast.ImportFrom():
                yield "zenverify.RELATIVE"  # has no place here: it hides who imports whom
            case ast.Attribute(value=ast.Name(id="zenverify"), attr=name):
                yield f"zenverify.{name}"


def test_the_parts_import_one_way() -> None:
    assert list(forbidden_imports(ROOT)) == []


def module_graph(root: Path) -> dict[str, set[str]]:
    """Per module, those that it imports when it runs, wherever in it: not those for types only."""
    paths = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (root / "zenverify").rglob("*.py")
    }
    graph: dict[str, set[str]] = {}
    for module, path in paths.items():
        tree = _WithoutTypes().visit(ast.parse(path.read_text(encoding="utf-8")))
        found = set(imports_of(tree))
        found |= {name.rpartition(".")[0] for name in found - set(paths)}
        graph[module] = found & set(paths) - {module}
    return graph


class _WithoutTypes(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)


def a_circle(root: Path) -> tuple[str, ...]:
    """The modules of one import circle; none if there is none."""
    try:
        TopologicalSorter(module_graph(root)).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def test_no_imports_run_in_a_circle() -> None:
    assert a_circle(ROOT) == ()


@pytest.mark.parametrize(
    "line", ["from zenverify.a import x", "def f():\n    import zenverify.a", "import zenverify.a"]
)
def test_a_circle_is_found(tmp_path: Path, line: str) -> None:
    package = tmp_path / "zenverify"
    package.mkdir()
    (package / "a.py").write_text("from zenverify import b", encoding="utf-8")
    (package / "b.py").write_text(line, encoding="utf-8")
    assert set(a_circle(tmp_path)) == {"zenverify.a", "zenverify.b"}


def test_what_is_imported_for_types_only_makes_no_circle(tmp_path: Path) -> None:
    package = tmp_path / "zenverify"
    package.mkdir()
    (package / "a.py").write_text("from zenverify import b", encoding="utf-8")
    text = "if TYPE_CHECKING:\n    from zenverify.a import x"
    (package / "b.py").write_text(text, encoding="utf-8")
    assert a_circle(tmp_path) == ()


def test_every_part_is_known() -> None:
    found = {path.stem for path in (ROOT / "zenverify").iterdir() if path.name[0] not in "._"}
    assert found - {"py"} <= set(MAY_IMPORT)


@pytest.mark.parametrize(
    "module, line, expected",
    [
        (
            "tensor/tensor.py",
            "import zenverify.errors",
            "zenverify.tensor.tensor -> zenverify.errors",
        ),
        (
            "oracles/symbolic.py",
            "from zenverify.tensor import Tensor",
            "zenverify.oracles.symbolic -> zenverify.tensor.Tensor",
        ),
        (
            "oracles/difference.py",
            "def f():\n    from zenverify.engines import zen",
            "zenverify.oracles.difference -> zenverify.engines.zen",
        ),
        (
            "graph/graph.py",
            "from zenverify.verification.verdict import Verdict",
            "zenverify.graph.graph -> zenverify.verification.verdict.Verdict",
        ),
        (
            "corpus/entry.py",
            "from zenverify.output.html.write import write_report",
            "zenverify.corpus.entry -> zenverify.output.html.write.write_report",
        ),
        ("graph/case.py", "from . import graph", "zenverify.graph.case -> zenverify.RELATIVE"),
        ("cli/run.py", "from zenverify import Tensor", "zenverify.cli.run -> zenverify.Tensor"),
        (
            "graph/case.py",
            "from zenverify import strategies",
            "zenverify.graph.case -> zenverify.strategies",
        ),
        (
            "strategies.py",
            "from zenverify.verification.verify import verify_case",
            "zenverify.strategies -> zenverify.verification.verify.verify_case",
        ),
        (
            "engines/torch.py",
            "import zenverify\nT = zenverify.Tensor",
            "zenverify.engines.torch -> zenverify.Tensor",
        ),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str, expected: str) -> None:
    path = tmp_path / "zenverify" / module
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    assert list(forbidden_imports(tmp_path)) == [expected]


@pytest.mark.parametrize(
    "module, line",
    [
        ("engines/zen.py", "from zenverify.tensor import Tensor"),
        ("cli/main.py", "from zenverify import __version__"),
        ("strategies.py", "from zenverify.graph.strategies import cases"),
        ("corpus/entry.py", "import zenverify\nV = zenverify.__version__"),
        ("tensor/walk.py", "from zenverify.tensor.operation import Operation"),
        ("verification/verify.py", "from zenverify.oracles import symbolic"),
    ],
)
def test_an_allowed_import_is_not(tmp_path: Path, module: str, line: str) -> None:
    path = tmp_path / "zenverify" / module
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    assert list(forbidden_imports(tmp_path)) == []
