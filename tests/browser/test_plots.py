"""Charts beside the panel, in a real JupyterLab."""

from playwright.sync_api import expect

from conftest import MODEL
from panel import Panel

BESIDE = """\
from ipywidgets import HBox, VBox
scope = nnscope.Scope(nnscope.Probe(model, image))
HBox([scope, VBox([scope.plots.activations(log=True), scope.plots.predictions()])])"""


def test_charts_stand_beside_the_panel_and_follow_it(open_notebook):
    panel = Panel(open_notebook(MODEL, BESIDE))
    panel.wait_until_painted()
    assert panel.root.bounding_box()["width"] > 480  # what the charts leave of the row
    charts = panel.page.locator(".bqplot")
    expect(charts).to_have_count(2)
    assert all(chart.bounding_box()["width"] == 360 for chart in charts.all())
    for text in ("activations of features.0 on this image", "how many"):
        expect(charts.nth(0)).to_contain_text(text)
    for text in ("classes by SqueezeNet", "probability"):
        expect(charts.nth(1)).to_contain_text(text)
    panel.layer.fill("features.4.expand3x3")
    panel.layer.press("Enter")
    panel.wait_for_layer("features.4.expand3x3")
    expect(charts.nth(0)).to_contain_text("activations of features.4.expand3x3 on this image")
