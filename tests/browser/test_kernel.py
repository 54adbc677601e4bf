"""What the panel says of a kernel that is busy, was restarted or hears that a page shows nothing any more."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from conftest import MODEL, SQUEEZENET
from hosts import KERNEL
from panel import Panel

BUSY = "The kernel is busy"
NO_ANSWER = "No answer from the kernel"
PATIENT = 60_000
"""Milliseconds; the panel itself waits 15 seconds before it says anything."""

GATED = f"""{MODEL}
import threading
gate = threading.Event()
gate.set()
model.register_forward_pre_hook(lambda *_: gate.wait() and None)
scope = nnscope.show(model, image, layer="features.3.squeeze")"""

SPIED = """\
views, take = [], scope.comm._msg_callback
def spy(msg):
    content = msg["content"]["data"].get("content") or {}
    if content.get("k") == "views":
        views.append((content["page"], content["views"]))
    take(msg)
scope.comm.on_msg(spy)"""

RUN_UNAWAITED = f"(code) => void {KERNEL}.requestExecute({{ code }})"

DELETE_LAST_CELL = """() => {
  const { commands, shell } = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  return commands.execute('notebook:delete-cell');
}"""

MOVE_LAST_CELL_UP = DELETE_LAST_CELL.replace("delete-cell", "move-cell-up")


def tab(panel, name):
    return panel.root.get_by_role("tablist", name="View").get_by_role("tab", name=name)


def test_a_kernel_that_works_on_something_else_is_called_busy_until_it_answers(open_panel):
    panel = open_panel(GATED, fresh=True)
    tab(panel, "Kernels").click()  # so that the code is there
    kernels = panel.root.get_by_role("grid", name="Kernels")
    kernels.wait_for()
    panel.notebook.run("gate.clear()")
    tab(panel, "Channels").click()
    panel.cam.click()  # this waits at the gate
    panel.pick(panel.layer, "features.4.squeeze")
    tab(panel, "Kernels").click()  # and this behind it
    expect(panel.root).to_contain_text(BUSY, timeout=PATIENT)
    expect(panel.root).not_to_contain_text(NO_ANSWER)
    panel.notebook.run("gate.set()")
    expect(panel.root).not_to_contain_text(BUSY, timeout=PATIENT)
    kernels.wait_for()
    panel.wait_until_settled()
    expect(panel.root).not_to_contain_text(NO_ANSWER)
    panel.follows("(scope.layer, scope.error)", ("features.4.squeeze", ""))


def test_a_kernel_whose_cell_runs_is_called_busy_until_it_ends(open_notebook, tmp_path):
    notebook = open_notebook(MODEL, fresh=True)
    # As in hosts and kernels that know no subshells: messages wait for the end of the cell.
    notebook.page.evaluate(f"() => void Object.assign({KERNEL}, {{ commsOverSubshells: 'disabled' }})")
    notebook.add_cell("scope = nnscope.show(model, image)")
    panel = Panel(notebook)
    panel.wait_until_painted()
    end = tmp_path / "end"
    panel.page.evaluate(
        RUN_UNAWAITED, f"import os, time\nwhile not os.path.exists({str(end)!r}): time.sleep(0.05)"
    )
    panel.page.wait_for_function(f"() => {KERNEL}.status === 'busy'")
    panel.pick(panel.layer, "features.3.squeeze")
    expect(panel.root).to_contain_text(f"{BUSY}: running a cell", timeout=PATIENT)
    expect(panel.root).not_to_contain_text(NO_ANSWER)
    end.touch()
    panel.wait_for_layer("features.3.squeeze")
    expect(panel.root).to_have_attribute("data-layer", "features.3.squeeze")
    expect(panel.root).not_to_contain_text(BUSY)
    panel.follows("(scope.layer, scope.error)", ("features.3.squeeze", ""))


def test_of_a_kernel_that_was_restarted_the_cure_is_told_and_it_helps(open_panel):
    panel = open_panel(*SQUEEZENET, fresh=True)
    panel.page.evaluate(f"() => {KERNEL}.restart()")
    panel.notebook.wait_until_idle()
    panel.pick(panel.layer, "features.3.squeeze")
    expect(panel.root).to_contain_text(NO_ANSWER, timeout=PATIENT)
    expect(panel.root).to_contain_text("run the cell again")
    expect(panel.cells.first).to_be_visible()
    panel.notebook.run_all()
    panel.wait_until_painted()
    expect(panel.root).not_to_contain_text(NO_ANSWER)
    panel.pick(panel.layer, "features.3.squeeze")
    panel.wait_for_layer("features.3.squeeze")


@pytest.fixture
def spied(open_panel):
    """A panel whose kernel notes the views that pages say they have."""
    panel = open_panel(*SQUEEZENET, fresh=True)
    panel.notebook.run(SPIED)
    return panel


TOLD = "([number for _, number in views], len({page for page, _ in views}))"
"""The numbers of views that were told, and of how many pages."""


def test_the_kernel_hears_when_the_last_view_of_a_page_is_gone_and_when_one_is_back(spied):
    spied.notebook.add_cell("scope")
    spied.page.evaluate(DELETE_LAST_CELL)  # the other view is still there
    spied.page.evaluate(MOVE_LAST_CELL_UP)  # takes the view away and makes another
    spied.wait_until_painted()
    spied.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    spied.follows(TOLD, ([0], 1))
    spied.notebook.add_cell("scope")
    spied.follows(TOLD, ([0, 1], 1))


def test_the_kernel_hears_when_a_page_is_left_and_when_another_one_comes(spied):
    spied.notebook.save()
    spied.notebook.reload()
    spied.wait_until_painted()
    spied.follows(TOLD, ([0, 1], 2))
