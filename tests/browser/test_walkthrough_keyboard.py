"""The whole way through the panel without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from panel import DIGITS

LAYER = "_blocks.2._bn1"
ANOTHER = "_blocks.10._bn2"
TIGER_CAT = 282


def test_the_keyboard_reaches_everything(demo):
    keys = demo.page.keyboard
    demo.layer.focus()
    keys.type(LAYER)
    keys.press("Enter")
    demo.wait_for_layer(LAYER)
    demo.follows("scope.layer", LAYER)

    demo.tab_to(demo.sort)
    keys.type("strongest")
    keys.press("Enter")
    demo.follows("scope.sort", "max")
    expect(demo.sort).to_be_focused()
    first, second, third = demo.order()[:3]

    # The grid is one tab stop; arrows move inside it.
    demo.tab_to(demo.grid)
    expect(demo.channel_cell(first)).to_be_focused()
    keys.press("ArrowRight")
    expect(demo.channel_cell(second)).to_be_focused()
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    expect(demo.channel_cell(second)).to_be_focused()
    keys.press("Home")
    expect(demo.channel_cell(first)).to_be_focused()
    keys.press("ArrowRight")

    keys.press("Enter")
    expect(demo.channel_dialog(second)).to_be_visible()
    # Shift and an arrow read one cell after the other, from the middle on.
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowLeft")
    assert demo.value() == pytest.approx(demo.exact(LAYER, second, 29, 27), rel=DIGITS)
    keys.press("ArrowRight")
    expect(demo.channel_dialog(third)).to_be_visible()
    demo.follows("scope.channel", third)
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(demo.channel_dialog(first)).to_be_visible()
    keys.press("Escape")
    expect(demo.dialog).to_have_count(0)
    demo.follows("scope.channel", None)
    expect(demo.grid.locator(":focus")).to_have_count(1)
    keys.press("Control+End")
    weakest = int(demo.notebook.run(f"print(scope.probe.strongest({LAYER!r}, k=144)[-1])"))
    expect(demo.channel_cell(weakest)).to_be_focused()

    demo.cam.focus()
    with demo.picture_changed():
        keys.press("Space")
    demo.follows("scope.cam", True)
    demo.tab_to(demo.target)
    with demo.picture_changed():
        keys.type("tiger cat")
        keys.press("Enter")
    demo.follows("scope.target", TIGER_CAT)
    demo.layer.focus()
    with demo.picture_changed():
        keys.type(ANOTHER)
        keys.press("Enter")
    demo.wait_for_layer(ANOTHER)


def test_keys_in_the_panel_leave_the_notebook_alone(squeezenet):
    cells = """() => window.jupyterapp.shell.currentWidget.content.widgets
      .map(({ model }) => [model.type, model.sharedModel.source])"""
    before = squeezenet.page.evaluate(cells)
    for control in (squeezenet.cells.first, squeezenet.sort, squeezenet.cam, squeezenet.layer):
        control.focus()
        # In JupyterLab's command mode these add, cut, retype and delete cells.
        for key in ("a", "r", "m", "x"):
            squeezenet.page.keyboard.press(key)
            assert squeezenet.page.evaluate(cells) == before, f"{key} on {control}"
        squeezenet.page.keyboard.press("Escape")
