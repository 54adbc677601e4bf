"""The classic walk-through, and a real network on a real photo."""

import pytest
import torch
import torchvision

import nnscope
from nnscope import example

CATS = range(281, 286)


@pytest.fixture(scope="module")
def squeezenet(chelsea):
    torch.manual_seed(0)
    return nnscope.Probe(torchvision.models.squeezenet1_1(), chelsea)


def test_the_first_convolution_has_64_channels(squeezenet):
    assert squeezenet.layers["features.0"].shape == (64, 111, 111)
    assert squeezenet.activations("features.0").shape == (64, 111, 111)
    assert squeezenet.channel("features.0", 22).equal(squeezenet.activations("features.0")[22])


def test_the_strongest_channel_holds_the_largest_value(squeezenet):
    a = squeezenet.activations("features.0")
    best = squeezenet.strongest("features.0")
    assert best == [int(a.amax((1, 2)).argmax())]
    assert a[best[0]].max() == a.max()
    assert squeezenet.strongest("features.0", "mean", 64) == a.mean((1, 2)).argsort(descending=True).tolist()


def test_a_convolution_and_its_in_place_relu_differ_exactly_by_the_relu(squeezenet):
    before = squeezenet.activations("features.9.squeeze")
    after = squeezenet.activations("features.9.squeeze_activation")
    assert before.shape[0] == after.shape[0] == 48
    assert (before < 0).any()
    assert torch.equal(after, before.clamp(min=0))
    for channel in (14, 47):
        assert torch.equal(
            squeezenet.channel("features.9.squeeze_activation", channel), before[channel].clamp(min=0)
        )


def test_the_cat_is_a_cat_and_the_map_lies_on_its_face(chelsea):
    probe = nnscope.Probe(example.network(), chelsea)
    top = probe.predictions(1)[0]
    assert top.index in CATS
    assert "cat" in top.label or top.label == "tabby"
    heatmap = probe.cam()
    assert (heatmap.target, heatmap.label) == (top.index, top.label)
    weight = heatmap.raw.clamp(min=0)
    rows, columns = torch.meshgrid(*(torch.arange(n) + 0.5 for n in weight.shape), indexing="ij")
    height, width = probe.specimen.geometry.input
    y = float((weight * rows).sum() / weight.sum()) * height / weight.shape[0]
    x = float((weight * columns).sum() / weight.sum()) * width / weight.shape[1]
    # On the photo the eyes lie at about (177, 118) and (308, 135), the nose at about (256, 217).
    x, y = probe.specimen.geometry.to_original(x, y)
    assert 177 <= x <= 308
    assert 100 <= y <= 217
