"""Methods, targets, slow work and checks, by mouse and by keyboard, against a real kernel."""

from __future__ import annotations

import re

from playwright.sync_api import expect

CODE = [
    """\
import torch, torchvision, nnscope
torch.manual_seed(0)
model = torchvision.models.squeezenet1_1().eval()
scope = nnscope.show(model, torch.randn(1, 3, 64, 64), layer="features.3.squeeze", cam=True)
""",
]
LAYER = "features.3.squeeze"


def says(panel, text):
    """Wait until the status line tells how the map was made."""
    expect(panel.root).to_contain_text(text, timeout=30_000)
    panel.wait_until_settled()


def test_a_method_a_style_and_another_class(open_panel):
    panel = open_panel(*CODE)
    method = panel.root.get_by_role("combobox", name="Method", exact=True)
    assert method.locator("optgroup").count() == 5
    assert method.locator("option").count() == 20
    method.select_option("layercam")
    panel.follows("scope.method", "layercam")
    says(panel, "LayerCAM · logit of")

    classes = panel.root.get_by_role("list", name="Classes").get_by_role("button")
    classes.nth(1).click(modifiers=["Shift"])
    panel.notebook.run("assert scope.versus == scope.predictions[1]['index']")
    says(panel, "less")
    header = "scope._map_header"
    panel.notebook.run(f"assert {header}['signed'] and {header}['versus'] == scope.versus")
    classes.nth(1).click()
    panel.notebook.run("assert scope.target == scope.predictions[1]['index'] and scope.versus is None")

    panel.root.get_by_text("More").click()
    method.select_option("gradcam")
    panel.root.get_by_role("combobox", name="Style", exact=True).select_option("captum")
    says(panel, "as Captum 0.9 draws it")
    method.select_option("hirescam")
    panel.follows("scope.map_style", "paper")


def test_what_drives_a_channel_and_one_of_its_cells(open_panel):
    panel = open_panel(*CODE)
    panel.channel_cell(3).click()
    dialog = panel.channel_dialog(3)
    dialog.get_by_role("tab", name="Pixels").click()
    panel.follows("scope.unit", f"{LAYER}[3]")
    panel.follows("scope.method", "guided_backprop")
    expect(dialog).to_contain_text("positive part of channel 3 of features.3.squeeze", timeout=30_000)
    panel.notebook.run("assert (scope.error, scope._map_header['at']) == ('', 'pixels')")

    image = dialog.get_by_role("img", name="image", exact=True)
    box = image.bounding_box()
    panel.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    unit = re.escape(f"{LAYER}[3,") + r"\d+,\d+\]"
    expect(dialog).to_contain_text("cell (", timeout=30_000)
    assert re.fullmatch(unit, panel.notebook.run("print(scope.unit)").strip())

    panel.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    panel.root.get_by_role("button", name="Explain the class again").click()
    panel.follows("scope.unit", "")
    panel.notebook.run("assert scope._map_header['target'] is not None")


def test_slow_work_shows_how_far_it_is_and_stops(open_panel):
    panel = open_panel(*CODE)
    panel.root.get_by_role("combobox", name="Method", exact=True).select_option("rise")
    stop = panel.root.get_by_role("button", name="Stop", exact=True)
    stop.wait_for(timeout=30_000)
    # The panel answers meanwhile.
    panel.layer.fill("features.6.squeeze")
    panel.layer.press("Enter")
    expect(panel.root).to_have_attribute("data-layer", "features.6.squeeze", timeout=30_000)
    stop.click()
    expect(stop).to_have_count(0, timeout=30_000)
    expect(panel.root).to_contain_text(re.compile(r"\d+ of 1000 masks"))
    panel.notebook.run("assert (scope.progress, scope.status, scope.error) == (None, 'ready', '')")


def test_a_map_is_checked_by_keyboard(open_panel):
    panel = open_panel(*CODE)
    check = panel.root.get_by_role("button", name="Check this map")
    panel.tab_to(check)
    panel.page.keyboard.press("Enter")
    dialog = panel.root.get_by_role("dialog", name="Checks")
    expect(dialog).to_contain_text("all 26 layers random", timeout=60_000)
    expect(dialog.get_by_role("list", name="Verdicts").get_by_role("listitem")).to_have_count(
        4, timeout=60_000
    )
    panel.notebook.run("assert scope._checks_header['done'] == 1")
    panel.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    panel.follows("scope.checks", False)
    assert check.evaluate("(element) => element === element.getRootNode().activeElement")
