"""Grad-CAM against Captum, and against the formula written out where Captum sees only the last call."""

import torch
from captum.attr import LayerGradCam
from torch import nn
from torch.nn import functional as F

import nnscope

TOLERANCE = 1e-6


def relative(a, b):
    """Largest difference, in units of the larger map's largest value."""
    return float((a - b).abs().max() / b.abs().max().clamp(min=1e-30))


def called_once(network, probe):
    """Modules of which Captum sees the right call, about six, the last one among them."""
    modules = dict(network.named_modules())
    names = [row.name for row in probe.layers.viewable if row.name in modules]
    names = [name for name in names if f"{name}:2" not in probe.layers]
    return [(name, modules[name]) for name in names[:: -max(1, len(names) // 6)]]


def test_gradcam_equals_captum(probe, network):
    target = probe.target_index(None)
    compared = 0
    for name, module in called_once(network, probe):
        expected = LayerGradCam(network, module).attribute(
            probe.specimen.input, target, relu_attributions=True
        )[0, 0]
        made = probe.cam(name, target).raw.clamp(min=0)
        if expected.any():
            assert relative(made, expected.detach()) <= TOLERANCE, name
            compared += 1
    assert compared >= 5


def test_all_layers_at_once_equal_one_at_a_time(probe, network):
    target = probe.predictions(2)[1].index
    single = {name: probe.cam(name, target) for name, _ in called_once(network, probe)[:3]}
    from nnscope.probe.sight import _values

    _values.discard(probe._key)
    together = probe.cams(target)
    assert together.keys() >= single.keys()
    for name, heatmap in single.items():
        assert relative(together[name].raw, heatmap.raw) <= TOLERANCE
        assert relative(together[name].weights, heatmap.weights) <= TOLERANCE


def test_shares_sum_to_the_map(probe):
    for heatmap in list(probe.cams().values())[::7]:
        total = heatmap.raw.double().sum()
        scale = heatmap.shares.abs().sum().clamp(min=1e-30)
        assert abs(float(heatmap.shares.double().sum() - total) / float(scale)) <= TOLERANCE


class Twice(nn.Module):
    """One in-place ReLU run twice, and functions in place: what module hooks alone get wrong."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(6, 5)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        y = self.conv2(x)
        y += x
        return self.head(F.relu(self.relu(y), inplace=True).mean((2, 3)))


def by_hand(model, x, target):
    """The same network without anything in place, each value kept; maps by autograd in float64."""
    model, x = model.double(), x.double()
    kept = {"conv1": model.conv1(x)}
    kept["relu"] = kept["conv1"].clamp(min=0)
    kept["conv2"] = model.conv2(kept["relu"])
    kept["add"] = kept["conv2"] + kept["relu"]
    kept["relu:2"] = kept["add"].clamp(min=0)
    kept["relu()"] = kept["relu:2"].clamp(min=0)
    score = model.head(kept["relu()"].mean((2, 3)))[0, target]
    maps = {}
    for name, a in kept.items():
        (g,) = torch.autograd.grad(score, [a], retain_graph=True)
        maps[name] = (g.mean((2, 3), keepdim=True) * a).sum(1)[0].detach()
    return maps


def test_reused_and_in_place_calls_equal_the_formula():
    torch.manual_seed(3)
    model, x = Twice().eval(), torch.randn(1, 3, 9, 9)
    probe = nnscope.Probe(model, x, labels=None)
    made = {**probe.cams(2), **{name: probe.cam(name, 2) for name in ("conv1", "add")}}
    expected = by_hand(model, x, 2)
    assert made.keys() == expected.keys()
    for name, values in expected.items():
        assert relative(made[name].raw.double(), values) <= TOLERANCE, name


def test_frozen_models_models_without_gradients_and_detached_backbones_have_maps_too():
    torch.manual_seed(3)
    model, x = Twice().eval(), torch.randn(1, 3, 9, 9)
    expected = nnscope.Probe(model, x).cam("relu()", 1).raw
    model.requires_grad_(False)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert torch.equal(nnscope.Probe(model, x).cam("relu()", 1).raw, expected)
    model.conv2.register_forward_hook(lambda _m, _a, out: out.detach())
    assert torch.equal(nnscope.Probe(model, x).cam("relu()", 1).raw, expected)
    assert torch.equal(nnscope.Probe(model, x).cams(1)["relu()"].raw, expected)


class Cut(nn.Module):
    """A backbone without gradients, and two branches behind it that have weights of their own."""

    def __init__(self):
        super().__init__()
        self.front, self.left, self.right = (nn.Conv2d(n, 4, 3, padding=1) for n in (3, 4, 4))
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        with torch.no_grad():
            x = self.front(x)
        return self.head((self.left(x) * self.right(x)).mean((2, 3)))


def test_branches_behind_a_backbone_without_gradients_have_maps():
    torch.manual_seed(3)
    model, x = Cut().eval(), torch.randn(1, 3, 9, 9)
    with torch.no_grad():
        front = model.front(x)
    kept = {"left": model.left(front), "right": model.right(front)}
    score = model.head((kept["left"] * kept["right"]).mean((2, 3)))[0, 2]
    probe = nnscope.Probe(model, x, labels=None)
    together = probe.cams(2)
    for name, a in kept.items():
        (g,) = torch.autograd.grad(score, [a], retain_graph=True)
        expected = (g.mean((2, 3), keepdim=True) * a).sum(1)[0].detach()
        assert relative(together[name].raw, expected) <= TOLERANCE
        assert relative(probe.cam(name, 2).raw, expected) <= TOLERANCE
    assert "front" not in together


class Shortcut(nn.Module):
    """An identity on one of two ways: what it returns is the very tensor that the other way takes too."""

    def __init__(self):
        super().__init__()
        self.conv, self.way, self.other = nn.Conv2d(3, 4, 3), nn.Identity(), nn.Conv2d(4, 4, 1)
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = self.conv(x)
        return self.head((self.way(x) + self.other(x)).mean((2, 3)))


def test_an_identity_has_the_gradient_of_its_own_way():
    torch.manual_seed(3)
    model, x = Shortcut().eval(), torch.randn(1, 3, 9, 9)
    a = model.conv(x)
    way = a.clone()
    score = model.head((way + model.other(a)).mean((2, 3)))[0, 2]
    made = nnscope.Probe(model, x, labels=None).cams(2)
    for name, tensor in {"way": way, "conv": a}.items():  # a reaches the score on both ways
        (g,) = torch.autograd.grad(score, [tensor], retain_graph=True)
        expected = (g.mean((2, 3), keepdim=True) * a).sum(1)[0].detach()
        assert relative(made[name].raw, expected) <= TOLERANCE, name
