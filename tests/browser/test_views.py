"""The network, kernels, histograms and sums, by mouse and by keyboard, against a real kernel."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from panel import NUMBER, number_of

CODE = [
    """\
import torch, torchvision, nnscope
torch.manual_seed(0)
model = torchvision.models.resnet18().eval()
scope = nnscope.show(model, torch.randn(1, 3, 64, 64), layer="layer1.0.conv1")
""",
]


@pytest.fixture
def panel(open_panel):
    return open_panel(*CODE)


def turn_to(panel, name):
    """Choose a tab of the right column."""
    panel.root.get_by_role("tablist", name="View").get_by_role("tab", name=name).click()
    panel.follows("scope.view", name.lower())


def number(text, name):
    """The number that stands behind a name."""
    return number_of(re.search(rf"{name}\s*({NUMBER})", text)[1])


def test_the_graph_folds_and_leads_to_a_layer(panel):
    turn_to(panel, "Network")
    tree = panel.root.get_by_role("tree", name="Graph of the network")
    node = tree.get_by_role("treeitem", name=re.compile("^layer1, Sequential, 64 × 16 × 16"))
    node.wait_for(timeout=30_000)
    expect(node).to_have_attribute("aria-expanded", "false")
    expect(node).to_have_attribute("aria-selected", "true")  # the layer of the panel is within it
    panel.root.get_by_role("button", name="Unfold all", exact=True).click()
    leaf = tree.get_by_role(
        "treeitem", name=re.compile(r"^layer1\.0\.conv1, Conv2d, 64 × 16 × 16, 36,864 par")
    )
    expect(leaf).to_have_attribute("aria-selected", "true")
    panel.root.get_by_role("searchbox", name="Search layers").fill("layer1.0.add")
    panel.page.keyboard.press("Enter")
    tree.get_by_role("treeitem", name=re.compile(r"^layer1\.0\.add, add")).click()
    panel.wait_for_layer("layer1.0.add")
    panel.follows("(scope.view, scope.layer)", ("channels", "layer1.0.add"))


def test_the_graph_by_keyboard(panel):
    panel.tab_to(panel.root.get_by_role("tab", name="Channels"))
    for _ in range(3):
        panel.page.keyboard.press("ArrowRight")
    panel.follows("scope.view", "network")
    tree = panel.root.get_by_role("tree", name="Graph of the network")
    tree.get_by_role("treeitem").first.wait_for(timeout=30_000)
    panel.tab_to(tree)
    panel.page.keyboard.press("Home")
    panel.page.keyboard.press("ArrowDown")
    panel.page.keyboard.press("Enter")
    panel.wait_for_layer("conv1")


def test_the_table_is_sorted_and_searched(panel):
    turn_to(panel, "Network")
    panel.root.get_by_role("tree").wait_for(timeout=30_000)
    choice = panel.root.get_by_role("radiogroup", name="Show").get_by_role("radio", name="table")
    if choice.count():
        choice.click()
    table = panel.root.get_by_role("grid", name="Layers of the network")
    head = table.get_by_role("columnheader", name="multiply-adds")
    while head.get_attribute("aria-sort") != "descending":
        head.click()
    first = table.get_by_role("row").nth(1).get_by_role("gridcell").first
    most = "max((r for r in scope.probe.layers), key=lambda r: r.multiply_adds).name"
    panel.follows(most, first.inner_text())
    panel.root.get_by_role("searchbox", name="Search layers").fill("downsample")
    expect(first).to_contain_text("downsample")
    first.click()
    panel.follows("(scope.view, 'downsample' in scope.layer)", ("channels", True))


def test_kernels_are_the_weights(panel):
    turn_to(panel, "Kernels")
    grid = panel.root.get_by_role("grid", name="Kernels")
    row = grid.get_by_role("gridcell", name="kernel of channel 0 of 64")
    row.wait_for(timeout=30_000)
    panel.wait_until_settled()
    low, high = (f"scope.probe.weights('layer1.0.conv1').{end}().item()" for end in ("min", "max"))
    panel.notebook.run(f"assert -1 < {low} < 0 < {high} < 1")
    bar = panel.root.get_by_role("img", name=re.compile("^Weights from .* to .*, zero marked"))
    told = [number_of(n) for n in re.findall(NUMBER, bar.get_attribute("aria-label"))]
    most = float(panel.notebook.run("print(scope.probe.weights('layer1.0.conv1').abs().max().item())"))
    assert told == pytest.approx([-most, most], rel=1e-2)
    row.focus()
    panel.page.keyboard.press("ArrowDown")
    panel.page.keyboard.press("Enter")
    panel.follows("scope.channel", 1)


def test_a_layer_without_kernels_names_one_that_has_some(panel):
    turn_to(panel, "Kernels")
    panel.notebook.run("scope.layer = 'layer1.0.relu'")
    panel.root.get_by_role("button", name=re.compile(r"^Go to layer1\.0\.conv1")).click(timeout=30_000)
    panel.wait_for_layer("layer1.0.conv1")


def test_histograms_tell_the_numbers_of_the_layer_and_of_a_channel(panel):
    turn_to(panel, "Statistics")
    figure = panel.root.get_by_role("figure", name="Histogram of activations")
    figure.wait_for(timeout=30_000)
    values = "scope.probe.activations('layer1.0.conv1').double()"
    mean = float(panel.notebook.run(f"print({values}.mean().item())"))
    assert number(figure.inner_text(), "mean") == pytest.approx(mean, rel=1e-3)
    panel.root.get_by_role("radiogroup", name="Of").get_by_role("radio").nth(1).click()
    expect(figure).to_contain_text(re.compile("channel \\d+"), timeout=30_000)
    channel = int(re.search(r"channel (\d+)", figure.inner_text())[1])
    mean = float(panel.notebook.run(f"print({values}[{channel}].mean().item())"))
    assert number(figure.inner_text(), "mean") == pytest.approx(mean, rel=1e-3)
    panel.root.get_by_role("button", name="Keep", exact=True).click()
    panel.root.get_by_role("button", name="Let go", exact=True).click()
    expect(panel.root.get_by_role("figure", name="Histogram of gradients")).to_contain_text("logit of")


def test_the_sum_of_a_cell_is_what_the_tensor_holds(panel):
    panel.channel_cell(5).click()
    dialog = panel.channel_dialog(5)
    dialog.get_by_role("tab", name="Sum").click()
    expect(dialog.get_by_role("tabpanel", name="Sum").get_by_role("img").first).to_be_visible(timeout=30_000)
    expect(dialog).to_contain_text("cut off", timeout=30_000)  # convolution, norm and activation are there
    panel.page.keyboard.press("Shift+ArrowRight")
    arithmetic = dialog.get_by_role("region", name="Arithmetic")
    arithmetic.wait_for(timeout=30_000)
    text = arithmetic.inner_text()
    row, column = (int(n) for n in re.search(r"cell \((\d+), (\d+)\)", text).groups())
    value = panel.exact("layer1.0.conv1", 5, row, column)
    assert number(text, "= the sum") == pytest.approx(value, rel=1e-3, abs=1e-5)
    assert number(text, "the tensor holds") == pytest.approx(value, rel=1e-3, abs=1e-5)
    assert dialog.get_by_role("list", name="Terms").get_by_role("listitem").count() > 3
    dialog.get_by_role("radiogroup", name="Stage").get_by_role("radio", name="layer1.0.relu").click()
    expect(arithmetic).to_contain_text("activation", timeout=30_000)
    panel.notebook.run("assert scope.error == ''")


@pytest.mark.parametrize("name", ["resnet152", "densenet201"])
def test_a_deep_network_is_unfolded_and_found_in(open_panel, name):
    panel = open_panel(CODE[0].replace("resnet18", name).replace(', layer="layer1.0.conv1"', ""))
    turn_to(panel, "Network")
    tree = panel.root.get_by_role("tree", name="Graph of the network")
    tree.get_by_role("treeitem").first.wait_for(timeout=60_000)
    panel.root.get_by_role("button", name="Unfold all", exact=True).click()
    expect(panel.root.get_by_role("button", name="Unfold all", exact=True)).to_be_disabled(timeout=30_000)
    last = "layer4.2.conv3" if name == "resnet152" else "features.denseblock4.denselayer32.conv2"
    panel.root.get_by_role("searchbox", name="Search layers").fill(last)
    panel.page.keyboard.press("Enter")
    tree.get_by_role("treeitem", name=re.compile(f"^{re.escape(last)}, Conv2d")).click()
    panel.wait_for_layer(last)
