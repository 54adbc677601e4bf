"""ReLU rules against the rule written out, for every way to write a rectifier."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnscope import Probe
from nnscope.errors import OptionError

RECTIFIERS = {
    "module": (nn.ReLU(), 0.0, float("inf")),
    "module in place": (nn.ReLU(inplace=True), 0.0, float("inf")),
    "function": (F.relu, 0.0, float("inf")),
    "function in place": (lambda x: F.relu(x, inplace=True), 0.0, float("inf")),
    "method": (lambda x: x.relu(), 0.0, float("inf")),
    "method in place": (lambda x: x.relu_(), 0.0, float("inf")),
    "clamp": (lambda x: x.clamp(min=0), 0.0, float("inf")),
    "clamp in place, result not used": (lambda x: (x.clamp_(0), x)[1], 0.0, float("inf")),
    "relu6": (nn.ReLU6(inplace=True), 0.0, 6.0),
    "function relu6": (F.relu6, 0.0, 6.0),
    "hardtanh": (nn.Hardtanh(0, 3), 0.0, 3.0),
    "leaky": (nn.LeakyReLU(0.1, inplace=True), 0.1, float("inf")),
    "function leaky": (lambda x: F.leaky_relu(x, 0.2), 0.2, float("inf")),
    "prelu": (nn.PReLU(init=0.3), 0.3, float("inf")),
}


class Net(nn.Module):
    """The same rectifier twice, one call after the other layer."""

    def __init__(self, rectify):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 5, 3), nn.Conv2d(5, 4, 3)
        self.head = nn.Linear(4, 3)
        self.rectify = rectify

    def forward(self, x):
        x = self.rectify(3 * self.conv1(x))
        return self.head(self.rectify(3 * self.conv2(x)).mean((2, 3)))


def by_hand(net, x, rule, slope, top):
    """Back through the two layers step by step, with plain arithmetic at the rectifiers."""
    first = 3 * net.conv1(x)
    middle = torch.where(first > 0, first.clamp(max=top), slope * first).detach().requires_grad_()
    second = 3 * net.conv2(middle)
    back = net.head.weight[1][None, :, None, None] / second[0, 0].numel()
    back = ruled(back.expand_as(second), second, rule, slope, top)
    (back,) = torch.autograd.grad(second, middle, back)
    back = ruled(back, first, rule, slope, top)
    x = x.clone().requires_grad_()
    return torch.autograd.grad(3 * net.conv1(x), x, back)[0][0]


def ruled(back, x, rule, slope, top):
    if rule == "deconvnet":
        return back * (back > 0)
    passed = torch.where(x > 0, (x < top).float(), torch.tensor(slope))
    return back * (back > 0) * passed


@pytest.mark.parametrize("rule", ["guided_backprop", "deconvnet"])
@pytest.mark.parametrize("name", RECTIFIERS)
def test_a_rule_holds_however_the_rectifier_is_written(name, rule):
    rectify, slope, top = RECTIFIERS[name]
    torch.manual_seed(0)
    net, x = Net(rectify).eval(), torch.randn(1, 3, 12, 12)
    expected = by_hand(net, x, rule.split("_")[0], slope, top).detach()
    made = Probe(net, x).attribute(1, rule).raw
    assert torch.allclose(made, expected, atol=1e-5 * float(expected.abs().max()))
    assert not torch.allclose(made, Probe(net, x).attribute(1).raw, atol=1e-3)  # no plain gradient


@pytest.mark.parametrize("activation", [nn.SiLU(), nn.GELU(), F.hardswish, nn.ELU(), nn.Mish()])
def test_an_activation_without_a_rule_is_refused_by_name(activation):
    probe = Probe(Net(activation).eval(), torch.randn(1, 3, 12, 12))
    with pytest.raises(OptionError, match=r"uses (silu|gelu|hardswish|elu|mish)"):
        probe.attribute(1, "guided_backprop")
    assert probe.attribute(1).raw.any()


def test_without_a_rectifier_nothing_is_called_guided():
    probe = Probe(Net(torch.tanh).eval(), torch.randn(1, 3, 12, 12))
    with pytest.raises(OptionError, match="no ReLU"):
        probe.attribute(1, "deconvnet")
