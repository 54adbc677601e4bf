"""Distributions of a layer's numbers, and a channel's way through conv, norm and activation."""

import numpy as np
import pytest
import torch
from torch import nn

from nnscope import Probe, Unit, errors


@pytest.fixture(autouse=True)
def quick(one_core):
    """All of these nets are small."""


@pytest.fixture
def net():
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Conv2d(6, 4, 3), nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 7),
    )  # fmt: skip
    with torch.no_grad():
        net[0].weight[2] = net[0].bias[2] = 0
        net[3].weight *= 40
    return net.eval()


@pytest.fixture
def x():
    return torch.randn(1, 3, 12, 12)


@pytest.fixture
def probe(net, x):
    return Probe(net, x)


def check(histogram, values, bins=64):
    """Against numpy, in float64."""
    values = values.detach().double().numpy()
    counts, edges = np.histogram(values, bins)
    assert histogram.counts.tolist() == counts.tolist()
    np.testing.assert_allclose(histogram.edges, edges, rtol=1e-12)
    assert histogram.count == values.size
    expected = [values.mean(), values.std(), values.min(), values.max(), np.mean(values == 0)]
    found = [histogram.mean, histogram.std, histogram.min, histogram.max, histogram.zero]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def slopes(net, x, layer, aim):
    """The gradient at a layer, by hand."""
    head = net[: layer + 1](x.clone()).detach().requires_grad_()
    return torch.autograd.grad(aim(net[layer + 1 :](head)), head)[0][0]


def test_histograms_of_a_layer_and_of_a_channel(probe, net, x):
    weights, biases, activations, gradients = probe.histograms("3", target=2)
    assert [each.kind for each in probe.histograms("3")] == ["weights", "biases", "activations", "gradients"]
    check(weights, net[3].weight)
    check(biases, net[3].bias)
    check(activations, probe.activations("3"))
    check(gradients, slopes(net, x, 3, lambda out: out[0, 2]))
    assert gradients.sentence == "gradients of the logit of class 2 at 3"
    assert (activations.channels, weights.channels, biases.channels) == (4, 4, 4)
    own = probe.histograms("3", 1, target=2, bins=9)
    check(own[0], net[3].weight[1], 9)
    check(own[1], net[3].bias[1], 9)
    check(own[2], probe.activations("3")[1], 9)
    check(own[3], slopes(net, x, 3, lambda out: out[0, 2])[1], 9)
    assert own[2].sentence == "activations of channel 1 of 3 on this image"


def test_what_is_dead_and_what_is_saturated(probe, net):
    weights, _, activations, _ = probe.histograms("0")
    assert (weights.dead, activations.dead, activations.channels) == (1, 1, 6)
    assert activations.saturated is None
    activations = probe.histograms("4")[2]
    assert activations.saturated == int((probe.activations("4") == 6).sum()) > 0
    assert activations.zero == pytest.approx(float((probe.activations("4") == 0).double().mean()))


@pytest.mark.parametrize(
    ("module", "near"),
    [
        (nn.Sigmoid(), lambda v: (v < 0.01) | (v > 0.99)),
        (nn.Tanh(), lambda v: v.abs() > 0.99),
        (nn.Hardtanh(-2, 3), lambda v: (v == -2) | (v == 3)),
        (nn.Hardsigmoid(), lambda v: v == 1),
    ],
)
def test_the_bounds_of_activations(module, near):
    probe = Probe(nn.Sequential(nn.Identity(), module), torch.randn(1, 2, 20, 20) * 5)
    assert probe.histograms("1")[2].saturated == int(near(probe.activations("1")).sum()) > 0


def test_what_there_is_nothing_of_is_said(probe):
    found = probe.histograms("2")
    assert [each.known for each in found] == [False, False, True, True]
    assert found[0].sentence == "Layer '2' has no weights."
    weights, biases, activations, gradients = probe.histograms("7", 3)
    assert (weights.count, biases.count, activations.count) == (4, 1, 1)
    assert "no pictures" in gradients.sentence
    gradients = probe.histograms("3", target=99)[3]
    assert not gradients.known
    assert "classes 0 to 6" in gradients.sentence
    found = probe.histograms("1", 2)
    assert (found[0].count, found[1].count) == (1, 1)


def test_the_channels_of_layers_along_a_line_and_of_tokens(x):
    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.line, self.norm = nn.Conv2d(3, 4, 3), nn.Conv1d(4, 5, 3), nn.BatchNorm1d(5)
            self.pool, self.group, self.tokens = nn.MaxPool1d(2), nn.GroupNorm(1, 5), nn.Linear(5, 6)

        def forward(self, x):
            y = self.group(self.pool(self.norm(self.line(self.conv(x).flatten(2)))))
            return self.tokens(y.transpose(1, 2)).mean(1)

    net = Line().eval()
    probe = Probe(net, x)
    made = net.line(net.conv(x).flatten(2))
    weights, _, activations, _ = probe.histograms("line", 2)
    check(activations, made[0, 2])
    check(weights, net.line.weight[2])
    assert {name: probe.layers[name].units for name in ("line", "norm", "pool", "group", "tokens")} == {
        "line": 5, "norm": 5, "pool": 5, "group": 5, "tokens": 6,
    }  # fmt: skip
    assert probe.histograms("norm")[2].channels == probe.histograms("group")[2].channels == 5
    with pytest.raises(errors.ChannelNotFoundError, match="channels 0 to 4"):
        probe.histograms("line", 5)


def test_the_target_may_be_a_unit_or_a_function(probe, net, x):
    check(
        probe.histograms("0", target=lambda out: out[0, 1] * 2)[3], slopes(net, x, 0, lambda o: o[0, 1] * 2)
    )
    gradients = probe.histograms("0", target=Unit("3", 1, (2, 2)))[3]
    assert gradients.sentence.startswith("gradients of the ")
    assert not probe.histograms("4", target=Unit("3", 1, (2, 2)))[3].known  # it lies behind the unit


def test_a_block_has_the_parameters_of_its_parts_and_no_channel_owns_them(x):
    block = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    probe = Probe(nn.Sequential(block, nn.ReLU()), x)
    weights, biases, *_ = probe.histograms("0")
    check(weights, torch.cat([block[0].weight.flatten(), block[1].weight]))
    check(biases, torch.cat([block[0].bias, block[1].bias]))
    assert "belong to no single channel" in probe.histograms("0", 1)[0].sentence


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"channel": 6}, errors.ChannelNotFoundError),
        ({"bins": 0}, errors.OptionError),
        ({"bins": 2000}, errors.OptionError),
        ({"bins": 1.5}, errors.OptionError),
        ({"channel": 1.5}, errors.OptionError),
        ({"channel": "a"}, errors.OptionError),
        ({"kinds": None}, errors.OptionError),
        ({"kinds": 3}, errors.OptionError),
        ({"kinds": "weight"}, errors.OptionError),
        ({"kinds": ["weights", 3]}, errors.OptionError),
    ],
)
def test_what_is_no_question_about_a_histogram(probe, question, error):
    with pytest.raises(error):
        probe.histograms("0", **question)
    with pytest.raises(errors.LayerNotFoundError):
        probe.histograms("nope")


def test_one_kind_alone_and_numbers_of_other_types(probe, net):
    (found,) = probe.histograms("3", torch.tensor(1), bins=np.int64(9), kinds="weights")
    check(found, net[3].weight[1], 9)


@pytest.mark.parametrize("place", [(0, 1.5, 2), ("a", 1, 2), (0, 1, None), (1.5, 0, 0)])
def test_a_cell_that_is_no_whole_number_is_refused_in_a_sentence(probe, place):
    with pytest.raises(errors.OptionError, match="is a whole number, not"):
        probe.arithmetic("0", *place)
    with pytest.raises(errors.OptionError, match="A channel is a whole number, not 'a'"):
        probe.stages("0", "a")


# -- stages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["0", "1", "2"])
def test_a_channel_on_its_way_whichever_layer_is_asked(probe, layer):
    found = probe.stages(layer, 4)
    assert [(stage.layer, stage.family) for stage in found] == [
        ("0", "convolution"),
        ("1", "norm"),
        ("2", "activation"),
    ]
    for stage in found:
        assert torch.equal(stage.values, probe.channel(stage.layer, 4))
    assert [stage.cut for stage in found[:2]] == [None, None]
    assert found[2].cut == pytest.approx(float((found[1].values < 0).double().mean()))


def test_a_chain_without_a_norm_and_activations_that_cut_nothing(probe):
    conv, relu6 = probe.stages("3", 0)
    assert relu6.cut == pytest.approx(float((conv.values < 0).double().mean()))
    probe = Probe(nn.Sequential(nn.Conv2d(3, 2, 1), nn.SiLU(), nn.Conv2d(2, 2, 1)), torch.randn(1, 3, 5, 5))
    assert [stage.cut for stage in probe.stages("0", 1)] == [None, None]
    assert [stage.layer for stage in probe.stages("2", 1)] == ["2"]


class ThresholdActivation(nn.Threshold):
    """One whose name says what it is for."""


class ClampActivation(nn.Module):
    def forward(self, x):
        return x.clamp(min=0)


@pytest.mark.parametrize(
    ("module", "cuts"),
    [
        (nn.ReLU(inplace=True), True),
        (nn.ReLU6(), True),
        (nn.Hardtanh(0, 3), True),
        (nn.Hardtanh(-1), False),
        (ThresholdActivation(0, 0), True),
        (ThresholdActivation(-1, 0), False),
        (ClampActivation(), True),
        (nn.Softmax2d(), False),
        (nn.GELU(), False),
        (nn.Softplus(), False),
    ],
    ids=str,
)
def test_which_activations_cut_is_told_by_what_ran_not_by_the_values(module, cuts):
    net = nn.Sequential(nn.Conv2d(3, 2, 1), module, nn.Conv2d(2, 2, 1))
    with torch.no_grad():
        net[0].bias[:] = torch.tensor([300.0, -300.0])  # the softmax makes these exactly 1 and 0
    for channel, share in ((0, 0.0), (1, 1.0)):
        (_, stage) = Probe(net, torch.randn(1, 3, 5, 5)).stages("1", channel)
        assert stage.cut == (share if cuts else None)


def test_a_chain_ends_where_another_layer_comes_between():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm, self.relu = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.ReLU(inplace=True)

        def forward(self, x):
            return self.relu(self.norm(self.conv(x)) + x)

    probe = Probe(Residual().eval(), torch.randn(1, 3, 5, 5))
    assert [stage.layer for stage in probe.stages("conv", 0)] == ["conv", "norm"]
    assert [stage.layer for stage in probe.stages("relu", 0)] == ["relu"]
    with pytest.raises(errors.OptionError, match="no convolution, norm or activation"):
        probe.stages("add", 0)
    with pytest.raises(errors.ChannelNotFoundError):
        probe.stages("conv", 3)
