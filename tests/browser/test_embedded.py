"""Pages without a kernel: what ipywidgets embeds and nbconvert writes shows the panel as it was saved."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import ipywidgets.embed
import nbconvert
import nbformat
import numpy as np
import pytest
import torch
import torchvision
from playwright.sync_api import expect

import hosts
import nnscope
from panel import Panel

PAGE = "http://nnscope.test/"
FILES = {
    r"/require(\.min)?\.js$": hosts.MODULES / "requirejs" / "require.js",
    r"/@jupyter-widgets/html-manager@[^/]+/dist/embed-amd\.js$": hosts.MODULES
    / "@jupyter-widgets/html-manager/dist/embed-amd.js",
    r"/anywidget@[^/]+/dist/index\.js$": Path(sys.prefix, "share/jupyter/nbextensions/anywidget/index.js"),
}
"""What such pages load from the net, and where it lies here."""
LAYER = "features.3.squeeze"
NO_KERNEL = re.compile("(no|running|the) kernel", re.IGNORECASE)


@pytest.fixture(scope="module")
def scope():
    torch.manual_seed(0)
    image = np.random.default_rng(0).random((240, 320, 3))
    scope = nnscope.show(torchvision.models.squeezenet1_1(), image, layer=LAYER, sort="max")
    yield scope
    scope.close()


def embedded(scope, folder):
    """What ipywidgets writes of its own accord."""
    ipywidgets.embed.embed_minimal_html(folder / "page.html", views=[scope])
    return (folder / "page.html").read_text()


def converted(scope, _folder):
    """What nbconvert makes of a notebook that was saved with its widgets."""
    view = {"version_major": 2, "version_minor": 0, "model_id": scope.model_id}
    shown = nbformat.v4.new_output("display_data", {VIEW: view})
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("scope", outputs=[shown])])
    state = ipywidgets.embed.dependency_state([scope], drop_defaults=True)
    book.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"version_major": 2, "version_minor": 0, "state": state}
    }
    return nbconvert.HTMLExporter().from_notebook_node(book)[0]


VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=[embedded, converted], ids=lambda write: write.__name__)
def panel(request, browser, scope, tmp_path):
    """The panel of a saved page, in a browser that reaches no net."""
    # The sums of the files on the net are not those of the same files from npm.
    html = re.sub(r' integrity="[^"]*"', "", request.param(scope, tmp_path))
    faults, missed = [], []

    def answer(route):
        url = route.request.url
        file = next((file for pattern, file in FILES.items() if re.search(pattern, url)), None)
        if url == PAGE:
            route.fulfill(body=html, content_type="text/html")
        elif file:
            route.fulfill(path=file, headers={"Access-Control-Allow-Origin": "*"})
        else:
            missed.append(url)
            route.abort()

    with browser.new_context() as context:
        context.route(re.compile("^https?:"), answer)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(PAGE)
        panel = Panel(hosts.Notebook(page, None, "page"))
        panel.wait_until_painted()
        yield panel
    assert faults == []
    # Beside the page html-manager looks first, and formulas are nbconvert's.
    assert [url for url in missed if not url.startswith(PAGE) and "mathjax" not in url] == []


def test_a_saved_page_shows_the_panel(panel, scope):
    panel.wait_for_layer(LAYER)
    expect(panel.picture).to_be_visible()
    expect(panel.cells.first).to_be_visible()
    assert panel.order() == scope_order(scope)
    panel.cells.first.hover()
    expect(panel.root).to_contain_text(re.compile(r"value ≈ "))
    first = panel.order()[0]
    panel.cells.first.click()
    expect(panel.channel_dialog(first)).to_be_visible()
    panel.page.keyboard.press("Escape")
    expect(panel.root).not_to_contain_text(NO_KERNEL)


def scope_order(scope):
    """The channels by their strongest values, falling, as many as the panel has tiles for."""
    strongest = scope.probe.activations(LAYER).amax((1, 2))
    return torch.argsort(strongest, descending=True, stable=True).tolist()


def test_a_saved_page_says_that_it_has_no_kernel_where_one_is_needed(panel):
    panel.button("Help").click()
    expect(panel.root.get_by_text("needs a running kernel").first).to_be_visible()
    notice = panel.root.get_by_text("No kernel stands behind this page")
    expect(notice).to_have_count(0)
    panel.pick(panel.layer, "features.4.squeeze")
    expect(notice).to_be_visible()
    panel.pick(panel.layer, LAYER)
    expect(notice).to_have_count(0)
