"""What a layer was given, and by whom."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from nnscope import Probe, errors
from nnscope.network.calls import given


@pytest.fixture(autouse=True)
def quick(one_core):
    """All of these nets are small."""


class Net(nn.Module):
    """With what makes it hard: in place, a block that hands on its part's output, a layer called twice."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True)
        self.block = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = self.relu(self.norm(self.conv(x)))
        y = self.block(x)
        y += x
        return self.head(F.adaptive_avg_pool2d(self.relu(y), 1).flatten(1))


@pytest.fixture
def net():
    return Net().eval()


@pytest.fixture
def x():
    return torch.randn(1, 3, 8, 8)


def test_the_input_is_as_it_was_before_the_layer_wrote_into_it(net, x):
    made = given(net, x, "relu:2")
    assert (made.function.input < 0).any()
    assert torch.equal(made.function.input.relu(), made.output)
    assert (made.kind, made.function.name) == ("ReLU", "relu")


def test_a_function_that_does_not_make_the_output_is_not_taken_for_it(x):
    class Swish(nn.Module):
        def forward(self, x):
            return x * torch.sigmoid(x)

    class Doubled(nn.ReLU):
        def forward(self, x):
            return super().forward(x).mul_(2)

    net = nn.Sequential(nn.Conv2d(3, 4, 3), Swish(), Doubled())
    assert given(net, x, "1").function is None
    made = given(net, x, "2")  # the memory is the same, the values are others
    assert [function.name for function in made.functions] == ["relu"]
    assert made.function is None


def test_only_as_much_of_the_model_runs_as_is_needed(x):
    class Fails(nn.Module):
        def forward(self, x):
            raise ValueError

    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), Fails())
    assert given(net, x, "1").kind == "ReLU"
    with pytest.raises(errors.ForwardError):
        given(net, x, "2")


def test_what_a_fused_call_hides_is_said(x):
    class Attention(nn.Module):
        def forward(self, x):
            tokens = x.flatten(2).transpose(1, 2)
            return F.scaled_dot_product_attention(tokens, tokens, tokens)

    net = nn.Sequential(nn.Conv2d(3, 4, 1), Attention())
    layer = next(row.name for row in Probe(net, x).layers if row.is_attention)
    with pytest.raises(errors.OptionError, match="a call that hides what it works on"):
        given(net, x, layer)


def test_what_is_kept_is_counted_but_for_the_models_own_memory(x):
    plain = nn.Sequential(nn.Flatten(), nn.Linear(192, 50))
    row, output = 192 * 4, 50 * 4
    assert given(plain, x, "1").nbytes == row + output
    parametrizations.weight_norm(plain[1])
    assert given(plain, x, "1").nbytes == row + output + 192 * 50 * 4


def test_of_a_block_no_inputs_are_kept(x):
    block = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU6())
    net = nn.Sequential(block, nn.Flatten())
    made = given(net, x, "0")
    assert made.nbytes == made.output.nbytes
    assert Probe(net, x * 1e4).histograms("0")[2].saturated > 0  # its bounds are still known
