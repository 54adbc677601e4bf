"""The whole way through the panel with the mouse, then the way back from a cell."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from panel import DIGITS

LAYER = "_blocks.2._bn1"
ANOTHER = "_blocks.10._bn2"
TIGER_CAT = 282


def test_the_user_is_followed(demo):
    expect(demo.cells.first).to_be_visible()
    demo.pick(demo.layer, LAYER)
    demo.wait_for_layer(LAYER)
    demo.follows("scope.layer", LAYER)
    expect(demo.channel_cell(0)).to_be_visible()

    demo.sort.select_option("max")
    demo.follows("scope.sort", "max")
    demo.follows(f"scope.probe.strongest({LAYER!r}, by='max', k=10)", demo.order()[:10])
    strongest, second = demo.order()[:2]

    demo.channel_cell(strongest).click()
    expect(demo.channel_dialog(strongest)).to_be_visible()
    demo.follows("scope.channel", strongest)
    for row, column in ((0, 0), (19, 13), (55, 55), (30, 7)):
        demo.point_at(row, column, (56, 56))
        exact = demo.exact(LAYER, strongest, row, column)
        assert demo.value() == pytest.approx(exact, rel=DIGITS), (row, column)

    demo.dialog.get_by_role("button", name="Next channel").click()
    expect(demo.channel_dialog(second)).to_be_visible()
    demo.follows("scope.channel", second)
    demo.dialog.get_by_role("button", name="Close").click()
    expect(demo.dialog).to_have_count(0)
    demo.follows("scope.channel", None)

    with demo.picture_changed():
        demo.cam.click()
    expect(demo.cam).to_be_checked()
    demo.follows("scope.cam", True)
    with demo.picture_changed():
        demo.pick(demo.target, "tiger cat")
    demo.follows("scope.target", TIGER_CAT)
    with demo.picture_changed():
        demo.pick(demo.layer, ANOTHER)
    demo.wait_for_layer(ANOTHER)
    demo.follows("scope.layer", ANOTHER)


def test_a_cell_moves_the_panel(squeezenet):
    run = squeezenet.notebook.run
    run("scope.layer = 'features.3.squeeze'")
    squeezenet.wait_for_layer("features.3.squeeze")
    expect(squeezenet.cells).to_have_count(16)

    run("scope.channel = 3")
    expect(squeezenet.channel_dialog(3)).to_be_visible()
    run("scope.channel = None")
    expect(squeezenet.dialog).to_have_count(0)

    with squeezenet.picture_changed():
        run("scope.cam = True")
    expect(squeezenet.cam).to_be_checked()
    with squeezenet.picture_changed():
        run("scope.target = 7")
