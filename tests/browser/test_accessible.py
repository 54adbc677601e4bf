"""What axe finds in the panel: nothing.

axe is blind to contrast in JupyterLab: of grey text on grey, planted in the panel, it says nothing. It judges
names, roles, landmarks, states and structure here, not colours.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import hosts
from conftest import SQUEEZENET

CELLS = SQUEEZENET

RUN = """async (root) => {
  const { violations } = await axe.run(root, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}"""


@pytest.fixture
def panel(kept_panel):
    if not kept_panel.page.evaluate("() => 'axe' in window"):
        kept_panel.page.add_script_tag(path=hosts.MODULES / "axe-core" / "axe.min.js")
    return kept_panel


def found(panel):
    return panel.root.evaluate(RUN)


def turn_to(panel, name, role="tab"):
    panel.root.get_by_role(role, name=name, exact=True).first.click()


def channels(panel):
    expect(panel.cells.first).to_be_visible()


def layers(panel):
    panel.layer.click()
    panel.root.get_by_role("option").first.wait_for()


def map_and_more(panel):
    panel.cam.click()
    panel.wait_until_settled()
    panel.root.get_by_text("More").click()


def enlarged(panel):
    panel.channel_cell(0).click()
    panel.map.wait_for()


def wants(panel):
    panel.channel_cell(0).click()
    turn_to(panel, "Wants")
    panel.dialog.get_by_role("img").first.wait_for()


def region(panel):
    panel.choose_tool("Region")


def kernels(panel):
    turn_to(panel, "Kernels")
    panel.root.get_by_role("grid", name="Kernels").wait_for()


def statistics(panel):
    turn_to(panel, "Statistics")
    panel.root.get_by_role("figure", name="Histogram of activations").wait_for()


def network(panel):
    turn_to(panel, "Network")
    panel.root.get_by_role("treeitem").first.wait_for()


def help_(panel):
    panel.button("Help").click()
    panel.root.get_by_role("group", name="Help", exact=True).wait_for()


STATES = [channels, layers, map_and_more, enlarged, wants, region, kernels, statistics, network, help_]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__.strip("_"))
def test_axe_finds_nothing(panel, state):
    state(panel)
    try:
        assert found(panel) == []
    finally:
        if state is region:
            panel.tool("Look").click()
        elif state is map_and_more:
            panel.root.get_by_text("More").click()
        panel.page.keyboard.press("Escape")


def test_axe_finds_what_is_planted(panel):
    panel.root.evaluate(
        """(root) => {
          const planted = document.createElement('header');
          planted.append(document.createElement('button'));
          root.append(planted);
        }"""
    )
    try:
        rules = {line.partition(":")[0] for line in found(panel)}
    finally:
        panel.root.locator("header").evaluate("(planted) => planted.remove()")
    assert {"button-name", "landmark-banner-is-top-level"} <= rules
