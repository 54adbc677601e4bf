"""The weights of a layer, as they multiply its input."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, weight_norm

from nnscope import Probe, errors


@pytest.fixture(autouse=True)
def quick(one_core):
    """All of these nets are small."""


def probe_of(*modules, channels=4, size=9):
    return Probe(nn.Sequential(nn.Identity(), *modules), torch.randn(1, channels, size, size))


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_kernels_of_grouped_and_depthwise_convolutions(groups):
    conv = nn.Conv2d(4, 8, (3, 2), groups=groups)
    probe = probe_of(conv)
    assert torch.equal(probe.weights("1"), conv.weight)
    kernels = probe.kernels("1")
    assert (kernels.groups, kernels.transposed, kernels.source) == (groups, False, "0")
    assert [kernels.first(c) for c in range(8)] == [c // (8 // groups) * (4 // groups) for c in range(8)]
    assert torch.equal(kernels.bias, conv.bias)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_transposed_one_is_arranged_as_the_others(groups):
    conv = nn.ConvTranspose2d(4, 6, 3, groups=groups, bias=False)
    probe = probe_of(conv)
    weights = probe.weights("1")
    assert weights.shape == (6, 4 // groups, 3, 3)
    assert probe.kernels("1").transposed
    assert probe.kernels("1").bias is None
    # Spreading each input over the output is gathering from a padded input with the kernel turned round.
    x = torch.randn(1, 4, 5, 5)
    turned = F.conv2d(x, weights.flip(2, 3), padding=2, groups=groups)
    torch.testing.assert_close(turned, conv(x).detach())


def test_weights_that_are_computed_are_those_that_were_used():
    class Standardised(nn.Conv2d):
        def forward(self, x):
            return F.conv2d(x, self.weight * 2, self.bias)

    net = nn.Sequential(Standardised(4, 3, 3), parametrizations.weight_norm(nn.Conv2d(3, 2, 3)))
    probe = Probe(net, torch.randn(1, 4, 9, 9))
    assert torch.equal(probe.weights("0"), net[0].weight * 2)
    assert torch.equal(probe.weights("1"), net[1].weight)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_weight_norm_of_old():
    net = nn.Sequential(weight_norm(nn.Conv2d(4, 2, 3)))
    net[0].weight_g.data *= 2  # the module's weight is stale until it runs
    expected = net[0].weight.clone() * 2
    torch.testing.assert_close(Probe(net, torch.randn(1, 4, 9, 9)).weights("0"), expected)


def test_a_convolution_along_a_line_and_a_call_of_the_function():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.line, self.kernel = nn.Conv1d(4, 5, 3), nn.Parameter(torch.randn(6, 4, 2, 2))

        def forward(self, x):
            return self.line(x.flatten(2)).mean() + F.conv2d(x, self.kernel)

    net = Net()
    probe = Probe(net, torch.randn(1, 4, 6, 6))
    assert torch.equal(probe.weights("line"), net.line.weight[:, :, None])
    assert torch.equal(probe.weights("conv2d"), net.kernel)


def test_a_linear_layer_that_reads_a_flattened_map_has_kernels_as_large():
    linear, last = nn.Linear(3 * 4 * 4, 7), nn.Linear(7, 5)
    probe = probe_of(
        nn.Conv2d(4, 3, 6), nn.ReLU(inplace=True), nn.Flatten(), nn.Dropout(), linear, nn.ReLU(), last
    )
    assert torch.equal(probe.weights("5"), linear.weight.reshape(7, 3, 4, 4))
    assert "3 × 4 × 4 feature map" in probe.kernels("5").note
    assert torch.equal(probe.weights("7"), last.weight[:, :, None, None])
    x = probe.activations("2")
    activations = (probe.weights("5") * x).sum((1, 2, 3)) + linear.bias
    torch.testing.assert_close(activations, linear(x.flatten()))


def test_a_bias_that_is_added_afterwards_is_a_bias_too():
    class Later(nn.Conv2d):
        def forward(self, x):
            return F.conv2d(x, self.weight) + self.bias[:, None, None]

    conv = Later(4, 2, 3)
    assert torch.equal(probe_of(conv).kernels("1").bias, conv.bias)
    assert probe_of(Later(4, 2, 3).requires_grad_(False)).histograms("1")[1].count == 2
    assert probe_of(nn.Conv2d(4, 2, 3, bias=False)).kernels("1").bias is None


def test_a_model_of_one_operation():
    conv = nn.Conv2d(3, 2, 3)
    assert torch.equal(Probe(conv, torch.randn(1, 3, 9, 9)).weights("output"), conv.weight)


def test_the_copy_is_yours():
    conv = nn.Conv2d(4, 2, 1)
    probe = probe_of(conv)
    weights = probe.weights("1")
    before = conv.weight.detach().clone()
    weights.zero_()
    assert torch.equal(conv.weight, before)
    assert torch.equal(probe.weights("1"), before)
    with torch.no_grad():
        conv.weight += 1
    assert torch.equal(probe.weights("1"), before + 1)


def test_what_has_no_kernels_is_refused_in_a_sentence():
    class Deep(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv3d(1, 2, 3)

        def forward(self, x):
            return self.conv(x[:, None]).mean(2)

    probe = probe_of(nn.Sequential(nn.Conv2d(4, 4, 3)), nn.ReLU(), Deep())
    for layer, why in {
        "1": "a block (Sequential) made of other layers",
        "2": "multiplies no patches of its input",
        "3.conv": "have depth",
    }.items():
        with pytest.raises(errors.OptionError) as caught:
            probe.weights(layer)
        assert why in str(caught.value)
    with pytest.raises(errors.LayerNotFoundError):
        probe.weights("9")
