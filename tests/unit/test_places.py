"""From a cell to the image and back: receptive fields, and channels that answer to a region."""

import copy
import math
import random

import numpy as np
import pytest
import torch
from torch import nn

from nnscope import errors
from nnscope.network.silence import Silence
from nnscope.probe import Probe
from nnscope.records import RegionRanking, RegionRow

pytestmark = pytest.mark.usefixtures("one_core")


def positive(*layers):
    """With positive weights, whatever could matter has a gradient."""
    model = nn.Sequential(*layers).double().eval()
    for parameter in model.parameters():
        nn.init.uniform_(parameter, 0.5, 1)
    return model


CHAIN = [nn.Conv2d(3, 2, 3, 2, 1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(2, 4, 3, padding=2), nn.ReLU()]


@pytest.fixture
def chain():
    return positive(*copy.deepcopy(CHAIN))


@pytest.fixture
def x():
    return torch.rand(1, 3, 24, 32, dtype=torch.float64)


def gradient(model, x, cell, channel):
    x = x.clone().requires_grad_()
    picture = model(x)[0][:, cell[0], cell[1]]
    value = picture.square().sum() / 2 if channel is None else picture[channel]
    return torch.autograd.grad(value, x)[0][0].abs().amax(0)


def bounds(plane):
    rows, columns = (plane.sum(axis).nonzero().flatten().tolist() for axis in (1, 0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


# -- receptive fields -----------------------------------------------------------------------


def test_the_receptive_field_of_a_cell_is_that_computed_by_hand():
    """A 3 × 3 of stride 2 and padding 1, then a pooling of 2: 3, 5 pixels; steps of 2, 4."""
    probe = Probe(positive(*CHAIN[:3]), torch.rand(1, 3, 24, 32, dtype=torch.float64))
    assert probe.receptive_field("0", 3, 5) == (9, 5, 12, 8)
    assert probe.receptive_field("2", 2, 3) == (11, 7, 16, 12)
    assert probe.receptive_field("2", 0, 0) == (0, 0, 4, 4)  # one row and column of padding
    assert probe.receptive_field("2", 5, 7) == (27, 19, 32, 24)


@pytest.mark.parametrize("seed", range(12))
def test_the_receptive_field_is_the_support_of_the_gradient(x, seed):
    draw = random.Random(seed)
    model = positive(
        nn.Conv2d(3, 2, (draw.choice((1, 3, 5)), 3), draw.choice((1, 2)), draw.choice((0, 1, 2))),
        nn.AvgPool2d(2, draw.choice((1, 2)), padding=draw.choice((0, 1))),
        nn.Conv2d(2, 2, 3, dilation=draw.choice((1, 2)), padding=1),
    )
    probe = Probe(model, x)
    _, height, width = probe.layers["2"].picture
    middle = (height // 2, width // 2)
    assert probe.receptive_field("2", *middle) == bounds(gradient(model, x, middle, 0))
    # At the border, what a layer pads may stand where the one before would have had cells, were there more.
    for cell in [(0, 0), (height - 1, width - 1), (0, width - 1)]:
        found = gradient(model, x, cell, 0)
        if found.any():
            assert within(bounds(found), probe.receptive_field("2", *cell))


def within(inner, outer):
    return all(o <= i for i, o in zip(inner[:2], outer[:2], strict=True)) and all(
        i <= o for i, o in zip(inner[2:], outer[2:], strict=True)
    )


def test_behind_a_mean_a_cell_sees_everything(x):
    probe = Probe(positive(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1)), x)
    assert probe.receptive_field("1", 0, 0) == (0, 0, 32, 24)


def test_what_has_no_field_says_so(x):
    class Flipped(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)

        def forward(self, x):
            return self.conv(x.flip(-1))

    probe = Probe(Flipped().double(), x)
    with pytest.raises(errors.OptionError, match=r"not known, .* effective_field"):
        probe.receptive_field("conv", 0, 0)
    assert probe.effective_field("conv", 0, 0).theoretical is None
    padded = Probe(positive(nn.Conv2d(3, 2, 1, padding=3)), x)
    with pytest.raises(errors.OptionError, match="only the padding around it"):
        padded.receptive_field("0", 0, 0)
    for cell in [(-1, 0), (0, 38), (30, 0)]:
        with pytest.raises(errors.OptionError, match=r"cells \(0, 0\) to \(29, 37\)"):
            padded.receptive_field("0", *cell)
    with pytest.raises(errors.OptionError, match="whole number"):
        padded.receptive_field("0", 0.5, 0)
    with pytest.raises(errors.LayerNotFoundError):
        padded.receptive_field("9", 0, 0)


# -- effective fields -----------------------------------------------------------------------


@pytest.mark.parametrize("channel", [None, 0, 2])
def test_the_effective_field_is_the_gradient_of_the_cell(x, channel):
    model = nn.Sequential(*copy.deepcopy(CHAIN)).double().eval()
    field = Probe(model, x).effective_field("3", 4, 5, channel)
    expected = gradient(model[:4], x, (4, 5), channel)
    torch.testing.assert_close(field.gradient, expected.float())
    assert field.gradient.shape == (24, 32)
    assert within(field.support, field.theoretical)
    assert (field.layer, field.channel, field.cell, field.sentence) == ("3", channel, (4, 5), "")


def test_boxes_of_the_effective_field(chain, x):
    field = Probe(chain, x).effective_field("3", 4, 5)
    assert field.support == bounds(field.gradient)
    assert within(field.support, field.theoretical)  # a maximum hears one of its cells alone
    assert within(field.core, field.support)
    left, top, right, bottom = map(int, field.core)
    weights = field.gradient.double()
    assert weights[top:bottom, left:right].sum() >= 0.9 * weights.sum()
    assert weights[:, left:right].sum() >= 0.95 * weights.sum() > weights[:, left + 1 : right].sum()


def test_behind_a_relu_that_is_off_there_is_no_field(x):
    model = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), nn.ReLU()).double()
    with torch.no_grad():
        model[0].bias.fill_(-100)
    field = Probe(model, x).effective_field("1", 2, 2, 1)
    assert (field.support, field.core) == (None, None)
    assert field.theoretical == (1, 1, 4, 4)
    assert "No pixel has a gradient: cell (2, 2) of channel 1 of 1" in field.sentence


def test_a_gradient_that_is_not_finite_has_no_box(x):
    model = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU()).double()
    with torch.no_grad():
        model[0].weight.fill_(math.inf)
    assert "not finite" in Probe(model, x).effective_field("0", 2, 2, 1).sentence


def test_squares_of_half_precision_do_not_overflow(x):
    model = nn.Sequential(nn.Conv2d(3, 2, 1)).half()
    with torch.no_grad():
        model[0].weight.fill_(1)
        model[0].bias.fill_(300)  # 2 · 300² / 2 is more than half precision holds
    found = Probe(model, x.half()).effective_field("0", 2, 2).gradient
    assert float(found[2, 2]) == pytest.approx(2 * float(300 + x[0, :, 2, 2].sum()), rel=2e-3)


def test_a_silenced_channel_has_no_part_in_the_field(chain, x):
    probe = Probe(chain, x)
    silent = probe.altered(silence=Silence(probe.layers["3"], (1,)))
    assert probe.effective_field("4", 4, 5, 1).support is not None
    assert silent.effective_field("4", 4, 5, 1).support is None


# -- channels that answer to a region -------------------------------------------------------


def brute(values, size, box):
    """Inside, outside and score of each channel, on maps drawn out to pixels."""
    height, width = size
    rows = np.arange(height) * values.shape[1] // height
    columns = np.arange(width) * values.shape[2] // width
    pixels = values[:, rows][:, :, columns]
    mask = np.zeros(size, bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    inside, outside = pixels[:, mask].mean(1), pixels[:, ~mask].mean(1)
    return inside, outside, (inside - outside) / values.reshape(len(values), -1).std(1)


@pytest.mark.parametrize("box", [(0, 0, 8, 8), (3, 5, 20, 11), (30, 0, 32, 24)])
def test_scores_are_those_of_maps_drawn_out_to_pixels(x, box):
    """The maps are 24 × 32 and 12 × 16: each cell has a whole number of pixels."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3, padding=1))
    probe = Probe(model.double(), x)
    ranking = probe.responding(box)
    assert list(ranking.scores) == ["0", "1", "2"]
    for name in ranking.scores:
        inside, outside, score = brute(probe.activations(name).numpy(), (24, 32), box)
        np.testing.assert_allclose(ranking.inside[name], inside, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(ranking.outside[name], outside, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(ranking.scores[name], score, rtol=1e-5, atol=1e-5)


class Finder(nn.Module):
    """One channel of ``find`` answers to red alone; the rest is noise."""

    def __init__(self):
        super().__init__()
        self.before, self.find = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(3, 9, 1)
        with torch.no_grad():
            self.find.weight[7] = torch.tensor([1.0, -1, -1])[:, None, None]
            self.find.bias[7] = 0

    def forward(self, x):
        return self.before(x).mean() + self.find(x).relu().mean()


def test_the_channel_that_answers_to_a_painted_square_is_found_first():
    image = torch.rand(1, 3, 32, 32) * 0.2
    image[:, 0, 8:16, 20:28] = 1
    ranking = Probe(Finder(), image).responding((20, 8, 28, 16))
    assert (ranking.rows(1)[0].channel, ranking.rows(1)[0].layer) in {(7, "find"), (7, "relu")}
    assert ranking.rows(1)[0].score > 2
    assert ranking.box == (20, 8, 28, 16)


@pytest.fixture
def probe(x):
    model = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)), nn.AdaptiveAvgPool2d(1))
    return Probe(model.double(), x)


def test_layers_that_tell_places_apart_are_looked_at_in_one_pass(probe):
    runs = []
    probe.model[0][0].register_forward_hook(lambda *_: runs.append(1))
    steps = []
    ranking = probe.responding((0, 0, 10, 10), progress=steps.append)
    assert runs == [1]
    assert list(ranking.scores) == ["0.0", "0.1", "0"]  # "1" has one cell
    assert [list(step.scores) for step in steps] == [["0.0"], ["0.0", "0.1"], ["0.0", "0.1", "0"]]
    assert [step.done for step in steps] == pytest.approx([1 / 3, 2 / 3, 1])
    # The convolution was overwritten by the ReLU, and the block hands on what the ReLU made.
    assert not torch.equal(ranking.scores["0.0"], ranking.scores["0.1"])
    assert torch.equal(ranking.scores["0"], ranking.scores["0.1"])
    assert ranking.repeats == {"0"}
    assert {row.layer for row in ranking.rows()} == {"0.0", "0.1"}
    with pytest.raises(ZeroDivisionError):
        probe.responding((0, 0, 10, 10), progress=lambda _: 1 / 0)
    assert list(probe.responding((0, 0, 10, 10), ["0.1"]).scores) == ["0.1"]


def test_a_silenced_channel_answers_no_more(probe):
    silent = probe.altered(silence=Silence(probe.layers["0.1"], (2,)))
    assert float(silent.responding((0, 0, 10, 10)).scores["0.1"][2]) == 0
    assert float(probe.responding((0, 0, 10, 10)).scores["0.1"][2]) != 0


def test_a_region_is_clipped_and_a_bad_one_refused_in_a_sentence(probe):
    assert probe.responding((-5, 10, 8.5, 99)).box == (0, 10, 8.5, 24)
    for region, words in [
        ((0, 0, 32, 24), "covers the whole image"),
        ((-1, -1, 99, 99), "covers the whole image"),
        ((40, 0, 50, 10), "outside of the image, which is 32 × 24 pixels"),
        ((5, 5, 5, 9), "left < right"),
        ((0, 0, math.nan, 9), "left < right"),
        ((0, 0, 9), "four numbers"),
        ("abcd", "four numbers"),
        (None, "four numbers"),
    ]:
        with pytest.raises(errors.OptionError, match=words):
            probe.responding(region)
    with pytest.raises(errors.OptionError, match="'1' has one cell alone"):
        probe.responding((0, 0, 9, 9), ["1"])


def test_rows_fall_with_at_most_so_many_of_a_layer():
    scores = {"a": torch.tensor([1.0, 3, math.nan, 2, 3]), "b": torch.tensor([2.5, 0])}
    zeros = {name: torch.zeros(len(values)) for name, values in scores.items()}
    ranking = RegionRanking((0, 0, 1, 1), scores, zeros, zeros, most=2)
    assert [(row.layer, row.channel) for row in ranking.rows()] == [("a", 1), ("a", 4), ("b", 0), ("b", 1)]
    assert [row.channel for row in ranking.rows(2)] == [1, 4]
    assert ranking.rows(1, most_per_layer=1) == [RegionRow("a", 1, 3, 0, 0)]
    assert len(ranking.rows(most_per_layer=9)) == 6
    assert list(ranking.to_pandas().columns) == ["layer", "channel", "score", "inside", "outside"]
    assert "<code>a</code>" in ranking._repr_html_()
    assert repr(ranking).startswith("layer  channel")
