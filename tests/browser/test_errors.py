"""What goes wrong is told in a sentence, and the panel stays as it was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import hosts
from conftest import SQUEEZENET


def test_an_unknown_name_raises_in_the_cell_and_the_panel_stays(squeezenet):
    run = squeezenet.notebook.run
    before = squeezenet.layer.input_value()
    with pytest.raises(hosts.CellError, match=r"features\.3\.squeeze") as caught:
        run("scope.layer = 'features.3.squeze'")
    assert caught.value.name == "LayerNotFoundError"
    with pytest.raises(hosts.CellError, match="not 4000"):
        run("scope.channel = 4000")
    with pytest.raises(hosts.CellError, match="1000"):
        run("scope.target = 1000")
    with pytest.raises(hosts.CellError, match="rainbow"):
        run("scope.colormap = 'rainbow'")
    assert run("print(scope.layer, scope.channel, scope.target)").split() == [before, "None", "None"]
    squeezenet.wait_for_layer(before)
    expect(squeezenet.dialog).to_have_count(0)

    run("scope.layer = 'features.3.squeeze'")
    squeezenet.wait_for_layer("features.3.squeeze")


def test_a_failing_model_is_told_in_the_panel(squeezenet):
    squeezenet.notebook.run("first = model.features[0]; model.features[0] = torch.nn.Conv2d(4, 64, 3, 2)")
    squeezenet.pick(squeezenet.layer, "features.3.squeeze")
    told = squeezenet.root.get_by_role("alert")
    expect(told).to_contain_text(re.compile(r"channels", re.IGNORECASE), timeout=30_000)
    squeezenet.wait_until_settled()
    assert "channels" in squeezenet.notebook.run("print(scope.error)")

    squeezenet.notebook.run("model.features[0] = first")
    squeezenet.pick(squeezenet.layer, "features.4.squeeze")
    squeezenet.wait_for_layer("features.4.squeeze")
    expect(told).to_have_count(0)


def test_names_are_text_whatever_they_hold(open_panel):
    evil = "<img src=x onerror='pwned = 1'>"
    panel = open_panel(
        f"""import nnscope, numpy, torch
from torch import nn
evil = {evil!r}
model = nn.Sequential()
for name, part in ((evil, nn.Conv2d(3, 8, 3)), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten())):
    model.add_module(name, part)
image = numpy.random.default_rng(0).random((64, 64, 3))
scope = nnscope.show(model, image, layer=evil, name=evil, labels=[f"{{evil}} {{i}}" for i in range(8)])"""
    )
    panel.wait_for_layer(evil)
    expect(panel.root).to_contain_text(evil)
    assert panel.target.input_value().startswith(evil)
    panel.channel_cell(0).click()
    expect(panel.channel_dialog(0)).to_contain_text(evil)
    assert panel.page.evaluate("() => window.pwned") is None
    assert panel.root.locator("img[src=x]").count() == 0


def test_a_dead_kernel_is_told_and_the_last_picture_stays(open_panel):
    squeezenet = open_panel(*SQUEEZENET, fresh=True)
    squeezenet.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown()"
    )
    squeezenet.pick(squeezenet.layer, "features.3.squeeze")
    expect(squeezenet.root).to_contain_text(re.compile("kernel", re.IGNORECASE), timeout=30_000)
    expect(squeezenet.cells.first).to_be_visible()
