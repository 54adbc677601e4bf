"""Whatever the settings: what the terms come to is what the network computed."""

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import nn
from torch.nn import functional as F

from nnscope import Probe, errors

ROWS, COLUMNS = 9, 11


@pytest.fixture(autouse=True)
def quick(one_core):
    """All of these nets are small."""


def drawn_pair(draw, least, most):
    return tuple(draw(st.lists(st.integers(least, most), min_size=2, max_size=2)))


@st.composite
def convolutions(draw):
    """A convolution of any kind that fits an input of 9 × 11 cells."""
    groups = draw(st.integers(1, 3))
    widths = (groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 2)))
    settings = {"groups": groups, "bias": draw(st.booleans()), "kernel_size": drawn_pair(draw, 1, 3)}
    settings["dilation"] = drawn_pair(draw, 1, 2)
    if draw(st.booleans()):
        stride = drawn_pair(draw, 1, 3)
        most = (max(pair) - 1 for pair in zip(stride, settings["dilation"], strict=True))
        extra = tuple(draw(st.integers(0, each)) for each in most)
        settings |= {"stride": stride, "padding": drawn_pair(draw, 0, 2), "output_padding": extra}
        return nn.ConvTranspose2d(*widths, **settings)
    settings["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    settings["padding"] = draw(st.sampled_from(["same", "valid", None])) or drawn_pair(draw, 0, 3)
    settings["stride"] = (1, 1) if settings["padding"] == "same" else drawn_pair(draw, 1, 3)
    return nn.Conv2d(*widths, **settings)


def told(module, x, draw=None, cell=None):
    """The arithmetic of a cell of a module alone, and what the module says of it."""
    with torch.no_grad():
        expected = module(x.clone())[0]
    c, y, column = cell or (draw(st.integers(0, size - 1)) for size in expected.shape)
    probe = Probe(nn.Sequential(nn.Identity(), module), x)
    return probe.arithmetic("1", c, y, column), float(expected[c, y, column])


def sizes_agree(found, output):
    """Whether each line of the formula comes to the size that is there."""
    for line, size in zip(found.shape[1:], output, strict=True):
        told, result = line.split(": ")[1].rsplit(" = ", 1)
        for sign, python in (("×", "*"), ("−", "-"), ("⌊", "int("), ("⌋", ")")):
            told = told.replace(sign, python)
        assert eval(told) == int(result) == size


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_cell_of_any_convolution(data):
    module = data.draw(convolutions())
    x = torch.randn(1, module.in_channels, ROWS, COLUMNS)
    found, expected = told(module.eval(), x, data.draw)
    assert found.value == expected
    assert found.total == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert found.total == pytest.approx(float(found.products.sum()) + (found.bias or 0.0), abs=1e-12)
    torch.testing.assert_close(found.partial, found.products.sum((1, 2)))
    assert len(found.inputs) == len(found.patch) == module.in_channels // module.groups
    with torch.no_grad():
        sizes_agree(found, module(x).shape[2:])
    inside = [(i, row) for i, row in enumerate(found.rows) if 0 <= row < ROWS]
    inside = [
        (*at, j, column) for at in inside for j, column in enumerate(found.columns) if 0 <= column < COLUMNS
    ]
    for i, row, j, column in inside:  # the patch is cut from where it says
        cells = x[0, list(found.inputs), row, column].double()
        assert torch.equal(found.patch[:, i, j], cells)


POOLINGS = [
    nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1), nn.MaxPool2d((2, 3), (3, 2), (1, 1), (2, 3)),
    nn.MaxPool2d(3, 2, ceil_mode=True), nn.AvgPool2d(2), nn.AvgPool2d(3, 2, 1),
    nn.AvgPool2d(3, 2, 1, ceil_mode=True), nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), nn.AvgPool2d(2, divisor_override=3),
    nn.AdaptiveAvgPool2d(4), nn.AdaptiveAvgPool2d((None, 3)), nn.AdaptiveMaxPool2d((2, 5)),
    nn.AvgPool2d(2, 4, 1, True),
]  # fmt: skip


@pytest.mark.parametrize("module", POOLINGS, ids=str)
def test_every_cell_of_a_pooling(module):
    x = torch.randn(1, 2, ROWS, COLUMNS)
    pooled = module(x)[0]
    for row in range(pooled.shape[1]):
        for column in range(pooled.shape[2]):
            found, expected = told(module, x, cell=(1, row, column))
            assert found.value == expected
            assert found.total == pytest.approx(expected, abs=1e-6)
            assert found.inputs == (1,)
    if "Max" in type(module).__name__:
        c, i, j = found.winner
        assert c == 0
        assert x[0, 1, found.rows[i], found.columns[j]] == found.value


def test_how_the_size_of_a_pooling_that_rounds_up_follows():
    pool = nn.AvgPool2d(2, 4, 1, ceil_mode=True)
    sizes = [told(pool, torch.randn(1, 1, n, n), cell=(0, 0, 0))[0].shape[1] for n in (8, 9)]
    assert sizes[0] == "height: ⌈(8 + 2 − 1 × (2 − 1) − 1) / 4⌉ + 1 = 3"
    assert sizes[1] == "height: ⌈(9 + 2 − 1 × (2 − 1) − 1) / 4⌉ + 1 = 4, less one that would begin outside: 3"


class Permuted(nn.Module):
    """A layer norm over the channels, as ConvNeXt has it."""

    def __init__(self):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(6)), nn.Parameter(torch.randn(6))

    def forward(self, x):
        return F.layer_norm(x.permute(0, 2, 3, 1), (6,), self.weight, self.bias, 1e-6).permute(0, 3, 1, 2)


class Standardised(nn.Conv2d):
    """Weights that are not those it keeps, and padding of its own."""

    def forward(self, x):
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(F.pad(x, (1, 2, 0, 1)), weight, self.bias, 2)


def lively(module):
    """With numbers in its parameters and buffers that change something."""
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_floating_point():
            tensor.data.uniform_(0.5, 2)
    return module.eval()


NORMS = [
    lively(nn.BatchNorm2d(6)),
    nn.BatchNorm2d(6, affine=False, track_running_stats=False).eval(),
    lively(nn.InstanceNorm2d(6, affine=True)),
    nn.InstanceNorm2d(6),
    lively(nn.InstanceNorm2d(6, track_running_stats=True)),
    lively(nn.GroupNorm(3, 6)),
    lively(nn.LayerNorm((9, 11))),
    lively(nn.LayerNorm(11)),
    Permuted(),
]
ACTIVATIONS = [
    nn.ReLU(), nn.ReLU(inplace=True), nn.ReLU6(), nn.LeakyReLU(0.2), nn.PReLU(6, 0.3), nn.PReLU(),
    nn.ELU(0.7), nn.CELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(inplace=True), nn.Mish(),
    nn.Hardswish(), nn.Hardsigmoid(), nn.Sigmoid(), nn.Tanh(), nn.Softplus(2, 1), nn.Softsign(),
    nn.LogSigmoid(), nn.Hardtanh(-0.5, 0.4), nn.Threshold(0.1, 3),
]  # fmt: skip
CONVOLUTIONS = [
    Standardised(6, 4, 3),
    nn.utils.parametrizations.weight_norm(nn.Conv2d(6, 2, 3)),
    nn.utils.parametrizations.spectral_norm(nn.Conv2d(6, 2, 3)).eval(),
]
OTHERS = [*NORMS, *ACTIVATIONS, *CONVOLUTIONS]


@pytest.mark.parametrize("module", OTHERS, ids=lambda module: type(module).__name__)
def test_norms_activations_and_layers_with_ways_of_their_own(module):
    x = torch.randn(1, 6, ROWS, COLUMNS)
    for cell in ((0, 0, 0), (1, 2, 3), (1, 3, 4)):
        found, expected = told(module, x, cell=cell)
        assert found.value == expected
        assert found.total == pytest.approx(expected, abs=1e-5)
        if "before" in found.terms:
            assert found.terms["before"] == float(x[0][cell])


def test_what_a_batch_norm_says():
    norm = lively(nn.BatchNorm2d(6)).requires_grad_(False)
    x = torch.randn(1, 6, 4, 4)
    found, expected = told(norm, x, cell=(3, 1, 2))
    assert found.terms == {
        "before": float(x[0, 3, 1, 2]),
        "mean": float(norm.running_mean[3]),
        "variance": float(norm.running_var[3]),
        "epsilon": norm.eps,
        "weight": float(norm.weight[3]),
        "bias": float(norm.bias[3]),
    }
    assert (found.operation, found.products, found.bias) == ("norm", None, float(norm.bias[3]))
    assert found.formula[0] == "mean and variance were kept from training"
    assert f"the network has {expected:.5g}".replace("-", "−") == found.formula[-1]


class Rectified(nn.Conv2d):
    """Several functions in one operation."""

    def forward(self, x):
        return F.relu(super().forward(x))


class Doubled(nn.Conv2d):
    def forward(self, x):
        return F.relu(super().forward(x) * 2)


@pytest.mark.parametrize("kind", [Rectified, Doubled])
def test_what_works_on_values_inside_its_layer_names_no_source(kind):
    found, expected = told(kind(3, 4, 3), torch.randn(1, 3, ROWS, COLUMNS), cell=(2, 1, 1))
    assert (found.operation, found.source, found.value) == ("activation", None, expected)
    assert "works on the result of conv2d inside the layer" in found.formula[0]


def test_functions_that_work_on_the_weights_are_no_source():
    class Standardised(nn.Conv2d):  # as timm has it
        def forward(self, x):
            x = F.pad(x, (1, 1, 1, 1))
            weight = F.batch_norm(self.weight.reshape(1, 4, -1), None, None, training=True)
            return F.conv2d(x, weight.reshape_as(self.weight), self.bias)

    found, expected = told(Standardised(3, 4, 3), torch.randn(1, 3, ROWS, COLUMNS), cell=(2, 0, 1))
    assert found.total == pytest.approx(expected, abs=1e-5)
    assert (found.source, found.rows, found.columns) == ("0", (-1, 0, 1), (0, 1, 2))
    assert not any("inside the layer" in line for line in found.formula)


def test_bounds_of_each_channel():
    class Bounded(nn.Module):
        def __init__(self):
            super().__init__()
            self.least = nn.Parameter(torch.tensor([0.5, -0.5, 2.0]).reshape(1, 3, 1, 1))

        def forward(self, x):
            return torch.clamp(x, min=self.least)

    x = torch.randn(1, 3, ROWS, COLUMNS)
    for cell in ((0, 1, 1), (1, 2, 2), (2, 3, 3)):
        found, expected = told(Bounded(), x, cell=cell)
        assert found.total == found.value == expected
        assert found.terms["before"] == float(x[0][cell])


def test_a_linear_layer_of_one_row():
    class Score(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.randn(4)), nn.Parameter(torch.randn(()))

        def forward(self, x):
            return F.linear(x.permute(0, 2, 3, 1), self.weight, self.bias)[:, None]

    score, x = Score(), torch.randn(1, 4, ROWS, COLUMNS)
    found, expected = told(score, x, cell=(0, 2, 3))
    assert found.total == pytest.approx(expected, abs=1e-6)
    assert (found.inputs, found.bias) == ((0, 1, 2, 3), score.bias.item())
    probe = Probe(nn.Sequential(nn.Identity(), score), x)
    assert torch.equal(probe.weights("1"), score.weight[None, :, None, None])
    assert [each.count for each in probe.histograms("1")[:2]] == [4, 1]


def test_where_a_function_writes_its_result_is_left_alone():
    class Kept(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.kept = nn.Conv2d(3, 4, 3), [torch.zeros(0)]

        def forward(self, x):
            return torch.sigmoid(self.conv(x), out=self.kept[0])

    net = Kept().requires_grad_(False)
    net.kept[0] = torch.zeros(1, 4, 7, 7)
    probe = Probe(net, torch.randn(1, 3, 9, 9))
    before = net.kept[0].clone()
    found = probe.arithmetic("sigmoid", 1, 2, 3)
    assert found.total == pytest.approx(found.value, abs=1e-6)
    assert torch.equal(net.kept[0], before)


def test_functions_tokens_and_sources():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernel, self.linear = nn.Parameter(torch.randn(4, 3, 3, 3)), nn.Linear(4, 5)

        def forward(self, x):
            x = F.relu(F.conv2d(x, self.kernel, stride=2), inplace=True)
            tokens = self.linear(x.flatten(2).transpose(1, 2))
            return tokens.mean(1)

    net, x = Net(), torch.randn(1, 3, 9, 9)
    probe = Probe(net, x)
    with torch.no_grad():
        conv = F.conv2d(x, net.kernel, stride=2)
        tokens = net.linear(conv.relu().flatten(2).transpose(1, 2))
    found = probe.arithmetic("conv2d", 2, 1, 3)
    assert found.total == pytest.approx(float(conv[0, 2, 1, 3]), abs=1e-5)
    assert (found.operation, found.source, found.bias) == ("convolution", "", None)
    relu = probe.arithmetic("relu", 2, 1, 3)
    assert (relu.source, relu.terms["before"]) == ("conv2d", found.value)
    linear = probe.arithmetic("linear", 4, 1, 3)
    assert linear.total == pytest.approx(float(tokens[0, 1 * 4 + 3, 4]), abs=1e-5)
    assert (linear.operation, linear.rows, linear.columns) == ("linear", (1,), (3,))
    assert linear.kernel.shape == linear.patch.shape == (4, 1, 1)


def test_what_is_not_a_number_wins_a_maximum():
    class Root(nn.Module):
        def forward(self, x):
            return x.sqrt()

    x = torch.rand(1, 1, 4, 4)
    x[0, 0, 1, 0] = -1
    net = nn.Sequential(Root(), nn.MaxPool2d(2))
    found = Probe(net, x).arithmetic("1", 0, 0, 0)
    assert found.winner == (0, 1, 0)
    assert found.total != found.total


@pytest.mark.parametrize(
    ("layer", "cell", "why"),
    [
        ("1.0", (9, 0, 0), "channels 0 to 3"),
        ("1.0", (0, 7, 0), r"cells \(0, 0\) to \(6, 6\), not \(7, 0\)"),
        ("1", (0, 0, 0), "a block"),
        ("2", (0, 0, 0), "is not known"),
        ("3", (0, 0, 0), "no picture"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(layer, cell, why):
    net = nn.Sequential(
        nn.Identity(), nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.Softmax(1), nn.Flatten()
    )
    with pytest.raises(errors.NnscopeError, match=why):
        Probe(net, torch.randn(1, 3, 9, 9)).arithmetic(layer, *cell)
