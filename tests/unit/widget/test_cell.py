import gc
import weakref

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from torch import nn

import nnscope
from nnscope.widget import cell, scope as module
from nnscope.widget.cell import Run


def make():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))


@pytest.fixture
def notebook(monkeypatch):
    """Stand in for a kernel: which cell runs, and what it displays."""
    state = {"run": Run("cell", "1"), "shown": []}
    monkeypatch.setattr(module, "current_run", lambda: state["run"])
    monkeypatch.setattr("IPython.display.display", lambda data, **_: state["shown"].append(data))
    monkeypatch.setattr(cell, "_open", {})
    return state


def test_the_models_of_earlier_runs_of_a_cell_are_let_go(notebook):
    models = weakref.WeakSet()
    scopes = []  # as ipywidgets does, which keeps every widget
    for number in range(20):
        notebook["run"] = Run("cell", str(number))
        model = make()
        models.add(model)
        scopes.append(nnscope.show(model, torch.randn(1, 3, 8, 8)))
        del model
    gc.collect()
    assert len(models) == 1
    assert scopes[-1].error == ""
    assert all("ran again" in scope.error for scope in scopes[:-1])


def test_two_panels_of_one_run_and_panels_of_other_cells_stay(notebook):
    first, second = (nnscope.show(make(), torch.randn(1, 3, 8, 8)) for _ in range(2))
    notebook["run"] = Run("other", "2")
    nnscope.show(make(), torch.randn(1, 3, 8, 8))
    assert (first.error, second.error) == ("", "")


def test_a_host_that_names_no_cells_keeps_all(notebook):
    notebook["run"] = Run("", "1")
    first = nnscope.show(make(), torch.randn(1, 3, 8, 8))
    notebook["run"] = Run("", "2")
    nnscope.show(make(), torch.randn(1, 3, 8, 8))
    assert first.error == ""


def test_a_cell_that_ends_in_show_shows_one_panel(notebook):
    scope = nnscope.show(make(), torch.randn(1, 3, 8, 8))
    assert len(notebook["shown"]) == 1
    scope._ipython_display_()  # what IPython does with the value of a cell
    assert len(notebook["shown"]) == 1
    scope._ipython_display_()  # and asked for once more, it is shown once more
    notebook["run"] = Run("next", "2")
    scope._ipython_display_()
    assert len(notebook["shown"]) == 3


def test_outside_a_notebook_there_is_no_run():
    assert InteractiveShell._instance is None
    assert cell.current_run() is None
