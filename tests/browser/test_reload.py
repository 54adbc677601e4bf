"""A panel outlives its page, and may be shown more than once."""

from __future__ import annotations

from playwright.sync_api import expect

from conftest import DEMO, SQUEEZENET
from panel import Panel


def test_a_reload_keeps_the_panel(open_panel):
    squeezenet = open_panel(*SQUEEZENET, fresh=True)
    notebook = squeezenet.notebook
    notebook.run("scope.layer = 'features.3.squeeze'; scope.sort = 'max'; scope.cam = True")
    squeezenet.wait_for_layer("features.3.squeeze")
    expect(squeezenet.cam).to_be_checked()
    order = squeezenet.order()

    notebook.save()
    notebook.reload()
    squeezenet.wait_until_painted()
    squeezenet.wait_for_layer("features.3.squeeze")
    expect(squeezenet.cam).to_be_checked()
    assert squeezenet.order() == order

    squeezenet.pick(squeezenet.layer, "features.4.squeeze")
    squeezenet.wait_for_layer("features.4.squeeze")
    squeezenet.follows("scope.layer", "features.4.squeeze")
    squeezenet.channel_cell(order[0]).click()
    squeezenet.follows("scope.channel", order[0])


def test_two_views_of_one_scope_move_together(squeezenet):
    squeezenet.notebook.add_cell("scope")
    second = Panel(squeezenet.notebook, index=1)
    second.wait_until_painted()

    second.pick(second.layer, "features.3.squeeze")
    second.wait_for_layer("features.3.squeeze")
    squeezenet.wait_for_layer("features.3.squeeze")
    second.channel_cell(3).click()
    expect(squeezenet.channel_dialog(3)).to_be_visible()
    squeezenet.page.keyboard.press("Escape")
    expect(second.dialog).to_have_count(0)

    # One view closed leaves the other alive.
    squeezenet.page.evaluate(
        """() => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          notebook.activeCellIndex = notebook.widgets.length - 1;
          return window.jupyterapp.commands.execute('notebook:delete-cell');
        }"""
    )
    expect(second.root).to_have_count(0)
    squeezenet.pick(squeezenet.layer, "features.4.squeeze")
    squeezenet.wait_for_layer("features.4.squeeze")


def test_two_linked_scopes_move_together(open_panel):
    left = open_panel(
        *DEMO,
        "other = nnscope.demo(image=nnscope.example.chelsea().rotate(180))\n"
        "import ipywidgets\nlink = ipywidgets.link((scope, 'layer'), (other, 'layer'))",
    )
    right = Panel(left.notebook, index=1)
    right.wait_until_painted()
    left.pick(left.layer, "_blocks.5._bn1")
    right.wait_for_layer("_blocks.5._bn1")


def test_a_cell_that_ends_in_show_shows_one_panel(open_panel):
    panel = open_panel("import nnscope\nnnscope.demo()")
    expect(panel.page.get_by_role("region", name="nnscope", exact=True)).to_have_count(1)
    panel.notebook.run_all()
    panel.wait_until_painted()
    expect(panel.page.get_by_role("region", name="nnscope", exact=True)).to_have_count(1)
