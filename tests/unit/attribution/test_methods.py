"""What the methods say of themselves, of their maps, and of what cannot be asked."""

import pytest
import torch
from torch import nn

import nnscope
from nnscope import Probe, Unit
from nnscope.errors import NnscopeError, OptionError, TargetError
from nnscope.probe import METHODS, STYLES


@pytest.fixture
def net():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 5, 3),
        nn.ReLU(),
        nn.Conv2d(5, 6, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, 4),
    ).eval()


@pytest.fixture
def probe(net):
    return Probe(net, torch.randn(1, 3, 16, 16))


def make(probe, key, **options):
    few = {"samples": 4} if key in ("smoothgrad", "vargrad", "rise") else {}
    if METHODS[key].at == "layer":
        return probe.cam("3", 1, key, **options)
    return probe.attribute(1, key, **few, **options)


@pytest.mark.parametrize("key", METHODS)
def test_a_map_is_what_its_method_says(probe, key):
    made, method = make(probe, key), METHODS[key]
    shape = (12, 12) if method.at == "layer" else (3, 16, 16)
    assert made.raw.shape == (shape[-2:] if method.group == "Covering the image" else shape)
    assert (made.raw.dtype, made.raw.device.type, made.done) == (torch.float32, "cpu", 1)
    assert method.label in made.sentence
    assert {"formula", "citation", "target", "transform"} <= made.provenance.keys()
    assert made.layer == ("3" if method.at == "layer" else "")
    assert ("at 3" in made.sentence) == (method.at == "layer" or key == "guided_gradcam")
    if method.at == "layer":
        assert made.shares.shape == (6,)
        assert torch.allclose(made.shares.sum(), made.raw.sum(), atol=1e-4)
    low, high = made.ends
    assert low == -high if made.signed else low <= high
    assert made.image().size == (16, 16)


def test_cam_is_gradcam_but_for_the_number_of_cells(probe):
    for layer in ("3", None):
        cam, gradcam = probe.cam(layer, 2, "cam"), probe.cam("3", 2)
        assert torch.allclose(cam.raw, gradcam.raw * 144, atol=1e-5)
    with pytest.raises(OptionError, match="defined at '3'"):
        probe.cam("2", 1, "cam")
    with pytest.raises(TargetError, match="explains a class"):
        probe.cam("3", Unit("3", 1), "cam")


@pytest.mark.parametrize("steps", [1, 20, 300])
def test_integrated_gradients_are_complete(probe, steps):
    made = probe.attribute(1, "integrated_gradients", steps=steps)
    with torch.no_grad():
        there, here = (probe.model(x)[0, 1] for x in (probe.specimen.input, torch.zeros(1, 3, 16, 16)))
    missed = float((made.raw.sum() - (there - here)).abs() / (there - here).abs())
    assert steps < 300 or missed < 1e-3
    assert ("More than 5 %" in made.doubt) == (missed > 0.05)


def test_the_difference_of_two_classes_is_that_of_their_maps(probe):
    for key in ("gradcam", "scorecam"):
        made = probe.cam("3", 1, key, versus=2)
        assert torch.equal(made.raw, probe.cam("3", 1, key).raw - probe.cam("3", 2, key).raw)
        assert (made.signed, made.target, made.versus) == (True, 1, 2)
        assert "less class 2" in made.sentence
    assert "same map" in probe.cam("3", 1, versus=1).doubt
    with pytest.raises(TargetError, match="versus"):
        probe.cam("1", Unit("3", 1), versus=2)


def test_units_say_what_they_are():
    assert str(Unit("a.b", 3)) == "a.b[3]"
    assert str(Unit("a[0]", 3, (1, 2))) == "a[0][3,1,2]"
    for unit in (Unit("a.b", 3), Unit("a[0]", 3, (1, 2))):
        assert Unit.parse(str(unit)) == unit
    for text in ("", "a", "a[]", "a[1,2]", "a[-1]", "[1]", "a[1,2,3,4]", "a[9999999999]"):
        with pytest.raises(TargetError, match="no unit"):
            Unit.parse(text)


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        (Unit("nope", 0), "no layer 'nope'"),
        (Unit("3", 6), "channels 0 to 5"),
        (Unit("3", 0, (12, 0)), "cells (0, 0) to (11, 11)"),
        (Unit("5", 0), "no picture"),
    ],
)
def test_a_unit_that_is_not_there(probe, unit, says):
    with pytest.raises(NnscopeError) as caught:
        probe.attribute(unit)
    assert says in str(caught.value)


def test_a_cell_sees_its_receptive_field_alone(probe):
    raw = probe.attribute(Unit("2", 1, (4, 7))).raw
    seen = (raw != 0).any(0).nonzero()
    assert seen.amin(0).tolist() == [4, 7]
    assert seen.amax(0).tolist() == [8, 11]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda p: p.cam("3", 1, "gradient"), "call attribute"),
        (lambda p: p.attribute(1, "gradcam"), "call cam"),
        (lambda p: p.cams(1, "scorecam"), "no maps of all layers at once"),
        (lambda p: p.cam("3", 1, "gradcm"), "did you mean 'gradcam'"),
        (lambda p: p.cam("3", 1, style="papr"), "did you mean 'paper'"),
        (lambda p: p.cam("3", 1, "cam", style="captum"), "Captum 0.9 has no CAM"),
        (lambda p: p.attribute(1, "rise", sample=3), "did you mean 'samples'"),
        (lambda p: p.attribute(1, "gradient", samples=3), "it has none"),
        (lambda p: p.attribute(1, "rise", samples="many"), "a whole number"),
        (lambda p: p.attribute(1, "rise", samples=0), "at least 1"),
        (lambda p: p.attribute(1, "smoothgrad", samples=-1), "at least 1"),
        (lambda p: p.attribute(1, "occlusion", window=99), "a window that fits"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(probe, ask, says):
    with pytest.raises(OptionError) as caught:
        ask(probe)
    assert says in str(caught.value)


def test_every_style_names_methods_that_exist_and_arguments_they_take(probe):
    for style in STYLES.values():
        assert style.methods.keys() <= METHODS.keys()
        assert style.remarks.keys() <= style.methods.keys()
        for key in style.methods:
            made = make(probe, key, style=style.key)
            assert made.style == style.key
            assert (style.label in made.sentence) == (style.key != "paper")


def test_methods_of_one_group_stand_together():
    groups = [method.group for method in METHODS.values()]
    assert sorted(set(groups), key=groups.index) == [
        group for place, group in enumerate(groups) if place == 0 or groups[place - 1] != group
    ]


# -- doubt --------------------------------------------------------------------------------------


def test_doubts_are_said(net):
    x = torch.randn(1, 3, 16, 16)
    assert Probe(net, x).cam("3", 1).doubt == ""
    assert "train mode" in Probe(net.train(), x).cam("3", 1).doubt
    assert "not normalised" in Probe(net.eval(), x.sigmoid()).cam("3", 1).doubt
    assert "not normalised" not in Probe(net, x).cam("3", 1).doubt
    sure = nn.Sequential(*net, nn.Linear(4, 4), nn.Softmax(1)).eval()
    with torch.no_grad():
        sure[-2].bias.copy_(torch.tensor([0.0, 30.0, 0.0, 0.0]))
    assert "saturated" in Probe(sure, x).cam("3", 1).doubt
    with torch.no_grad():
        sure[-2].bias.zero_()
    doubt = Probe(sure, x).cam("3", 1).doubt
    assert "sums to 1" in doubt
    assert "saturated" not in doubt


def test_a_constant_map_tells_nothing_about_where():
    flat = nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)).eval()
    probe = Probe(flat, torch.ones(1, 3, 8, 8) * torch.tensor([-1.0, 0.5, 2.0])[None, :, None, None])
    target = next(c for c in range(3) if float(probe.cam("0", c).raw.max()) > 0)
    assert "Constant" in probe.cam("0", target).doubt


def test_a_unit_that_is_never_positive_says_so(probe):
    net = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(2, 2, 1)).eval()
    with torch.no_grad():
        net[1].bias.fill_(-100)
    made = nnscope.attribute(net, torch.randn(1, 3, 8, 8), target=Unit("1", 0))
    assert "Blank" in made.doubt
