"""Checks against their definitions, computed another way."""

import numpy as np
import pytest
import scipy.integrate
import scipy.ndimage
import scipy.stats
import torch
from torch import nn

from nnscope import Probe, Unit
from nnscope.attribution.checks import blurred, importance, randomised, shuffled
from nnscope.records import Curve
from nnscope.tensors.ranks import spearman


@pytest.fixture
def net():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(5, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 144, 4)
    ).eval()


@pytest.fixture
def probe(net):
    return Probe(net, torch.randn(1, 3, 16, 16))


def test_rank_correlation_equals_scipy():
    for seed in range(20):
        torch.manual_seed(seed)
        one, other = torch.randn(2, 5, 7).mul(3).round()  # with ties
        assert spearman(one, other) == pytest.approx(scipy.stats.spearmanr(one.flatten(), other.flatten())[0])
    assert spearman(one, one) == pytest.approx(1)
    assert spearman(one, -one) == pytest.approx(-1)
    assert spearman(one, torch.zeros_like(one)) is None
    holes = one.clone()
    holes[0, 0] = torch.nan
    expected = scipy.stats.spearmanr(one.flatten()[1:], other.flatten()[1:])[0]
    assert spearman(holes, other) == pytest.approx(expected)


def test_the_blur_equals_scipy():
    image = torch.rand(3, 20, 30)
    # Sigma 5, cut off at 5 pixels on either side: a radius of 1 sigma.
    expected = [scipy.ndimage.gaussian_filter(c.numpy(), 5, mode="nearest", truncate=1) for c in image]
    assert np.allclose(blurred(image).numpy(), np.stack(expected), atol=1e-5)


def test_an_area_is_that_of_trapezoids():
    fractions, values = torch.linspace(0, 1, 11), torch.rand(11)
    assert Curve(fractions, values).area == pytest.approx(
        scipy.integrate.trapezoid(values, fractions), abs=1e-6
    )


def test_curves_equal_one_image_after_another(net, probe):
    checks = probe.checks("2", 1)
    order = importance(checks.heatmap.drawn, (16, 16)).tolist()
    x = probe.specimen.input
    soft = blurred(x[0])[None]
    for count, fraction in ((0, 0), (64, 5), (256, 20)):
        gone, there = x.clone(), soft.clone()
        for place in order[:count]:
            row, column = divmod(place, 16)
            gone[..., row, column] = 0
            there[..., row, column] = x[..., row, column]
        with torch.no_grad():
            for curve, image in ((checks.deletion, gone), (checks.insertion, there)):
                expected = float(net(image).softmax(1)[0, 1])
                assert float(curve.values[fraction]) == pytest.approx(expected, abs=1e-5)
    assert checks.deletion.fractions[5] == 0.25


def test_pixels_go_in_the_order_of_the_map():
    plane = torch.tensor([[1.0, 4.0], [torch.nan, 3.0]])
    assert importance(plane, (2, 2)).tolist() == [1, 3, 0, 2]
    assert sorted(shuffled(torch.arange(12.0).reshape(3, 4)).flatten().tolist()) == list(range(12))


def test_random_weights_are_as_wide_as_before_and_the_model_keeps_its_own(net):
    before = [parameter.clone() for parameter in net.parameters()]
    other = randomised(net, ["2", "5"])
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), before, strict=True))
    assert torch.equal(other[0].weight, net[0].weight)
    for layer in (2, 5):
        mine, theirs = other[layer].weight.detach(), net[layer].weight.detach()
        assert not torch.equal(mine, theirs)
        assert float(mine.std()) == pytest.approx(float(theirs.std()), rel=0.2)
    assert torch.equal(randomised(net, ["2"])[2].weight, other[2].weight)  # the same each time


def test_the_controls_are_maps_of_other_models_and_of_another_class(net, probe):
    checks = probe.checks("2", 1)
    kinds = [control.kind for control in checks.controls]
    assert kinds == ["randomised"] * 3 + ["runner-up"]
    assert [control.label for control in checks.controls[:3]] == [
        "the last of 3 layers random",
        "the last 2 of 3 layers random",
        "all 3 layers random",
    ]
    everything = Probe(randomised(net, ["0", "2", "5"]), probe.specimen.input).cam("2", 1)
    assert torch.equal(checks.controls[2].heatmap.raw, everything.raw)
    rival = next(row.index for row in probe.predictions(2) if row.index != 1)
    assert torch.equal(checks.controls[3].heatmap.raw, probe.cam("2", rival).raw)
    for control in checks.controls:
        expected = scipy.stats.spearmanr(checks.heatmap.raw.flatten(), control.heatmap.raw.flatten())[0]
        assert control.similarity == pytest.approx(expected, abs=1e-6)
    assert checks.done == 1
    assert len(checks.verdicts) == 4


def test_of_a_unit_there_is_no_other_class_and_no_curve(probe):
    checks = probe.checks("0", Unit("2", 1))
    assert [control.kind for control in checks.controls] == ["randomised"] * 3
    assert checks.deletion is None
    assert checks.insertion is None


def test_progress_rises_to_the_whole(probe):
    seen = []
    probe.checks("2", 1, "scorecam", progress=lambda checks: seen.append(checks.done))
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) > 6


def test_a_model_that_cannot_be_copied_is_checked_without_random_weights(net, probe):
    net.generator = (number for number in range(3))
    checks = Probe(net, probe.specimen.input).checks("2", 1)
    assert [control.kind for control in checks.controls] == ["runner-up"]
    assert "cannot be copied" in checks.verdicts[0]
    assert checks.insertion is not None
