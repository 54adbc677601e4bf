"""Who may import whom: one ladder for the Python package, one for the browser side."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "nnscope"
BROWSER = ROOT / "js" / "src"

PYTHON = {
    "errors": set(),
    "layout": set(),
    "records": {"errors", "layout"},
    "tensors": set(),
    "imaging": set(),
    "wire": set(),
    "network": {"tensors"},
    "attribution": {"network", "tensors"},
    "synthesis": {"network", "tensors"},
    "dataset": {"network", "tensors"},
    "probe": {"tensors", "imaging", "network", "attribution", "synthesis", "dataset"},
    "oneliners": {"probe"},
    "export": {"imaging", "probe"},
    "widget": {"probe", "wire", "imaging", "export"},
}
FOR_ALL = {"errors", "layout", "records"}
# A heatmap draws itself, so the record reaches up, but only once something is drawn.
LAZILY = {"records": {"imaging"}}
# These two put the parts together and may reach any of them, lazily.
FREE = {"__init__", "example"}

WIDGET_LIBRARIES = ("IPython", "anywidget", "bqplot", "ipywidgets", "traitlets")
TORCHVISION = ("network/preprocess.py", "network/labels.py")
WITHOUT_TORCH = ("errors", "layout", "records", "imaging", "wire")

# The browser side: `draw` is pure, views see no model and no packet, `sync` alone talks to the model.
TYPESCRIPT = {
    "cache": set(),
    "changes": set(),
    "clean": {"model"},
    "contact": {"patience"},
    "draw": set(),
    "graph": {"draw"},
    "model": set(),
    "patience": set(),
    "presence": set(),
    "upload": set(),
    "wire": set(),
    "shared": set(),
    "findings": {"rooms", "tools", "wanting"},
    "compared": set(),
    "ascent": {"draw"},
    "requests": {"changes", "contact", "wire"},
    "state": {"draw", "model"},
    "view": {"draw", "model"},
    "views": {"draw", "graph", "state", "upload", "view"},
    "rooms": {"draw", "views", "wire"},
    "tools": {"ahead", "detail", "draw", "views", "wire"},
    "wanting": {"draw", "views", "wire", "wishes"},
    "wishes": {"cache", "draw", "sync", "wire"},
    "load": {"shared"},
    "answers": {"cache", "requests", "wire"},
    "detail": {"cache", "requests", "state", "wire"},
    "sync": {"cache", "clean", "contact", "model", "requests", "wire"},
    "ahead": {"draw", "sync", "wire"},
    "widget": {"answers", "load", "model", "presence", "requests", "state", "sync", "view", "views", "wire"},
}
# Types, and the one way to put a failure into words.
OPEN_TO_ALL = {"records", "findings", "compared", "ascent", "problem"}


class Import(NamedTuple):
    """One import statement: what is imported, where, and when it runs."""

    line: int
    target: str
    lazy: bool
    typing: bool


class Imports(ast.NodeVisitor):
    """Collects the imports of one module, those inside functions too."""

    def __init__(self, package: list[str]):
        self.package = package
        self.found: list[Import] = []
        self.lazy = self.typing = False

    def visit_FunctionDef(self, node):
        outer, self.lazy = self.lazy, True
        self.generic_visit(node)
        self.lazy = outer

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef  # noqa: N815 (the names ast calls)

    def visit_If(self, node):
        outer, self.typing = self.typing, self.typing or ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in node.body:
            self.visit(child)
        self.typing = outer
        for child in node.orelse:
            self.visit(child)

    def visit_Import(self, node):
        for alias in node.names:
            self.add(node.lineno, alias.name)

    def visit_ImportFrom(self, node):
        above = self.package[: len(self.package) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            # `from nnscope import probe` imports a module, `from nnscope.probe import Probe` a name of one.
            self.add(node.lineno, f"{base}.{alias.name}" if base == "nnscope" else base)

    def add(self, line, target):
        self.found.append(Import(line, target, self.lazy, self.typing))


def unit(path: Path) -> str:
    """The rung a file stands on: the package or module right below its root."""
    return path.parts[0].split(".")[0]


def python_faults(package: Path) -> list[str]:
    """Every import of the package that the ladder does not allow."""
    faults = []
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package)
        collector = Imports(["nnscope", *path.parent.parts])
        collector.visit(ast.parse(file.read_text()))
        told = ((found, python_fault(path, found)) for found in collector.found)
        faults += [
            f"{path.as_posix()}:{found.line} imports {found.target}: {why}" for found, why in told if why
        ]
    return faults


def python_fault(path: Path, found: Import) -> str | None:
    """What is wrong with one import, or ``None``."""
    top, *rest = found.target.split(".")
    here = unit(path)
    if top == "nnscope":
        return internal_fault(here, rest[0] if rest else "__init__", found)
    if found.typing:
        return None
    faults = {
        f"{here} works without torch": top == "torch" and here in WITHOUT_TORCH,
        "only widget knows of widgets": top in WIDGET_LIBRARIES and here not in {"widget", *FREE},
        "only lazily, so that it may be missing": top in {"bqplot", "torchvision"} and not found.lazy,
        f"only {' and '.join(TORCHVISION)} may": top == "torchvision" and path.as_posix() not in TORCHVISION,
        "only lazily here": here in FREE and not found.lazy and top not in sys.stdlib_module_names,
    }
    return next((fault for fault, is_so in faults.items() if is_so), None)


def internal_fault(here: str, there: str, found: Import) -> str | None:
    """What is wrong with an import of one part by another, or ``None``."""
    lazy = found.lazy or found.typing
    if here in FREE:
        return None if lazy or there in FOR_ALL else "only lazily here"
    if here not in PYTHON:
        return f"{here} stands on no rung of the ladder"
    allowed = PYTHON[here] | (FOR_ALL if here not in FOR_ALL else set())
    if there in {here, *allowed} or (lazy and there in LAZILY.get(here, ())):
        return None
    return f"{here} may use {', '.join(sorted(allowed)) or 'nothing else'}"


FROM = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.[^"']*)["']""")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)


def browser_faults(source: Path) -> list[str]:
    """Every relative import of the browser side that the ladder does not allow; tests are exempt."""
    faults = []
    for file in sorted([*source.rglob("*.ts"), *source.rglob("*.tsx")]):
        if ".test." in file.name or file.name.endswith(".d.ts"):
            continue
        here = unit(file.relative_to(source))
        if here not in OPEN_TO_ALL and here not in TYPESCRIPT:
            faults.append(f"{here} stands on no rung of the ladder")
            continue
        allowed = TYPESCRIPT.get(here, set())
        for specifier in FROM.findall(COMMENT.sub("", file.read_text())):
            target = (file.parent / specifier).resolve()
            if not target.is_relative_to(source.resolve()):
                faults.append(f"{file.name} imports {specifier}: it lies outside of {source.name}")
                continue
            there = unit(target.relative_to(source.resolve()))
            if there not in {here, *OPEN_TO_ALL, *allowed} and not specifier.endswith(".css"):
                names = ", ".join(sorted(allowed)) or "nothing else"
                faults.append(f"{file.name} imports {specifier}: {here} may use {names}")
    return faults


def test_python_ladder_holds():
    assert len(list(PACKAGE.rglob("*.py"))) > 10, "nothing was checked"
    assert python_faults(PACKAGE) == []


def test_browser_ladder_holds():
    assert len(list(BROWSER.rglob("*.ts*"))) > 10, "nothing was checked"
    assert browser_faults(BROWSER) == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        (
            "tensors/stats.py",
            "from nnscope.imaging import colormap",
            "tensors may use errors, layout, records",
        ),
        ("wire/packet.py", "from ..tensors import stats", "wire may use errors, layout, records"),
        ("wire/packet.py", "import torch", "works without torch"),
        ("imaging/overlay.py", "def draw():\n    import torch.nn", "works without torch"),
        ("network/capture.py", "def f():\n    from nnscope import probe", "network may use"),
        ("network/capture.py", "def f():\n    import torchvision", "only network/preprocess.py"),
        ("network/preprocess.py", "import torchvision.transforms", "only lazily"),
        ("attribution/cam.py", "def f():\n    from nnscope.probe import Probe", "attribution may use"),
        ("probe.py", "from nnscope.wire import packet", "probe may use"),
        ("probe.py", "import traitlets", "only widget knows of widgets"),
        ("export/png.py", "class A:\n    from nnscope.network import layers", "export may use"),
        ("widget/scope.py", "from nnscope.network.capture import run", "widget may use"),
        ("widget/scope.py", "import bqplot", "only lazily"),
        ("widget/scope.py", "from nnscope import Probe", "widget may use"),
        ("records.py", "from nnscope.imaging import overlay", "records may use errors"),
        ("errors.py", "from nnscope.records import Layer", "errors may use"),
        ("__init__.py", "from nnscope.probe import Probe", "only lazily here"),
        ("__init__.py", "import torch", "only lazily here"),
        ("novelty.py", "from nnscope.errors import ImageError", "stands on no rung"),
    ],
)
def test_python_fault_is_found(tmp_path, path, source, fault):
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(source)
    (found,) = python_faults(tmp_path)
    assert fault in found
    assert path in found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("tensors/stats.py", "import torch\nfrom nnscope.errors import OptionError\nfrom . import normalize"),
        ("records.py", "def image():\n    from nnscope.imaging import overlay"),
        ("records.py", "if TYPE_CHECKING:\n    from torch import Tensor"),
        ("network/labels.py", "def names():\n    from torchvision.models import get_model"),
        ("widget/scope.py", "import anywidget, traitlets\nfrom nnscope.probe import Probe"),
        ("example.py", "def demo():\n    import nnscope.widget\n    import skimage.data"),
        ("__init__.py", "import importlib\nif TYPE_CHECKING:\n    from nnscope.probe import Probe"),
    ],
)
def test_python_allows(tmp_path, path, source):
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(source)
    assert python_faults(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("views/grid.tsx", 'import { send } from "../sync";', "views may use draw, graph, state"),
        ("views/grid.tsx", 'import type {\n  Packet,\n} from "../wire";', "views may use draw, graph, state"),
        (
            "views/deep/grid.tsx",
            'const wire = await import("../../wire.js");',
            "views may use draw, graph, state",
        ),
        ("draw/canvas.ts", "export { width } from '../state';", "draw may use nothing else"),
        ("sync.ts", 'import "./views/grid";', "sync may use cache, clean, contact, model"),
        ("wire.ts", 'import { x } from "../../tests/contract/x";', "outside"),
        ("novelty.ts", "", "no rung"),
    ],
)
def test_browser_fault_is_found(tmp_path, path, source, fault):
    file = tmp_path / "src" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    (found,) = browser_faults(tmp_path / "src")
    assert fault in found


def test_browser_exempts_tests_packages_and_comments(tmp_path):
    (tmp_path / "views").mkdir()
    (tmp_path / "views/grid.test.tsx").write_text('import { decode } from "../wire";')
    (tmp_path / "views/grid.tsx").write_text(
        '// import { decode } from "../wire";\nimport "preact";\nimport { lut } from "../draw/lut";'
    )
    assert browser_faults(tmp_path) == []
