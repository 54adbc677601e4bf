"""Channels and score, seen together: silence, shares, effects, pins and regions, in real JupyterLab."""

from __future__ import annotations

import ast
import re
import time

import pytest
from playwright.sync_api import expect

from conftest import DEMO
from panel import NUMBER, number_of

LAYER = "_blocks.10._bn2"
STEM = "_conv_stem"
SIGNED = rf"\+?({NUMBER})"
BOX = (60, 60, 120, 120)
CELLS = [
    DEMO[0].replace("demo()", f"demo(layer={LAYER!r})"),
    """\
import torch
model, pixels = nnscope.example.network(), scope.probe.specimen.input

def without(layer, hold, *channels):
    # Logits with channels of a layer held at what ``hold`` makes of them, by a hook and nothing else.
    def change(module, inputs, output):
        output = output.clone()
        for channel in channels:
            output[:, channel] = hold(output[:, channel])
        return output
    handle = model.get_submodule(layer).register_forward_hook(change)
    try:
        with torch.no_grad():
            return model(pixels)[0]
    finally:
        handle.remove()

def response(layer, channel, left, top, right, bottom):
    # How much more a channel answers in a box of the image than elsewhere, cell by cell.
    values = scope.probe.activations(layer)[channel].double()
    def part(count, start, end):  # of each cell, what lies in the box
        edges = 224 / count * torch.arange(count + 1)
        return edges.clamp(start, end).diff() / (224 / count)
    inside = part(values.shape[0], top, bottom)[:, None] * part(values.shape[1], left, right)
    means = [(weight * values).sum() / weight.sum() for weight in (inside, 1 - inside)]
    return ((means[0] - means[1]) / values.std(correction=0)).item()

def percent(logits):
    return [round(100 * logits.softmax(0)[row["index"]].item(), 1) for row in scope.predictions]""",
]


@pytest.fixture
def panel(kept_panel):
    return kept_panel


def told(panel, expression):
    """What the kernel makes of an expression: numbers, text or a list of them."""
    return ast.literal_eval(panel.notebook.run(f"print(repr({expression}))"))


def classes(panel):
    return panel.root.get_by_role("list", name="Classes").get_by_role("button")


def bars(panel):
    """Percent of each class as its bar says: before and after, where there is a before."""
    texts = classes(panel).all_inner_texts()
    found = [re.search(r"(?:([\d.]+) → )?([\d.]+) %", text).groups() for text in texts]
    return [float(n) for n, _ in found if n], [float(n) for _, n in found]


def shows_effect(panel, hold, *channels):
    """Wait until the bars tell what a hook says becomes of the classes, and before it what they were."""
    before, after = (
        told(panel, f"percent(without({LAYER!r}, lambda map: {held}, {listed}))")
        for held, listed in (("map", ""), (hold, ", ".join(map(str, channels))))
    )
    assert after != before
    wanted = (pytest.approx(before, abs=0.11), pytest.approx(after, abs=0.11))
    deadline = time.monotonic() + 15
    while bars(panel) != wanted:
        assert time.monotonic() < deadline, (bars(panel), wanted)
        panel.page.wait_for_timeout(50)


def named(panel, pattern):
    """What the names of the tiles in the page say, by channel."""
    labels = panel.cells.evaluate_all("(cells) => cells.map((cell) => cell.getAttribute('aria-label'))")
    found = [(int(re.match(r"channel (\d+)", label)[1]), re.search(pattern, label)) for label in labels]
    return {channel: number_of(match[1]) for channel, match in found if match}


def silenced(panel):
    return panel.root.get_by_role("group", name="Silenced channels")


def pinned(panel):
    return panel.root.get_by_role("list", name="Pinned channels")


def test_a_channel_is_silenced_by_mouse(panel):
    shares = told(panel, f"scope.probe.cam({LAYER!r}).shares.abs().tolist()")
    channel = max(panel.order()[:24], key=shares.__getitem__)
    tile = panel.channel_cell(channel)
    expect(tile.get_by_role("button")).to_have_count(0)
    tile.hover()
    toggle = tile.get_by_role("button", name=f"Silence channel {channel}")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    panel.follows("scope.silence", f"{LAYER}[{channel}]")
    expect(panel.dialog).to_have_count(0)
    expect(tile).to_have_accessible_name(re.compile(", silenced$"))
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(silenced(panel)).to_contain_text(f"1 of 112 channels of {LAYER} silenced")
    shows_effect(panel, "0 * map", channel)

    silenced(panel).get_by_role("radio", name="their mean").click()
    panel.follows("scope.fill", "mean")
    shows_effect(panel, "map.mean()", channel)
    logit = told(panel, "scope.predictions[0]['logit']")
    expect(silenced(panel)).to_contain_text(f"→ {logit:.3g}")

    tile.click()
    expect(panel.channel_dialog(channel)).to_be_visible()
    panel.channel_dialog(channel).get_by_role("button", name="Close").click()
    silenced(panel).get_by_role("button", name="Bring back").click()
    panel.follows("scope.silence", "")
    expect(silenced(panel)).to_have_count(0)
    expect(tile).not_to_have_accessible_name(re.compile("silenced"))
    expect(panel.root.get_by_role("list", name="Classes")).not_to_contain_text("→")


def test_channels_are_silenced_by_keyboard(panel):
    keys = panel.page.keyboard
    panel.sort.focus()
    panel.tab_to(panel.grid)
    keys.press("Home")
    keys.press("x")
    panel.follows("scope.silence", f"{LAYER}[0]")
    keys.press("ArrowRight")
    keys.press("x")
    panel.follows("scope.silence", f"{LAYER}[0,1]")
    shows_effect(panel, "0 * map", 0, 1)
    keys.press("Shift+X")
    panel.follows("scope.silence", f"{LAYER}[~1]")
    expect(panel.channel_cell(1)).not_to_have_accessible_name(re.compile("silenced"))
    expect(panel.channel_cell(2)).to_have_accessible_name(re.compile("silenced"))
    expect(panel.channel_cell(1)).to_be_focused()

    keys.press("Enter")
    toggle = panel.channel_dialog(1).get_by_role("button", name="Silence channel 1")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    keys.press("ArrowRight")
    keys.press("x")
    panel.follows("scope.silence", f"{LAYER}[~1,2]")
    keys.press("Shift+X")
    panel.follows("scope.silence", f"{LAYER}[~2]")
    keys.press("Escape")
    expect(panel.channel_cell(2)).to_be_focused()
    shows_effect(panel, "0 * map", *(channel for channel in range(112) if channel != 2))
    keys.press("Shift+X")
    panel.follows("scope.silence", "")
    expect(panel.root.get_by_role("list", name="Classes")).not_to_contain_text("→")


def test_shares_and_parts_sum_to_the_map(panel):
    panel.pick(panel.layer, STEM)
    panel.wait_for_layer(STEM)
    panel.sort.select_option("share of class")
    panel.follows("scope.sort", "share")
    expect(panel.channel_cell(0)).to_have_accessible_name(re.compile("share"), timeout=30_000)
    panel.wait_until_settled()
    shares = named(panel, rf"share {SIGNED}")
    assert len(shares) == 32
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    whole = told(panel, f"scope.probe.cam({STEM!r}).raw.double().sum().item()")
    assert sum(shares.values()) == pytest.approx(whole, rel=0.01)
    parts = named(panel, rf"\({SIGNED} %\)")
    assert sum(map(abs, parts.values())) == pytest.approx(100, abs=1.6)  # 32 times a rounding by 0.05

    values = panel.grid.screenshot()
    panel.root.get_by_role("radiogroup", name="Tiles").get_by_role("radio", name="parts of the map").click()
    panel.follows("scope.shares", True)
    line = panel.root.get_by_text("the tiles sum to the map before its ReLU")
    assert number_of(re.search(NUMBER, line.inner_text())[0]) == pytest.approx(whole, rel=0.01)
    most = told(panel, f"scope.probe.contributions({STEM!r}).abs().max().item()")
    bar = panel.root.get_by_role("img", name=re.compile("^Colours from .*, zero marked"))
    lo, hi = (number_of(n) for n in re.findall(NUMBER, bar.get_attribute("aria-label")))
    assert (-lo, hi) == pytest.approx((most, most), rel=0.01)
    assert panel.grid.screenshot() != values


def test_effects_come_one_by_one_and_are_those_of_a_hook(panel):
    panel.pick(panel.layer, "_blocks.1._bn0")
    panel.wait_for_layer("_blocks.1._bn0")
    panel.sort.select_option("effect on score")
    panel.follows("scope.sort", "effect")
    stop = panel.root.get_by_role("button", name="Stop", exact=True)
    expect(panel.root).to_contain_text(re.compile(r"channel after channel \d+ %"), timeout=30_000)
    stop.click()
    expect(stop).to_have_count(0, timeout=30_000)
    panel.follows("(scope.progress, scope.status, scope.error)", (None, "ready", ""))
    expect(panel.root).to_contain_text(re.compile(r"\d+ % of the channels are known"))
    assert told(panel, "scope._effects_header['done'] < 1")

    panel.pick(panel.layer, STEM)
    panel.wait_for_layer(STEM)
    expect(stop).to_have_count(0, timeout=60_000)
    panel.follows("scope._effects_header['done']", 1.0)
    expect(panel.root).not_to_contain_text("of the channels are known")
    shown = named(panel, rf"without it {SIGNED}")
    assert len(shown) == 32
    assert list(shown.values()) == sorted(shown.values())  # what the score loses falls
    effects = told(panel, f"scope.probe.effects({STEM!r}).effects.tolist()")
    assert shown == pytest.approx({c: -effect for c, effect in enumerate(effects)}, rel=6e-3, abs=1e-5)
    top = next(iter(shown))
    index = "scope.predictions[0]['index']"
    hook = f"without({STEM!r}, lambda map: 0 * map, {top})[{index}] - without({STEM!r}, None)[{index}]"
    assert shown[top] == pytest.approx(told(panel, f"({hook}).item()"), rel=6e-3)


def test_pins_stay_whatever_the_layer(panel):
    keys = panel.page.keyboard
    tile = panel.channel_cell(3)
    tile.hover()
    tile.get_by_role("button", name="Pin channel 3").click()
    panel.follows("scope.pins", [f"{LAYER}[3]"])
    panel.sort.focus()
    panel.tab_to(panel.grid)
    keys.press("Home")
    keys.press("p")
    panel.follows("scope.pins", [f"{LAYER}[3]", f"{LAYER}[0]"])
    units = pinned(panel).get_by_role("button", name=re.compile(r"^channel"))
    expect(units).to_have_count(2)

    panel.pick(panel.layer, STEM)
    panel.wait_for_layer(STEM)
    means = told(panel, f"scope.probe.stats({LAYER!r}).mean[[3, 0]].tolist()")
    for unit, channel, mean in zip(units.all(), (3, 0), means, strict=True):
        expect(unit).to_have_accessible_name(re.compile(rf"^channel {channel} of {re.escape(LAYER)}, mean"))
        shown = number_of(re.search(rf"mean ({NUMBER})", unit.get_attribute("aria-label"))[1])
        assert shown == pytest.approx(mean, rel=6e-3)
    units.first.focus()
    keys.press("ArrowRight")
    expect(units.nth(1)).to_be_focused()
    keys.press("Enter")
    expect(panel.root).to_have_attribute("data-layer", LAYER)
    expect(panel.channel_dialog(0)).to_be_visible()
    keys.press("p")
    panel.follows("scope.pins", [f"{LAYER}[3]"])
    keys.press("Escape")
    first = pinned(panel).get_by_role("listitem").first
    first.hover()
    first.get_by_role("button", name=f"Unpin {LAYER}[3]").click()
    panel.follows("scope.pins", [])
    expect(pinned(panel)).to_have_count(0)


def test_channels_that_answer_to_a_region_lead_to_their_layer(panel):
    views = panel.root.get_by_role("tablist", name="View")
    expect(views.get_by_role("tab", name="Region")).to_have_count(0)
    panel.notebook.run(f"scope.region = {BOX}")
    views.get_by_role("tab", name="Region").click()
    cards = panel.root.get_by_role("list", name="Channels by their response").get_by_role("button")
    cards.first.wait_for(timeout=60_000)
    panel.wait_until_settled()
    names = cards.evaluate_all("(cards) => cards.map((card) => card.getAttribute('aria-label'))")
    found = [re.match(rf"channel (\d+) of (.+), score {SIGNED}", name) for name in names]
    rows = [(match[2], int(match[1]), number_of(match[3])) for match in found]
    scores = [score for _, _, score in rows]
    assert len(rows) > 20
    assert scores == sorted(scores, reverse=True)
    ranked = told(panel, f"[(r.layer, r.channel) for r in scope.probe.responding({BOX}).rows()]")
    assert [(layer, channel) for layer, channel, _ in rows] == ranked
    for layer, channel, score in rows[:3]:
        assert score == pytest.approx(told(panel, f"response({layer!r}, {channel}, *{BOX})"), rel=6e-3)

    cards.first.focus()
    panel.page.keyboard.press("ArrowRight")
    expect(cards.nth(1)).to_be_focused()
    panel.page.keyboard.press("Enter")
    layer, channel, _ = rows[1]
    panel.follows("(scope.layer, scope.channel)", (layer, channel))
    expect(panel.channel_dialog(channel)).to_be_visible()
    panel.page.keyboard.press("Escape")
    expect(panel.dialog).to_have_count(0)
