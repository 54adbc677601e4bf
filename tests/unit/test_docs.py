"""What the documentation points at must be there."""

import ast
import re
from pathlib import Path

import pytest

from methods_table import described

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def functions(path):
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_test_a_page_names_is_there(document):
    for file, test in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", document.read_text()):
        assert (ROOT / file).is_file(), file
        assert not test or test in functions(ROOT / file), f"{file}::{test}"


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        assert target.startswith("https://") or (document.parent / target).exists(), target


def test_the_page_of_the_methods_is_that_of_the_registry():
    assert described() in (ROOT / "docs" / "methods.md").read_text()


def test_the_truth_notes_name_their_proofs():
    named = re.findall(r"::(test_\w+)", (ROOT / "docs" / "truth.md").read_text())
    assert len(set(named)) > 25
