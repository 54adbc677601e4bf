"""The notebooks run from top to bottom, and are kept without what they put out."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_stripped(path):
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert "widgets" not in book.metadata
    assert book.metadata.kernelspec.name == "python3"  # else JupyterLab asks for a kernel


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_each_panel_brings_a_picture_along(path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # beside other tests, threads of one step wait for each other
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]
    panels = [output for output in shown if output.data["text/plain"].startswith("<Scope")]
    assert panels
    assert all("image/png" in panel.data for panel in panels)
    assert not [output for output in outputs if output.output_type == "stream" and output.name == "stderr"]
