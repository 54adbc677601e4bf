"""Two scopes in two cells, linked in the kernel: who uses one of them moves the other, once."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from conftest import MODEL
from panel import Panel

LAYER = "features.3.squeeze"
LINKED = ("layer", "channel", "silence", "side", "specimen", "against", "sort", "pins", "scale")
CELLS = [
    f"{MODEL}images = [image, image[:, ::-1].copy()]\nscope = nnscope.show(model, images, layer={LAYER!r})",
    f"""\
import ipywidgets
twin = nnscope.show(model, [each[::-1].copy() for each in images], layer={LAYER!r})
links = [ipywidgets.link((scope, name), (twin, name)) for name in {LINKED}]
heard, changed = [], []
def listen(name, widget):
    take = widget.comm._msg_callback
    def count(msg):
        if msg["content"]["data"]["method"] == "update":
            heard.append(name)
        take(msg)
    widget.comm.on_msg(count)
    widget.observe(lambda change: changed.append((name, change.name)), {LINKED})
for name, widget in (("scope", scope), ("twin", twin)):
    listen(name, widget)""",
]


@pytest.fixture
def panels(kept_panel):
    notebook = kept_panel.notebook
    notebook.run("heard.clear(); changed.clear()")
    twin = Panel(notebook, index=1)
    twin.wait_until_painted()
    return kept_panel, twin


def side(panel, place):
    return panel.root.get_by_role("radiogroup", name="Side").get_by_role("radio").nth(place)


def happened(panel):
    """Who in the browser has written since last time, and how often each trait has changed."""
    panel.page.wait_for_timeout(300)  # an echo would come by then
    panel.notebook.wait_until_idle()
    said = panel.notebook.run("print(repr((heard, changed)))")
    panel.notebook.run("heard.clear(); changed.clear()")
    heard, changed = ast.literal_eval(said)
    return heard, Counter(changed)


def once(*names):
    return Counter((scope, name) for scope in ("scope", "twin") for name in names)


def test_who_uses_one_panel_moves_the_other(panels):
    scope, twin = panels
    scope.pick(scope.layer, "features.4.squeeze")
    twin.wait_for_layer("features.4.squeeze")
    assert happened(scope) == (["scope"], once("layer"))

    twin.channel_cell(3).click()
    expect(scope.channel_dialog(3)).to_be_visible()
    assert happened(scope) == (["twin"], once("channel"))
    scope.page.keyboard.press("Escape")
    expect(scope.dialog).to_have_count(0)
    expect(twin.dialog).to_have_count(0)
    assert happened(scope)[1] == once("channel")

    scope.channel_cell(5).focus()
    scope.page.keyboard.press("x")
    expect(twin.channel_cell(5)).to_have_accessible_name(re.compile("silenced"))
    expect(scope.channel_cell(5)).to_have_accessible_name(re.compile("silenced"))
    assert happened(scope) == (["scope"], once("silence"))
    twin.root.get_by_role("button", name="Bring back").click()
    expect(scope.channel_cell(5)).not_to_have_accessible_name(re.compile("silenced"))
    assert happened(scope) == (["twin"], once("silence"))

    twin.sort.select_option("max")
    expect(scope.sort).to_have_value("max")
    assert happened(scope) == (["twin"], once("sort"))
    scope.follows("(scope.error, twin.error)", ("", ""))


def test_sides_scales_and_pins_move_together(panels):
    scope, twin = panels
    side(scope, 2).click()
    expect(side(twin, 2)).to_be_checked()
    bar = re.compile("^Colours of the difference from")
    for panel in panels:
        expect(panel.root.get_by_role("img", name=bar)).to_be_visible()
    assert happened(scope) == (["scope"], once("side"))
    twin.cells.first.focus()
    twin.page.keyboard.press("b")
    expect(side(scope, 1)).to_be_checked()
    assert happened(scope) == (["twin"], once("side"))

    scope.root.get_by_role("button", name="Hold this scale").click()
    held = [panel.root.get_by_role("img", name=re.compile("^Colours held from")) for panel in panels]
    expect(held[1]).to_have_accessible_name(held[0].get_attribute("aria-label"))
    assert happened(scope) == (["scope"], once("scale"))

    twin.channel_cell(2).focus()
    twin.page.keyboard.press("p")
    pin = scope.root.get_by_role("list", name="Pinned channels").get_by_role("button")
    expect(pin.first).to_have_accessible_name(re.compile(f"^channel 2 of {re.escape(LAYER)}, mean"))
    assert happened(scope) == (["twin"], once("pins"))


def test_images_that_change_places_in_one_panel_do_in_the_other(panels):
    scope = panels[0]
    swap = [panel.root.get_by_role("region", name="Image").get_by_role("button").first for panel in panels]
    swap[0].click()
    scope.follows("(scope.specimen, scope.against, twin.specimen, twin.against)", (1, 0, 1, 0))
    heard, changed = happened(scope)
    assert heard == ["scope"]
    assert set(changed) == set(once("specimen", "against"))
    assert max(changed.values()) <= 2  # "against" lets go in between
    swap[1].click()
    scope.follows("(scope.specimen, scope.against, twin.specimen, twin.against)", (0, 1, 0, 1))
    assert happened(scope)[0] == ["twin"]
    for panel in panels:
        expect(panel.root.get_by_role("combobox", name="Against", exact=True)).to_have_value("1")
