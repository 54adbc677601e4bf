"""Files one can read in one go: modules of at most 400 lines, function bodies of at most 50."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "nnscope"
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(function: FUNCTIONS) -> int:
    """Lines of the body, the docstring not counted."""
    first = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_modules_and_functions_are_short():
    long = []
    for file in sorted(PACKAGE.rglob("*.py")):
        text, name = file.read_text(), file.relative_to(PACKAGE)
        if (lines := len(text.splitlines())) > 400:
            long.append(f"{name}: {lines} lines")
        functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, FUNCTIONS))
        long += [f"{name}: {f.name}, {body_lines(f)} lines" for f in functions if body_lines(f) > 50]
    assert long == []
