"""Two images or two networks, this and the other and their difference, in real JupyterLab."""

from __future__ import annotations

import ast
import re
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import expect

from panel import NUMBER, Panel, number_of

LAYER = "_blocks.2._bn1"
IMAGES = """\
import nnscope, torch
from PIL import Image
model, cat = nnscope.example.network(), nnscope.example.chelsea()
def named(name, image):
    vars(image)["filename"] = f"{name}.png"
    return image
mirrored = named("mirrored", cat.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
upright = named("upright", cat.rotate(90, expand=True))
"""
CELLS = [f"{IMAGES}scope = nnscope.show(model, [cat, mirrored], layer={LAYER!r})"]


@pytest.fixture
def panel(kept_panel):
    return kept_panel


def told(panel, expression):
    """What the kernel makes of an expression."""
    return ast.literal_eval(panel.notebook.run(f"print(repr({expression}))"))


def side(panel, name):
    return panel.root.get_by_role("radiogroup", name="Side").get_by_role("radio", name=name, exact=True)


def companion(panel, name):
    return panel.root.get_by_role("region", name="Image").get_by_role("button", name=name, exact=True)


def bar(panel):
    return panel.root.get_by_role("img", name=re.compile("^Colours "))


def ends(panel):
    """The values at the ends of the colours, as the bar tells them."""
    return [number_of(n) for n in re.findall(NUMBER, bar(panel).get_attribute("aria-label"))]


def cards(panel):
    return panel.root.get_by_role("listbox", name="Differences").get_by_role("option")


def layers(panel):
    return panel.root.get_by_role("listbox", name="Layers by change")


def names_of(options):
    return options.evaluate_all("(options) => options.map((option) => option.getAttribute('aria-label'))")


def photo(element):
    return Image.open(BytesIO(element.screenshot())).convert("RGB")


def apart(one, another):
    """Mean distance of the pixels of two pictures of one size, in grey levels."""
    return ImageStat.Stat(ImageChops.difference(one, another).convert("L")).mean[0]


def changed_in(before, after):
    """The box of what has changed on a picture, as parts of its sides; ``None`` where nothing has."""
    box = ImageChops.difference(before, after).getbbox()
    return box and tuple(side / before.size[i % 2] for i, side in enumerate(box))


def test_both_images_are_seen_and_change_places(panel):
    classes = panel.root.get_by_role("list", name="Classes").get_by_role("button")
    other, before = companion(panel, "mirrored"), photo(panel.picture)
    seen = photo(other.get_by_role("img")).resize(before.size)
    mirrored = before.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert apart(seen, mirrored) < apart(seen, before) / 2
    here, there = re.search(r"([\d.]+) · ([\d.]+) %", classes.first.inner_text()).groups()
    assert float(here) == pytest.approx(100 * told(panel, "scope.predictions[0]['probability']"), abs=0.051)

    other.click()
    panel.follows("(scope.specimen, scope.against)", (1, 0))
    expect(companion(panel, "chelsea")).to_be_visible()
    panel.wait_until_settled()
    assert changed_in(before, photo(panel.picture)) is not None
    index = told(panel, "scope.predictions[0]['index']")
    logits = f"model(scope.probe.specimen.input).softmax(1)[0, {index}].item()"
    assert float(there) == pytest.approx(100 * told(panel, logits), abs=0.051)
    expect(classes.first).to_contain_text(f"{there} · {here} %")
    exact = panel.exact(LAYER, 3, 0, 0)
    assert exact == told(panel, f"nnscope.activations(model, mirrored, {LAYER!r})[3, 0, 0].item()")

    panel.tab_to(companion(panel, "chelsea"))
    panel.page.keyboard.press("Enter")
    panel.follows("(scope.specimen, scope.against)", (0, 1))
    expect(companion(panel, "mirrored")).to_be_focused()


def test_a_side_is_chosen_by_mouse_and_by_key(panel):
    shots, scales = {"this": photo(panel.grid)}, {"this": ends(panel)}
    panel.grid.get_by_role("gridcell").first.focus()
    panel.page.keyboard.press("b")
    panel.follows("scope.side", "other")
    expect(side(panel, "mirrored")).to_be_checked()
    panel.wait_until_settled()
    shots["other"], scales["other"] = photo(panel.grid), ends(panel)
    expect(panel.root).to_contain_text("mirrored · 144 channels")
    side(panel, "difference").click()
    panel.follows("scope.side", "difference")
    expect(bar(panel)).to_have_accessible_name(re.compile("^Colours of the difference from"))
    panel.wait_until_settled()
    shots["difference"], scales["difference"] = photo(panel.grid), ends(panel)
    for one, another in (("this", "other"), ("this", "difference"), ("other", "difference")):
        assert changed_in(shots[one], shots[another]) is not None
    for expression, name in (("a", "this"), ("b", "other"), ("a - b", "difference")):
        values = (
            f"(lambda a, b: {expression})(*(p.activations({LAYER!r}) for p in (scope.probe, scope.other)))"
        )
        exact = told(panel, f"[end.item() for end in {values}.aminmax()]")
        assert scales[name] == pytest.approx(exact, rel=6e-3), name

    side(panel, "difference").press("ArrowRight")
    panel.follows("scope.side", "this")
    expect(side(panel, "chelsea")).to_be_focused()
    expect(bar(panel)).to_have_accessible_name(re.compile("^Colours from"))


def test_a_cell_is_framed_on_both_images(panel):
    panel.page.mouse.move(2, 2)
    pictures = [panel.picture, companion(panel, "mirrored").get_by_role("img")]
    before = [photo(picture) for picture in pictures]
    box = panel.channel_cell(14).bounding_box()
    panel.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"])
    expect(panel.root).to_contain_text("channel 14 · cell (33, 16)")
    for picture, plain in zip(pictures, before, strict=True):
        # Around the cell lies what it can see, and after a moment what it looks at.
        left, top, right, bottom = changed_in(plain, photo(picture))
        assert left < 0.3 < right
        assert top < 0.6 < bottom
        assert (right - left) * (bottom - top) < 0.25
    panel.page.mouse.move(2, 2)
    expect(panel.root).not_to_contain_text("cell (33, 16)")
    assert [changed_in(*both) for both in zip(before, map(photo, pictures), strict=True)] == [None, None]


def test_what_differs_is_ranked_and_walked_by_keyboard(panel):
    keys = panel.page.keyboard
    panel.root.get_by_role("tab", name="Differences").click()
    panel.follows("scope.view", "differences")
    cards(panel).first.wait_for(timeout=60_000)
    panel.wait_until_settled()
    found = [re.match(rf"channel (\d+) of 144, change ({NUMBER}) %", name) for name in names_of(cards(panel))]
    order, changes = [int(match[1]) for match in found], [float(match[2]) for match in found]
    a, b = (f"{p}.activations({LAYER!r}).double().flatten(1)" for p in ("scope.probe", "scope.other"))
    exact = told(panel, f"(({a} - {b}).norm(dim=1) / {b}.norm(dim=1)).tolist()")
    assert order == sorted(range(144), key=exact.__getitem__, reverse=True)[: len(order)]
    assert changes == pytest.approx([100 * exact[channel] for channel in order], abs=0.51)

    cards(panel).first.focus()
    keys.press("ArrowRight")
    expect(cards(panel).nth(1)).to_be_focused()
    keys.press("Enter")
    dialog = panel.channel_dialog(order[1])
    panel.follows("scope.channel", order[1])
    for name in ("image", "overlay", "activation", "activation of mirrored", "chelsea − mirrored"):
        expect(dialog.get_by_role("img", name=name, exact=True)).to_be_visible()
    expect(dialog.get_by_role("figure")).to_have_count(5)
    keys.press("Escape")
    expect(cards(panel).nth(1)).to_be_focused()

    rows = names_of(layers(panel).get_by_role("option"))
    assert [row.partition(":")[0] for row in rows if row.startswith(f"{LAYER}:")] == [LAYER]
    change = told(panel, f"(({a} - {b}).norm() / {b}.norm()).item()")
    here = layers(panel).get_by_role("option", selected=True)
    expect(here).to_have_accessible_name(re.compile(rf"^{re.escape(LAYER)}: change {100 * change:.0f} %"))
    here.focus()
    keys.press("ArrowLeft")
    panel.follows("scope.layer", "_blocks.2._depthwise_conv")
    keys.press("Home")
    panel.follows("scope.layer", told(panel, "scope.probe.layers.viewable[0].name"))
    most = panel.root.get_by_role("tabpanel", name="What differs").get_by_role("button").first
    layer, change = re.match(r"(\S+) (\d+) %", most.inner_text()).groups()
    known = [re.search(r"change (\d+) %", row) for row in rows]
    assert float(change) == max(float(match[1]) for match in known if match)
    most.click()
    panel.follows("scope.layer", layer)


def test_a_held_scale_stays_while_the_layer_changes(panel):
    held = ends(panel)
    panel.root.get_by_role("button", name="Hold this scale").click()
    expect(bar(panel)).to_have_accessible_name(re.compile("^Colours held from"))
    assert told(panel, "list(scope.scale)") == pytest.approx(held, rel=6e-3)
    for layer in ("_blocks.5._bn1", "_conv_stem"):
        panel.pick(panel.layer, layer)
        panel.wait_for_layer(layer)
        assert ends(panel) == held
    side(panel, "mirrored").click()
    panel.follows("scope.side", "other")
    panel.wait_until_settled()
    assert ends(panel) == held
    side(panel, "chelsea").click()
    panel.root.get_by_role("button", name="Let go of this scale").click()
    panel.follows("list(scope.scale)", [])
    expect(bar(panel)).to_have_accessible_name(re.compile("^Colours from"))
    exact = told(panel, "[end.item() for end in scope.probe.activations('_conv_stem').aminmax()]")
    assert ends(panel) == pytest.approx(exact, rel=6e-3)


def test_a_pruned_network_differs_where_it_was_pruned(open_notebook):
    notebook = open_notebook(
        f"""{IMAGES}
import copy
pruned = copy.deepcopy(model)
with torch.no_grad():
    for parameter in pruned.get_submodule("_blocks.3._bn0").parameters():
        parameter[[17, 40, 111]] = 0
scope = nnscope.compare(
    pruned, model, [cat, mirrored, upright], layer="_blocks.3._bn0", names=("pruned", "whole")
)"""
    )
    panel = Panel(notebook)
    expect(panel.root.get_by_role("tab", name="Differences")).to_have_attribute("aria-selected", "true")
    cards(panel).first.wait_for(timeout=60_000)
    panel.wait_until_settled()
    names = names_of(cards(panel))
    assert {int(re.match(r"channel (\d+)", name)[1]) for name in names[:3]} == {17, 40, 111}
    assert all("change 100 %" in name and "mean 0 pruned" in name for name in names[:3])
    assert all("change 0" in name for name in names[3:])

    rows = dict(row.split(": ", 1) for row in names_of(layers(panel).get_by_role("option")))
    told_of = list(rows)
    at = told_of.index("_blocks.3._bn0")
    for layer in told_of[:at]:
        assert re.match(r"change 0(\.0)? %, correlation 1, CKA 1 over 3 images", rows[layer]), layer
    for layer in told_of[at:]:
        assert float(re.match(r"change ([\d.]+) %", rows[layer])[1]) > 0, layer
        assert "CKA" in rows[layer], layer
    expect(panel.root.get_by_role("tabpanel", name="What differs")).to_contain_text("over 3 images")


def test_of_three_images_any_two_are_held_against_each_other(open_panel):
    panel = open_panel(f"{IMAGES}scope = nnscope.show(model, [cat, mirrored, upright], layer={LAYER!r})")
    film = panel.root.get_by_role("radiogroup", name="Specimens").get_by_role("radio")
    assert names_of(film) == ["chelsea", "mirrored, compared with", "upright"]
    film.nth(2).click(modifiers=["Shift"])
    panel.follows("(scope.specimen, scope.against)", (0, 2))
    film.nth(1).click()
    panel.follows("(scope.specimen, scope.against)", (1, 2))
    expect(companion(panel, "upright")).to_be_visible()
    film.nth(1).press("ArrowLeft")
    panel.follows("(scope.specimen, scope.against)", (0, 2))
    panel.root.get_by_role("combobox", name="Against", exact=True).select_option("itself, before changes")
    panel.follows("scope.against", None)
    expect(panel.root.get_by_role("tab", name="Differences")).to_have_count(0)
    expect(panel.root.get_by_role("radiogroup", name="Side")).to_have_count(0)
